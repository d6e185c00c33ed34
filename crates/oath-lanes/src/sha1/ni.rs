//! HMAC-SHA-1 of N states at once on the SHA extensions of x86.
//!
//! One state leaves its unit idle two cycles of three: each `sha1rnds4` needs the one before. N states next to each
//! other fill the gaps. A vector holds A (or `W_t`) in its highest word and D (or `W_t+3`) in its lowest; E travels in
//! the highest word of a vector of its own.

use super::Sha1Pads;
use crate::interleave::{Each, by_length, in_turn, seen};
use crate::truncate::dynamic_truncation;
use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_extract_epi32, _mm_set_epi32, _mm_setzero_si128, _mm_sha1msg1_epu32,
    _mm_sha1msg2_epu32, _mm_sha1nexte_epu32, _mm_sha1rnds4_epu32, _mm_xor_si128,
};
use core::hint::black_box;
use core::iter::repeat;

/// `W_t` of a counter's block, t = 0 to 79, four to a vector.
type Schedule = [__m128i; 20];

/// Lengths in bits of what has gone through the hash after a counter and after an inner digest.
const AFTER_COUNTER: u32 = 8 * (64 + 8);
const AFTER_DIGEST: u32 = 8 * (64 + 20);

/// How many states at most: with more, the registers no longer hold two vectors of each.
const MOST: usize = 6;

/// Up to this many states, registers are left for the newest words of each, which saves a way through memory.
const KEPT: usize = 3;

#[derive(Clone, Copy)]
struct States<const N: usize> {
    abcd: Each<N>,
    /// A to D of four rounds ago. Its A, turned by 30, is the present E.
    before: Each<N>,
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn words(w0: u32, w1: u32, w2: u32, w3: u32) -> __m128i {
    _mm_set_epi32(w0.cast_signed(), w1.cast_signed(), w2.cast_signed(), w3.cast_signed())
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn begin<const N: usize>(starts: [&[u32; 5]; N]) -> States<N> {
    let zero = _mm_setzero_si128();
    let mut states = States { abcd: [zero; N], before: [zero; N] };
    for ((abcd, before), start) in states.abcd.iter_mut().zip(&mut states.before).zip(starts) {
        let [a, b, c, d, e] = *start;
        *abcd = words(a, b, c, d);
        *before = words(e.rotate_right(30), 0, 0, 0);
    }
    states
}

/// The start added: A to D, and E in the highest word of a vector whose next word is `after_e`.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn end<const N: usize>(starts: [&[u32; 5]; N], states: States<N>, after_e: u32) -> [Each<N>; 2] {
    let [mut abcds, mut es] = [states.abcd, states.before];
    for ((abcd, e_after), start) in abcds.iter_mut().zip(&mut es).zip(starts) {
        let [a, b, c, d, e] = *start;
        *abcd = _mm_add_epi32(*abcd, words(a, b, c, d));
        *e_after = _mm_sha1nexte_epu32(*e_after, words(e, after_e, 0, 0));
    }
    [abcds, es]
}

/// Four rounds of each state over its quad of the schedule, with the function and the constant of twenty `$f`.
///
/// A macro like all that is in the rounds: functions of this size, called twenty times, are not inlined.
macro_rules! four {
    ($f:literal, $states:ident, $quads:expr) => {
        for (before, quad) in $states.before.iter_mut().zip($quads) {
            in_turn::<N>();
            *before = _mm_sha1nexte_epu32(*before, *quad);
        }
        in_turn::<N>();
        for (abcd, before) in $states.abcd.iter_mut().zip(&mut $states.before) {
            let next = _mm_sha1rnds4_epu32::<$f>(*abcd, *before);
            *before = *abcd;
            *abcd = next;
        }
    };
}

/// Four new words of each schedule in the place of its oldest of sixteen.
macro_rules! turn {
    ($newest:ident, $w0:ident $w1:ident $w2:ident $w3:ident) => {
        for ((((w0, w1), w2), w3), newest) in $w0.iter_mut().zip(&*$w1).zip(&*$w2).zip(&*$w3).zip(&mut $newest) {
            in_turn::<N>();
            let last = if N <= KEPT { *newest } else { *w3 };
            *newest = _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(*w0, *w1), *w2), last);
            *w0 = *newest;
        }
    };
}

/// The eighty rounds over a block of each state.
macro_rules! eighty {
    ($states:ident, $block:expr) => {
        let mut ring = $block;
        let mut newest = ring[3];
        let [w0, w1, w2, w3] = seen::<N, _>(&mut ring);
        eighty!(@ $states, newest, w0 w1 w2 w3, 0 0 0 0);
        eighty!(@ $states, newest, w0 w1 w2 w3, 0 1 1 1);
        eighty!(@ $states, newest, w0 w1 w2 w3, 1 1 2 2);
        eighty!(@ $states, newest, w0 w1 w2 w3, 2 2 2 3);
        four!(3, $states, &*w0);
        four!(3, $states, &*w1);
        four!(3, $states, &*w2);
        four!(3, $states, &*w3);
    };
    (@ $states:ident, $newest:ident, $w0:ident $w1:ident $w2:ident $w3:ident,
        $f0:literal $f1:literal $f2:literal $f3:literal) => {
        four!($f0, $states, &*$w0);
        turn!($newest, $w0 $w1 $w2 $w3);
        four!($f1, $states, &*$w1);
        turn!($newest, $w1 $w2 $w3 $w0);
        four!($f2, $states, &*$w2);
        turn!($newest, $w2 $w3 $w0 $w1);
        four!($f3, $states, &*$w3);
        turn!($newest, $w3 $w0 $w1 $w2);
    };
}

/// The numbers from the inner states after their rounds: the outer hash over each digest, and DT.
///
/// SHARED only keeps the two callers apart: with one caller each, both are inlined.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn finish<const N: usize, const SHARED: bool>(keys: [&Sha1Pads; N], inner: States<N>, out: &mut [u32; N]) {
    let [head, tail] = end(keys.map(|key| &key.inner), inner, 0x8000_0000);
    let outers = keys.map(|key| &key.outer);
    let mut states = begin(outers);
    eighty!(states, [head, tail, [_mm_setzero_si128(); N], [words(0, 0, 0, AFTER_DIGEST); N]]);
    let [abcds, es] = end(outers, states, 0);
    for ((number, abcd), e) in out.iter_mut().zip(abcds).zip(es) {
        let digest = [
            _mm_extract_epi32::<3>(abcd).cast_unsigned(),
            _mm_extract_epi32::<2>(abcd).cast_unsigned(),
            _mm_extract_epi32::<1>(abcd).cast_unsigned(),
            _mm_extract_epi32::<0>(abcd).cast_unsigned(),
            _mm_extract_epi32::<3>(e).cast_unsigned(),
        ];
        *number = dynamic_truncation(&digest, digest[4]);
    }
}

#[inline(never)]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn counters<const N: usize>(pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    let Ok(out) = <&mut [u32; N]>::try_from(out) else { return };
    let zero = _mm_setzero_si128();
    let mut first = [zero; N];
    for (quad, i) in first.iter_mut().zip(0..) {
        *quad = words(high, low.wrapping_add(i), 0x8000_0000, 0);
    }
    let mut states = begin([&pads.inner; N]);
    eighty!(states, [first, [zero; N], [zero; N], [words(0, 0, 0, AFTER_COUNTER); N]]);
    finish::<N, false>([pads; N], states, out);
}

#[inline(never)]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn keys<const N: usize>(keys: &[&Sha1Pads], schedule: &Schedule, out: &mut [u32]) {
    let (Ok(keys), Ok(out)) = (<[&Sha1Pads; N]>::try_from(keys), <&mut [u32; N]>::try_from(out)) else { return };
    let mut states = begin(keys.map(|key| &key.inner));
    let (twenties, _) = black_box(schedule).as_chunks::<5>();
    if let [first, second, third, fourth] = twenties {
        macro_rules! twenty {
            ($f:literal, $quads:ident) => {
                let [q0, q1, q2, q3, q4] = $quads;
                four!($f, states, repeat(q0));
                four!($f, states, repeat(q1));
                four!($f, states, repeat(q2));
                four!($f, states, repeat(q3));
                four!($f, states, repeat(q4));
            };
        }
        twenty!(0, first);
        twenty!(1, second);
        twenty!(2, third);
        twenty!(3, fourth);
    }
    finish::<N, true>(keys, states, out);
}

/// The schedule of a counter's block. Public: no key is in it.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn schedule(high: u32, low: u32) -> Schedule {
    let zero = _mm_setzero_si128();
    let mut ring = [words(high, low, 0x8000_0000, 0), zero, zero, words(0, 0, 0, AFTER_COUNTER)];
    [zero; 20].map(|_| {
        let [w0, w1, w2, w3] = ring;
        ring = [w1, w2, w3, _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(w0, w1), w2), w3)];
        w0
    })
}

/// The numbers of consecutive counters whose high word is the same.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub(super) fn all_counters(pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    let mut low = low;
    for part in out.chunks_mut(MOST) {
        let next = low.wrapping_add(u32::try_from(part.len()).unwrap_or_default());
        by_length!(part, [1 2 3 4 5 | MOST], N => counters::<N>(pads, high, low, part));
        low = next;
    }
}

/// The numbers of one counter under many keys.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub(super) fn all_keys(all: &[&Sha1Pads], high: u32, low: u32, out: &mut [u32]) {
    let schedule = schedule(high, low);
    for (part, some) in out.chunks_mut(MOST).zip(all.chunks(MOST)) {
        by_length!(part, [1 2 3 4 5 | MOST], N => keys::<N>(some, &schedule, part));
    }
}
