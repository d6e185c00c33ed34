//! HMAC-SHA-256 of one counter in scalar code: the body of the lane loops, and the path of a single number.
//!
//! The structure is that of the scalar code for SHA-1, for the reasons given there.
//!
//! Leakage: states, digests and numbers are secret; counters and schedules are public. There is no branch, and every
//! index is a constant.

use crate::truncate::dynamic_truncation;

/// `K_t` of FIPS 180-4 §4.2.2.
#[rustfmt::skip]
pub(super) const K: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

type State = [u32; 8];

/// `W_t + K_t` of a counter's block, t = 0 to 63. It depends on no key: many keys share it.
pub(super) type Schedule = [u32; 64];

/// The block of a counter after the inner pad: the counter, the end mark, the length of 64 + 8 bytes in bits.
#[inline(always)]
pub(super) const fn counter_block(high: u32, low: u32) -> [u32; 16] {
    [high, low, 0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8 * (64 + 8)]
}

/// The block of an inner digest after the outer pad: the digest, the end mark, the length of 64 + 32 bytes in bits.
#[inline(always)]
pub(super) const fn digest_block(digest: &State) -> [u32; 16] {
    let [a, b, c, d, e, f, g, h] = *digest;
    [a, b, c, d, e, f, g, h, 0x8000_0000, 0, 0, 0, 0, 0, 0, 8 * (64 + 32)]
}

/// Runs `$step!(t)` for t = 0 to 63.
macro_rules! sixty_four {
    ($step:ident) => {
        sixty_four!(@ $step: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21);
        sixty_four!(@ $step: 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43);
        sixty_four!(@ $step: 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    };
    (@ $step:ident: $($t:literal)+) => {
        $( $step!($t); )+
    };
}

#[inline(always)]
const fn ch(e: u32, f: u32, g: u32) -> u32 {
    g ^ (e & (f ^ g))
}

#[inline(always)]
const fn maj(a: u32, b: u32, c: u32) -> u32 {
    (a & b) | (c & (a ^ b))
}

/// `W_t`, computed in round t. The array `$w` holds the last sixteen words.
macro_rules! word {
    ($w:ident, $t:literal) => {{
        if $t >= 16 {
            let (w2, w15) = ($w[($t + 14) & 15], $w[($t + 1) & 15]);
            let sigma0 = w15.rotate_right(7) ^ w15.rotate_right(18) ^ (w15 >> 3);
            let sigma1 = w2.rotate_right(17) ^ w2.rotate_right(19) ^ (w2 >> 10);
            $w[$t & 15] = sigma1.wrapping_add($w[($t + 9) & 15]).wrapping_add(sigma0).wrapping_add($w[$t & 15]);
        }
        $w[$t & 15]
    }};
}

/// One round of `$state` with `W_t + K_t`.
macro_rules! round {
    ($state:ident, $word:expr) => {
        let [a, b, c, d, e, f, g, h] = $state;
        let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t1 = h.wrapping_add($word).wrapping_add(ch(e, f, g)).wrapping_add(sum1);
        let t2 = sum0.wrapping_add(maj(a, b, c));
        $state = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
    };
}

#[inline(always)]
fn sum(x: &State, y: &State) -> State {
    let ([a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]) = (*x, *y);
    [
        a.wrapping_add(i),
        b.wrapping_add(j),
        c.wrapping_add(k),
        d.wrapping_add(l),
        e.wrapping_add(m),
        f.wrapping_add(n),
        g.wrapping_add(o),
        h.wrapping_add(p),
    ]
}

/// The compression function of SHA-256.
#[inline(always)]
fn compress(start: &State, block: [u32; 16]) -> State {
    let mut w = block;
    let mut state = *start;
    macro_rules! step {
        ($t:literal) => {
            round!(state, word!(w, $t).wrapping_add(K[$t]));
        };
    }
    sixty_four!(step);
    sum(start, &state)
}

/// The compression function of SHA-256 with the [`schedule`] given.
#[inline(always)]
fn compress_scheduled(start: &State, schedule: &Schedule) -> State {
    let mut state = *start;
    macro_rules! step {
        ($t:literal) => {
            round!(state, schedule[$t]);
        };
    }
    sixty_four!(step);
    sum(start, &state)
}

/// The schedule of a counter's block.
pub(super) fn schedule(high: u32, low: u32) -> Schedule {
    let mut all = [0; 64];
    let mut w = counter_block(high, low);
    macro_rules! step {
        ($t:literal) => {
            all[$t] = word!(w, $t).wrapping_add(K[$t]);
        };
    }
    sixty_four!(step);
    all
}

/// `DT(HMAC-SHA-256(K, C))` from the two pad states.
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
    let [a, b, c, d, e, _, _, last] = compress(outer, digest_block(&digest));
    dynamic_truncation(&[a, b, c, d, e], last)
}
