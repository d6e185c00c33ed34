use crate::base32;
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
        traces::overwritten(|| Self::from_base32_leaving_traces(text))
    }

    /// The same for a caller that reads thousands of secrets: what the decoder leaves on the stack stays there until the
    /// caller calls [`overwrite_stack`](crate::overwrite_stack), after every few of them and after the last.
    /// [`from_base32`](Self::from_base32) does so each time, which takes longer than the decoding.
    ///
    /// Leakage: as [`from_base32`](Self::from_base32).
    ///
    /// # Errors
    /// As [`from_base32`](Self::from_base32).
    pub fn from_base32_leaving_traces(text: &str) -> Result<Self, SecretError> {
        // Nearly every text is a bare run, which is decoded where it stands.
        if base32::is_run(text.as_bytes()) {
            Self::of_run(text.as_bytes())
        } else {
            Self::of_run(&collect(text, Class::base32)?)
        }
    }

    /// The secret of a run of the Base32 alphabet.
    fn of_run(run: &[u8]) -> Result<Self, SecretError> {
        if !base32::is_whole(run.len()) {
            return Err(SecretError::Length { characters: run.len() });
        }
        Ok(Self(base32::decode(run)))
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
    /// [`GenerateError::NoRandomness`].
    #[cfg(feature = "getrandom")]
    pub fn generate() -> Result<Self, GenerateError> {
        Self::generate_bytes(20)
    }

    /// A new random secret of `length` bytes, at least 16 (RFC 4226 §4 R6). RFC 6238 §5.1 recommends the length of the
    /// hash: 20, 32 or 64.
    ///
    /// # Errors
    /// [`GenerateError`].
    #[cfg(feature = "getrandom")]
    pub fn generate_bytes(length: usize) -> Result<Self, GenerateError> {
        if length < Key::MIN_BYTES {
            return Err(GenerateError::Length { asked: length });
        }
        let mut bytes = Self(alloc::vec![0; length]);
        getrandom::fill(&mut bytes.0).map_err(|_| GenerateError::NoRandomness)?;
        Ok(bytes)
    }

    /// A second copy of K, wiped when dropped like the first. There is no `Clone`, so that copies can be searched for.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self(self.0.clone())
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
        traces::overwritten(|| self.expose_base32_leaving_traces())
    }

    /// The same for a caller that writes thousands of secrets: see
    /// [`from_base32_leaving_traces`](Self::from_base32_leaving_traces).
    ///
    /// Leakage: as [`expose_base32`](Self::expose_base32).
    #[must_use]
    pub fn expose_base32_leaving_traces(&self) -> Zeroizing<String> {
        Zeroizing::new(Base32UpperUnpadded::encode_string(&self.0))
    }

    /// K as lower-case hexadecimal digits, in a string that is wiped when dropped.
    ///
    /// Leakage: K is secret, its length public.
    #[must_use]
    pub fn expose_hex(&self) -> Zeroizing<String> {
        traces::overwritten(|| self.expose_hex_leaving_traces())
    }

    /// The same for a caller that writes thousands of secrets: see
    /// [`from_base32_leaving_traces`](Self::from_base32_leaving_traces).
    ///
    /// Leakage: as [`expose_hex`](Self::expose_hex).
    #[must_use]
    pub fn expose_hex_leaving_traces(&self) -> Zeroizing<String> {
        Zeroizing::new(base16ct::lower::encode_string(&self.0))
    }

    /// The length of K in bytes, at least 1. Public.
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
        Choice::from(equal(&self.0, &other.0))
    }
}

/// 1 where two secrets are equal, otherwise 0. It takes eight bytes at a time: `subtle` takes one after the other, and a
/// seed file compares every secret with several.
///
/// Leakage: the bytes are secret, and where they differ. The lengths are public.
fn equal(one: &[u8], other: &[u8]) -> u8 {
    if one.len() != other.len() {
        return 0;
    }
    let differing = |(a, b): (&[u8; 8], &[u8; 8])| u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
    // The last eight bytes overlap the eight before them, so that no byte is left over.
    let all = match one.last_chunk().zip(other.last_chunk()) {
        Some(last) => {
            let words = one.as_chunks().0.iter().zip(other.as_chunks().0);
            words.fold(differing(last), |all, words| all | differing(words))
        }
        None => one.iter().zip(other).fold(0, |all, (a, b)| all | u64::from(a ^ b)),
    };
    // Hidden, so that the loops cannot end at the first difference.
    let all = hide(all);
    let [differs, ..] = ((all | all.wrapping_neg()) >> 63).to_le_bytes();
    differs ^ 1
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        *self == *other.0
    }
}

/// Compares with the bytes of another secret, in constant time.
impl PartialEq<[u8]> for Secret {
    fn eq(&self, other: &[u8]) -> bool {
        // Whether they are equal is the outcome.
        declassify(equal(&self.0, other)) != 0
    }
}

impl Eq for Secret {}

impl Drop for Secret {
    fn drop(&mut self) {
        // At once: `zeroize` writes one byte after the other, and a seed file drops thousands.
        self.0.fill(0);
        zeroize::optimization_barrier(self.0.as_slice());
        // A vector with room to spare, which none of the constructors makes.
        if self.0.capacity() > self.0.len() {
            self.0.zeroize();
        }
    }
}

impl ZeroizeOnDrop for Secret {}

/// The class of a byte of the text. The class is public, the byte is secret.
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

    /// Declares the class public, as the leakage model says.
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

/// The characters of the alphabet in order, without separators and padding.
fn collect(text: &str, class: impl Fn(u8) -> Class) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut padded = None;
    // All characters before the first illegal one are ASCII, so that its byte index is its character index too.
    for (index, byte) in text.bytes().enumerate() {
        match class(byte) {
            Class::Separator => {}
            Class::Padding => padded = padded.or(Some(index)),
            Class::Character if padded.is_none() => characters.push(byte),
            Class::Character => return Err(SecretError::Illegal { index, kind: IllegalKind::AfterPadding }),
            Class::Illegal if is_uri(text) => return Err(SecretError::Uri),
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

/// Whether the text is an otpauth URI: begins with `otpauth:` or `otpauth-migration:`. Only asked of a text that is not a
/// secret already.
///
/// Leakage: the text is secret, the answer is public.
fn is_uri(text: &str) -> bool {
    let Some(head) = text.trim_start().as_bytes().first_chunk::<8>() else { return false };
    let head = head.map(|byte| byte | 0x20);
    declassify((head.ct_eq(b"otpauth:") | head.ct_eq(b"otpauth-")).unwrap_u8()) != 0
}

/// The value of a hexadecimal digit, in either case. Leakage: the digit is secret.
const fn four_bits(digit: u8) -> u8 {
    (digit & 15).wrapping_add((digit >> 6).wrapping_mul(9))
}

/// A new secret could not be made.
#[cfg(feature = "getrandom")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// Fewer than 16 bytes (128 bits) were asked for.
    Length {
        /// The number of bytes asked for.
        asked: usize,
    },
    /// The operating system has no randomness to give.
    NoRandomness,
}

#[cfg(feature = "getrandom")]
impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { asked } => write!(
                f,
                "a new secret of {asked} bytes is too short: ask for at least {} bytes (128 bits)",
                Key::MIN_BYTES
            ),
            Self::NoRandomness => f.write_str("the operating system gave no random bytes; try again later"),
        }
    }
}

#[cfg(feature = "getrandom")]
impl core::error::Error for GenerateError {}

/// A text that is not a secret. Says where and of what kind the fault is, never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// No character at all.
    Empty,
    /// The text is an otpauth URI; `KeyUri::parse` reads it.
    Uri,
    /// The secret is too short for a key. Only [`Totp::from_base32`](crate::Totp::from_base32) says this.
    Key(KeyError),
    /// A character outside the alphabet.
    Illegal {
        /// Its position, in characters, counted from 0.
        index: usize,
        /// The kind of the character.
        kind: IllegalKind,
    },
    /// No whole number of bytes has this many characters.
    Length {
        /// The number of characters, without separators and padding.
        characters: usize,
    },
}

/// The kind of an illegal character: enough to correct it, too little to reveal a secret.
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
    /// A character of the alphabet after `=`.
    AfterPadding,
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
            Self::Uri => f.write_str("this is an otpauth URI, not a secret; read it as a key URI"),
            Self::Key(error) => error.fmt(f),
            Self::Illegal { index, kind } => {
                let what = match kind {
                    IllegalKind::Zero => "the digit 0 is not in the alphabet; probably the letter O",
                    IllegalKind::One => "the digit 1 is not in the alphabet; probably the letter I or L",
                    IllegalKind::Eight => "the digit 8 is not in the alphabet; probably the letter B",
                    IllegalKind::Nine => "the digit 9 is not in the alphabet",
                    IllegalKind::AfterPadding => "a character follows the padding",
                    IllegalKind::Ascii => "the character is not in the alphabet",
                    IllegalKind::NonAscii => "the character is not ASCII",
                };
                write!(f, "the secret is malformed at position {}: {what}", index.saturating_add(1))
            }
            Self::Length { characters } => {
                write!(
                    f,
                    "the secret has {characters} characters, which is no whole number of bytes; check for a missing character"
                )
            }
        }
    }
}

impl core::error::Error for SecretError {}

#[cfg(test)]
mod tests;
