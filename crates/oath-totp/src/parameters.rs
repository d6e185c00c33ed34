use core::{fmt, str::FromStr};

/// The hash of the HMAC. RFC 4226 specifies SHA-1; RFC 6238 §1.2 adds SHA-256 and SHA-512.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Algorithm {
    /// HMAC-SHA-1, which nearly all tokens use.
    #[default]
    #[cfg_attr(feature = "serde", serde(rename = "SHA1"))]
    Sha1,
    /// HMAC-SHA-256.
    #[cfg_attr(feature = "serde", serde(rename = "SHA256"))]
    Sha256,
    /// HMAC-SHA-512.
    #[cfg_attr(feature = "serde", serde(rename = "SHA512"))]
    Sha512,
}

impl Algorithm {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// The name in an `otpauth://` URI: `SHA1`, `SHA256`, `SHA512`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Parses `SHA1`, `sha-1`, `HmacSHA1`, `HMAC-SHA-1` and similar spellings, in any case.
impl FromStr for Algorithm {
    type Err = AlgorithmError;

    fn from_str(text: &str) -> Result<Self, AlgorithmError> {
        const SPELLINGS: [(Algorithm, [&str; 2]); 3] = [
            (Algorithm::Sha1, ["sha1", "hmacsha1"]),
            (Algorithm::Sha256, ["sha256", "hmacsha256"]),
            (Algorithm::Sha512, ["sha512", "hmacsha512"]),
        ];
        let plain = || text.bytes().filter(|b| !matches!(b, b'-' | b'_')).map(|b| b.to_ascii_lowercase());
        SPELLINGS
            .into_iter()
            .find(|(_, names)| names.iter().any(|name| plain().eq(name.bytes())))
            .map(|(algorithm, _)| algorithm)
            .ok_or(AlgorithmError)
    }
}

/// A name that is not one of SHA1, SHA256 and SHA512.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlgorithmError;

impl fmt::Display for AlgorithmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown algorithm: expected SHA1, SHA256 or SHA512")
    }
}

impl core::error::Error for AlgorithmError {}

/// The number of digits of a code: Digit of RFC 4226 §5.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "u8", into = "u8"))]
pub enum Digits {
    /// Six: a blind guess is right with a probability of 1 in 1,000,000 for each step.
    #[default]
    Six,
    /// Seven.
    Seven,
    /// Eight.
    Eight,
}

impl Digits {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Six, Self::Seven, Self::Eight];

    /// The number: 6, 7 or 8.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::Six => 6,
            Self::Seven => 7,
            Self::Eight => 8,
        }
    }

    /// `10^Digit`: every code is less than this.
    pub(crate) const fn bound(self) -> u32 {
        match self {
            Self::Six => 1_000_000,
            Self::Seven => 10_000_000,
            Self::Eight => 100_000_000,
        }
    }

    /// `D = Snum mod 10^Digit`, RFC 4226 §5.3, for a number of 31 bits.
    ///
    /// Leakage: the number and the result are secret, the digits are public. The time of a hardware division depends on
    /// its operands, and a compiler may emit one even for a constant divisor (for wasm32 it does). Therefore this
    /// multiplies by the reciprocal. The result is exact for every 31-bit number; a test compares all of them.
    #[inline(always)]
    pub(crate) const fn reduce(self, number: u32) -> u32 {
        let (reciprocal, shift, power) = match self {
            Self::Six => (1_125_899_907, 50, 1_000_000),
            Self::Seven => (1_801_439_851, 54, 10_000_000),
            Self::Eight => (1_441_151_881, 57, 100_000_000),
        };
        number.wrapping_sub(high(number, reciprocal, shift).wrapping_mul(power))
    }

    /// 1 if `number mod 10^Digit == code`, otherwise 0, for a number of 31 bits. The code is the remainder if the
    /// difference is a multiple of 10^Digit. This is half the work of [`reduce`](Self::reduce) and a comparison.
    ///
    /// Leakage: the number and the result are secret, the digits and the code are public.
    #[inline(always)]
    pub(crate) const fn fits(self, number: u32, code: u32) -> u64 {
        // d is a multiple of 10^n = 5^n * 2^n if d / 5^n (mod 2^32), rotated right by n bits, is at most the greatest
        // quotient (Hacker's Delight, §10-17). A negative difference wraps, and the result is greater than that.
        let (inverse_of_power_of_5, n, greatest) = match self {
            Self::Six => (0x68c2_6139_u32, 6, 2147_u64),
            Self::Seven => (0xae8d_46a5, 7, 214),
            Self::Eight => (0x22e9_0e21, 8, 21),
        };
        let quotient = number.wrapping_sub(code).wrapping_mul(inverse_of_power_of_5).rotate_right(n);
        #[expect(clippy::as_conversions, reason = "From is not const")]
        {
            // The borrow of the subtraction.
            (quotient as u64).wrapping_sub(greatest + 1) >> 63
        }
    }
}

/// `(number * reciprocal) >> shift`, for quotients below 2^32.
#[inline(always)]
pub(crate) const fn high(number: u32, reciprocal: u32, shift: u32) -> u32 {
    #[expect(clippy::as_conversions, reason = "From is not const; the quotient fits")]
    {
        ((number as u64 * reciprocal as u64) >> shift) as u32
    }
}

impl TryFrom<u8> for Digits {
    type Error = DigitsError;

    fn try_from(count: u8) -> Result<Self, DigitsError> {
        match count {
            6 => Ok(Self::Six),
            7 => Ok(Self::Seven),
            8 => Ok(Self::Eight),
            _ => Err(DigitsError),
        }
    }
}

impl From<Digits> for u8 {
    fn from(digits: Digits) -> Self {
        match digits {
            Digits::Six => 6,
            Digits::Seven => 7,
            Digits::Eight => 8,
        }
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.count(), f)
    }
}

/// A number of digits that is not 6, 7 or 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DigitsError;

impl fmt::Display for DigitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown number of digits: expected 6, 7 or 8")
    }
}

impl core::error::Error for DigitsError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every 9,973rd of the 31-bit numbers and the edges. `cargo xtask exhaustive` compares all of them.
    #[test]
    #[cfg_attr(miri, ignore = "arithmetic on numbers, and slow there")]
    fn the_reduction_is_the_remainder() {
        let edges = [0, 1, 999_999, 1_000_000, 99_999_999, 100_000_000, 0x7fff_fffe, 0x7fff_ffff];
        for number in (0..=0x7fff_ffff).step_by(9_973).chain(edges) {
            for (digits, power) in Digits::ALL.into_iter().zip([1_000_000, 10_000_000, 100_000_000]) {
                assert_eq!(digits.reduce(number), number % power, "{number} to {digits} digits");
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "arithmetic on numbers, and slow there")]
    fn a_number_fits_its_code_and_no_other() {
        let edges = [0, 1, 967_296, 999_999, 1_000_000, 99_999_999, 100_000_000, 0x7fff_fffe, 0x7fff_ffff];
        for number in (0..=0x7fff_ffff).step_by(9_973).chain(edges) {
            for (digits, power) in Digits::ALL.into_iter().zip([1_000_000u32, 10_000_000, 100_000_000]) {
                for code in [0, 1, number % power, (number + 1) % power, (number % power).saturating_sub(1), power - 1]
                {
                    assert_eq!(
                        digits.fits(number, code) == 1,
                        number % power == code,
                        "{number}, {digits} digits, {code}"
                    );
                }
            }
        }
    }

    #[test]
    #[ignore = "3 × 10^9 comparisons: `cargo xtask exhaustive` runs it in a release build"]
    fn a_number_fits_its_code_and_not_the_next_for_every_31_bit_number() {
        for number in 0..=0x7fff_ffff {
            for (digits, power) in Digits::ALL.into_iter().zip([1_000_000, 10_000_000, 100_000_000]) {
                assert_eq!(digits.fits(number, number % power), 1, "{number} to {digits} digits");
                assert_eq!(digits.fits(number, (number + 1) % power), 0, "{number} to {digits} digits");
            }
        }
    }

    #[test]
    #[ignore = "6 × 10^9 reductions: `cargo xtask exhaustive` runs it in a release build"]
    fn the_reduction_is_the_remainder_for_every_31_bit_number() {
        for number in 0..=0x7fff_ffff {
            for (digits, power) in Digits::ALL.into_iter().zip([1_000_000, 10_000_000, 100_000_000]) {
                assert_eq!(digits.reduce(number), number % power, "{number} to {digits} digits");
            }
        }
    }

    #[test]
    fn six_seven_and_eight_digits_are_those_numbers_and_no_others_are() {
        for (digits, count) in Digits::ALL.into_iter().zip(6..) {
            assert_eq!((Digits::try_from(count), u8::from(digits), digits.count()), (Ok(digits), count, count.into()));
        }
        assert_eq!([0, 5, 9, 255].map(Digits::try_from), [Err(DigitsError); 4]);
    }

    #[test]
    fn algorithms_are_read_in_every_spelling_of_the_field() {
        for text in ["SHA1", "sha1", "SHA-1", "HmacSHA1", "hmacsha1", "HMAC-SHA-1", "HMAC_SHA1"] {
            assert_eq!(text.parse(), Ok(Algorithm::Sha1), "{text}");
        }
        assert_eq!("hmacsha256".parse(), Ok(Algorithm::Sha256));
        assert_eq!("SHA-512".parse(), Ok(Algorithm::Sha512));
        for text in ["", "SHA", "SHA2", "SHA224", "MD5", "SHA1 ", "SHA-3"] {
            assert_eq!(text.parse::<Algorithm>(), Err(AlgorithmError), "{text}");
        }
    }
}
