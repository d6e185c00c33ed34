//! HMAC-SHA-1 of one counter in plain words: what a lane loop vectorises, and what runs alone where nothing else does.
//!
//! The eighty rounds are written out by macros, so that they are straight-line code at every optimisation level and in
//! the body of a lane loop. All functions are `inline(always)`: they take on the target features of the loop around
//! them.

use super::word::Word;
use crate::truncate::dynamic_truncation;

type State<W = u32> = [W; 5];

/// `W_t + K_t` of a counter's block, t = 0 to 79, for keys that share it. Public: no key is in it.
pub(super) type Schedule = [u32; 80];

/// The block of a counter after the inner pad: the counter, the end mark, the length of 64 + 8 bytes in bits.
#[inline(always)]
pub(super) const fn counter_block(high: u32, low: u32) -> [u32; 16] {
    [high, low, 0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8 * (64 + 8)]
}

/// The block of an inner digest after the outer pad: the digest, the end mark, the length of 64 + 20 bytes in bits.
#[inline(always)]
pub(super) fn digest_block<W: Word>(digest: &State<W>) -> [W; 16] {
    let [a, b, c, d, e] = *digest;
    let zero = W::of(0);
    [a, b, c, d, e, W::of(0x8000_0000), zero, zero, zero, zero, zero, zero, zero, zero, zero, W::of(8 * (64 + 20))]
}

/// Runs `$step!(t, f, k)` for t = 0 to 79, with the function and the constant of each twenty.
macro_rules! eighty {
    ($step:ident) => {
        eighty!(@ $step, ch, 0x5a82_7999: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
        eighty!(@ $step, parity, 0x6ed9_eba1: 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);
        eighty!(@ $step, maj, 0x8f1b_bcdc: 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59);
        eighty!(@ $step, parity, 0xca62_c1d6: 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79);
    };
    (@ $step:ident, $f:ident, $k:literal: $($t:literal)+) => {
        $( $step!($t, $f, $k); )+
    };
}

#[inline(always)]
fn ch<W: Word>(b: W, c: W, d: W) -> W {
    d.xor(b.and(c.xor(d)))
}

#[inline(always)]
fn parity<W: Word>(b: W, c: W, d: W) -> W {
    b.xor(c).xor(d)
}

#[inline(always)]
fn maj<W: Word>(b: W, c: W, d: W) -> W {
    b.and(c).or(d.and(b.or(c)))
}

/// `W_t`, made in the ring `$w` of sixteen words when its turn comes.
macro_rules! word {
    ($w:ident, $t:literal) => {{
        if $t >= 16 {
            let word = $w[($t + 13) & 15].xor($w[($t + 8) & 15]).xor($w[($t + 2) & 15]).xor($w[$t & 15]);
            $w[$t & 15] = word.rotated::<1>();
        }
        $w[$t & 15]
    }};
}

/// One round of `$state` with `W_t + K_t`.
macro_rules! round {
    ($state:ident, $f:ident, $word:expr) => {
        let [a, b, c, d, e] = $state;
        let next = e.plus($word).plus($f(b, c, d)).plus(a.rotated::<5>());
        $state = [next, a, b.rotated::<30>(), c, d];
    };
}

#[inline(always)]
fn sum<W: Word>(a: &State<W>, b: &State<W>) -> State<W> {
    let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
    [a0.plus(b0), a1.plus(b1), a2.plus(b2), a3.plus(b3), a4.plus(b4)]
}

/// The compression function of SHA-1, the schedule made as it goes.
#[inline(always)]
pub(super) fn compress<W: Word>(start: &State<W>, block: [W; 16]) -> State<W> {
    let mut w = block;
    let mut state = *start;
    macro_rules! step {
        ($t:literal, $f:ident, $k:literal) => {
            round!(state, $f, word!(w, $t).plus(W::of($k)));
        };
    }
    eighty!(step);
    sum(start, &state)
}

/// The compression function of SHA-1 over a ready [`schedule`].
#[inline(always)]
fn compress_scheduled(start: &State, schedule: &Schedule) -> State {
    let mut state = *start;
    macro_rules! step {
        ($t:literal, $f:ident, $k:literal) => {
            round!(state, $f, schedule[$t]);
        };
    }
    eighty!(step);
    sum(start, &state)
}

/// The schedule of a counter's block.
pub(super) fn schedule(high: u32, low: u32) -> Schedule {
    let mut all = [0; 80];
    let mut w = counter_block(high, low);
    macro_rules! step {
        ($t:literal, $f:ident, $k:literal) => {
            all[$t] = word!(w, $t).wrapping_add($k);
        };
    }
    eighty!(step);
    all
}

/// `DT(HMAC-SHA-1(K, C))` from the two pad states.
#[inline(always)]
pub(super) fn number(inner: &State, outer: &State, high: u32, low: u32) -> u32 {
    finish(outer, compress(inner, counter_block(high, low)))
}

/// The same, with the schedule of the counter's block given.
#[inline(always)]
pub(super) fn number_scheduled(inner: &State, outer: &State, schedule: &Schedule) -> u32 {
    finish(outer, compress_scheduled(inner, schedule))
}

#[inline(always)]
fn finish(outer: &State, digest: State) -> u32 {
    let digest = compress(outer, digest_block(&digest));
    dynamic_truncation(&digest, digest[4])
}
