//! The one Base32 decoder (RFC 4648 §6): eight characters at a time, without a branch, a table or a division on them.
//!
//! `data-encoding` decodes by a table and `base32ct` branches on whether all characters were legal, so K passes through
//! neither.

use crate::ct::{declassify, hide};
use alloc::vec::Vec;

/// Whether the text is a run of `A-Z`, `a-z` and `2-7`, at least one, with nothing before, between or after them.
///
/// Leakage: the characters are secret. Whether any of them is outside the alphabet is public.
pub(crate) fn is_run(text: &[u8]) -> bool {
    // The compiler turns the loop into vector instructions.
    let outside = text.iter().fold(0u8, |outside, byte| outside | u8::from(!is_character(*byte)));
    !text.is_empty() && declassify(hide(outside)) == 0
}

/// Whether a byte is in the alphabet, in either case. Leakage: the byte is secret.
#[inline(always)]
const fn is_character(byte: u8) -> bool {
    let digit = byte.wrapping_sub(b'2') < 6;
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    digit | letter
}

/// Whether a run of so many characters ends on a whole byte. The number is public.
pub(crate) const fn is_whole(characters: usize) -> bool {
    !matches!(characters & 7, 1 | 3 | 6)
}

/// The bytes of a run of the alphabet in either case; left-over bits are dropped. Other characters give other bytes, never
/// a panic: the caller has checked that there are none.
///
/// Leakage: the characters are secret, their number is public.
pub(crate) fn decode(run: &[u8]) -> Vec<u8> {
    // The exact length: the vector never moves, which would leave a copy.
    let mut bytes = Vec::with_capacity(run.len().wrapping_mul(5) >> 3);
    let (words, rest) = run.as_chunks::<8>();
    for word in words {
        let [_, _, _, decoded @ ..] = decode_word(*word).to_be_bytes();
        bytes.extend_from_slice(&decoded);
    }
    if !rest.is_empty() {
        let mut word = [b'A'; 8];
        word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        let [_, _, _, decoded @ ..] = decode_word(word).to_be_bytes();
        bytes.extend(decoded.iter().take((rest.len().wrapping_mul(5)) >> 3));
    }
    bytes
}

/// Eight characters as 40 bits. Leakage: the characters are secret.
const fn decode_word(word: [u8; 8]) -> u64 {
    let characters = u64::from_be_bytes(word);
    // The low five bits of a letter are 1 to 26, of a digit 18 to 23; only letters have the bit 0x40. No byte borrows
    // from the next: 8 is added to all, then 9 taken from the letters.
    let letters = (characters >> 6) & 0x0101_0101_0101_0101;
    let nine = (letters << 3) | letters;
    let values = (characters & 0x1f1f_1f1f_1f1f_1f1f).wrapping_add(0x0808_0808_0808_0808).wrapping_sub(nine);
    // Pairs of 5 bits become 10, of 10 become 20, of 20 become 40.
    let tens = ((values >> 3) & 0x03e0_03e0_03e0_03e0) | (values & 0x001f_001f_001f_001f);
    let twenties = ((tens >> 6) & 0x000f_fc00_000f_fc00) | (tens & 0x0000_03ff_0000_03ff);
    ((twenties >> 12) & 0x0000_00ff_fff0_0000) | (twenties & 0x0000_0000_000f_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base32ct::{Base32Unpadded, Encoding as _};
    use proptest::prelude::*;

    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    #[test]
    fn every_character_at_every_position_has_its_value() {
        for place in 0..8 {
            for (value, character) in ALPHABET.iter().enumerate() {
                for character in [character.to_ascii_uppercase(), character.to_ascii_lowercase()] {
                    for other in [b'A', b'7', b'z'] {
                        let with = |c| {
                            let mut word = [other; 8];
                            word[place] = c;
                            decode_word(word)
                        };
                        let shift = 35 - 5 * place;
                        assert_eq!(with(character), with(b'A') | u64::try_from(value).unwrap() << shift);
                    }
                }
            }
        }
        assert_eq!(decode_word([b'A'; 8]), 0);
        assert_eq!(decode_word([b'7'; 8]), (1 << 40) - 1);
    }

    #[test]
    fn a_run_has_characters_of_the_alphabet_and_no_others() {
        for byte in 0..=255u8 {
            let legal = ALPHABET.contains(&byte.to_ascii_uppercase());
            assert_eq!(is_run(&[byte]), legal, "{byte}");
            assert_eq!(is_run(&[b'A', byte, b'7']), legal, "{byte}");
            assert_eq!(is_run(&[byte, byte]), legal, "two of {byte}");
        }
        assert!(!is_run(b""));
    }

    proptest! {
        #[test]
        #[cfg_attr(miri, ignore = "slow there")]
        fn agrees_with_base32ct_on_runs_without_left_over_bits(bytes in prop::collection::vec(any::<u8>(), 1..100)) {
            let text = Base32Unpadded::encode_string(&bytes);
            prop_assert!(is_run(text.as_bytes()) && is_whole(text.len()));
            prop_assert_eq!(decode(text.as_bytes()), bytes.clone());
            prop_assert_eq!(decode(text.to_uppercase().as_bytes()), bytes);
        }
    }
}
