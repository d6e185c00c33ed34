use crate::ct;
use crate::parameters::{Digits, high};
use core::fmt;
use core::str::FromStr;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A one-time code of six to eight digits: what a person typed, or what [`generate`](crate::Totp::generate) computed.
///
/// Parse it once, at the edge, and derive nothing from the text itself. Comparison takes constant time; `Debug` shows
/// the length only; wiped when dropped. `Display` writes it with its leading zeros, and thereby publishes it.
///
/// ```
/// use oath_totp::{Code, Digits};
/// let code: Code = "012345".parse()?;
/// assert_eq!(code.digits(), Digits::Six);
/// assert_eq!(Code::from_typed("012 345")?, code);
/// assert_eq!(code.to_string(), "012345");
/// # Ok::<(), oath_totp::MalformedCode>(())
/// ```
#[derive(Clone)]
pub struct Code {
    value: u32,
    digits: Digits,
}

impl Code {
    /// Six to eight ASCII digits and nothing else.
    ///
    /// Leakage: nothing about a candidate is secret.
    ///
    /// # Errors
    /// [`MalformedCode`] names the first character that is no digit, or the number of digits.
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        Self::from_digits(text.chars().enumerate())
    }

    /// The same from what people type and paste: white space, dashes and dots between the digits are dropped, and
    /// full-width digits (U+FF10 to U+FF19) are read as digits.
    ///
    /// # Errors
    /// [`MalformedCode`], its index counted in characters of `text`.
    pub fn from_typed(text: &str) -> Result<Self, MalformedCode> {
        let separator = |c: char| {
            c.is_whitespace() || matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}' | '\u{feff}')
        };
        let narrow = |c: char| match u32::from(c).checked_sub(0xff10) {
            Some(digit) => char::from_digit(digit, 10).unwrap_or(c),
            None => c,
        };
        Self::from_digits(text.chars().enumerate().filter(|(_, c)| !separator(*c)).map(|(i, c)| (i, narrow(c))))
    }

    fn from_digits(characters: impl Iterator<Item = (usize, char)>) -> Result<Self, MalformedCode> {
        let mut value = 0u32;
        let mut found = 0u8;
        for (index, character) in characters {
            // `to_digit(10)` takes ASCII digits only.
            let digit = character.to_digit(10).ok_or(MalformedCode::NotADigit { index })?;
            value = value.wrapping_mul(10).wrapping_add(digit);
            found = found.saturating_add(1);
        }
        let digits = Digits::try_from(found).map_err(|_| MalformedCode::Length { found: found.into() })?;
        Ok(Self { value, digits })
    }

    /// The code of a truncated HMAC, a number of 31 bits. Leakage: the number is secret.
    pub(crate) fn from_truncated(number: u32, digits: Digits) -> Self {
        Self { value: digits.reduce(number), digits }
    }

    /// How many digits it has.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    pub(crate) const fn value(&self) -> u32 {
        self.value
    }

    /// The code as ASCII digits with its leading zeros: the first [`digits`](Self::digits) bytes of the buffer.
    ///
    /// Leakage: the code is secret, its length public; no division.
    pub fn expose_ascii<'a>(&self, buffer: &'a mut [u8; 8]) -> &'a [u8] {
        let mut rest = self.value;
        let (text, _) = buffer.split_at_mut(self.digits.count());
        for byte in text.iter_mut().rev() {
            // ⌊rest / 10⌋, exact below 2^32.
            let tenth = high(rest, 0xcccc_cccd, 35);
            let [digit, ..] = rest.wrapping_sub(tenth.wrapping_mul(10)).to_le_bytes();
            *byte = b'0' | digit;
            rest = tenth;
        }
        text
    }
}

impl FromStr for Code {
    type Err = MalformedCode;

    fn from_str(text: &str) -> Result<Self, MalformedCode> {
        Self::parse(text)
    }
}

/// Publishes the code.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 8];
        let text = core::str::from_utf8(ct::declassify(self.expose_ascii(&mut buffer))).map_err(|_| fmt::Error)?;
        let written = f.pad(text);
        buffer.zeroize();
        written
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code([{} digits, elided])", self.digits)
    }
}

impl ConstantTimeEq for Code {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.value.ct_eq(&other.value) & Choice::from(u8::from(self.digits == other.digits))
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Code {}

impl Drop for Code {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl ZeroizeOnDrop for Code {}

/// A text that is no one-time code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedCode {
    /// The wrong number of digits.
    Length {
        /// How many digits there were; 255 stands for 255 and more.
        found: usize,
    },
    /// A character that is no digit.
    NotADigit {
        /// Its place in the text, in characters from 0.
        index: usize,
    },
}

impl fmt::Display for MalformedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(f, "a code has 6, 7 or 8 digits; this has {found}"),
            Self::NotADigit { index } => {
                write!(f, "a code has digits only; the character at position {} is none", index.saturating_add(1))
            }
        }
    }
}

impl core::error::Error for MalformedCode {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn what_people_type_is_taken_and_what_is_no_code_is_refused_with_its_place() {
        for text in ["012345", "012 345", " 012-345\n", "０１２３４５", "012\u{a0}345", "012.345", "01–23–45"]
        {
            assert_eq!(Code::from_typed(text).unwrap().to_string(), "012345", "{text:?}");
        }
        assert_eq!(Code::parse("012 345"), Err(MalformedCode::NotADigit { index: 3 }));
        assert_eq!(Code::parse("０12345"), Err(MalformedCode::NotADigit { index: 0 }));
        assert_eq!(Code::from_typed("01 2a45"), Err(MalformedCode::NotADigit { index: 4 }));
        assert_eq!(Code::parse(""), Err(MalformedCode::Length { found: 0 }));
        assert_eq!(Code::parse("12345"), Err(MalformedCode::Length { found: 5 }));
        assert_eq!(Code::parse("123456789"), Err(MalformedCode::Length { found: 9 }));
        assert_eq!(Code::parse(&"1".repeat(256)), Err(MalformedCode::Length { found: 255 }));
        assert!(Code::parse("٠١٢٣٤٥").is_err(), "digits of other scripts are no digits here");
    }

    #[test]
    fn codes_keep_their_leading_zeros_and_their_length() {
        for (number, six, eight) in
            [(0, "000000", "00000000"), (7, "000007", "00000007"), (0x7fff_ffff, "483647", "47483647")]
        {
            assert_eq!(Code::from_truncated(number, Digits::Six).to_string(), six);
            assert_eq!(Code::from_truncated(number, Digits::Eight).to_string(), eight);
        }
        assert_ne!(Code::parse("012345").unwrap(), Code::parse("0012345").unwrap(), "the length counts");
    }

    #[test]
    fn debug_does_not_show_the_code() {
        assert_eq!(format!("{:?}", Code::parse("123456").unwrap()), "Code([6 digits, elided])");
    }
}
