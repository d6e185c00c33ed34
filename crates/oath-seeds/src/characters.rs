//! Text of UTF-16 and of Windows-1252 as UTF-8.
//!
//! Leakage: these functions branch on the range that a character is in, never within ASCII, which secrets are written in.

use zeroize::Zeroizing;

/// The order of the two bytes of a UTF-16 unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

/// How much of the input and of the output one call used, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

/// Decodes UTF-16 as far as `out` has room. A unit without its other half becomes U+FFFD. At the end of `bytes`, half a
/// character is left unread, unless they are the `last` ones: it becomes U+FFFD then.
pub(crate) fn utf_16(bytes: &[u8], order: ByteOrder, last: bool, out: &mut [u8]) -> Progress {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| match order {
        ByteOrder::Little => u16::from_le_bytes(*pair),
        ByteOrder::Big => u16::from_be_bytes(*pair),
    };
    let whole = bytes.len().saturating_sub(odd.len());
    let mut progress = Progress { read: 0, written: 0 };
    for decoded in char::decode_utf16(pairs.iter().map(unit)) {
        let (character, mut length) = match &decoded {
            Ok(character) => (*character, character.len_utf16().saturating_mul(2)),
            Err(_) => (char::REPLACEMENT_CHARACTER, 2),
        };
        if let Err(unpaired) = decoded
            && matches!(unpaired.unpaired_surrogate(), 0xd800..=0xdbff)
            && progress.read.saturating_add(length) == whole
        {
            if !last {
                return progress;
            }
            // It ends in the middle of the character's other half: one character is broken, not two.
            length = length.saturating_add(odd.len());
        }
        if !progress.push(character, length, out) {
            return progress;
        }
    }
    if last && progress.read < bytes.len() {
        progress.push(char::REPLACEMENT_CHARACTER, odd.len(), out);
    }
    progress
}

impl Progress {
    /// Writes a character that `length` bytes were read for, and returns whether there was room for it.
    fn push(&mut self, character: char, length: usize, out: &mut [u8]) -> bool {
        let end = self.written.saturating_add(character.len_utf8());
        let Some(room) = out.get_mut(self.written..end) else { return false };
        character.encode_utf8(room);
        self.read = self.read.saturating_add(length);
        self.written = end;
        true
    }
}

/// The characters of the bytes 0x80 to 0x9f in Windows-1252, by the [Encoding Standard](https://encoding.spec.whatwg.org/):
/// a byte without a character is the control character of the same number.
const HIGH: [char; 32] = [
    '\u{20ac}', '\u{0081}', '\u{201a}', '\u{0192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{02c6}',
    '\u{2030}', '\u{0160}', '\u{2039}', '\u{0152}', '\u{008d}', '\u{017d}', '\u{008f}', '\u{0090}', '\u{2018}',
    '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{02dc}', '\u{2122}', '\u{0161}',
    '\u{203a}', '\u{0153}', '\u{009d}', '\u{017e}', '\u{0178}',
];

/// The longest character of Windows-1252 in UTF-8, in bytes.
const LONGEST: usize = 3;

/// Decodes Windows-1252, whose every byte is a character. The room is made at once, for a string that grows leaves copies.
pub(crate) fn windows_1252(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(LONGEST)));
    text.extend(bytes.iter().map(|&byte| match byte.checked_sub(0x80).and_then(|high| HIGH.get(usize::from(high))) {
        Some(&character) => character,
        None => char::from(byte),
    }));
    text
}

/// Whether a whole line at the beginning is not UTF-8. Whether the head is cut within a character does not matter.
pub(crate) fn starts_as_windows_1252(head: &[u8]) -> bool {
    let end = |b: &u8| matches!(b, b'\n' | b'\r');
    let mut whole = head.split_inclusive(end).filter(|line| line.last().is_some_and(end));
    whole.any(|line| core::str::from_utf8(line).is_err())
}

/// The text with a replacement character for what is not UTF-8. Its room is made at once, for `String::from_utf8_lossy`
/// leaves a copy where its string grows.
pub(crate) fn lossy(bytes: &[u8]) -> Zeroizing<String> {
    let room = char::REPLACEMENT_CHARACTER.len_utf8();
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(room)));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
    use proptest::prelude::*;

    #[test]
    fn every_byte_of_windows_1252() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(*windows_1252(&all), WINDOWS_1252.decode_without_bom_handling(&all).0);
        for byte in 0..=255 {
            assert_eq!(*windows_1252(&[byte]), WINDOWS_1252.decode_without_bom_handling(&[byte]).0, "{byte:#x}");
        }
    }

    #[test]
    fn text_of_windows_1252_stays_in_one_place() {
        for bytes in [&b""[..], b"abc", &[b'\xe4'; 500], &[0x80; 500], b"a\xe4b\xf6"] {
            let text = windows_1252(bytes);
            assert_eq!(*text, WINDOWS_1252.decode_without_bom_handling(bytes).0);
            assert_eq!(text.capacity(), LONGEST * bytes.len(), "as it was made");
        }
    }

    /// Decodes what comes in pieces, into room of a given size.
    fn decoded(pieces: &[&[u8]], order: ByteOrder, room: usize) -> String {
        let (mut rest, mut text) = (Vec::new(), Vec::new());
        for (index, piece) in pieces.iter().enumerate() {
            rest.extend_from_slice(piece);
            let last = index + 1 == pieces.len();
            loop {
                let mut out = vec![0; room];
                let Progress { read, written } = utf_16(&rest, order, last, &mut out);
                text.extend_from_slice(&out[..written]);
                rest.drain(..read);
                if written == 0 {
                    break;
                }
            }
            assert!(rest.len() < if last { 1 } else { 4 }, "less than a character is left");
        }
        String::from_utf8(text).unwrap()
    }

    fn oracle(bytes: &[u8], order: ByteOrder) -> String {
        let mut decoder: Decoder = match order {
            ByteOrder::Little => UTF_16LE,
            ByteOrder::Big => UTF_16BE,
        }
        .new_decoder_without_bom_handling();
        let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap());
        let _ = decoder.decode_to_string(bytes, &mut text, true);
        text
    }

    #[test]
    fn utf_16_split_at_every_place() {
        let units = [
            0x61, 0xd83d, 0xde00, 0xde00, 0x20ac, 0xd83d, 0x62, 0xd83d, 0xd83d, 0xde00, 0xfeff, 0, 0xffff, 0xd800,
            0xdc00, 0xdbff, 0xdfff, 0xdbff,
        ];
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let mut bytes: Vec<u8> = units
                .iter()
                .flat_map(|unit: &u16| if order == ByteOrder::Big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            bytes.push(b'x');
            for end in 0..=bytes.len() {
                let bytes = &bytes[..end];
                let expected = oracle(bytes, order);
                for split in 0..=end {
                    let pieces = [&bytes[..split], &bytes[split..]];
                    assert_eq!(decoded(&pieces, order, 4), expected, "{order:?}, {end} bytes, split at {split}");
                    assert_eq!(decoded(&pieces, order, 64), expected, "{order:?}, {end} bytes, split at {split}");
                }
                let single: Vec<&[u8]> = bytes.chunks(1).chain([&b""[..]]).collect();
                assert_eq!(decoded(&single, order, 16), expected, "{order:?}, {end} bytes, one by one");
            }
        }
    }

    proptest! {
        #[test]
        fn utf_16_of_any_bytes(
            units in prop::collection::vec(prop_oneof![0..0x80u16, 0xd800..0xe000u16, any::<u16>()], 0..40),
            odd in any::<Option<u8>>(),
            split in any::<prop::sample::Index>(),
            room in 4..20usize,
        ) {
            let mut bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            bytes.extend(odd);
            let (head, tail) = bytes.split_at(split.index(bytes.len() + 1));
            for order in [ByteOrder::Little, ByteOrder::Big] {
                prop_assert_eq!(decoded(&[head, tail], order, room), oracle(&bytes, order));
            }
        }
    }

    #[test]
    fn texts_are_decoded_in_a_string_that_does_not_move() {
        for bytes in [&b""[..], b"abc", &[b'\xe4'; 500], &[0x80; 500], b"a\xe4b\xf6", "ä€😀".as_bytes()] {
            let text = lossy(bytes);
            assert_eq!(*text, String::from_utf8_lossy(bytes));
            assert!(text.capacity() == 3 * bytes.len(), "as it was made");
        }
    }
}
