use core::slice::from_ref;
use oath_lanes::dynamic_truncation;
use sha2::block_api::compress512;
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop};

type State = [u64; 8];

/// The initial hash value of SHA-512, FIPS 180-4 §5.3.5.
const H0: State = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];
const BLOCK: usize = 128;

/// K absorbed into the two states of HMAC-SHA-512 (RFC 2104 §4): the counterpart of `Sha1Pads` in oath-lanes. Few
/// tokens use SHA-512, so there are no kernels for it. The `hmac` crate is not used because it leaves K in memory that
/// it frees.
///
/// The states are wiped on drop.
pub(crate) struct Sha512Pads {
    inner: State,
    outer: State,
}

impl Sha512Pads {
    /// Absorbs K, of any length. A key longer than a block is hashed first (RFC 2104 §2).
    ///
    /// Leakage: the key is secret, its length is public.
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if let Some(head) = block.get_mut(..key.len()) {
            head.copy_from_slice(key);
        } else {
            let mut hashed = Sha512::digest(key);
            block.iter_mut().zip(&hashed).for_each(|(b, h)| *b = *h);
            hashed.as_mut_slice().zeroize();
        }
        let mut pads = Self { inner: H0, outer: H0 };
        block.iter_mut().for_each(|b| *b ^= 0x36);
        compress512(&mut pads.inner, from_ref(&block));
        block.iter_mut().for_each(|b| *b ^= 0x36 ^ 0x5c);
        compress512(&mut pads.outer, from_ref(&block));
        block.zeroize();
        pads
    }

    /// `out[i] = DT(HMAC-SHA-512(K, counter + i))`, RFC 4226 §5.3 with the hash of RFC 6238 §1.2: numbers of 31 bits.
    /// Counters wrap at 2^64.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the length of `out` are public.
    pub(crate) fn truncated(&self, counter: u64, out: &mut [u32]) {
        let mut counter = counter;
        for number in out {
            *number = self.number(counter);
            counter = counter.wrapping_add(1);
        }
    }

    /// `DT(HMAC-SHA-512(K, counter))`.
    pub(crate) fn number(&self, counter: u64) -> u32 {
        let [mut inner, mut outer] = [self.inner, self.outer];
        compress(&mut inner, [counter, END, 0, 0, 0, 0, 0, 0], 8);
        compress(&mut outer, inner, 64);
        let [head, middle, tail, .., last] = outer;
        let [[a, b], [c, d], [e, _], [_, last]] = [head, middle, tail, last].map(halves);
        inner.zeroize();
        outer.zeroize();
        dynamic_truncation(&[a, b, c, d, e], last)
    }
}

/// The end mark of a message, as the first bit of a word.
const END: u64 = 1 << 63;

/// Compresses one block: `half`, then the end mark if `half` is full (otherwise `half` contains it), then the length in
/// bits of the message, which is a pad block and `bytes`.
fn compress(state: &mut State, half: State, bytes: u64) {
    let end = if bytes == 64 { END } else { 0 };
    let rest = [end, 0, 0, 0, 0, 0, 0, (128 + bytes) << 3];
    let mut block = [0; BLOCK];
    for (eight, word) in block.as_chunks_mut::<8>().0.iter_mut().zip(half.into_iter().chain(rest)) {
        *eight = word.to_be_bytes();
    }
    compress512(state, from_ref(&block));
    block.zeroize();
}

fn halves(word: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = word.to_be_bytes();
    [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])]
}

impl Drop for Sha512Pads {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl ZeroizeOnDrop for Sha512Pads {}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};

    #[test]
    fn equals_hmac_for_keys_of_every_length() {
        // Miri is slow: only the lengths around that of a block.
        for length in if cfg!(miri) { 127..=129usize } else { 0..=300 } {
            let key: alloc::vec::Vec<u8> = (0..length).map(|i| u8::try_from(i * 31 % 256).unwrap()).collect();
            for counter in [0, 1, 58_000_000, u64::from(u32::MAX), u64::MAX] {
                let mut mac = Hmac::<Sha512>::new_from_slice(&key).unwrap();
                mac.update(&counter.to_be_bytes());
                let digest = mac.finalize().into_bytes();
                let at = usize::from(digest[63] & 15);
                let by_the_rfc = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
                assert_eq!(Sha512Pads::new(&key).number(counter), by_the_rfc, "{length} bytes, counter {counter}");
            }
        }
    }
}
