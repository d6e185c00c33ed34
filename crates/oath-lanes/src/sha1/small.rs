//! HMAC-SHA-1 where a module must be small (`Path::Small`): one copy of the rounds over a word, and one over four of them
//! side by side.

use super::Sha1Pads;
use super::scalar::{self, counter_block, digest_block};
use super::word::{Four, LANES, Word, apart, together};
use crate::truncate::dynamic_truncation;
use core::array::from_fn;
use zeroize::Zeroize;

/// The compression function, once for whoever wants it.
#[inline(never)]
fn one(state: &[u32; 5], block: &[u32; 16]) -> [u32; 5] {
    scalar::compress(state, *block)
}

#[inline(never)]
fn four(state: &[Four; 5], block: &[Four; 16]) -> [Four; 5] {
    scalar::compress(state, *block)
}

/// As that of the crate `sha1`: blocks of bytes.
///
/// Leakage: the state and the blocks are secret, their number is public.
#[cfg_attr(not(oath_small), allow(dead_code, reason = "elsewhere the crate's is there in any case"))]
pub(super) fn compress(state: &mut [u32; 5], blocks: &[[u8; 64]]) {
    let mut words = [0; 16];
    for block in blocks {
        words.iter_mut().zip(block.as_chunks::<4>().0).for_each(|(word, four)| *word = u32::from_be_bytes(*four));
        *state = one(state, &words);
    }
    words.zeroize();
}

/// Whether four numbers side by side take less time than one after the other: not on an engine without vectors. Elsewhere
/// this path is there for the tests, which want to see both.
const SIDE_BY_SIDE: bool = cfg!(any(not(target_family = "wasm"), target_feature = "simd128"));

/// `DT(HMAC-SHA-1(K, C))`.
fn number(pads: &Sha1Pads, high: u32, low: u32) -> u32 {
    let mut block = digest_block(&one(&pads.inner, &counter_block(high, low)));
    let mut digest = one(&pads.outer, &block);
    let number = dynamic_truncation(&digest, digest[4]);
    digest.zeroize();
    block.zeroize();
    number
}

/// The numbers of consecutive counters whose high word is the same.
///
/// Leakage: the pads and `out` are secret; the counter and the length of `out` are public.
pub(super) fn counters(pads: &Sha1Pads, high: u32, low: u32, out: &mut [u32]) {
    let mut low = low;
    for part in out.chunks_mut(if SIDE_BY_SIDE { LANES } else { 1 }) {
        if let [alone] = part {
            *alone = number(pads, high, low);
        } else {
            let mut block = counter_block(high, low).map(Four::of);
            block[1] = together(from_fn(|i| low.wrapping_add(u32::try_from(i).unwrap_or_default())));
            finish(&pads.inner.map(Four::of), &block, &pads.outer.map(Four::of), part);
        }
        low = low.wrapping_add(u32::try_from(part.len()).unwrap_or_default());
    }
}

/// The numbers of one counter under many keys; both slices have the same length.
///
/// Leakage: the pads and `out` are secret; the counter and the number of keys are public.
pub(super) fn keys(keys: &[&Sha1Pads], high: u32, low: u32, out: &mut [u32]) {
    if !SIDE_BY_SIDE {
        return out.iter_mut().zip(keys).for_each(|(out, key)| *out = number(key, high, low));
    }
    let block = counter_block(high, low).map(Four::of);
    for (keys, part) in keys.chunks(LANES).zip(out.chunks_mut(LANES)) {
        // Nobody asks for what a key that is not there gives.
        let none = [0; 5];
        let of = |pad: fn(&Sha1Pads) -> &[u32; 5]| {
            let [a, b, c, d]: [&[u32; 5]; LANES] = from_fn(|lane| keys.get(lane).map_or(&none, |key| pad(key)));
            let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
            let ([c0, c1, c2, c3, c4], [d0, d1, d2, d3, d4]) = (*c, *d);
            [[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2], [a3, b3, c3, d3], [a4, b4, c4, d4]].map(together)
        };
        finish(&of(|key| &key.inner), &block, &of(|key| &key.outer), part);
    }
}

/// The numbers of four blocks of counters, as many of them as are asked for.
fn finish(inner: &[Four; 5], block: &[Four; 16], outer: &[Four; 5], out: &mut [u32]) {
    let mut block = digest_block(&four(inner, block));
    let mut words = four(outer, &block).map(apart);
    for (lane, number) in out.iter_mut().enumerate() {
        let digest = words.each_ref().map(|word| word.get(lane).copied().unwrap_or_default());
        *number = dynamic_truncation(&digest, digest[4]);
    }
    words.zeroize();
    block = [Four::of(0); 16];
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
            assert!(state.iter().flat_map(|word| word.to_be_bytes()).eq(::sha1::Sha1::digest(text)), "{text:?}");
        }
    }
}
