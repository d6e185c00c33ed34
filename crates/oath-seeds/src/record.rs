use crate::check::Checks;
use crate::{Finding, Format, Place, Severity, Target};
use core::fmt;
use oath_totp::{Algorithm, Digits, Secret, TimeStep, UnixTime};
use std::sync::Arc;

/// One token of a seed file, ready for use. No `Clone`; `Debug` elides the secret.
#[derive(Debug)]
#[non_exhaustive]
pub struct Record {
    /// Where it stands in its file; [`Place::File`] where it comes from no file.
    pub place: Place,
    /// The user it is for, as the directory writes it (a doubled single quote is one again).
    pub upn: Option<String>,
    /// The number printed on the back: text, its leading zeros matter. `None` where the format has none, as an
    /// authenticator's export.
    pub serial: Option<String>,
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
    /// What only some formats have; `None` where the file says nothing of it.
    pub details: Option<Box<Details>>,
}

impl Record {
    /// A token with a serial number and the parameters that nearly all have: SHA-1, 6 digits, 30 s, no user, no maker.
    #[must_use]
    pub fn new(serial: impl Into<String>, secret: Secret) -> Self {
        Self { serial: Some(serial.into()), ..Self::unnumbered(secret) }
    }

    /// The same without a serial number.
    #[must_use]
    pub fn unnumbered(secret: Secret) -> Self {
        Self {
            place: Place::File,
            upn: None,
            serial: None,
            secret,
            algorithm: Algorithm::Sha1,
            digits: Digits::Six,
            moving: Moving::Time { step: TimeStep::SECONDS_30 },
            manufacturer: Arc::default(),
            model: Arc::default(),
            details: None,
        }
    }

    /// What only some formats have; all empty where the file says nothing of it.
    #[must_use]
    pub fn details(&self) -> &Details {
        const NONE: &Details = &Details::NONE;
        self.details.as_deref().unwrap_or(NONE)
    }

    /// The same, to be changed.
    pub fn details_mut(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// A name for messages and lists: the serial number, else issuer and account, else the user, else the place in the file.
    #[must_use]
    pub fn name(&self) -> String {
        self.own_name().unwrap_or_else(|| self.place.to_string())
    }

    /// The same without the place.
    pub(crate) fn own_name(&self) -> Option<String> {
        let details = self.details();
        match (&self.serial, &details.issuer, details.account.as_ref().or(self.upn.as_ref())) {
            (Some(serial), _, _) => Some(serial.clone()),
            (None, Some(issuer), Some(account)) => Some(format!("{issuer}:{account}")),
            (None, None, Some(name)) | (None, Some(name), None) => Some(name.clone()),
            (None, None, None) => None,
        }
    }
}

/// What only some formats have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Details {
    /// Who runs the service (otpauth's `issuer`).
    pub issuer: Option<String>,
    /// The account at that service, as the format writes it; not checked as a user principal name.
    pub account: Option<String>,
    /// The key's identifier (PSKC: `Key@Id`).
    pub key_id: Option<String>,
    /// From when the token may be used (PSKC: `StartDate`).
    pub start: Option<UnixTime>,
    /// Until when the token may be used (PSKC: `ExpiryDate`).
    pub expiry: Option<UnixTime>,
    /// By how many steps its clock is ahead (PSKC: `TimeDrift`).
    pub drift: Option<i64>,
    /// When a code was last accepted (the users file of the OATH Toolkit).
    pub last_used: Option<UnixTime>,
}

impl Details {
    const NONE: Self =
        Self { issuer: None, account: None, key_id: None, start: None, expiry: None, drift: None, last_used: None };
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
    /// Where it stands.
    pub place: Place,
    /// The token; `None` exactly where a finding is an error.
    pub record: Option<Record>,
    /// What there is to say about it.
    pub findings: Vec<Finding>,
    /// Of a row that is no record. In a box: nearly every row is one, and rows are moved.
    pub(crate) failed: Option<Box<Failed>>,
}

/// What is left of a row that is no record.
#[derive(Debug, Default)]
pub(crate) struct Failed {
    /// What a report may show.
    pub(crate) upn: Option<String>,
    /// The same.
    pub(crate) serial: Option<String>,
    /// What could be read of the row, for the target to judge, too. What could not be read is a value that every target
    /// takes.
    pub(crate) draft: Option<Record>,
}

impl Row {
    /// A row that is a record.
    pub(crate) fn of(record: Record, findings: Vec<Finding>) -> Self {
        Self { place: record.place, record: Some(record), findings, failed: None }
    }

    /// The record where the checks found no error; else a row that is none, with what a report may show of it: the user and the
    /// serial number.
    pub(crate) fn new(
        record: Option<Record>,
        checks: Checks,
        shown: impl FnOnce() -> (Option<String>, Option<String>),
    ) -> Self {
        match record {
            Some(record) if !checks.failed() => Self::of(record, checks.findings),
            draft => {
                let (upn, serial) = shown();
                let failed = Failed { upn, serial, draft };
                Self { place: checks.place(), record: None, findings: checks.findings, failed: Some(Box::new(failed)) }
            }
        }
    }

    /// A row of which nothing could be read but what a report may show of it.
    pub(crate) fn failed(checks: Checks, upn: Option<String>, serial: Option<String>) -> Self {
        Self::new(None, checks, || (upn, serial))
    }

    /// What a report may show of a row that is no record.
    pub(crate) fn into_failed(self) -> FailedRow {
        let Failed { upn, serial, .. } = self.failed.map(|failed| *failed).unwrap_or_default();
        FailedRow { place: self.place, upn, serial }
    }

    /// The user, as far as one could be read: for reports.
    #[must_use]
    pub fn upn(&self) -> Option<&str> {
        self.record.as_ref().and_then(|record| record.upn.as_deref()).or_else(|| self.failed.as_ref()?.upn.as_deref())
    }

    /// The serial number, as far as it could be read: for reports. `None` too where what stands in its place could be
    /// a secret that slipped into the wrong column.
    #[must_use]
    pub fn serial(&self) -> Option<&str> {
        self.record
            .as_ref()
            .and_then(|record| record.serial.as_deref())
            .or_else(|| self.failed.as_ref()?.serial.as_deref())
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
    /// The system whose rules the records were checked against.
    pub target: Target,
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
    /// Where it stands.
    pub place: Place,
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
