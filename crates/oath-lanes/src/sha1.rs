//! HMAC-SHA-1 from its pad states.

#[cfg(target_arch = "x86_64")]
mod ni;
mod scalar;

use crate::block::{absorb, block_bytes};
#[cfg(target_arch = "x86_64")]
use crate::cpu::ShaNi;
use crate::hash::Hash;
use crate::kernels;
use crate::pads::Sha1Pads;
#[cfg(any(test, feature = "force-path"))]
use crate::path::Path;
use crate::path::Present;
use crate::truncate::dynamic_truncation;
use ::sha1::block_api::compress;
use core::slice::from_ref;
use zeroize::Zeroize;

const H0: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

impl Sha1Pads {
    /// Absorbs K, of any length. A key longer than 64 bytes is hashed first (RFC 2104 §2).
    ///
    /// Leakage: the key is secret, its length is public. The copies of the key made here are wiped; what the hash crate
    /// leaves on the stack is not.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut pads = Self { inner: H0, outer: H0 };
        absorb(key, [&mut pads.inner, &mut pads.outer], compress);
        pads
    }

    /// `out[i] = DT(HMAC-SHA-1(K, counter + i))`, RFC 4226 §5.3: numbers of 31 bits, before the reduction to digits.
    /// Counters wrap at 2^64.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the length of `out` are public. The crate's leakage
    /// model says what stays on the stack.
    #[inline]
    pub fn truncated(&self, counter: u64, out: &mut [u32]) {
        #[cfg(target_arch = "x86_64")]
        if kernels::in_one_call(self, counter, out) {
            return;
        }
        self.truncated_on_best(counter, out);
    }

    // Not inlined: the general choice of kernels is compiled once, with the optimization level of this crate.
    #[inline(never)]
    fn truncated_on_best(&self, counter: u64, out: &mut [u32]) {
        kernels::counters(Present::best(), self, counter, out);
    }

    /// [`truncated`](Self::truncated) of two slices, each from a counter of its own: `out[k][i]` is the number of
    /// `counters[k] + i`. For the two windows of a sign-in: a wide kernel computes both in one call.
    ///
    /// Leakage: as [`truncated`](Self::truncated).
    #[inline(never)]
    pub fn truncated_apart(&self, counters: [u64; 2], out: [&mut [u32]; 2]) {
        kernels::apart(Present::best(), self, counters, out);
    }

    /// `out[i] = DT(HMAC-SHA-1(keys[i], counter))`, as far as both slices reach: one counter under many keys, for a
    /// search over an inventory. All keys share the message schedule of the counter. Calls with a hundred keys or more
    /// take the least time for a key.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the lengths are public.
    pub fn truncated_many(keys: &[&Self], counter: u64, out: &mut [u32]) {
        kernels::keys(Present::best(), keys, counter, out);
    }

    /// [`truncated`](Self::truncated) on the given path. Returns false and leaves `out` untouched if the processor
    /// lacks it.
    ///
    /// Leakage: as [`truncated`](Self::truncated); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_on(&self, path: Path, counter: u64, out: &mut [u32]) -> bool {
        path.present().map(|present| kernels::counters(present, self, counter, out)).is_some()
    }

    /// [`truncated_apart`](Self::truncated_apart) on the given path. Returns false and leaves `out` untouched if the
    /// processor lacks it.
    ///
    /// Leakage: as [`truncated`](Self::truncated); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_apart_on(&self, path: Path, counters: [u64; 2], out: [&mut [u32]; 2]) -> bool {
        path.present().map(|present| kernels::apart(present, self, counters, out)).is_some()
    }

    /// [`truncated_many`](Self::truncated_many) on the given path. Returns false and leaves `out` untouched if the
    /// processor lacks it.
    ///
    /// Leakage: as [`truncated_many`](Self::truncated_many); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_many_on(path: Path, keys: &[&Self], counter: u64, out: &mut [u32]) -> bool {
        path.present().map(|present| kernels::keys(present, keys, counter, out)).is_some()
    }
}

impl Hash<5> for Sha1Pads {
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
    #[inline(always)]
    fn sha_ni(cpu: ShaNi, pads: &Self, high: u32, low: u32, out: &mut [u32]) {
        ni::numbers(cpu, pads, high, low, out);
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn sha_ni_keys(cpu: ShaNi, keys: &[&Self], high: u32, low: u32, out: &mut [u32]) {
        ni::numbers_of_keys(cpu, keys, high, low, out);
    }
}
