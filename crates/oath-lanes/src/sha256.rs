use crate::truncate::dynamic_truncation;
use sha2::{Digest, block_api::compress256 as compress};
use zeroize::{Zeroize, ZeroizeOnDrop};

const H0: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
const BLOCK: usize = 64;

/// K absorbed into the two states of HMAC-SHA-256 (RFC 2104): what is left to do for a counter is one block each.
///
/// Wiped when dropped. `Clone` is left out on purpose: a key has one owner.
pub struct Sha256Pads {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Sha256Pads {
    /// Absorbs K, of any length; longer than 64 bytes it is hashed first, as RFC 2104 says.
    ///
    /// Leakage: the key is secret, its length is public.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0u8; BLOCK];
        if let Some(head) = block.get_mut(..key.len()) {
            head.copy_from_slice(key);
        } else {
            block[..32].copy_from_slice(&sha2::Sha256::digest(key));
        }
        let mut pads = Self { inner: H0, outer: H0 };
        block.iter_mut().for_each(|b| *b ^= 0x36);
        compress(&mut pads.inner, core::slice::from_ref(&block));
        block.iter_mut().for_each(|b| *b ^= 0x36 ^ 0x5c);
        compress(&mut pads.outer, core::slice::from_ref(&block));
        block.zeroize();
        pads
    }

    /// `out[i] = DT(HMAC-SHA-256(K, counter + i))`, RFC 4226 §5.3: numbers of 31 bits, before the reduction to digits.
    /// Counters wrap at 2^64.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the length of `out` are public.
    pub fn truncated(&self, counter: u64, out: &mut [u32]) {
        let mut counter = counter;
        for number in out {
            *number = self.one(counter);
            counter = counter.wrapping_add(1);
        }
    }

    fn one(&self, counter: u64) -> u32 {
        let mut block = [0u8; BLOCK];
        block[..8].copy_from_slice(&counter.to_be_bytes());
        block[8] = 0x80;
        block[62..].copy_from_slice(&(8 * (64 + 8u16)).to_be_bytes());
        let mut state = self.inner;
        compress(&mut state, core::slice::from_ref(&block));

        block = [0u8; BLOCK];
        for (bytes, word) in block.chunks_exact_mut(4).zip(&state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        block[32] = 0x80;
        block[62..].copy_from_slice(&(8 * (64 + 32u16)).to_be_bytes());
        state = self.outer;
        compress(&mut state, core::slice::from_ref(&block));
        let number = {
            let [a, b, c, d, e, _, _, last] = state;
            dynamic_truncation(&[a, b, c, d, e], last)
        };
        state.zeroize();
        block.zeroize();
        number
    }
}

impl core::fmt::Debug for Sha256Pads {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sha256Pads([elided])")
    }
}

impl Drop for Sha256Pads {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl ZeroizeOnDrop for Sha256Pads {}

#[cfg(test)]
mod tests {
    use super::Sha256Pads;
    use hmac::{Hmac, KeyInit, Mac};

    #[test]
    fn equals_hmac_over_key_lengths_and_edge_counters() {
        for len in [0, 1, 10, 16, 20, 63, 64, 65, 80, 128, 200] {
            let key: alloc::vec::Vec<u8> = (0..len).map(|i: u8| i.wrapping_mul(31)).collect();
            let pads = Sha256Pads::new(&key);
            for counter in [0, 1, u64::from(u32::MAX) - 1, u64::MAX - 2] {
                let mut out = [0; 7];
                pads.truncated(counter, &mut out);
                for (i, number) in (0..).zip(out) {
                    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
                    mac.update(&counter.wrapping_add(i).to_be_bytes());
                    let digest = mac.finalize().into_bytes();
                    let at = usize::from(digest[31] & 15);
                    let want = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
                    assert_eq!(number, want, "key of {len} bytes, counter {counter} + {i}");
                }
            }
        }
    }
}
