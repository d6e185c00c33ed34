//! Blocks of 64 bytes, as the hashes take them: the key's and the counter's.

use zeroize::Zeroize;

/// The length of a block in bytes (B of RFC 2104).
const BLOCK: usize = 64;

/// Absorbs K into the states after the inner and the outer pad (RFC 2104 §4). Both states hold the hash's initial value
/// before. A key longer than a block is hashed first (RFC 2104 §2).
///
/// Leakage: the key is secret, its length is public. The copies of the key made here are wiped.
pub(crate) fn absorb<const S: usize>(
    key: &[u8],
    [inner, outer]: [&mut [u32; S]; 2],
    compress: impl Fn(&mut [u32; S], &[[u8; BLOCK]]),
) {
    let mut block = [[0; BLOCK]];
    if let Some(head) = block.as_flattened_mut().get_mut(..key.len()) {
        head.copy_from_slice(key);
    } else {
        hash(key, inner, block.as_flattened_mut(), &compress);
    }
    let pad = |block: &mut [[u8; BLOCK]; 1], with: u8| block.as_flattened_mut().iter_mut().for_each(|b| *b ^= with);
    pad(&mut block, 0x36);
    compress(inner, &block);
    pad(&mut block, 0x36 ^ 0x5c);
    compress(outer, &block);
    block.zeroize();
}

/// Writes the hash of a key that is longer than a block to the beginning of `digest`.
///
/// Leakage: the key is secret, its length is public.
fn hash<const S: usize>(
    key: &[u8],
    start: &[u32; S],
    digest: &mut [u8],
    compress: &impl Fn(&mut [u32; S], &[[u8; BLOCK]]),
) {
    let mut state = *start;
    let (blocks, rest) = key.as_chunks::<BLOCK>();
    compress(&mut state, blocks);
    // FIPS 180-4 §5.1.1: the remaining bytes, the end mark, zeros, and the length in bits in the last eight bytes.
    let mut last = [[0; BLOCK]; 2];
    let (last_blocks, _) = last.split_at_mut(if rest.len() < 56 { 1 } else { 2 });
    let bytes = last_blocks.as_flattened_mut();
    bytes.iter_mut().zip(rest.iter().chain(&[0x80])).for_each(|(to, from)| *to = *from);
    let bits = u64::try_from(key.len()).unwrap_or_default().wrapping_mul(8).to_be_bytes();
    bytes.iter_mut().rev().zip(bits.iter().rev()).for_each(|(to, from)| *to = *from);
    compress(&mut state, last_blocks);
    digest.iter_mut().zip(state.iter().flat_map(|word| word.to_be_bytes())).for_each(|(to, from)| *to = from);
    state.zeroize();
    last.zeroize();
}

/// A counter as the first two words of its block.
#[inline]
pub(crate) const fn halves(counter: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = counter.to_be_bytes();
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

/// A block of words as the bytes that the hash crates take.
///
/// Leakage: the words are secret.
pub(crate) fn block_bytes(words: &[u32; 16]) -> [u8; BLOCK] {
    let mut bytes = [0; BLOCK];
    for (four, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *four = word.to_be_bytes();
    }
    bytes
}
