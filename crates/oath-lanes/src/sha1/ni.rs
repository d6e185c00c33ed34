//! HMAC-SHA-1 of N states at once on the SHA extensions of x86.
//!
//! A single state leaves the SHA unit idle in two of three cycles, because each `sha1rnds4` waits for the one before.
//! N interleaved states fill these cycles. A vector holds A (or `W_t`) in its highest word and D (or `W_t+3`) in its
//! lowest. E is the highest word of a second vector.
//!
//! Leakage: pad states, digests and numbers are secret; counters, schedules and lengths are public. There is no branch
//! except on N and lengths, and no address depends on a secret.

#![expect(clippy::indexing_slicing, reason = "i < N in arrays of length N: the compiler removes the check")]

use crate::cpu::ShaNi;
use crate::interleave::{Each, by_length, in_turn, seen};
use crate::pads::Sha1Pads;
use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_and_si128, _mm_cvtsi128_si32, _mm_or_si128, _mm_set_epi32, _mm_set_epi64x,
    _mm_set1_epi8, _mm_set1_epi32, _mm_setzero_si128, _mm_sha1msg1_epu32, _mm_sha1msg2_epu32, _mm_sha1nexte_epu32,
    _mm_sha1rnds4_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_sub_epi8, _mm_xor_si128,
};
use core::hint::black_box;

/// `W_t` of a counter's block, t = 0 to 79, four to a vector.
type Schedule = [__m128i; 20];

/// Lengths in bits of the hashed message: a pad and a counter, a pad and an inner digest.
const AFTER_COUNTER: u32 = 8 * (64 + 8);
const AFTER_DIGEST: u32 = 8 * (64 + 20);

/// The largest number of interleaved states. With more, the registers cannot hold two vectors of each.
pub(super) const MOST: usize = 6;

/// Up to this many states, enough registers remain for the newest quad of each schedule. It need not be loaded then.
const NEWEST_KEPT: usize = 5;
/// Up to this many states, enough registers remain for the quad before it as well.
const OLDER_KEPT: usize = 3;

#[derive(Clone, Copy)]
struct States<const N: usize> {
    abcd: Each<N>,
    /// A to D of four rounds ago. Its A, rotated left by 30, is the present E.
    before: Each<N>,
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn words(w0: u32, w1: u32, w2: u32, w3: u32) -> __m128i {
    _mm_set_epi32(w0.cast_signed(), w1.cast_signed(), w2.cast_signed(), w3.cast_signed())
}

/// The first four words of a state, by one load and one shuffle.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn first_four(state: &[u32; 5]) -> __m128i {
    let [a, b, c, d, _] = *state;
    // In pairs of words: from single words the compiler would make four loads that wait for each other.
    let pair = |low: u32, high: u32| (u64::from(high) << 32 | u64::from(low)).cast_signed();
    _mm_shuffle_epi32::<0b00_01_10_11>(_mm_set_epi64x(pair(c, d), pair(a, b)))
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn begin<const N: usize>(starts: [&[u32; 5]; N]) -> States<N> {
    let zero = _mm_setzero_si128();
    let mut states = States { abcd: [zero; N], before: [zero; N] };
    for ((abcd, before), start) in states.abcd.iter_mut().zip(&mut states.before).zip(starts) {
        let [.., e] = *start;
        *abcd = first_four(start);
        *before = words(e.rotate_right(30), 0, 0, 0);
    }
    states
}

/// The start states added to the states: A to D, and E in the highest word of a vector whose next word is `after_e`.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn end<const N: usize>(starts: [&[u32; 5]; N], states: States<N>, after_e: u32) -> [Each<N>; 2] {
    let [mut abcds, mut es] = [states.abcd, states.before];
    for ((abcd, e_after), start) in abcds.iter_mut().zip(&mut es).zip(starts) {
        let [.., e] = *start;
        *abcd = _mm_add_epi32(*abcd, first_four(start));
        *e_after = _mm_sha1nexte_epu32(*e_after, words(e, after_e, 0, 0));
    }
    [abcds, es]
}

/// Four rounds of each state over a quad of its schedule, with the function and the constant of twenty `$f`.
///
/// A macro, like all parts of the rounds: the compiler does not inline a function of this size that is called twenty
/// times.
macro_rules! four {
    ($f:literal, $states:ident, $i:ident => $quad:expr) => {
        for $i in 0..N {
            in_turn::<N>();
            $states.before[$i] = _mm_sha1nexte_epu32($states.before[$i], $quad);
        }
        in_turn::<N>();
        for i in 0..N {
            rounds!($f, $states, i);
        }
    };
}

/// Four rounds of state `$i`, whose quad has been added to its E.
macro_rules! rounds {
    ($f:literal, $states:ident, $i:ident) => {
        let next = _mm_sha1rnds4_epu32::<$f>($states.abcd[$i], $states.before[$i]);
        $states.before[$i] = $states.abcd[$i];
        $states.abcd[$i] = next;
    };
}

/// Four rounds of each state, each followed by four new words of its schedule: the quad computed from `$w0` to `$w3` is
/// stored in `$slot`.
///
/// State by state: the quad loaded for the rounds is still in a register for the schedule, and the units for rounds and
/// for schedules work at the same time.
macro_rules! four_and_turn {
    ($f:literal, $states:ident, $older:ident $newest:ident, $slot:ident: $w0:ident $w1:ident $w2:ident $w3:ident) => {
        for i in 0..N {
            in_turn::<N>();
            let quad = $w0[i];
            $states.before[i] = _mm_sha1nexte_epu32($states.before[i], quad);
            rounds!($f, $states, i);
            let third = if N <= OLDER_KEPT { $older[i] } else { $w2[i] };
            let last = if N <= NEWEST_KEPT { $newest[i] } else { $w3[i] };
            let sum = _mm_xor_si128(_mm_sha1msg1_epu32(quad, $w1[i]), third);
            $older[i] = last;
            $newest[i] = _mm_sha1msg2_epu32(sum, last);
            $slot[i] = $newest[i];
        }
    };
}

/// The eighty rounds over a block of each state.
macro_rules! eighty {
    ($states:ident, $block:expr) => {
        let [b0, b1, b2, b3] = $block;
        let (mut older, mut newest) = (b2, b3);
        let mut ring = [[_mm_setzero_si128(); N]; 4];
        let [w0, w1, w2, w3] = seen::<N, _>(&mut ring);
        // The first four quads are in registers or constant: these rounds need not wait for memory.
        four_and_turn!(0, $states, older newest, w0: b0 b1 b2 b3);
        four_and_turn!(0, $states, older newest, w1: b1 b2 b3 w0);
        four_and_turn!(0, $states, older newest, w2: b2 b3 w0 w1);
        four_and_turn!(0, $states, older newest, w3: b3 w0 w1 w2);
        eighty!(@ $states, older newest, w0 w1 w2 w3, 0 1 1 1);
        eighty!(@ $states, older newest, w0 w1 w2 w3, 1 1 2 2);
        eighty!(@ $states, older newest, w0 w1 w2 w3, 2 2 2 3);
        four!(3, $states, i => w0[i]);
        four!(3, $states, i => w1[i]);
        four!(3, $states, i => w2[i]);
        four!(3, $states, i => w3[i]);
    };
    (@ $states:ident, $older:ident $newest:ident, $w0:ident $w1:ident $w2:ident $w3:ident,
        $f0:literal $f1:literal $f2:literal $f3:literal) => {
        four_and_turn!($f0, $states, $older $newest, $w0: $w0 $w1 $w2 $w3);
        four_and_turn!($f1, $states, $older $newest, $w1: $w1 $w2 $w3 $w0);
        four_and_turn!($f2, $states, $older $newest, $w2: $w2 $w3 $w0 $w1);
        four_and_turn!($f3, $states, $older $newest, $w3: $w3 $w0 $w1 $w2);
    };
}

/// The numbers from the inner states after their rounds: the outer hash over each digest, and DT.
///
/// `SHARED` has no other purpose than one instance for each caller: a function with a single caller is inlined.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn finish<const N: usize, const SHARED: bool>(keys: [&Sha1Pads; N], inner: States<N>, out: &mut [u32; N]) {
    let [head, tail] = end(keys.map(|key| &key.inner), inner, 0x8000_0000);
    let outers = keys.map(|key| &key.outer);
    let mut states = begin(outers);
    eighty!(states, [head, tail, [_mm_setzero_si128(); N], [words(0, 0, 0, AFTER_DIGEST); N]]);
    let [abcds, es] = end(outers, states, 0);
    for ((number, abcd), e) in out.iter_mut().zip(abcds).zip(es) {
        *number = truncated(abcd, e);
    }
}

/// DT of RFC 4226 §5.3 of a digest in vectors, its first byte the highest byte of `abcd`. The nibble selects bytes by a
/// shuffle between registers, whose time does not depend on it.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn truncated(abcd: __m128i, e: __m128i) -> u32 {
    // The digest's last byte is the lowest byte of E.
    let nibble = _mm_and_si128(_mm_shuffle_epi8(e, _mm_set1_epi8(12)), _mm_set1_epi8(15));
    // The places of the four bytes in `abcd`, the last byte first. Up to three places are negative: those bytes are in
    // E. A shuffle gives 0 for a place whose highest bit is set. With that bit inverted, the second shuffle gives the
    // bytes of E at the negative places, and 0 at all others.
    let places = _mm_sub_epi8(_mm_set1_epi32(0x0f0e_0d0c), nibble);
    let in_e = _mm_xor_si128(places, _mm_set1_epi8(-128));
    let four = _mm_or_si128(_mm_shuffle_epi8(abcd, places), _mm_shuffle_epi8(e, in_e));
    _mm_cvtsi128_si32(four).cast_unsigned() & 0x7fff_ffff
}

#[inline(never)]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn counters<const N: usize>(pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    let Ok(out) = <&mut [u32; N]>::try_from(out) else { return };
    let zero = _mm_setzero_si128();
    let mut first = [words(high, low, 0x8000_0000, 0); N];
    for (quad, i) in first.iter_mut().zip(0..) {
        *quad = _mm_add_epi32(*quad, words(0, i, 0, 0));
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
                for quad in $quads {
                    four!($f, states, i => *quad);
                }
            };
        }
        twenty!(0, first);
        twenty!(1, second);
        twenty!(2, third);
        twenty!(3, fourth);
    }
    finish::<N, true>(keys, states, out);
}

/// The schedule of a counter's block. Public: it depends on no key.
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

/// The numbers of up to [`MOST`] consecutive counters that share `high`.
#[inline(always)]
#[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
pub(super) fn numbers(_: ShaNi, pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    // SAFETY: a value of `ShaNi` exists only where the processor was found to have SHA, SSE2, SSSE3 and SSE4.1.
    unsafe { few_counters(pads, high, low, out) }
}

/// The numbers of one counter under any number of keys.
#[inline(always)]
#[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
pub(super) fn numbers_of_keys(_: ShaNi, keys: &[&Sha1Pads], high: u32, low: u32, out: &mut [u32]) {
    // SAFETY: a value of `ShaNi` exists only where the processor was found to have SHA, SSE2, SSSE3 and SSE4.1.
    unsafe { all_keys(keys, high, low, out) }
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn few_counters(pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    by_length!(out, [1 2 3 4 5 | MOST], N => counters::<N>(pads, high, low, out));
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn all_keys(all: &[&Sha1Pads], high: u32, low: u32, out: &mut [u32]) {
    let schedule = schedule(high, low);
    for (part, some) in out.chunks_mut(MOST).zip(all.chunks(MOST)) {
        by_length!(part, [1 2 3 4 5 | MOST], N => keys::<N>(some, &schedule, part));
    }
}
