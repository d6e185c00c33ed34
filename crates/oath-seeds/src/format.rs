use core::fmt;
use core::str::FromStr;

/// A layout of seed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `upn,serial number,secret key,time interval,manufacturer,model`: what Entra ID's upload takes.
    EntraCsv,
}

impl Format {
    /// Every format that is read and written.
    pub const ALL: &[Self] = &[Self::EntraCsv];

    /// Its stable name: `entra-csv`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntraCsv => "entra-csv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.iter().copied().find(|format| format.name().eq_ignore_ascii_case(text)).ok_or(UnknownFormat)
    }
}

/// A name that is no [`Format`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown seed file format: expected ")?;
        for (index, format) in Format::ALL.iter().enumerate() {
            write!(f, "{}{format}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownFormat {}

#[cfg(feature = "serde")]
impl serde::Serialize for Format {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(*format));
        }
        assert_eq!("pskc".parse::<Format>(), Err(UnknownFormat));
        assert_eq!(UnknownFormat.to_string(), "unknown seed file format: expected entra-csv");
    }
}
