use crate::ct;
use crate::parameters::{Digits, high};
use core::fmt;
use core::str::FromStr;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A one-time code of six to eight digits, typed by a person or computed by [`generate`](crate::Totp::generate).
///
/// Parse the typed text once, where it arrives, and derive nothing else from it. Comparison takes constant time; `Debug`
/// shows the length only; wiped when dropped. `Display` writes the code with its leading zeros and makes it public.
///
/// ```
/// use oath_totp::{Code, Digits};
/// let code: Code = "012345".parse()?;
/// assert_eq!(code.digits(), Digits::Six);
/// assert_eq!(Code::from_typed("012 345")?, code);
/// assert_eq!(code.to_string(), "012345");
/// # Ok::<(), oath_totp::CodeError>(())
/// ```
#[derive(Clone)]
pub struct Code {
    value: u32,
    digits: Digits,
}

impl Code {
    /// Reads six to eight ASCII digits and nothing else.
    ///
    /// Leakage: nothing about a candidate is secret.
    ///
    /// # Errors
    /// [`CodeError`] names the first character that is not a digit, or the number of digits.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        Self::from_digits(text.chars().enumerate())
    }

    /// Reads a code as people type and paste it: white space, dashes, minus signs, dots and invisible marks (direction
    /// marks, word joiners, zero-width characters) are dropped, and full-width digits (U+FF10 to U+FF19) are read as
    /// digits.
    ///
    /// # Errors
    /// [`CodeError`], its index counted in characters of `text`.
    pub fn from_typed(text: &str) -> Result<Self, CodeError> {
        let separator = |c: char| {
            // Dashes and the minus sign; then soft hyphen, zero-width characters, direction marks, word joiner and BOM.
            c.is_whitespace()
                || matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}')
                || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
                || matches!(c, '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
        };
        let narrow = |c: char| match u32::from(c).checked_sub(0xff10) {
            Some(digit) => char::from_digit(digit, 10).unwrap_or(c),
            None => c,
        };
        Self::from_digits(text.chars().enumerate().filter(|(_, c)| !separator(*c)).map(|(i, c)| (i, narrow(c))))
    }

    fn from_digits(characters: impl Iterator<Item = (usize, char)>) -> Result<Self, CodeError> {
        let mut value = 0u32;
        let mut found = 0u8;
        for (index, character) in characters {
            // `to_digit(10)` takes ASCII digits only.
            let digit = character.to_digit(10).ok_or(CodeError::NotADigit { index })?;
            value = value.wrapping_mul(10).wrapping_add(digit);
            found = found.saturating_add(1);
        }
        let digits = Digits::try_from(found).map_err(|_| CodeError::Length { found: found.into() })?;
        Ok(Self { value, digits })
    }

    /// A code given as a number without its leading zeros, and its number of digits.
    ///
    /// ```
    /// # use oath_totp::{Code, Digits};
    /// assert_eq!(Code::from_number(5924, Digits::Six)?, "005924".parse()?);
    /// assert!(Code::from_number(1_000_000, Digits::Six).is_err());
    /// # Ok::<(), oath_totp::CodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`CodeError::Length`] where the number has more digits than that.
    pub const fn from_number(number: u32, digits: Digits) -> Result<Self, CodeError> {
        if number < digits.bound() {
            Ok(Self { value: number, digits })
        } else {
            // Public: nothing about a candidate is secret.
            Err(CodeError::Length { found: length(number) })
        }
    }

    /// The code of a truncated HMAC, a number of 31 bits. Leakage: the number is secret.
    pub(crate) fn from_truncated(number: u32, digits: Digits) -> Self {
        Self { value: digits.reduce(number), digits }
    }

    /// The number of digits.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    /// The code as a number without its leading zeros, for bindings that pass numbers cheaper than texts.
    ///
    /// Leakage: the code is secret.
    #[must_use]
    pub const fn expose_number(&self) -> u32 {
        self.value
    }

    pub(crate) const fn value(&self) -> u32 {
        self.value
    }

    /// The code as ASCII digits with its leading zeros: the first [`digits`](Self::digits) bytes of the buffer.
    ///
    /// Leakage: the code is secret, its length public; no division.
    pub fn expose_ascii<'a>(&self, buffer: &'a mut [u8; 8]) -> &'a [u8] {
        let count = self.digits.count();
        // The last of eight digits, moved to the front.
        let unused = (buffer.len().saturating_sub(count)) << 3;
        *buffer = (eight_digits(self.value) >> unused).to_le_bytes();
        buffer.split_at(count).0
    }
}

/// The number of digits of a public number.
const fn length(number: u32) -> usize {
    match number.checked_ilog10() {
        #[expect(clippy::as_conversions, reason = "From is not const; at most 9")]
        Some(log) => log as usize + 1,
        None => 1,
    }
}

/// The digits of a number below 10^8 as ASCII, the first one lowest. Leakage: the number is secret; no division.
///
/// Halved three times, in all parts at once: by 10,000, by 100 and by 10, with reciprocals that are exact in these ranges.
const fn eight_digits(number: u32) -> u64 {
    let thousands = high(number, 109_951_163, 40);
    #[expect(clippy::as_conversions, reason = "From is not const")]
    let fours = thousands as u64 | (number.wrapping_sub(thousands.wrapping_mul(10_000)) as u64) << 32;
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    0x3030_3030_3030_3030 | tens | (twos - tens * 10) << 8
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

/// Writes the code with its leading zeros, which makes it public.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 8];
        let length = self.expose_ascii(&mut buffer).len();
        // Printing a code makes it public.
        let mut buffer = ct::declassify(buffer);
        let text = buffer.get(..length).and_then(|text| core::str::from_utf8(text).ok()).ok_or(fmt::Error)?;
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
        // Whether they are equal is the outcome.
        ct::declassify(self.ct_eq(other).unwrap_u8()) != 0
    }
}

impl Eq for Code {}

impl Drop for Code {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl ZeroizeOnDrop for Code {}

/// A text or a number that is not a one-time code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeError {
    /// The wrong number of digits.
    Length {
        /// The number of digits found; 255 stands for 255 or more.
        found: usize,
    },
    /// A character that is not a digit.
    NotADigit {
        /// Its position in the text, in characters, counted from 0.
        index: usize,
    },
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(f, "expected a code of 6, 7 or 8 digits; found {found} digits"),
            Self::NotADigit { index } => {
                write!(f, "expected digits only; the character at position {} is not a digit", index.saturating_add(1))
            }
        }
    }
}

impl core::error::Error for CodeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn codes_are_read_as_people_type_them_and_other_texts_are_refused_with_the_position() {
        for text in [
            "012345",
            "012 345",
            " 012-345\n",
            "０１２３４５",
            "012\u{a0}345",
            "012.345",
            "01–23–45",
            "\u{200e}012345\u{200f}",
            "012\u{2060}345",
            "012\u{2212}345",
            "\u{202a}012345\u{202c}",
            "\u{2066}012\u{ad}345\u{2069}",
            "\u{feff}012345",
        ] {
            assert_eq!(Code::from_typed(text).unwrap().to_string(), "012345", "{text:?}");
        }
        assert_eq!(Code::parse("012 345"), Err(CodeError::NotADigit { index: 3 }));
        assert_eq!(Code::parse("０12345"), Err(CodeError::NotADigit { index: 0 }));
        assert_eq!(Code::from_typed("01 2a45"), Err(CodeError::NotADigit { index: 4 }));
        assert_eq!(Code::parse(""), Err(CodeError::Length { found: 0 }));
        assert_eq!(Code::parse("12345"), Err(CodeError::Length { found: 5 }));
        assert_eq!(Code::parse("123456789"), Err(CodeError::Length { found: 9 }));
        assert_eq!(Code::parse(&"1".repeat(256)), Err(CodeError::Length { found: 255 }));
        assert!(Code::parse("٠١٢٣٤٥").is_err(), "digits of other scripts are not taken");
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
    #[cfg_attr(miri, ignore = "arithmetic on numbers, and slow there")]
    fn every_four_digits_and_a_sample_of_eight() {
        for number in 0..10_000 {
            let twice = number * 10_001;
            assert_eq!(eight_digits(twice).to_le_bytes(), *format!("{number:04}{number:04}").as_bytes());
        }
        for value in (0..100_000_000).step_by(997).chain([9_999, 10_000, 99_989_999, 99_990_000, 99_999_999]) {
            let code = Code { value, digits: Digits::Eight };
            assert_eq!(code.expose_ascii(&mut [0; 8]), format!("{value:08}").as_bytes());
        }
    }

    #[test]
    fn debug_does_not_show_the_code() {
        assert_eq!(format!("{:?}", Code::parse("123456").unwrap()), "Code([6 digits, elided])");
    }
}
