use crate::Field;
use core::fmt;

/// A safe way to put a mistake right, as data: what to do, never the secret it is done to. A reader with
/// [`Repairs::Apply`](crate::Repairs::Apply) does it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// Take the row out of the one cell it stands in.
    UnwrapRow,
    /// Split the row at this character instead of the header's.
    SplitRowAt(char),
    /// Take spaces, dashes, quotes and invisible characters out of the secret.
    StripSecret,
    /// Read the secret as hex.
    SecretFromHex,
    /// Read the secret as Base32.
    SecretFromBase32,
    /// Take the `0x` before the secret off.
    StripHexPrefix,
    /// Take invisible characters out of the field.
    StripHidden(Field),
    /// Take the separators and quotes off that stand around the field.
    StripSeparators(Field),
    /// Take the spreadsheet notation `="…"` off the field.
    UnwrapFormula(Field),
    /// Write the user so.
    Upn(String),
    /// Write the interval so, in seconds.
    Interval(u32),
}

/// What it does, in a sentence that follows "to repair it, ".
impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnwrapRow => f.write_str("take the row out of the one cell it stands in"),
            Self::SplitRowAt('\t') => f.write_str("split the row at its tabs"),
            Self::SplitRowAt(c) => write!(f, "split the row at \"{c}\""),
            Self::StripSecret => f.write_str("take everything out of the secret that is no letter or digit"),
            Self::SecretFromHex => f.write_str("read the secret as hex and write the same bytes in Base32"),
            Self::SecretFromBase32 => f.write_str("read the secret as Base32 and write the same bytes in hex"),
            Self::StripHexPrefix => f.write_str("take the 0x before the secret off"),
            Self::StripHidden(field) => write!(f, "take the invisible characters out of the {field}"),
            Self::StripSeparators(field) => write!(f, "take the separators and quotes around the {field} off"),
            Self::UnwrapFormula(field) => write!(f, "keep what stands between the quotes of the {field}"),
            Self::Upn(upn) => write!(f, "write the upn as {upn}"),
            Self::Interval(seconds) => write!(f, "write the time interval as {seconds}"),
        }
    }
}
