//! What a hash brings to the paths, and which of its kernels compute a slice of a given length.

use crate::lanes::plain4;
#[cfg(target_arch = "x86_64")]
use crate::lanes::{avx2x8, avx512x8, avx512x16};
use crate::path::{Path, Present};

/// HMAC of one hash, S words of state, in the shapes that the paths need. "The number" of a counter is
/// `DT(HMAC(K, C))`, C being the 64 bits of `high` and `low`.
pub(crate) trait Kernels<const S: usize>: Sized {
    /// The message schedule of a counter's block, round constants added. Public: no key is in it.
    type Schedule;

    /// The state after the inner pad.
    fn inner(&self) -> &[u32; S];

    /// The state after the outer pad.
    fn outer(&self) -> &[u32; S];

    /// The number by the block function of the hash's crate.
    fn number_by_crate(&self, high: u32, low: u32) -> u32;

    /// The number in straight-line scalar code; `inline(always)`, to be the body of a lane loop.
    fn number(inner: &[u32; S], outer: &[u32; S], high: u32, low: u32) -> u32;

    /// The schedule for [`Self::number_scheduled`].
    fn schedule(high: u32, low: u32) -> Self::Schedule;

    /// Like [`Self::number`], with the counter's schedule given.
    fn number_scheduled(inner: &[u32; S], outer: &[u32; S], schedule: &Self::Schedule) -> u32;

    /// Up to this many numbers, the interleaved states are ahead of eight lanes of AVX-512.
    #[cfg(target_arch = "x86_64")]
    const INTERLEAVED: usize;

    /// The numbers of consecutive counters on the SHA extensions.
    #[cfg(target_arch = "x86_64")]
    const SHA_NI: unsafe fn(pads: &Self, high: u32, low: u32, out: &mut [u32]);

    /// The numbers of one counter under many keys on the SHA extensions.
    #[cfg(target_arch = "x86_64")]
    const SHA_NI_KEYS: unsafe fn(keys: &[&Self], high: u32, low: u32, out: &mut [u32]);
}

/// `out[i]` = the number of `counter + i`. Counters wrap at 2^64.
pub(crate) fn counters<P: Kernels<S>, const S: usize>(present: Present, pads: &P, counter: u64, out: &mut [u32]) {
    let (mut counter, mut out) = (counter, out);
    while !out.is_empty() {
        // The kernels count in 32 bits: a part ends where the high word of the counter changes.
        let (high, low) = halves(counter);
        let room = (1u64 << 32) - u64::from(low);
        let (part, rest) = out.split_at_mut(usize::try_from(room).unwrap_or(usize::MAX).min(out.len()));
        counters_of_one_high_word(present, pads, high, low, part);
        counter = counter.wrapping_add(room);
        out = rest;
    }
}

/// A counter as the first two words of its block.
fn halves(counter: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = counter.to_be_bytes();
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

#[allow(unsafe_code, reason = "instructions that the build cannot promise, but the processor has promised")]
fn counters_of_one_high_word<P: Kernels<S>, const S: usize>(
    present: Present,
    pads: &P,
    high: u32,
    low: u32,
    out: &mut [u32],
) {
    match present.path() {
        Path::Crate => one_by_one(low, out, |low| pads.number_by_crate(high, low)),
        Path::Scalar => one_by_one(low, out, |low| number(pads, high, low)),
        Path::Lanes | Path::Avx2 if out.len() == 1 => one_by_one(low, out, |low| number(pads, high, low)),
        Path::Lanes => plain4::counters(pads, high, low, out),
        #[cfg(target_arch = "x86_64")]
        Path::ShaNi => {
            // SAFETY: `present` says that the processor has SHA, SSE2, SSSE3 and SSE4.1, which is what SHA_NI is built
            // for.
            unsafe { P::SHA_NI(pads, high, low, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => {
            // SAFETY: `present` says that the processor has AVX2.
            unsafe { avx2x8::counters(pads, high, low, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 | Path::ShaNiAvx512 => {
            let (sixteens, rest) = out.split_at_mut(in_sixteens(out.len()));
            // 2^32 is the one length that does not fit. It is a multiple of sixteen and leaves no rest.
            let next = low.wrapping_add(u32::try_from(sixteens.len()).unwrap_or_default());
            if !sixteens.is_empty() {
                // SAFETY: in both paths `present` says that the processor has AVX-512 F, VL and BW.
                unsafe { avx512x16::counters(pads, high, low, sixteens) }
            }
            if present.path() == Path::ShaNiAvx512 && rest.len() <= P::INTERLEAVED {
                // SAFETY: in this path `present` says that it also has SHA, SSE2, SSSE3 and SSE4.1.
                unsafe { P::SHA_NI(pads, high, next, rest) }
            } else {
                // SAFETY: as for the sixteens.
                unsafe { avx512x8::counters(pads, high, next, rest) }
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Path::ShaNi | Path::Avx2 | Path::Avx512 | Path::ShaNiAvx512 => {
            one_by_one(low, out, |low| pads.number_by_crate(high, low));
        }
    }
}

/// `out[i]` = the number of `counter` under `keys[i]`, as far as both slices reach.
#[allow(unsafe_code, reason = "instructions that the build cannot promise, but the processor has promised")]
pub(crate) fn keys<P: Kernels<S>, const S: usize>(present: Present, keys: &[&P], counter: u64, out: &mut [u32]) {
    let (high, low) = halves(counter);
    let n = keys.len().min(out.len());
    let (keys, out) = (keys.split_at(n).0, out.split_at_mut(n).0);
    match present.path() {
        Path::Crate => key_by_key(keys, out, |key| key.number_by_crate(high, low)),
        Path::Scalar => {
            let schedule = P::schedule(high, low);
            key_by_key(keys, out, |key| number_scheduled(key, &schedule));
        }
        Path::Lanes | Path::Avx2 if n == 1 => key_by_key(keys, out, |key| number(key, high, low)),
        Path::Lanes => plain4::keys(keys, &P::schedule(high, low), out),
        #[cfg(target_arch = "x86_64")]
        Path::ShaNi => {
            // SAFETY: `present` says that the processor has SHA, SSE2, SSSE3 and SSE4.1, which is what SHA_NI_KEYS is
            // built for.
            unsafe { P::SHA_NI_KEYS(keys, high, low, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => {
            // SAFETY: `present` says that the processor has AVX2.
            unsafe { avx2x8::keys(keys, &P::schedule(high, low), out) }
        }
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 | Path::ShaNiAvx512 => {
            let (keys, rest_keys) = keys.split_at(in_sixteens(n));
            let (sixteens, rest) = out.split_at_mut(keys.len());
            if !sixteens.is_empty() {
                // SAFETY: in both paths `present` says that the processor has AVX-512 F, VL and BW.
                unsafe { avx512x16::keys(keys, &P::schedule(high, low), sixteens) }
            }
            if present.path() == Path::ShaNiAvx512 && rest.len() <= P::INTERLEAVED {
                // SAFETY: in this path `present` says that it also has SHA, SSE2, SSSE3 and SSE4.1.
                unsafe { P::SHA_NI_KEYS(rest_keys, high, low, rest) }
            } else {
                // SAFETY: as for the sixteens.
                unsafe { avx512x8::keys(rest_keys, &P::schedule(high, low), rest) }
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Path::ShaNi | Path::Avx2 | Path::Avx512 | Path::ShaNiAvx512 => {
            key_by_key(keys, out, |key| key.number_by_crate(high, low));
        }
    }
}

/// How many of `n` numbers are for sixteen lanes: all where a last sixteen would be more than half full.
#[cfg(target_arch = "x86_64")]
const fn in_sixteens(n: usize) -> usize {
    let rest = n & 15;
    if rest > 8 { n } else { n - rest }
}

fn one_by_one(low: u32, out: &mut [u32], number: impl Fn(u32) -> u32) {
    let mut low = low;
    for slot in out {
        *slot = number(low);
        low = low.wrapping_add(1);
    }
}

fn key_by_key<P>(keys: &[&P], out: &mut [u32], number: impl Fn(&P) -> u32) {
    for (slot, key) in out.iter_mut().zip(keys) {
        *slot = number(key);
    }
}

// Not inlined: scalar code is to stay scalar, also in a loop.

#[inline(never)]
fn number<P: Kernels<S>, const S: usize>(pads: &P, high: u32, low: u32) -> u32 {
    P::number(pads.inner(), pads.outer(), high, low)
}

#[inline(never)]
fn number_scheduled<P: Kernels<S>, const S: usize>(pads: &P, schedule: &P::Schedule) -> u32 {
    P::number_scheduled(pads.inner(), pads.outer(), schedule)
}

/// A block of words as the bytes that the hash crates take.
pub(crate) fn block_bytes(words: &[u32; 16]) -> [u8; 64] {
    let mut bytes = [0; 64];
    for (four, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *four = word.to_be_bytes();
    }
    bytes
}
