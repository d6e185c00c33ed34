//! Base64 of secrets.

use base64ct::{Base64Unpadded, Encoding as _};
use zeroize::Zeroizing;

/// Decodes standard Base64, with or without padding.
///
/// Leakage: the length is public, and whether the text is Base64.
pub(crate) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let padding = text.iter().rev().take_while(|b| **b == b'=').count();
    let digits = text.get(..text.len().saturating_sub(padding))?;
    if padding > 2 || (padding > 0 && text.len() & 3 != 0) {
        return None;
    }
    let mut bytes = Zeroizing::new(vec![0; digits.len()]);
    let length = Base64Unpadded::decode(digits, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

/// The same with white space anywhere, as XML has it.
///
/// Leakage: as [`decode`], and where the white space is.
pub(crate) fn decode_spaced(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if !text.bytes().any(|b| b.is_ascii_whitespace()) {
        return decode(text.as_bytes());
    }
    let mut bare = Zeroizing::new(Vec::with_capacity(text.len()));
    bare.extend(text.bytes().filter(|b| !b.is_ascii_whitespace()));
    decode(&bare)
}

/// Standard Base64 with padding.
///
/// Leakage: the length is public.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = base64ct::Base64::encoded_len(bytes);
    let mut text = Zeroizing::new(vec![0; length]);
    if base64ct::Base64::encode(bytes, &mut text).is_err() {
        // There is room for all of it.
        text.clear();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_with_and_without_padding() {
        for length in 0..70 {
            let bytes: Vec<u8> = (0..length).map(|i: u8| i.wrapping_mul(37) ^ 0xfb).collect();
            let text = encode(&bytes);
            assert_eq!(*text, data_encoding::BASE64.encode(&bytes).into_bytes());
            assert_eq!(decode(&text).as_deref(), Some(&bytes));
            let spaced: String = text.iter().flat_map(|b| ['\n', char::from(*b), ' ']).collect();
            assert_eq!(decode_spaced(&spaced).as_deref(), Some(&bytes));
            assert_eq!(decode(data_encoding::BASE64_NOPAD.encode(&bytes).as_bytes()).as_deref(), Some(&bytes));
        }
    }

    #[test]
    fn what_is_no_base64() {
        for text in ["A", "AA=", "AAA==", "AAAA=", "====", "A=AA", "AA A", "AA-_", "AB", "A\u{e4}AA"] {
            assert!(decode(text.as_bytes()).is_none(), "{text}");
        }
    }
}
