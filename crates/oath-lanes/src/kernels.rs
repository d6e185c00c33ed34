//! What a hash brings to the paths, and which of its kernels compute a slice of a given length.

use crate::lanes::plain4;
#[cfg(target_arch = "x86_64")]
use crate::lanes::{avx2x8, avx512x8, avx512x16};
use crate::path::{Path, Present};
use zeroize::Zeroize;

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

    /// The numbers of consecutive counters by little code. Without a kernel for that: by the crate.
    fn small(&self, high: u32, low: u32, out: &mut [u32]) {
        one_by_one(low, out, |low| self.number_by_crate(high, low));
    }

    /// The numbers of one counter under as many keys by little code.
    fn small_keys(keys: &[&Self], high: u32, low: u32, out: &mut [u32]) {
        key_by_key(keys, out, |key| key.number_by_crate(high, low));
    }

    /// The schedule for [`Self::number_scheduled`].
    fn schedule(high: u32, low: u32) -> Self::Schedule;

    /// Like [`Self::number`], with the counter's schedule given.
    fn number_scheduled(inner: &[u32; S], outer: &[u32; S], schedule: &Self::Schedule) -> u32;

    /// Up to this many numbers, the interleaved states are ahead of eight lanes of AVX-512.
    #[cfg(target_arch = "x86_64")]
    const INTERLEAVED: usize;

    /// How many states the SHA extensions take at once at most.
    #[cfg(target_arch = "x86_64")]
    const AT_ONCE: usize;

    /// The numbers of up to `AT_ONCE` consecutive counters on the SHA extensions.
    #[cfg(target_arch = "x86_64")]
    const SHA_NI: unsafe fn(pads: &Self, high: u32, low: u32, out: &mut [u32]);

    /// The numbers of one counter under many keys on the SHA extensions.
    #[cfg(target_arch = "x86_64")]
    const SHA_NI_KEYS: unsafe fn(keys: &[&Self], high: u32, low: u32, out: &mut [u32]);
}

/// `out[i]` = the number of `counter + i`, on the machine's best path. Counters wrap at 2^64.
#[inline(always)]
#[allow(unsafe_code, reason = "instructions that the build cannot promise, but the processor has promised")]
pub(crate) fn counters_on_best<P: Kernels<S>, const S: usize>(pads: &P, counter: u64, out: &mut [u32]) {
    // The windows of a sign-in go straight to their kernel: what lies on the way would be a tenth of their time.
    #[cfg(target_arch = "x86_64")]
    if out.len() <= P::AT_ONCE
        && let Some((high, low)) = one_high_word(counter, out.len())
        && Present::best_has_sha_ni()
    {
        // SAFETY: the processor has SHA, SSE2, SSSE3 and SSE4.1, as was just asked; SHA_NI is built for them.
        return unsafe { P::SHA_NI(pads, high, low, out) };
    }
    counters(Present::best(), pads, counter, out);
}

/// The words of a counter, if its high word is that of the `count` counters from it on.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn one_high_word(counter: u64, count: usize) -> Option<(u32, u32)> {
    let (high, low) = halves(counter);
    low.checked_add(u32::try_from(count).ok()?).map(|_| (high, low))
}

/// `out[i]` = the number of `counter + i`. Counters wrap at 2^64.
#[inline(never)]
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

/// Two short slices, each from a counter of its own: together where one vector holds both, else one after the other.
#[allow(unsafe_code, reason = "instructions that the build cannot promise, but the processor has promised")]
pub(crate) fn apart<P: Kernels<S>, const S: usize>(
    present: Present,
    pads: &P,
    firsts: [u64; 2],
    [one, other]: [&mut [u32]; 2],
) {
    #[cfg(target_arch = "x86_64")]
    match (present.path(), one.len().saturating_add(other.len())) {
        (Path::Avx512, 0..=16) => {
            // SAFETY: `present` says that the processor has AVX-512 F, VL and BW.
            return unsafe { avx512x16::apart(pads, firsts, [one, other]) };
        }
        (Path::ShaNiAvx512, total @ 0..=16) if total > P::INTERLEAVED => {
            // SAFETY: as above.
            return unsafe { avx512x16::apart(pads, firsts, [one, other]) };
        }
        (Path::Avx2, 0..=8) => {
            // SAFETY: `present` says that the processor has AVX2.
            return unsafe { avx2x8::apart(pads, firsts, [one, other]) };
        }
        _ => {}
    }
    for (first, out) in firsts.into_iter().zip([one, other]) {
        counters(present, pads, first, out);
    }
}

/// A counter as the first two words of its block.
#[inline]
pub(crate) const fn halves(counter: u64) -> (u32, u32) {
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
        Path::Small => pads.small(high, low, out),
        Path::Scalar => one_by_one(low, out, |low| number(pads, high, low)),
        Path::Lanes | Path::Avx2 if out.len() == 1 => one_by_one(low, out, |low| number(pads, high, low)),
        Path::Lanes => plain4::counters(pads, high, low, out),
        #[cfg(target_arch = "x86_64")]
        Path::ShaNi => {
            // SAFETY: `present` says that the processor has SHA, SSE2, SSSE3 and SSE4.1, which is what SHA_NI is built
            // for.
            by_parts(P::AT_ONCE, low, out, |low, part| unsafe { P::SHA_NI(pads, high, low, part) });
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
                by_parts(P::AT_ONCE, next, rest, |low, part| unsafe { P::SHA_NI(pads, high, low, part) });
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
        Path::Small => P::small_keys(keys, high, low, out),
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

#[cfg(target_arch = "x86_64")]
fn by_parts(most: usize, low: u32, out: &mut [u32], numbers: impl Fn(u32, &mut [u32])) {
    let mut low = low;
    for part in out.chunks_mut(most) {
        let next = low.wrapping_add(u32::try_from(part.len()).unwrap_or_default());
        numbers(low, part);
        low = next;
    }
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

/// The hash of a key that is longer than a block, at the head of a block (RFC 2104 §2).
///
/// Leakage: the key is secret, its length is public.
pub(crate) fn long_key<const S: usize>(
    start: &[u32; S],
    key: &[u8],
    compress: impl Fn(&mut [u32; S], &[[u8; 64]]),
) -> [u8; 64] {
    let mut state = *start;
    let (blocks, rest) = key.as_chunks::<64>();
    compress(&mut state, blocks);
    // What is left, the end mark, zeros, and the length in bits in the last eight bytes (FIPS 180-4 §5.1.1).
    let mut last = [[0u8; 64]; 2];
    last.as_flattened_mut().iter_mut().zip(rest.iter().chain(&[0x80])).for_each(|(to, from)| *to = *from);
    let bits = u64::try_from(key.len()).unwrap_or_default().wrapping_mul(8).to_be_bytes();
    let (one, two) = last.split_at_mut(1);
    let end = if rest.len() < 56 { &mut *one } else { two };
    end.as_flattened_mut().iter_mut().rev().zip(bits.iter().rev()).for_each(|(to, from)| *to = *from);
    compress(&mut state, last.split_at(if rest.len() < 56 { 1 } else { 2 }).0);
    let mut block = [0; 64];
    block.iter_mut().zip(state.iter().flat_map(|word| word.to_be_bytes())).for_each(|(to, from)| *to = from);
    state.zeroize();
    last.zeroize();
    block
}

/// A block of words as the bytes that the hash crates take.
pub(crate) fn block_bytes(words: &[u32; 16]) -> [u8; 64] {
    let mut bytes = [0; 64];
    for (four, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *four = word.to_be_bytes();
    }
    bytes
}
