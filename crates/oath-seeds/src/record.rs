use crate::{Finding, Format, Severity};
use core::fmt;
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use std::sync::Arc;

/// One token of a seed file, ready for use. No `Clone`; `Debug` elides the secret.
#[derive(Debug)]
#[non_exhaustive]
pub struct Record {
    /// The line it begins on, from 1; 0 where it comes from no file.
    pub line: u64,
    /// The user it is for, as the directory writes it (a doubled single quote is one again).
    pub upn: Option<String>,
    /// The number printed on the back: text, its leading zeros matter.
    pub serial: String,
    /// K.
    pub secret: Secret,
    /// The hash.
    pub algorithm: Algorithm,
    /// How long a code is.
    pub digits: Digits,
    /// Time or counter.
    pub moving: Moving,
    /// Who made it; may be empty. The rows of a file share it: nearly all say the same.
    pub manufacturer: Arc<str>,
    /// What it is; may be empty. Shared like `manufacturer`.
    pub model: Arc<str>,
}

impl Record {
    /// A token with the parameters nearly all have: SHA-1, 6 digits, 30 s, no user, no maker.
    #[must_use]
    pub fn new(serial: impl Into<String>, secret: Secret) -> Self {
        Self {
            line: 0,
            upn: None,
            serial: serial.into(),
            secret,
            algorithm: Algorithm::Sha1,
            digits: Digits::Six,
            moving: Moving::Time { step: TimeStep::SECONDS_30 },
            manufacturer: Arc::default(),
            model: Arc::default(),
        }
    }
}

/// What moves the codes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moving {
    /// TOTP.
    Time {
        /// X and T0.
        step: TimeStep,
    },
    /// HOTP.
    Counter {
        /// C, the counter of the next code.
        counter: u64,
    },
}

/// One data row of a file: a record, or at least one error that says why it is none.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The token; `None` exactly where a finding is an error.
    pub record: Option<Record>,
    /// What there is to say about it.
    pub findings: Vec<Finding>,
    pub(crate) upn: Option<String>,
    pub(crate) serial: Option<String>,
}

impl Row {
    /// The user, as far as one could be read: for reports.
    #[must_use]
    pub fn upn(&self) -> Option<&str> {
        self.record.as_ref().and_then(|record| record.upn.as_deref()).or(self.upn.as_deref())
    }

    /// The serial number, as far as it could be read: for reports. `None` too where what stands in its place could be
    /// a secret that slipped into the wrong column.
    #[must_use]
    pub fn serial(&self) -> Option<&str> {
        self.record.as_ref().map(|record| record.serial.as_str()).or(self.serial.as_deref())
    }

    /// The findings for which it is no record.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// A whole file in memory.
#[derive(Debug)]
#[non_exhaustive]
pub struct SeedFile {
    /// The format it was read as.
    pub format: Format,
    /// The characters it was written in.
    pub encoding: Encoding,
    /// The tokens, in the order of the file.
    pub records: Vec<Record>,
    /// The rows that are none, in the order of the file; why is among the findings.
    pub failed: Vec<FailedRow>,
    /// What there is to say: about the file first, then by line.
    pub findings: Vec<Finding>,
}

/// A row that is no token, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedRow {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The user, as far as one could be read.
    pub upn: Option<String>,
    /// The serial number, as far as it could be read and is certainly no secret.
    pub serial: Option<String>,
}

/// How characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, ASCII included.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, what Western Windows calls ANSI. Decided line by line, so that this says: the first line beyond
    /// ASCII was of it.
    Windows1252,
}

impl Encoding {
    /// The name that IANA gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "windows-1252",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
