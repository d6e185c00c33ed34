use crate::input::DamagedGzip;
use crate::{Finding, recognise};
use core::fmt;
use std::io;

/// Why a file cannot be read, or not further.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The input failed.
    Io(io::Error),
    /// It is no seed file that can be read; the finding says what it seems to be and what to do.
    Refused(Box<Finding>),
    /// It was read twice, and has changed in between.
    Changed,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the seed file could not be read: {error}"),
            Self::Refused(finding) => finding.fmt(f),
            Self::Changed => f.write_str("the seed file changed while it was read"),
        }
    }
}

impl core::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Refused(_) | Self::Changed => None,
        }
    }
}

/// An envelope that turns out to be damaged while it is read is a refusal, not a failure of the input.
impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        if DamagedGzip::is_in(&error) { recognise::damaged_gzip().into() } else { Self::Io(error) }
    }
}

impl From<Finding> for ReadError {
    fn from(refusal: Finding) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
