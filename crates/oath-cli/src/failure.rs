//! How a command ends: exit statuses, and errors in three parts: what, where, what to do.

use crate::advice::advice;
use crate::output::{self, BAD, DIM, STRONG, count, shown, time, word};
use oath_directory::store::{Fault, StoreError};
use oath_directory::user_file::UserFileError;
use oath_directory::{Error, KeyRingError, Refusal, UploadError};
use oath_seeds::{Place, ReadError};
use oath_totp::CodeError;
use serde_json::json;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

/// The exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done or accepted.
    Done,
    /// 1: refused, or some rows failed.
    Refused,
    /// 2: wrong use or a fault.
    Fault,
}

impl Exit {
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Fault => 2,
        }
    }

    /// Done, unless something was refused.
    pub(crate) const fn refused_if(refused: bool) -> Self {
        if refused { Self::Refused } else { Self::Done }
    }
}

/// Why a command did not end as it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reader of the results has closed them (`oath … | head`): nothing to say.
    Unheard,
    /// To be told.
    Told(Box<Report>),
}

/// What a person is told, or a script.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) exit: Exit,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) place: Option<String>,
    pub(crate) action: String,
    /// What is not in the directory, where that is the reason: another name may be meant.
    pub(crate) missing: Option<Missing>,
}

/// A name that is not in the directory.
#[derive(Debug)]
pub(crate) enum Missing {
    /// A user name.
    User(String),
    /// A serial number.
    Token(String),
}

impl Failure {
    pub(crate) fn new(
        exit: Exit,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        let (code, message, action) = (code.into(), message.into(), action.into());
        Self::Told(Box::new(Report { exit, code, message, place: None, action, missing: None }))
    }

    /// A file that cannot be opened, read or written.
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        let (code, action) = match error.kind() {
            io::ErrorKind::NotFound => ("file-missing", "correct the name of the file or of its folder"),
            io::ErrorKind::PermissionDenied => ("file-forbidden", "ask for the right to use the file and its folder"),
            io::ErrorKind::IsADirectory => ("file-is-folder", "name a file in that folder"),
            _ => ("file-failed", "look at what the operating system says, then try again"),
        };
        let error = error.to_string();
        let error = error.split(" (os error").next().unwrap_or_default();
        Self::new(Exit::Fault, code, format!("{what}: {error}"), action).at(path)
    }

    /// About this file, if nothing nearer is known.
    pub(crate) fn at(self, path: &Path) -> Self {
        self.in_place(&path.to_string_lossy())
    }

    /// About this place, if nothing nearer is known.
    pub(crate) fn in_place(mut self, place: &str) -> Self {
        if let Self::Told(report) = &mut self {
            report.place.get_or_insert_with(|| place.to_owned());
        }
        self
    }
}

impl Report {
    pub(crate) fn write(&self, err: &mut dyn Write, json: bool) -> io::Result<()> {
        let Self { code, message, place, action, .. } = self;
        if json {
            // What a script gets has the place in the message, where it does not stand there already.
            let message = match place {
                Some(place) if !message.contains(place.as_str()) => format!("{place}: {message}"),
                _ => message.clone(),
            };
            output::json(err, &json!({"error": {"code": code, "message": message, "action": action}}))?;
        } else {
            writeln!(err, "{BAD}error{BAD:#}{DIM}[{code}]{DIM:#}: {STRONG}{}{STRONG:#}", shown(message))?;
            if let Some(place) = place {
                writeln!(err, "{DIM}  where:{DIM:#} {}", shown(place))?;
            }
            if !action.is_empty() {
                writeln!(err, "{DIM}  to do:{DIM:#} {}", shown(action))?;
            }
        }
        err.flush()
    }
}

/// Results that cannot be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Unheard;
        }
        let message = format!("the results cannot be written: {error}");
        Self::new(Exit::Fault, "output-failed", message, "see whether there is room where they go, then ask again")
            .in_place("standard output")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Store(StoreError { fault, message }) => {
                let action = match fault {
                    Fault::Missing => {
                        "create it with `oath init`, correct its name, or put a backup in its place with `oath restore`"
                    }
                    other => other.action(),
                };
                Self::new(Exit::Fault, fault.code(), message, action)
            }
            Error::Keys(error) => error.into(),
            other => Self::new(Exit::Fault, other.code(), other.to_string(), other.action()),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let mut failure = Self::new(Exit::Refused, refusal.code(), refusal.to_string(), refusal.action());
        if let (Self::Told(report), Refusal::ClockBehind { now, newest }) = (&mut failure, &refusal) {
            let (now, newest) = (time(*now), time(*newest));
            report.message =
                format!("the clock shows {now}, and the newest event of the directory was written at {newest}");
            report.action = format!(
                "set the clock right, since codes that were used in between would be good again. If {now} is right, that event was \
                 written by a clock that was ahead: add --at {now} --force"
            );
        }
        if let Self::Told(report) = &mut failure {
            report.missing = Missing::of(&refusal);
        }
        failure
    }
}

impl From<KeyRingError> for Failure {
    fn from(error: KeyRingError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self::new(exit, error.code(), error.to_string(), error.action())
    }
}

impl From<UserFileError> for Failure {
    fn from(error: UserFileError) -> Self {
        Self::new(Exit::Refused, error.code(), error.to_string(), error.action())
    }
}

impl Failure {
    /// A seed file that cannot be read, or not further.
    pub(crate) fn unread(error: &ReadError, path: &Path) -> Self {
        match error {
            ReadError::Io(error) => Self::file("the seed file cannot be read", path, error),
            ReadError::Refused(finding) => {
                let file = path.to_string_lossy();
                let place = match finding.place {
                    Place::File => file.to_string(),
                    place => format!("{file}, {place}"),
                };
                let failure = Self::new(Exit::Refused, finding.code(), &*finding.message, advice(finding));
                failure.in_place(&place)
            }
            ReadError::Changed => {
                let action = "see which program writes to it, and name the file once that has ended";
                Self::new(Exit::Fault, "seed-file-changed", error.to_string(), action).at(path)
            }
            other => Self::new(Exit::Refused, "seed-file-unreadable", other.to_string(), "").at(path),
        }
    }

    /// An upload of this file that did not come to its end.
    pub(crate) fn of_upload(error: UploadError, path: &Path) -> Self {
        match error {
            UploadError::Directory(error) => error.into(),
            UploadError::Unread { error, taken } => {
                let mut failure = Self::unread(&error, path);
                if let (Self::Told(report), Some(taken)) = (&mut failure, taken) {
                    let rows = count(taken.rows, "row", "rows");
                    report.message.push_str(&format!("; upload {} has taken the first {rows}", taken.id));
                    let file = path.to_string_lossy();
                    report.action.push_str(&format!(
                        ", then go on: `oath tokens upload {} --resume {}`",
                        word(&file),
                        taken.id
                    ));
                }
                failure
            }
            other => Self::new(Exit::Fault, "upload-failed", other.to_string(), "try again").at(path),
        }
    }
}

impl From<CodeError> for Failure {
    fn from(error: CodeError) -> Self {
        let action = "type the code as the token shows it: 123456, or in quotes \"123 456\"";
        Self::new(Exit::Refused, "code-malformed", error.to_string(), action)
    }
}
