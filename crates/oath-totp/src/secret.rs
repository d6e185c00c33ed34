use crate::ct::{declassify, hide, in_range};
use crate::key::{Key, KeyError};
use crate::parameters::Algorithm;
use crate::traces;
use alloc::string::String;
use alloc::vec::Vec;
use base32ct::{Base32UpperUnpadded, Encoding as _};
use core::fmt;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The shared secret K, owned, on the heap, wiped when dropped.
///
/// No `Clone` and no `Display`; `Debug` shows the length only; `==` takes constant time. What reads it out is called
/// `expose_…`, so that it can be searched for.
///
/// ```
/// use oath_totp::{Algorithm, Secret};
/// let secret = Secret::from_base32("gezd gnbv gy3t qojq gezd gnbv gy3t qojq")?;
/// assert_eq!(secret.expose_bytes(), b"12345678901234567890");
/// let key = secret.key(Algorithm::Sha1)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Secret(Vec<u8>);

impl Secret {
    /// A copy of these bytes, at least one.
    ///
    /// # Errors
    /// [`SecretError::Empty`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        if bytes.is_empty() { Err(SecretError::Empty) } else { Ok(Self(bytes.to_vec())) }
    }

    /// Base32 (RFC 4648 §6) as people type it: upper or lower case, with ASCII white space and dashes anywhere, with or
    /// without `=` at the end. Left-over bits may be anything; they are dropped.
    ///
    /// Leakage: the characters are secret. The length, and where white space, dashes, padding and illegal characters
    /// stand, is public.
    ///
    /// # Errors
    /// [`SecretError`]: empty, an illegal character, or a length that no number of bytes has.
    pub fn from_base32(text: &str) -> Result<Self, SecretError> {
        let characters = collect(text, Class::base32)?;
        // A remainder of 1, 3 or 6 characters ends within a byte.
        if matches!(characters.len() & 7, 1 | 3 | 6) {
            return Err(SecretError::Length { characters: characters.len() });
        }
        let mut bytes = Self(Vec::with_capacity(characters.len()));
        traces::overwritten(|| {
            for group in characters.chunks(8) {
                let bits = group.iter().fold(0, |bits, c| bits << 5 | u64::from(five_bits(*c)));
                // Left-over bits stay below the last whole byte.
                let [_, _, _, whole @ ..] = (bits << ((8 - group.len()) * 5)).to_be_bytes();
                bytes.0.extend(whole.iter().take(group.len().wrapping_mul(5) >> 3));
            }
        });
        Ok(bytes)
    }

    /// Hexadecimal digits in either case, with ASCII white space, dashes and colons anywhere.
    ///
    /// Leakage: as [`from_base32`](Self::from_base32).
    ///
    /// # Errors
    /// [`SecretError`]: empty, an illegal character, or an odd number of digits.
    pub fn from_hex(text: &str) -> Result<Self, SecretError> {
        let characters = collect(text, Class::hex)?;
        let (pairs, odd) = characters.as_chunks::<2>();
        if !odd.is_empty() {
            return Err(SecretError::Length { characters: characters.len() });
        }
        Ok(Self(pairs.iter().map(|[high, low]| four_bits(*high) << 4 | four_bits(*low)).collect()))
    }

    /// A new random secret of 20 bytes (160 bits), what RFC 4226 §4 R6 recommends and every app takes.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    #[cfg(feature = "getrandom")]
    pub fn generate() -> Result<Self, getrandom::Error> {
        Self::generate_bytes(20)
    }

    /// A new random secret of `length` bytes. RFC 6238 §5.1 recommends the length of the hash: 20, 32 or 64.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    #[cfg(feature = "getrandom")]
    pub fn generate_bytes(length: usize) -> Result<Self, getrandom::Error> {
        let mut bytes = Self(alloc::vec![0; length.max(1)]);
        getrandom::fill(&mut bytes.0)?;
        Ok(bytes)
    }

    /// K itself.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        &self.0
    }

    /// K as Base32 in capitals without padding, in a string that is wiped when dropped.
    ///
    /// Leakage: K is secret, its length public.
    #[must_use]
    pub fn expose_base32(&self) -> Zeroizing<String> {
        traces::overwritten(|| Zeroizing::new(Base32UpperUnpadded::encode_string(&self.0)))
    }

    /// K as lower-case hexadecimal digits, in a string that is wiped when dropped.
    ///
    /// Leakage: K is secret, its length public.
    #[must_use]
    pub fn expose_hex(&self) -> Zeroizing<String> {
        traces::overwritten(|| Zeroizing::new(base16ct::lower::encode_string(&self.0)))
    }

    /// How many bytes K has: 1 and more. Public.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.0.len()
    }

    /// The key for HMAC; at least 16 bytes (128 bits).
    ///
    /// # Errors
    /// [`KeyError`] where K is shorter.
    pub fn key(&self, algorithm: Algorithm) -> Result<Key, KeyError> {
        Key::from_bytes(&self.0, algorithm)
    }

    /// The key for HMAC from 10 bytes (80 bits) on; see [`Key::legacy_from_bytes`].
    ///
    /// # Errors
    /// [`KeyError`] where K is shorter.
    pub fn legacy_key(&self, algorithm: Algorithm) -> Result<Key, KeyError> {
        Key::legacy_from_bytes(&self.0, algorithm)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret([{} bytes, elided])", self.0.len())
    }
}

impl ConstantTimeEq for Secret {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        // Whether they are equal is the outcome.
        declassify(self.ct_eq(other).unwrap_u8()) != 0
    }
}

impl Eq for Secret {}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Secret {}

/// What a byte of the text is. Public, the byte itself is not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Character,
    Separator,
    Padding,
    Illegal,
}

impl Class {
    fn base32(byte: u8) -> Self {
        let character = in_range(byte, b'A', b'Z') | in_range(byte, b'a', b'z') | in_range(byte, b'2', b'7');
        Self::declared(byte, character, in_range(byte, b'-', b'-'), in_range(byte, b'=', b'='))
    }

    fn hex(byte: u8) -> Self {
        let character = in_range(byte, b'0', b'9') | in_range(byte, b'A', b'F') | in_range(byte, b'a', b'f');
        Self::declared(byte, character, in_range(byte, b'-', b'-') | in_range(byte, b':', b':'), 0)
    }

    /// The layout of the text is public by the leakage model: here it is declared.
    fn declared(byte: u8, character: u8, dash: u8, padding: u8) -> Self {
        let separator = dash | in_range(byte, b' ', b' ') | in_range(byte, b'\t', b'\r');
        match declassify(hide(character | separator << 1 | padding << 2)) {
            1 => Self::Character,
            2 => Self::Separator,
            4 => Self::Padding,
            _ => Self::Illegal,
        }
    }
}

/// The characters of the alphabet, in order, without what may stand around them.
fn collect(text: &str, class: impl Fn(u8) -> Class) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut padded = None;
    // All characters before the first illegal one are ASCII, so that its byte index is its character index too.
    for (index, byte) in text.bytes().enumerate() {
        match class(byte) {
            Class::Separator => {}
            Class::Padding => padded = padded.or(Some(index)),
            Class::Character if padded.is_none() => characters.push(byte),
            Class::Character => return Err(SecretError::Illegal { index, kind: IllegalKind::BehindPadding }),
            Class::Illegal => {
                return Err(SecretError::Illegal {
                    index,
                    kind: IllegalKind::of(text.get(index..).unwrap_or_default()),
                });
            }
        }
    }
    if characters.is_empty() { Err(SecretError::Empty) } else { Ok(characters) }
}

/// What a character of the Base32 alphabet stands for, in either case: A to Z, 0 to 25; 2 to 7, 26 to 31. The decoder of
/// base32ct ends in a branch on whether all characters were legal; here that is known before.
///
/// Leakage: the character is secret.
const fn five_bits(character: u8) -> u8 {
    // Of the characters only letters have bit 6. Their low five bits count from 1, those of the digits from 18.
    (character & 31).wrapping_add(8).wrapping_sub((character >> 6).wrapping_mul(9))
}

/// What a hexadecimal digit stands for, in either case. Leakage: the digit is secret.
const fn four_bits(digit: u8) -> u8 {
    (digit & 15).wrapping_add((digit >> 6).wrapping_mul(9))
}

/// A text that is no secret. Says where and what kind, never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// No character at all.
    Empty,
    /// A character outside the alphabet.
    Illegal {
        /// Its place, in characters from 0.
        index: usize,
        /// What it is.
        kind: IllegalKind,
    },
    /// No whole number of bytes has this many characters.
    Length {
        /// How many there are, without separators and padding.
        characters: usize,
    },
}

/// What an illegal character is: enough to correct it, too little to give a secret away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IllegalKind {
    /// 0: probably the letter O.
    Zero,
    /// 1: probably the letter I or L.
    One,
    /// 8: probably the letter B.
    Eight,
    /// 9: no letter looks like it; probably the text is not Base32.
    Nine,
    /// A character of the alphabet behind `=`.
    BehindPadding,
    /// Any other ASCII character.
    Ascii,
    /// A character beyond ASCII: a typographic quote, a no-break space, a zero-width character…
    NonAscii,
}

impl IllegalKind {
    fn of(rest: &str) -> Self {
        match rest.chars().next() {
            Some('0') => Self::Zero,
            Some('1') => Self::One,
            Some('8') => Self::Eight,
            Some('9') => Self::Nine,
            Some(c) if c.is_ascii() => Self::Ascii,
            _ => Self::NonAscii,
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the secret is empty"),
            Self::Illegal { index, kind } => {
                let what = match kind {
                    IllegalKind::Zero => "the digit 0 is not in the alphabet; probably the letter O",
                    IllegalKind::One => "the digit 1 is not in the alphabet; probably the letter I or L",
                    IllegalKind::Eight => "the digit 8 is not in the alphabet; probably the letter B",
                    IllegalKind::Nine => "the digit 9 is not in the alphabet",
                    IllegalKind::BehindPadding => "a character follows the padding",
                    IllegalKind::Ascii => "the character is not in the alphabet",
                    IllegalKind::NonAscii => "the character is not ASCII",
                };
                write!(f, "the secret is malformed at position {}: {what}", index.saturating_add(1))
            }
            Self::Length { characters } => {
                write!(
                    f,
                    "the secret has {characters} characters, which no whole number of bytes has; one may be missing"
                )
            }
        }
    }
}

impl core::error::Error for SecretError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    #[test]
    fn debug_and_errors_do_not_show_the_secret() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret([20 bytes, elided])");
        assert_eq!(secret.expose_bytes(), b"12345678901234567890", "only where it is asked for");
        assert_eq!(
            Secret::from_base32("GEZDGNBVGY3TQOJ0").unwrap_err().to_string(),
            "the secret is malformed at position 16: the digit 0 is not in the alphabet; probably the letter O"
        );
    }

    #[test]
    fn secrets_are_equal_where_all_bytes_are() {
        let secret = |text: &str| Secret::from_bytes(text.as_bytes()).unwrap();
        let one = secret("12345678901234567890");
        assert_eq!(one, secret("12345678901234567890"));
        for other in ["02345678901234567890", "12345678901234567891", "1234567890123456789", "12345678901234567890\0"] {
            assert_ne!(one, secret(other));
        }
    }

    #[test]
    fn every_character_of_the_alphabets_stands_for_what_it_should_in_either_case() {
        for byte in 0..=255u8 {
            let c = char::from(byte);
            if let Some(place) = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c.to_ascii_uppercase()) {
                assert_eq!(usize::from(five_bits(byte)), place, "{c}");
            }
            if let Some(digit) = c.to_digit(16) {
                assert_eq!(u32::from(four_bits(byte)), digit, "{c}");
            }
        }
    }

    #[test]
    fn classes_over_all_bytes() {
        for byte in 0..=255u8 {
            let c = char::from(byte);
            let separator = c.is_ascii_whitespace() || c == '\x0b' || c == '-';
            let legal = c.is_ascii_alphabetic() || ('2'..='7').contains(&c);
            let class = Class::base32(byte);
            assert_eq!(class == Class::Character, legal, "{byte}");
            assert_eq!(class == Class::Separator, separator, "{byte}");
            assert_eq!(class == Class::Padding, c == '=', "{byte}");
            assert_eq!(Class::hex(byte) == Class::Character, c.is_ascii_hexdigit(), "{byte}");
            assert_eq!(Class::hex(byte) == Class::Separator, separator || c == ':', "{byte}");
        }
    }

    #[test]
    fn lengths_and_left_over_bits() {
        for length in 1..=80usize {
            let bytes: Vec<u8> = (0..length).map(|i| u8::try_from(i * 37 % 251).unwrap()).collect();
            let secret = Secret::from_bytes(&bytes).unwrap();
            assert_eq!(Secret::from_base32(&secret.expose_base32()).unwrap(), secret);
            assert_eq!(Secret::from_hex(&secret.expose_hex()).unwrap(), secret);
        }
        assert_eq!(Secret::from_base32("AB").unwrap(), Secret::from_base32("AA").unwrap(), "left-over bits");
        for text in ["A", "AAA", "AAAAAA", "AAAAAAAAA"] {
            assert_eq!(Secret::from_base32(text), Err(SecretError::Length { characters: text.len() }));
        }
        assert_eq!(Secret::from_hex("abc"), Err(SecretError::Length { characters: 3 }));
        assert_eq!(Secret::from_hex(" - "), Err(SecretError::Empty));
        assert_eq!(
            Secret::from_base32("AA==AA"),
            Err(SecretError::Illegal { index: 4, kind: IllegalKind::BehindPadding })
        );
        assert_eq!(
            Secret::from_base32("AA\u{200b}AA"),
            Err(SecretError::Illegal { index: 2, kind: IllegalKind::NonAscii })
        );
    }
}
