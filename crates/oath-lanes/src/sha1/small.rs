//! HMAC-SHA-1 with its rounds in loops, where a module must be small (`Path::Small`): the same few hundred bytes of code
//! once over a word, and once over four of them side by side.

use super::Sha1Pads;
use super::scalar::{counter_block, digest_block};
use crate::truncate::dynamic_truncation;
use core::array::from_fn;
use zeroize::Zeroize;

/// How many numbers are computed side by side.
const LANES: usize = 4;

/// A word of one state, or the same word of four.
trait Word: Copy {
    fn of(word: u32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn rotated<const BITS: u32>(self) -> Self;
}

impl Word for u32 {
    #[inline(always)]
    fn of(word: u32) -> Self {
        word
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn rotated<const BITS: u32>(self) -> Self {
        self.rotate_left(BITS)
    }
}

/// What takes the compiler several times the code to find by itself.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod four {
    use super::{LANES, Word};
    use core::arch::wasm32::{
        u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr, u32x4_splat, v128, v128_and, v128_or, v128_xor,
    };

    pub(super) type Four = v128;

    impl Word for v128 {
        #[inline(always)]
        fn of(word: u32) -> Self {
            u32x4_splat(word)
        }

        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            u32x4_add(self, other)
        }

        #[inline(always)]
        fn and(self, other: Self) -> Self {
            v128_and(self, other)
        }

        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            v128_xor(self, other)
        }

        #[inline(always)]
        fn rotated<const BITS: u32>(self) -> Self {
            v128_or(u32x4_shl(self, BITS), u32x4_shr(self, 32 - BITS))
        }
    }

    #[inline(always)]
    pub(super) const fn together([a, b, c, d]: [u32; LANES]) -> Four {
        u32x4(a, b, c, d)
    }

    #[inline(always)]
    pub(super) fn apart(four: Four) -> [u32; LANES] {
        [
            u32x4_extract_lane::<0>(four),
            u32x4_extract_lane::<1>(four),
            u32x4_extract_lane::<2>(four),
            u32x4_extract_lane::<3>(four),
        ]
    }
}

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod four {
    use super::{LANES, Word};

    pub(super) type Four = [u32; LANES];

    impl Word for Four {
        #[inline(always)]
        fn of(word: u32) -> Self {
            [word; LANES]
        }

        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            let ([a, b, c, d], [e, f, g, h]) = (self, other);
            [a.wrapping_add(e), b.wrapping_add(f), c.wrapping_add(g), d.wrapping_add(h)]
        }

        #[inline(always)]
        fn and(self, other: Self) -> Self {
            let ([a, b, c, d], [e, f, g, h]) = (self, other);
            [a & e, b & f, c & g, d & h]
        }

        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            let ([a, b, c, d], [e, f, g, h]) = (self, other);
            [a ^ e, b ^ f, c ^ g, d ^ h]
        }

        #[inline(always)]
        fn rotated<const BITS: u32>(self) -> Self {
            self.map(|word| word.rotate_left(BITS))
        }
    }

    #[inline(always)]
    pub(super) const fn together(words: [u32; LANES]) -> Four {
        words
    }

    #[inline(always)]
    pub(super) const fn apart(four: Four) -> [u32; LANES] {
        four
    }
}
use self::four::{Four, apart, together};

/// The compression function of SHA-1. The block is overwritten by the last words of its schedule.
#[inline(always)]
fn rounds<W: Word>(state: &mut [W; 5], block: &mut [W; 16]) {
    let start = *state;
    twenty(state, block, 0, 0x5a82_7999, |b, c, d| d.xor(b.and(c.xor(d))));
    twenty(state, block, 20, 0x6ed9_eba1, |b, c, d| b.xor(c).xor(d));
    // The majority of three bits: both sums below have no bit in common.
    twenty(state, block, 40, 0x8f1b_bcdc, |b, c, d| b.and(c).xor(d.and(b.xor(c))));
    twenty(state, block, 60, 0xca62_c1d6, |b, c, d| b.xor(c).xor(d));
    state.iter_mut().zip(start).for_each(|(word, start)| *word = word.plus(start));
}

/// Rounds `first` to `first + 19`.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "by a number below sixteen, which the compiler sees")]
fn twenty<W: Word>(state: &mut [W; 5], w: &mut [W; 16], first: usize, k: u32, f: impl Fn(W, W, W) -> W) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for t in first..first.saturating_add(20) {
        let back = |by: usize| w[t.wrapping_sub(by) & 15];
        if t >= 16 {
            w[t & 15] = back(3).xor(back(8)).xor(back(14)).xor(back(16)).rotated::<1>();
        }
        let next = a.rotated::<5>().plus(f(b, c, d)).plus(e).plus(W::of(k)).plus(w[t & 15]);
        (a, b, c, d, e) = (next, a, b.rotated::<30>(), c, d);
    }
    *state = [a, b, c, d, e];
}

#[inline(never)]
fn one(state: &mut [u32; 5], block: &mut [u32; 16]) {
    rounds(state, block);
}

#[inline(never)]
fn four(state: &mut [Four; 5], block: &mut [Four; 16]) {
    rounds(state, block);
}

/// As that of the crate `sha1`: blocks of bytes.
///
/// Leakage: the state and the blocks are secret, their number is public.
pub(super) fn compress(state: &mut [u32; 5], blocks: &[[u8; 64]]) {
    for block in blocks {
        let mut words = [0; 16];
        words.iter_mut().zip(block.as_chunks::<4>().0).for_each(|(word, four)| *word = u32::from_be_bytes(*four));
        one(state, &mut words);
        words.zeroize();
    }
}

/// The numbers of consecutive counters whose high word is the same.
///
/// Leakage: the pads and `out` are secret; the counter and the length of `out` are public.
pub(super) fn counters(pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    let mut low = low;
    for part in out.chunks_mut(LANES) {
        if let [number] = part {
            let mut digest = pads.inner;
            one(&mut digest, &mut counter_block(high, low));
            let mut block = digest_block(&digest);
            digest = pads.outer;
            one(&mut digest, &mut block);
            *number = dynamic_truncation(&digest, digest[4]);
            digest.zeroize();
            block.zeroize();
        } else {
            let mut block = counter_block(high, low).map(Four::of);
            block[1] = together(from_fn(|i| low.wrapping_add(u32::try_from(i).unwrap_or_default())));
            finish(pads.inner.map(Four::of), block, pads.outer.map(Four::of), part);
        }
        low = low.wrapping_add(u32::try_from(LANES).unwrap_or_default());
    }
}

/// The numbers of one counter under many keys; both slices have the same length.
///
/// Leakage: the pads and `out` are secret; the counter and the number of keys are public.
pub(super) fn keys(keys: &[&Sha1Pads], high: u32, low: u32, out: &mut [u32]) {
    for (keys, part) in keys.chunks(LANES).zip(out.chunks_mut(LANES)) {
        // Nobody asks for what a key that is not there gives.
        let none = [0; 5];
        let of = |pad: fn(&Sha1Pads) -> &[u32; 5]| {
            let [a, b, c, d]: [&[u32; 5]; LANES] = from_fn(|lane| keys.get(lane).map_or(&none, |key| pad(key)));
            let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
            let ([c0, c1, c2, c3, c4], [d0, d1, d2, d3, d4]) = (*c, *d);
            [[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2], [a3, b3, c3, d3], [a4, b4, c4, d4]].map(together)
        };
        finish(of(|key| &key.inner), counter_block(high, low).map(Four::of), of(|key| &key.outer), part);
    }
}

/// The numbers of four blocks of counters, as many of them as are asked for.
fn finish(inner: [Four; 5], block: [Four; 16], outer: [Four; 5], out: &mut [u32]) {
    let (mut digest, mut block) = (inner, block);
    four(&mut digest, &mut block);
    let [a, b, c, d, e] = digest;
    block = digest_block(&[0; 5]).map(Four::of);
    (block[0], block[1], block[2], block[3], block[4]) = (a, b, c, d, e);
    digest = outer;
    four(&mut digest, &mut block);
    let mut words = digest.map(apart);
    for (lane, number) in out.iter_mut().enumerate() {
        let digest = words.each_ref().map(|word| word.get(lane).copied().unwrap_or_default());
        *number = dynamic_truncation(&digest, digest[4]);
    }
    words.zeroize();
    (digest, block) = ([Four::of(0); 5], [Four::of(0); 16]);
    zeroize::optimization_barrier(&digest);
    zeroize::optimization_barrier(&block);
}

/// A hash by itself, to be compared with that of the crate.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::sha1::H0;
    use core::slice::from_ref;
    use sha1::Digest;

    #[test]
    fn it_is_sha_1() {
        for (length, text) in
            [(0u64, ""), (24, "abc"), (440, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabc")]
        {
            let mut block = [0; 64];
            block[..text.len()].copy_from_slice(text.as_bytes());
            block[text.len()] = 0x80;
            block[56..].copy_from_slice(&length.to_be_bytes());
            let mut state = H0;
            compress(&mut state, from_ref(&block));
            let bytes: [u8; 20] = from_fn(|i| state[i / 4].to_be_bytes()[i % 4]);
            assert_eq!(bytes, *::sha1::Sha1::digest(text), "{text:?}");
        }
    }
}
