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

#[cfg(test)]
mod tests {
    use super::super::Missing;
    use super::*;
    use core::time::Duration;

    fn failure(code: i32) -> Error {
        Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn every_failure_has_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oath.db");
        let place = Place::open(&path, Missing::Create, Duration::from_secs(1)).unwrap();
        for (kind, fault) in [
            (io::ErrorKind::NotFound, Fault::Missing),
            (io::ErrorKind::PermissionDenied, Fault::ReadOnly),
            (io::ErrorKind::ReadOnlyFilesystem, Fault::ReadOnly),
            (io::ErrorKind::StorageFull, Fault::Full),
            (io::ErrorKind::QuotaExceeded, Fault::Full),
            (io::ErrorKind::NotADirectory, Fault::Other),
        ] {
            assert_eq!(place.io(&kind.into()).fault, fault, "{kind}");
        }
        for (code, fault) in [
            (ffi::SQLITE_BUSY, Fault::Busy),
            (ffi::SQLITE_LOCKED, Fault::Busy),
            (ffi::SQLITE_PROTOCOL, Fault::Busy),
            (ffi::SQLITE_READONLY, Fault::ReadOnly),
            (ffi::SQLITE_PERM, Fault::ReadOnly),
            (ffi::SQLITE_CANTOPEN, Fault::ReadOnly),
            (ffi::SQLITE_FULL, Fault::Full),
            (ffi::SQLITE_NOTADB, Fault::Corrupt),
            (ffi::SQLITE_CORRUPT, Fault::Corrupt),
            (ffi::SQLITE_ERROR, Fault::Corrupt),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, Fault::Corrupt),
            (ffi::SQLITE_CONSTRAINT_PRIMARYKEY, Fault::Corrupt),
            (ffi::SQLITE_CONSTRAINT_CHECK, Fault::Other),
            (ffi::SQLITE_IOERR, Fault::Other),
        ] {
            let error = place.sqlite(&failure(code));
            assert_eq!(error.fault, fault, "{code}: {error}");
            assert!(error.message.starts_with(&*path.to_string_lossy()), "{error}");
        }
        let unsaid = Error::ToSqlConversionFailure(Box::new(io::Error::other("why")));
        assert_eq!(place.sqlite(&unsaid).fault, Fault::Other);
        assert_eq!(place.sqlite(&Error::QueryReturnedNoRows).fault, Fault::Corrupt);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(place.sqlite(&failure(ffi::SQLITE_CANTOPEN)).fault, Fault::Missing);
        let of = |code| (is_busy(&failure(code)), is_read_only(&failure(code)));
        assert_eq!(of(ffi::SQLITE_BUSY), (true, false));
        assert_eq!(of(ffi::SQLITE_LOCKED), (true, false));
        assert_eq!(of(ffi::SQLITE_CANTOPEN), (false, true));
        assert_eq!(of(ffi::SQLITE_READONLY), (false, true));
        assert_eq!(of(ffi::SQLITE_FULL), (false, false));
    }
}
