use super::super::{Fault, StoreError};
use super::access::Place;
use core::fmt;
use rusqlite::{Error, ErrorCode, ffi};
use std::io;

impl Place {
    /// A failure at this place: which file, and what is wrong with it.
    pub(super) fn fault(&self, fault: Fault, what: impl fmt::Display) -> StoreError {
        StoreError { fault, message: format!("{}: {what}", self.shown().display()) }
    }

    pub(super) fn missing(&self) -> StoreError {
        self.fault(Fault::Missing, "there is no such file")
    }

    pub(super) fn io(&self, error: &io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::NotFound => self.fault(Fault::Missing, "there is no such folder"),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                self.fault(Fault::ReadOnly, format_args!("may not be accessed ({error})"))
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => self.fault(Fault::Full, "no room is left"),
            _ => self.fault(Fault::Other, error),
        }
    }

    /// What an error of SQLite means.
    pub(super) fn sqlite(&self, error: &Error) -> StoreError {
        let Error::SqliteFailure(code, message) = error else {
            return match error {
                Error::ToSqlConversionFailure(error) => self.fault(Fault::Other, error),
                // Something stands in a table that this library does not write.
                _ => self.fault(Fault::Corrupt, format_args!("is damaged ({error})")),
            };
        };
        let known = ffi::Error::new(code.extended_code);
        let said = message.as_deref().unwrap_or_default();
        match known.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => self
                .fault(Fault::Busy, format_args!("was locked by another process for more than {:?}", self.patience())),
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => self.fault(Fault::ReadOnly, "cannot be written"),
            ErrorCode::CannotOpen if !self.exists() => self.missing(),
            ErrorCode::CannotOpen => self.fault(
                Fault::ReadOnly,
                "cannot be opened, or the files ending in -wal and -shm beside it cannot be made",
            ),
            ErrorCode::DiskFull => self.fault(Fault::Full, "no room is left"),
            ErrorCode::NotADatabase => self.fault(Fault::Corrupt, "is not a SQLite database"),
            // The queries are fixed: what SQLite does not understand of them (Unknown) is a table that is missing.
            ErrorCode::DatabaseCorrupt | ErrorCode::Unknown => {
                self.fault(Fault::Corrupt, format_args!("is damaged ({said})"))
            }
            ErrorCode::ConstraintViolation if is_taken(error) => {
                self.fault(Fault::Corrupt, format_args!("is damaged ({said})"))
            }
            _ => self.fault(Fault::Other, format_args!("{said} ({known})")),
        }
    }
}

/// Whether a record of this key, or with something that must be unique, exists already.
pub(super) fn is_taken(error: &Error) -> bool {
    error.sqlite_extended_error_code().is_some_and(|code| {
        [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID].contains(&code)
    })
}

/// Whether another connection is in the way.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Whether it is for want of a right to write, be it to the file or to its folder.
pub(super) fn is_read_only(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}
