//! HMAC-SHA-1 from its pad states.

#[cfg(target_arch = "x86_64")]
mod ni;
mod scalar;
mod small;
mod word;

#[cfg(oath_small)]
use self::small::compress;
use crate::kernels::{self, Kernels, block_bytes};
#[cfg(any(test, feature = "force-path"))]
use crate::path::Path;
use crate::path::Present;
use crate::truncate::dynamic_truncation;
#[cfg(not(oath_small))]
use ::sha1::block_api::compress;
use core::slice::from_ref;
use zeroize::{Zeroize, ZeroizeOnDrop};

const H0: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
const BLOCK: usize = 64;

/// K absorbed into the two states of HMAC-SHA-1 (RFC 2104 §4): what is left to do for a counter is one block each.
///
/// Wiped when dropped. `Clone` is left out on purpose: a key has one owner. `Debug` shows nothing.
pub struct Sha1Pads {
    inner: [u32; 5],
    outer: [u32; 5],
}

impl Sha1Pads {
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

    /// `out[i] = DT(HMAC-SHA-1(K, counter + i))`, RFC 4226 §5.3: numbers of 31 bits, before the reduction to digits.
    /// Counters wrap at 2^64.
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

    /// `out[i] = DT(HMAC-SHA-1(keys[i], counter))`, as far as both slices reach: one counter under many keys, for a
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

impl Kernels<5> for Sha1Pads {
    type Schedule = scalar::Schedule;

    fn inner(&self) -> &[u32; 5] {
        &self.inner
    }

    fn outer(&self) -> &[u32; 5] {
        &self.outer
    }

    fn number_by_crate(&self, high: u32, low: u32) -> u32 {
        let [mut inner, mut outer] = [self.inner, self.outer];
        compress(&mut inner, from_ref(&block_bytes(&scalar::counter_block(high, low))));
        let mut block = block_bytes(&scalar::digest_block(&inner));
        compress(&mut outer, from_ref(&block));
        let number = dynamic_truncation(&outer, outer[4]);
        inner.zeroize();
        outer.zeroize();
        block.zeroize();
        number
    }

    #[inline(always)]
    fn number(inner: &[u32; 5], outer: &[u32; 5], high: u32, low: u32) -> u32 {
        scalar::number(inner, outer, high, low)
    }

    fn small(&self, high: u32, low: u32, out: &mut [u32]) {
        small::counters(self, high, low, out);
    }

    fn small_keys(keys: &[&Self], high: u32, low: u32, out: &mut [u32]) {
        small::keys(keys, high, low, out);
    }

    fn schedule(high: u32, low: u32) -> scalar::Schedule {
        scalar::schedule(high, low)
    }

    #[inline(always)]
    fn number_scheduled(inner: &[u32; 5], outer: &[u32; 5], schedule: &scalar::Schedule) -> u32 {
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

impl core::fmt::Debug for Sha1Pads {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sha1Pads([elided])")
    }
}

impl Drop for Sha1Pads {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl ZeroizeOnDrop for Sha1Pads {}
