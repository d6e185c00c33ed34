//! HMAC-SHA-256 from its pad states.

#[cfg(target_arch = "x86_64")]
mod ni;
mod scalar;

use crate::kernels::{self, Kernels, block_bytes};
#[cfg(any(test, feature = "force-path"))]
use crate::path::Path;
use crate::path::Present;
use crate::truncate::dynamic_truncation;
use ::sha2::block_api::compress256 as compress;
use core::slice::from_ref;
use zeroize::{Zeroize, ZeroizeOnDrop};

const H0: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
const BLOCK: usize = 64;

/// `K_t` of FIPS 180-4 §4.2.2.
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// K absorbed into the two states of HMAC-SHA-256 (RFC 2104 §4): what is left to do for a counter is one block each.
///
/// Wiped when dropped. `Clone` is left out on purpose: a key has one owner. `Debug` shows nothing.
pub struct Sha256Pads {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Sha256Pads {
    /// Absorbs K, of any length; longer than 64 bytes it is hashed first, as RFC 2104 §2 says.
    ///
    /// Leakage: the key is secret, its length is public. The copies of the key made here are wiped; what the hash crate
    /// leaves on the stack is not.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0u8; BLOCK];
        if let Some(head) = block.get_mut(..key.len()) {
            head.copy_from_slice(key);
        } else {
            block = kernels::long_key(&H0, key, compress);
        }
        let mut pads = Self { inner: H0, outer: H0 };
        block.iter_mut().for_each(|b| *b ^= 0x36);
        compress(&mut pads.inner, from_ref(&block));
        block.iter_mut().for_each(|b| *b ^= 0x36 ^ 0x5c);
        compress(&mut pads.outer, from_ref(&block));
        block.zeroize();
        pads
    }

    /// `out[i] = DT(HMAC-SHA-256(K, counter + i))`, RFC 4226 §5.3 with the hash of RFC 6238 §1.2: numbers of 31 bits,
    /// before the reduction to digits. Counters wrap at 2^64.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the length of `out` are public. See the crate's
    /// leakage model for what stays on the stack.
    #[inline]
    pub fn truncated(&self, counter: u64, out: &mut [u32]) {
        kernels::counters_on_best(self, counter, out);
    }

    /// [`truncated`](Self::truncated) of two slices, each from a counter of its own: `out[k][i]` is the number of
    /// `counters[k] + i`. For the two windows of a sign-in, which one call of a wide kernel computes together.
    ///
    /// Leakage: as [`truncated`](Self::truncated).
    #[inline(never)]
    pub fn truncated_apart(&self, counters: [u64; 2], out: [&mut [u32]; 2]) {
        kernels::apart(Present::best(), self, counters, out);
    }

    /// `out[i] = DT(HMAC-SHA-256(keys[i], counter))`, as far as both slices reach: one counter under many keys, for a
    /// search over an inventory. All keys share the message schedule of the counter. A hundred keys a call, or more,
    /// are best.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the lengths are public.
    pub fn truncated_many(keys: &[&Self], counter: u64, out: &mut [u32]) {
        kernels::keys(Present::best(), keys, counter, out);
    }

    /// [`truncated`](Self::truncated) on a path that the caller names. False, and `out` untouched, if the machine lacks
    /// it.
    ///
    /// Leakage: as [`truncated`](Self::truncated); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_on(&self, path: Path, counter: u64, out: &mut [u32]) -> bool {
        path.present().map(|present| kernels::counters(present, self, counter, out)).is_some()
    }

    /// [`truncated_apart`](Self::truncated_apart) on a path that the caller names. False, and `out` untouched, if the
    /// machine lacks it.
    ///
    /// Leakage: as [`truncated`](Self::truncated); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_apart_on(&self, path: Path, counters: [u64; 2], out: [&mut [u32]; 2]) -> bool {
        path.present().map(|present| kernels::apart(present, self, counters, out)).is_some()
    }

    /// [`truncated_many`](Self::truncated_many) on a path that the caller names. False, and `out` untouched, if the
    /// machine lacks it.
    ///
    /// Leakage: as [`truncated_many`](Self::truncated_many); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_many_on(path: Path, keys: &[&Self], counter: u64, out: &mut [u32]) -> bool {
        path.present().map(|present| kernels::keys(present, keys, counter, out)).is_some()
    }
}

impl Kernels<8> for Sha256Pads {
    type Schedule = scalar::Schedule;

    fn inner(&self) -> &[u32; 8] {
        &self.inner
    }

    fn outer(&self) -> &[u32; 8] {
        &self.outer
    }

    fn number_by_crate(&self, high: u32, low: u32) -> u32 {
        let [mut inner, mut outer] = [self.inner, self.outer];
        compress(&mut inner, from_ref(&block_bytes(&scalar::counter_block(high, low))));
        let mut block = block_bytes(&scalar::digest_block(&inner));
        compress(&mut outer, from_ref(&block));
        let [a, b, c, d, e, _, _, last] = outer;
        let number = dynamic_truncation(&[a, b, c, d, e], last);
        inner.zeroize();
        outer.zeroize();
        block.zeroize();
        number
    }

    #[inline(always)]
    fn number(inner: &[u32; 8], outer: &[u32; 8], high: u32, low: u32) -> u32 {
        scalar::number(inner, outer, high, low)
    }

    fn schedule(high: u32, low: u32) -> scalar::Schedule {
        scalar::schedule(high, low)
    }

    #[inline(always)]
    fn number_scheduled(inner: &[u32; 8], outer: &[u32; 8], schedule: &scalar::Schedule) -> u32 {
        scalar::number_scheduled(inner, outer, schedule)
    }

    #[cfg(target_arch = "x86_64")]
    const INTERLEAVED: usize = 5;
    #[cfg(target_arch = "x86_64")]
    const AT_ONCE: usize = ni::MOST;
    #[cfg(target_arch = "x86_64")]
    const SHA_NI: unsafe fn(&Self, u32, u32, &mut [u32]) = ni::few_counters;
    #[cfg(target_arch = "x86_64")]
    const SHA_NI_KEYS: unsafe fn(&[&Self], u32, u32, &mut [u32]) = ni::all_keys;
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
