//! HMAC-SHA-256 of N states at once on the SHA extensions of x86.
//!
//! A single state leaves the SHA unit idle in three of four cycles, because each `sha256rnds2` waits for the one
//! before. N interleaved states fill these cycles. The instruction takes the state as two vectors, A B E F and C D G H
//! from the highest word down; a message quad has `W_t` in its lowest word.
//!
//! Leakage: pad states, digests and numbers are secret; counters, schedules and lengths are public. There is no branch
//! except on N and lengths, and no address depends on a secret.

use super::scalar::K;
use crate::cpu::ShaNi;
use crate::interleave::{Each, by_length, in_turn, seen};
use crate::pads::Sha256Pads;
use crate::truncate::dynamic_truncation;
use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi32, _mm_setzero_si128, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi64,
};
use core::hint::black_box;
use core::iter::repeat;

/// `W_t + K_t` of a counter's block, t = 0 to 63, four to a vector.
type Schedule = [__m128i; 16];

/// Lengths in bits of the hashed message: a pad and a counter, a pad and an inner digest.
const AFTER_COUNTER: u32 = 8 * (64 + 8);
const AFTER_DIGEST: u32 = 8 * (64 + 32);

/// The largest number of interleaved states. With more, the registers cannot hold three vectors of each.
pub(super) const MOST: usize = 4;

/// Up to this many states, enough registers remain for the newest words of each schedule. They need not be loaded then.
const KEPT: usize = 4;

#[derive(Clone, Copy)]
struct States<const N: usize> {
    abef: Each<N>,
    cdgh: Each<N>,
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn words(high: u32, w2: u32, w1: u32, low: u32) -> __m128i {
    _mm_set_epi32(high.cast_signed(), w2.cast_signed(), w1.cast_signed(), low.cast_signed())
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn begin<const N: usize>(starts: [&[u32; 8]; N]) -> States<N> {
    let zero = _mm_setzero_si128();
    let mut states = States { abef: [zero; N], cdgh: [zero; N] };
    for ((abef, cdgh), start) in states.abef.iter_mut().zip(&mut states.cdgh).zip(starts) {
        let [a, b, c, d, e, f, g, h] = *start;
        *abef = words(a, b, e, f);
        *cdgh = words(c, d, g, h);
    }
    states
}

/// The start states added to the states.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn end<const N: usize>(starts: [&[u32; 8]; N], states: States<N>) -> States<N> {
    let mut states = states;
    let starts = begin(starts);
    for (state, start) in states.abef.iter_mut().zip(starts.abef).chain(states.cdgh.iter_mut().zip(starts.cdgh)) {
        *state = _mm_add_epi32(*state, start);
    }
    states
}

/// Four rounds of each state over its quad of the schedule, `$k` added.
///
/// A macro, like all parts of the rounds: the compiler does not inline a function of this size that is called sixteen
/// times.
macro_rules! four {
    ($states:ident, $quads:expr, $k:expr) => {
        let mut sums = [_mm_setzero_si128(); N];
        for (((abef, cdgh), quad), sum) in $states.abef.iter().zip(&mut $states.cdgh).zip($quads).zip(&mut sums) {
            in_turn::<N>();
            *sum = _mm_add_epi32(*quad, $k);
            // The result is A B E F after two rounds. C D G H after two rounds are the old A B E F.
            *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, *sum);
        }
        in_turn::<N>();
        for ((abef, cdgh), sum) in $states.abef.iter_mut().zip(&$states.cdgh).zip(sums) {
            *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0b00_00_11_10>(sum));
        }
    };
}

/// Four new words of each schedule, stored in the place of the oldest four of sixteen.
macro_rules! turn {
    ($newest:ident, $w0:ident $w1:ident $w2:ident $w3:ident) => {
        for ((((w0, w1), w2), w3), newest) in $w0.iter_mut().zip(&*$w1).zip(&*$w2).zip(&*$w3).zip(&mut $newest) {
            in_turn::<N>();
            let last = if N <= KEPT { *newest } else { *w3 };
            let sum = _mm_add_epi32(_mm_sha256msg1_epu32(*w0, *w1), _mm_alignr_epi8::<4>(last, *w2));
            *newest = _mm_sha256msg2_epu32(sum, last);
            *w0 = *newest;
        }
    };
}

/// `K_t` to `K_t+3`.
macro_rules! constants {
    ($t:literal) => {
        words(K[$t + 3], K[$t + 2], K[$t + 1], K[$t])
    };
}

/// The sixty-four rounds over a block of each state.
macro_rules! sixty_four {
    ($states:ident, $block:expr) => {
        let mut ring = $block;
        let mut newest = ring[3];
        let [w0, w1, w2, w3] = seen::<N, _>(&mut ring);
        sixty_four!(@ $states, newest, w0 w1 w2 w3, 0 4 8 12);
        sixty_four!(@ $states, newest, w0 w1 w2 w3, 16 20 24 28);
        sixty_four!(@ $states, newest, w0 w1 w2 w3, 32 36 40 44);
        four!($states, &*w0, constants!(48));
        four!($states, &*w1, constants!(52));
        four!($states, &*w2, constants!(56));
        four!($states, &*w3, constants!(60));
    };
    (@ $states:ident, $newest:ident, $w0:ident $w1:ident $w2:ident $w3:ident,
        $t0:literal $t1:literal $t2:literal $t3:literal) => {
        four!($states, &*$w0, constants!($t0));
        turn!($newest, $w0 $w1 $w2 $w3);
        four!($states, &*$w1, constants!($t1));
        turn!($newest, $w1 $w2 $w3 $w0);
        four!($states, &*$w2, constants!($t2));
        turn!($newest, $w2 $w3 $w0 $w1);
        four!($states, &*$w3, constants!($t3));
        turn!($newest, $w3 $w0 $w1 $w2);
    };
}

/// The numbers from the inner states after their rounds: the outer hash over each digest, and DT.
///
/// `SHARED` has no other purpose than one instance for each caller: a function with a single caller is inlined.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn finish<const N: usize, const SHARED: bool>(keys: [&Sha256Pads; N], inner: States<N>, out: &mut [u32; N]) {
    let digests = end(keys.map(|key| &key.inner), inner);
    let [mut head, mut tail] = [digests.abef, digests.cdgh];
    for (feba, dchg) in head.iter_mut().zip(&mut tail) {
        let [abef, cdgh] = [_mm_shuffle_epi32::<0b00_01_10_11>(*feba), _mm_shuffle_epi32::<0b00_01_10_11>(*dchg)];
        *feba = _mm_unpacklo_epi64(abef, cdgh);
        *dchg = _mm_unpackhi_epi64(abef, cdgh);
    }
    let outers = keys.map(|key| &key.outer);
    let mut states = begin(outers);
    sixty_four!(states, [head, tail, [words(0, 0, 0, 0x8000_0000); N], [words(AFTER_DIGEST, 0, 0, 0); N]]);
    let digests = end(outers, states);
    for ((number, abef), cdgh) in out.iter_mut().zip(digests.abef).zip(digests.cdgh) {
        let head = [
            _mm_extract_epi32::<3>(abef).cast_unsigned(),
            _mm_extract_epi32::<2>(abef).cast_unsigned(),
            _mm_extract_epi32::<3>(cdgh).cast_unsigned(),
            _mm_extract_epi32::<2>(cdgh).cast_unsigned(),
            _mm_extract_epi32::<1>(abef).cast_unsigned(),
        ];
        *number = dynamic_truncation(&head, _mm_extract_epi32::<0>(cdgh).cast_unsigned());
    }
}

#[inline(never)]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn counters<const N: usize>(pads: &Sha256Pads, high: u32, low: u32, out: &mut [u32]) {
    let Ok(out) = <&mut [u32; N]>::try_from(out) else { return };
    let zero = _mm_setzero_si128();
    let mut first = [zero; N];
    for (quad, i) in first.iter_mut().zip(0..) {
        *quad = words(0, 0x8000_0000, low.wrapping_add(i), high);
    }
    let mut states = begin([&pads.inner; N]);
    sixty_four!(states, [first, [zero; N], [zero; N], [words(AFTER_COUNTER, 0, 0, 0); N]]);
    finish::<N, false>([pads; N], states, out);
}

#[inline(never)]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn keys<const N: usize>(keys: &[&Sha256Pads], schedule: &Schedule, out: &mut [u32]) {
    let (Ok(keys), Ok(out)) = (<[&Sha256Pads; N]>::try_from(keys), <&mut [u32; N]>::try_from(out)) else { return };
    let mut states = begin(keys.map(|key| &key.inner));
    macro_rules! each {
        ($($quad:ident)+) => {
            let [$($quad),+] = black_box(schedule);
            $( four!(states, repeat($quad), _mm_setzero_si128()); )+
        };
    }
    each!(q0 q1 q2 q3 q4 q5 q6 q7 q8 q9 q10 q11 q12 q13 q14 q15);
    finish::<N, true>(keys, states, out);
}

/// The schedule of a counter's block. Public: it depends on no key.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn schedule(high: u32, low: u32) -> Schedule {
    let zero = _mm_setzero_si128();
    let mut ring = [words(0, 0x8000_0000, low, high), zero, zero, words(AFTER_COUNTER, 0, 0, 0)];
    let mut all = [zero; 16];
    for (quad, k) in all.iter_mut().zip(K.as_chunks::<4>().0) {
        let [w0, w1, w2, w3] = ring;
        let [k0, k1, k2, k3] = *k;
        *quad = _mm_add_epi32(w0, words(k3, k2, k1, k0));
        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8::<4>(w3, w2));
        ring = [w1, w2, w3, _mm_sha256msg2_epu32(sum, w3)];
    }
    all
}

/// The numbers of up to [`MOST`] consecutive counters that share `high`.
#[inline(always)]
#[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
pub(super) fn numbers(_: ShaNi, pads: &Sha256Pads, high: u32, low: u32, out: &mut [u32]) {
    // SAFETY: a value of `ShaNi` exists only where the processor was found to have SHA, SSE2, SSSE3 and SSE4.1.
    unsafe { few_counters(pads, high, low, out) }
}

/// The numbers of one counter under any number of keys.
#[inline(always)]
#[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
pub(super) fn numbers_of_keys(_: ShaNi, keys: &[&Sha256Pads], high: u32, low: u32, out: &mut [u32]) {
    // SAFETY: a value of `ShaNi` exists only where the processor was found to have SHA, SSE2, SSSE3 and SSE4.1.
    unsafe { all_keys(keys, high, low, out) }
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn few_counters(pads: &Sha256Pads, high: u32, low: u32, out: &mut [u32]) {
    by_length!(out, [1 2 3 | MOST], N => counters::<N>(pads, high, low, out));
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn all_keys(all: &[&Sha256Pads], high: u32, low: u32, out: &mut [u32]) {
    let schedule = schedule(high, low);
    for (part, some) in out.chunks_mut(MOST).zip(all.chunks(MOST)) {
        by_length!(part, [1 2 3 | MOST], N => keys::<N>(some, &schedule, part));
    }
}
