//! HMAC-SHA-1 of one counter in scalar code: the body of the lane loops, and the path of a single number.
//!
//! Macros write the eighty rounds out, so that they are straight-line code at every optimization level and in the body
//! of a lane loop. The functions of the rounds are `inline(always)`, so that they get the target features of the loop
//! around them.
//!
//! Leakage: states, digests and numbers are secret; counters and schedules are public. There is no branch, and every
//! index is a constant.

use crate::truncate::dynamic_truncation;

type State = [u32; 5];

/// `W_t + K_t` of a counter's block, t = 0 to 79. It depends on no key: many keys share it.
pub(super) type Schedule = [u32; 80];

/// The block of a counter after the inner pad: the counter, the end mark, the length of 64 + 8 bytes in bits.
#[inline(always)]
pub(super) const fn counter_block(high: u32, low: u32) -> [u32; 16] {
    [high, low, 0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8 * (64 + 8)]
}

/// The block of an inner digest after the outer pad: the digest, the end mark, the length of 64 + 20 bytes in bits.
#[inline(always)]
pub(super) const fn digest_block(digest: &State) -> [u32; 16] {
    let [a, b, c, d, e] = *digest;
    [a, b, c, d, e, 0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8 * (64 + 20)]
}

/// Runs `$step!(t, f, k)` for t = 0 to 79, with the function and the constant of round t.
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
const fn ch(b: u32, c: u32, d: u32) -> u32 {
    d ^ (b & (c ^ d))
}

#[inline(always)]
const fn parity(b: u32, c: u32, d: u32) -> u32 {
    b ^ c ^ d
}

#[inline(always)]
const fn maj(b: u32, c: u32, d: u32) -> u32 {
    (b & c) | (d & (b ^ c))
}

/// `W_t`, computed in round t. The array `$w` holds the last sixteen words.
macro_rules! word {
    ($w:ident, $t:literal) => {{
        if $t >= 16 {
            let word = $w[($t + 13) & 15] ^ $w[($t + 8) & 15] ^ $w[($t + 2) & 15] ^ $w[$t & 15];
            $w[$t & 15] = word.rotate_left(1);
        }
        $w[$t & 15]
    }};
}

/// One round of `$state` with `W_t + K_t`.
macro_rules! round {
    ($state:ident, $f:ident, $word:expr) => {
        let [a, b, c, d, e] = $state;
        let next = e.wrapping_add($word).wrapping_add($f(b, c, d)).wrapping_add(a.rotate_left(5));
        $state = [next, a, b.rotate_left(30), c, d];
    };
}

#[inline(always)]
const fn sum(a: &State, b: &State) -> State {
    let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
    [a0.wrapping_add(b0), a1.wrapping_add(b1), a2.wrapping_add(b2), a3.wrapping_add(b3), a4.wrapping_add(b4)]
}

/// The compression function of SHA-1.
#[inline(always)]
fn compress(start: &State, block: [u32; 16]) -> State {
    let mut w = block;
    let mut state = *start;
    macro_rules! step {
        ($t:literal, $f:ident, $k:literal) => {
            round!(state, $f, word!(w, $t).wrapping_add($k));
        };
    }
    eighty!(step);
    sum(start, &state)
}

/// The compression function of SHA-1 with the [`schedule`] given.
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

/// [`number`] of the counter that `schedule` was made from.
#[inline(always)]
pub(super) fn number_scheduled(inner: &State, outer: &State, schedule: &Schedule) -> u32 {
    finish(outer, compress_scheduled(inner, schedule))
}

#[inline(always)]
fn finish(outer: &State, digest: State) -> u32 {
    let digest = compress(outer, digest_block(&digest));
    dynamic_truncation(&digest, digest[4])
}
