//! Converts Rust's errors to the exceptions of `oath_totp._errors`. These are written in Python, because some of them are
//! a `ValueError` as well.

use core::fmt::Display;
use oath_directory::audit::Tampered;
use oath_directory::store::Fault;
use oath_directory::{Error, LocationError, Refusal, SegmentsError, UploadError};
use oath_seeds::{Finding, Place, ReadError};
use oath_totp::Rejected;
use pyo3::call::PyCallArgs;
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use std::io;
use std::path::Path;

/// An exception class, imported once.
pub(crate) struct Class {
    name: &'static str,
    found: PyOnceLock<Py<PyType>>,
}

impl Class {
    const fn new(name: &'static str) -> Self {
        Self { name, found: PyOnceLock::new() }
    }

    /// Makes the exception at once. PyO3's lazy way takes longer in all.
    pub(crate) fn error<'py>(&'static self, py: Python<'py>, arguments: impl PyCallArgs<'py>) -> PyErr {
        let made = self.found.import(py, "oath_totp._errors", self.name).and_then(|class| class.call1(arguments));
        made.map_or_else(|error| error, PyErr::from_value)
    }
}

static MISMATCH: Class = Class::new("Mismatch");
static NEXT_CODE_NEEDED: Class = Class::new("NextCodeNeeded");
static REPLAYED: Class = Class::new("Replayed");
static AMBIGUOUS: Class = Class::new("Ambiguous");
static LOCKED: Class = Class::new("Locked");
pub(crate) static MALFORMED_CODE: Class = Class::new("MalformedCode");
pub(crate) static SECRET_ERROR: Class = Class::new("SecretError");
pub(crate) static URI_ERROR: Class = Class::new("UriError");
pub(crate) static SEED_FILE_ERROR: Class = Class::new("SeedFileError");
static DIRECTORY_ERROR: Class = Class::new("DirectoryError");
static DIRECTORY_VALUE_ERROR: Class = Class::new("DirectoryValueError");

/// An error for a value of the right type that is out of range.
pub(crate) fn value_error(message: impl Display) -> PyErr {
    PyValueError::new_err(message.to_string())
}

/// An error for a value of the wrong type. It shows what was expected, never the value, which may be a secret.
pub(crate) fn type_error(expected: &'static str) -> PyErr {
    PyTypeError::new_err(expected)
}

pub(crate) fn rejected(py: Python<'_>, rejected: Rejected) -> PyErr {
    let class = match rejected {
        Rejected::Mismatch => &MISMATCH,
        Rejected::Replayed => &REPLAYED,
        Rejected::Ambiguous => &AMBIGUOUS,
    };
    // The classes have the texts.
    class.error(py, ())
}

pub(crate) fn secret_error(py: Python<'_>, error: impl Display) -> PyErr {
    SECRET_ERROR.error(py, (error.to_string(),))
}

pub(crate) fn read_error(py: Python<'_>, error: &ReadError) -> PyErr {
    match error {
        ReadError::Refused(finding) => finding_error(py, finding, 0),
        ReadError::Io(error) => os_error(error, None),
        other => PyOSError::new_err(other.to_string()),
    }
}

/// The error of an exported part of the audit log.
pub(crate) fn segments_error(py: Python<'_>, error: &SegmentsError, path: &Path) -> PyErr {
    match error {
        SegmentsError::Directory(error) => directory_error(py, error),
        SegmentsError::Tampered(error) => tampered(py, *error),
        SegmentsError::Io(error) => os_error(error, Some(path)),
        other => {
            let action = "name the file as it was exported, or export again";
            DIRECTORY_ERROR.error(py, (other.to_string(), "exported-file-damaged", action))
        }
    }
}

/// The error of an upload. Where it has taken some rows, a note says how to go on.
pub(crate) fn upload_error(py: Python<'_>, error: &UploadError) -> PyErr {
    match error {
        UploadError::Directory(error) => directory_error(py, error),
        UploadError::Unread { error, taken } => {
            let raised = read_error(py, error);
            if let Some(taken) = taken {
                let note =
                    format!("the first {} rows were taken: go on with upload(…, resume={})", taken.rows, taken.id);
                // Python 3.10 has no notes.
                let _ = raised.value(py).call_method1("add_note", (note,));
            }
            raised
        }
        other => PyOSError::new_err(other.to_string()),
    }
}

/// An error for what a finding says, and for the number of other errors.
pub(crate) fn finding_error(py: Python<'_>, finding: &Finding, others: usize) -> PyErr {
    let (code, action, line) = (finding.code(), finding.action.to_string(), finding.place.line());
    let mut message = finding.message.to_string();
    if line.is_none() && finding.place != Place::File {
        message = format!("{}: {message}", finding.place);
    }
    if others > 0 {
        message = format!("{message} ({others} more {})", if others == 1 { "error" } else { "errors" });
    }
    SEED_FILE_ERROR.error(py, (message, code, action, line))
}

/// The exception that Python's own `open` raises, such as `FileNotFoundError`.
pub(crate) fn os_error(error: &io::Error, file: Option<&Path>) -> PyErr {
    let text = error.to_string();
    let Some(number) = error.raw_os_error() else {
        let named = file.map(|file| format!("{}: {text}", file.display()));
        return io::Error::new(error.kind(), named.unwrap_or(text)).into();
    };
    let text = text.split(" (os error").next().unwrap_or_default().to_owned();
    match file {
        Some(file) => PyOSError::new_err((number, text, file.as_os_str().to_owned())),
        None => PyOSError::new_err((number, text)),
    }
}

pub(crate) fn directory_error(py: Python<'_>, error: &Error) -> PyErr {
    match error {
        Error::Refused(Refusal::Rejected | Refusal::WrongCode { .. }) => MISMATCH.error(py, ()),
        Error::Refused(Refusal::NextCodeNeeded { .. }) => NEXT_CODE_NEEDED.error(py, ()),
        Error::Refused(Refusal::Ambiguous { .. }) => AMBIGUOUS.error(py, ()),
        Error::Refused(Refusal::Upn(_)) => directory_value_error(py, error, error.code(), error.action()),
        Error::Refused(Refusal::Locked { retry_after }) => LOCKED.error(py, (*retry_after,)),
        other => DIRECTORY_ERROR.error(py, (other.to_string(), other.code(), other.action())),
    }
}

pub(crate) fn location_error(py: Python<'_>, error: &LocationError) -> PyErr {
    let (place, text) = (error.place(), error.to_string());
    let text = if text.contains(&*place) { text } else { format!("{place}: {text}") };
    let missing =
        matches!(error, LocationError::Directory { error: Error::Store(error), .. } if error.fault == Fault::Missing);
    let action = if missing { "make one with Directory.create, or name another" } else { error.action() };
    DIRECTORY_ERROR.error(py, (text, error.code(), action))
}

pub(crate) fn closed(py: Python<'_>) -> PyErr {
    let (what, action) = ("the directory is closed", "open it again with Directory.open");
    DIRECTORY_ERROR.error(py, (what, "directory-closed", action))
}

/// An error for a directory that was open at a fork without the hooks of Python's `os.fork`.
pub(crate) fn forked(py: Python<'_>) -> PyErr {
    let what = "the process was forked while the directory was open, and not by os.fork, or it is being forked now";
    let action = "open the directory in the child process, after the fork; in the parent process close it before";
    DIRECTORY_ERROR.error(py, (what, "directory-forked", action))
}

/// An error for a file that this process has open by other means than a directory.
pub(crate) fn in_use(py: Python<'_>, database: &Path) -> PyErr {
    let what = format!("{}: this process has the file open already, with sqlite3 perhaps", database.display());
    let action = "close the other connection first: two copies of SQLite in one process damage the database";
    DIRECTORY_ERROR.error(py, (what, "database-in-use", action))
}

/// An error for the file of an open directory that is opened again.
pub(crate) fn held(py: Python<'_>) -> PyErr {
    let what =
        "a Directory of this process has the file open, and to open it again would release the locks of its database";
    let action =
        "use Directory.backup, users, tokens or events, close the directory, or read the file in another process";
    DIRECTORY_ERROR.error(py, (what, "database-in-use", action))
}

pub(crate) fn tampered(py: Python<'_>, error: Tampered) -> PyErr {
    DIRECTORY_ERROR.error(py, (error.to_string(), "audit-tampered", error.action()))
}

/// An error for a text that is not a user name, the URL of a database, or a file of users.
pub(crate) fn directory_value_error(
    py: Python<'_>,
    error: impl Display,
    code: &'static str,
    action: &'static str,
) -> PyErr {
    DIRECTORY_VALUE_ERROR.error(py, (error.to_string(), code, action))
}
