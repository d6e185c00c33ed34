//! What gives a secret away: K and its texts, K mixed with the pads, the pad states, in any order of bytes; and what is
//! computed from them for a counter: the digest, the truncated number, the code.

use hmac::{KeyInit, Mac};
use oath_totp::{Algorithm, Secret};
use std::collections::HashSet;
use std::ops::RangeInclusive;

/// The counters and steps that the scenes compute.
const COUNTERS: [RangeInclusive<u64>; 2] = [7..=60, 57_999_898..=58_000_102];

/// Things to look for.
#[derive(Default)]
pub(crate) struct Needles(Vec<Needle>);

struct Needle {
    name: String,
    bytes: Vec<u8>,
    /// Whether four bytes of it in a row are already no accident.
    in_words: bool,
}

impl Needles {
    /// What gives K itself away.
    pub(crate) fn of(k: &[u8], algorithm: Algorithm) -> Self {
        let mut all = vec![("K", k.to_vec())];
        if let Ok(secret) = Secret::from_bytes(k) {
            all.push(("K as Base32", secret.expose_base32().as_bytes().to_vec()));
            all.push(("K as Base32", secret.expose_base32().to_lowercase().into_bytes()));
            all.push(("K as hexadecimal digits", secret.expose_hex().as_bytes().to_vec()));
            all.push(("K as hexadecimal digits", secret.expose_hex().to_uppercase().into_bytes()));
        }
        let block = if algorithm == Algorithm::Sha512 { 128 } else { 64 };
        let mut key = if k.len() > block { hash(algorithm, k) } else { k.to_vec() };
        all.push(("K hashed", key.clone()));
        // Where only the pad is left, there is nothing of K.
        for pad in [0x36, 0x5c] {
            all.push(("K under a pad", key.iter().map(|byte| byte ^ pad).collect()));
        }
        key.resize(block, 0);
        for pad in [0x36, 0x5c] {
            let padded: Vec<u8> = key.iter().map(|byte| byte ^ pad).collect();
            all.push(("a pad state", state(algorithm, &padded)));
        }
        let mut needles = Self::default();
        for (name, bytes) in all {
            needles.push(name, bytes, true);
        }
        needles
    }

    /// What is computed from K for every counter of the scenes. Each has its counter in its name, so that an accident under
    /// one key is not taken for the same accident under another.
    pub(crate) fn of_codes(k: &[u8], algorithm: Algorithm) -> Self {
        let mut needles = Self::default();
        for counter in COUNTERS.into_iter().flatten() {
            let digest = digest(k, algorithm, counter);
            let number = truncated(&digest);
            let code = number % 100_000_000;
            needles.push(&format!("the digest of {counter}"), digest, true);
            needles.push(&format!("the truncated number of {counter}"), number.to_be_bytes().to_vec(), true);
            // A code that begins with zeros is a small number, as any length or count is.
            if code >= 10_000_000 {
                needles.push(&format!("the code of {counter}"), code.to_be_bytes().to_vec(), true);
            }
            needles.push(&format!("the code of {counter} as text"), format!("{code:08}").into_bytes(), false);
        }
        needles
    }

    fn push(&mut self, name: &str, bytes: Vec<u8>, in_words: bool) {
        for width in [4, 8] {
            let bytes = turned(&bytes, width);
            if !bytes.is_empty() {
                self.0.push(Needle { name: name.to_owned(), bytes, in_words });
            }
        }
        self.0.push(Needle { name: name.to_owned(), bytes, in_words });
    }

    /// Those of one key of many.
    pub(crate) fn add(&mut self, others: Self, number: usize) {
        self.0.extend(
            others.0.into_iter().map(|needle| Needle { name: format!("{} ({number})", needle.name), ..needle }),
        );
    }

    /// The names of what is found in memory that is much: eight bytes in a row.
    pub(crate) fn rows_in(&self, memory: &[u8]) -> Vec<String> {
        let rows: HashSet<&[u8]> = self.0.iter().flat_map(|needle| needle.bytes.windows(8)).collect();
        let hits: HashSet<&[u8]> = memory.windows(8).filter(|row| rows.contains(row)).collect();
        let there = |needle: &&Needle| needle.bytes.windows(8).any(|row| hits.contains(row));
        self.0.iter().filter(there).map(|needle| needle.name.clone()).collect()
    }

    /// The names of what is found: eight bytes in a row anywhere, or a word of four where words lie.
    pub(crate) fn found_in(&self, memory: &[u8], place: &str) -> Vec<String> {
        // Most of it is as it was painted.
        let rows: HashSet<&[u8]> = memory.windows(8).filter(|row| **row != [crate::PAINT; 8]).collect();
        let (words, _) = memory.as_chunks::<4>();
        let words: HashSet<&[u8; 4]> = words.iter().filter(|word| **word != [crate::PAINT; 4]).collect();
        let mut found = Vec::new();
        for Needle { name, bytes, in_words } in &self.0 {
            let there = bytes.windows(8).any(|row| rows.contains(row))
                || *in_words && bytes.as_chunks::<4>().0.iter().any(|word| words.contains(word));
            let what = format!("{name} in {place}").replace("in the stack", "on the stack");
            if there && !found.contains(&what) {
                found.push(what);
            }
        }
        found
    }
}

/// `HMAC(K, C)`, computed apart from what is looked at.
pub(crate) fn digest(k: &[u8], algorithm: Algorithm, counter: u64) -> Vec<u8> {
    fn mac<M: Mac + KeyInit>(k: &[u8], counter: u64) -> Vec<u8> {
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(k) else { return Vec::new() };
        mac.update(&counter.to_be_bytes());
        mac.finalize().into_bytes().to_vec()
    }
    match algorithm {
        Algorithm::Sha1 => mac::<hmac::Hmac<sha1::Sha1>>(k, counter),
        Algorithm::Sha256 => mac::<hmac::Hmac<sha2::Sha256>>(k, counter),
        Algorithm::Sha512 => mac::<hmac::Hmac<sha2::Sha512>>(k, counter),
    }
}

/// RFC 4226 §5.3: the number of 31 bits.
pub(crate) fn truncated(digest: &[u8]) -> u32 {
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 15);
    let bytes = digest.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

/// The bytes of each word of this width the other way round.
fn turned(bytes: &[u8], width: usize) -> Vec<u8> {
    bytes.chunks_exact(width).flat_map(|word| word.iter().rev().copied()).collect()
}

fn hash(algorithm: Algorithm, k: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    match algorithm {
        Algorithm::Sha1 => sha1::Sha1::digest(k).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(k).to_vec(),
        Algorithm::Sha512 => sha2::Sha512::digest(k).to_vec(),
    }
}

/// The state after one block, in the order of the machine.
fn state(algorithm: Algorithm, block: &[u8]) -> Vec<u8> {
    let narrow = |words: &[u32]| words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    match (algorithm, <&[u8; 64]>::try_from(block), <&[u8; 128]>::try_from(block)) {
        (Algorithm::Sha1, Ok(block), _) => {
            let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
            sha1::block_api::compress(&mut state, &[*block]);
            narrow(&state)
        }
        (Algorithm::Sha256, Ok(block), _) => {
            let mut state = [
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ];
            sha2::block_api::compress256(&mut state, &[*block]);
            narrow(&state)
        }
        (_, _, Ok(block)) => {
            let mut state = [
                0x6a09_e667_f3bc_c908,
                0xbb67_ae85_84ca_a73b,
                0x3c6e_f372_fe94_f82b,
                0xa54f_f53a_5f1d_36f1,
                0x510e_527f_ade6_82d1,
                0x9b05_688c_2b3e_6c1f,
                0x1f83_d9ab_fb41_bd6b,
                0x5be0_cd19_137e_2179,
            ];
            sha2::block_api::compress512(&mut state, &[*block]);
            state.iter().flat_map(|word: &u64| word.to_ne_bytes()).collect()
        }
        _ => Vec::new(),
    }
}
