//! Base32 by eight characters at a time, without a branch, a table or a multiplication on them.

/// The bytes of a run of `A-Z`, `a-z` and `2-7` (RFC 4648 §6, either case); left-over bits are dropped. Other characters
/// give other bytes, never a panic: the caller has made sure that there are none.
///
/// `oath_totp::Secret::from_base32` decodes the same, character by character, whatever may stand between them: its time
/// is right for one secret, not for a million.
///
/// Leakage: the characters are secret, their number public.
pub(crate) fn decode(run: &[u8], bytes: &mut Vec<u8>) {
    bytes.clear();
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
}

/// Eight characters as 40 bits.
const fn decode_word(word: [u8; 8]) -> u64 {
    let characters = u64::from_be_bytes(word);
    // The low five bits of a letter are 1 to 26, of a digit 18 to 23; only letters have the bit 0x40. No byte borrows
    // from the next: 8 is added to all, then 9 taken from the letters.
    let letters = (characters >> 6) & 0x0101_0101_0101_0101;
    let nine = (letters << 3) | letters;
    let values = (characters & 0x1f1f_1f1f_1f1f_1f1f).wrapping_add(0x0808_0808_0808_0808).wrapping_sub(nine);
    // Pairs of 5 bits to 10, of 10 to 20, of 20 to 40.
    let tens = ((values >> 3) & 0x03e0_03e0_03e0_03e0) | (values & 0x001f_001f_001f_001f);
    let twenties = ((tens >> 6) & 0x000f_fc00_000f_fc00) | (tens & 0x0000_03ff_0000_03ff);
    ((twenties >> 12) & 0x0000_00ff_fff0_0000) | (twenties & 0x0000_0000_000f_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oath_totp::Secret;
    use proptest::prelude::*;

    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    #[test]
    fn every_character_at_every_place() {
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

    proptest! {
        #[test]
        fn agrees_with_the_decoder_of_oath_totp(text in "[A-Za-z2-7]{2,140}") {
            let mut bytes = Vec::new();
            decode(text.as_bytes(), &mut bytes);
            match Secret::from_base32(&text) {
                Ok(secret) => prop_assert_eq!(bytes.as_slice(), secret.expose_bytes()),
                Err(_) => prop_assert!(matches!(text.len() & 7, 1 | 3 | 6)),
            }
        }
    }
}
