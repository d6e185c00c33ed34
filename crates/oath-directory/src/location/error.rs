use crate::error::Error;
use core::fmt;
use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

/// Why a directory was not opened or created. What was there was not changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum LocationError {
    /// There is a directory already.
    DirectoryExists {
        /// The database.
        database: String,
    },
    /// There is a key ring already.
    KeyRingExists {
        /// The key ring.
        keys: PathBuf,
    },
    /// Others than its owner may read the key ring.
    KeyRingOpen {
        /// The key ring.
        keys: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is a directory, and its key ring is missing.
    KeyRingMissing {
        /// The key ring.
        keys: PathBuf,
        /// The database.
        database: String,
    },
    /// The key ring comes from a variable or a program, and is to be changed.
    KeyRingReadOnly {
        /// The key ring, as it was given.
        keys: PathBuf,
    },
    /// The variable or the program gave no key ring.
    KeyProvider {
        /// The key ring, as it was given.
        keys: PathBuf,
        /// What went wrong.
        what: String,
    },
    /// A file that is to be written is there already.
    FileExists {
        /// The file.
        file: PathBuf,
    },
    /// The log of a database lies where one is to be restored, and the database does not.
    LogInTheWay {
        /// The log.
        file: PathBuf,
    },
    /// The database is on a server, which makes backups in its own way.
    OnServer {
        /// The database.
        database: String,
    },
    /// The file is marked as format 1, in which no MAC binds the records to the key ring, and the caller has not accepted that.
    Unbound {
        /// The database.
        database: String,
    },
    /// A file cannot be read, written or looked up.
    Io {
        /// What cannot be done.
        what: &'static str,
        /// The file.
        place: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The database or the key ring is not what it must be.
    Directory {
        /// Which of the two.
        place: String,
        /// Why.
        error: Error,
    },
}

impl LocationError {
    /// The file or the database that it is about.
    #[must_use]
    pub fn place(&self) -> Cow<'_, str> {
        match self {
            Self::DirectoryExists { database } | Self::OnServer { database } | Self::Unbound { database } => {
                database.into()
            }
            Self::FileExists { file } | Self::LogInTheWay { file } => file.to_string_lossy(),
            Self::KeyRingExists { keys }
            | Self::KeyRingReadOnly { keys }
            | Self::KeyProvider { keys, .. }
            | Self::KeyRingOpen { keys, .. }
            | Self::KeyRingMissing { keys, .. } => keys.to_string_lossy(),
            Self::Io { place, .. } => place.to_string_lossy(),
            Self::Directory { place, .. } => place.into(),
        }
    }

    /// A stable name, in kebab case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DirectoryExists { .. } => "directory-exists",
            Self::KeyRingExists { .. } => "key-ring-exists",
            Self::KeyRingOpen { .. } => "key-ring-open",
            Self::KeyRingMissing { .. } => "key-ring-missing",
            Self::KeyRingReadOnly { .. } => "key-ring-read-only",
            Self::KeyProvider { .. } => "key-provider-failed",
            Self::FileExists { .. } => "file-exists",
            Self::LogInTheWay { .. } => "log-in-the-way",
            Self::OnServer { .. } => "database-on-server",
            Self::Unbound { .. } => "database-unbound",
            Self::Io { .. } => "file-failed",
            Self::Directory { error, .. } => error.code(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::DirectoryExists { .. } => "use it as it is, or name another database",
            Self::KeyRingExists { .. } => "move it to where it belongs, or name another file for the key ring",
            Self::KeyRingOpen { .. } => {
                "run `chmod 600` on it; if others may have read it, replace the key ring and the tokens"
            }
            Self::KeyRingMissing { .. } => {
                "restore it from its copy, or name it where it lies now; a new one would not open what the old one sealed"
            }
            Self::KeyRingReadOnly { .. } => {
                "do it with the key ring in a file that only you can read, and put its new content where the ring comes from"
            }
            Self::KeyProvider { .. } => "see that it gives the content of the key ring's file, and nothing else",
            Self::FileExists { .. } => "name another file, or move this one",
            Self::LogInTheWay { .. } => "move it to another folder, then restore again",
            Self::OnServer { .. } => {
                "use the server's own programs, such as pg_dump and pg_restore; after a restore run `oath restored`"
            }
            Self::Unbound { .. } => {
                "where you know that the file is of format 1 and that only the directory wrote to it, run `oath migrate \
                 --accept-unbound`, and compare `oath users list` and `oath tokens list` with what you know; else restore a \
                 backup"
            }
            Self::Io { .. } => "look at what the operating system says, then try again",
            Self::Directory { error, .. } => error.action(),
        }
    }

    /// Whether it is for the good of what is there, and no fault.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::DirectoryExists { .. }
                | Self::KeyRingExists { .. }
                | Self::KeyRingReadOnly { .. }
                | Self::LogInTheWay { .. }
                | Self::Unbound { .. }
        )
    }
}

impl fmt::Display for LocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DirectoryExists { database } => write!(f, "there is a directory already: {database}"),
            Self::KeyRingExists { keys } => write!(
                f,
                "there is a key ring already, and it is never overwritten: {}; it may belong to a directory elsewhere",
                keys.display()
            ),
            Self::KeyRingOpen { keys, mode } => write!(
                f,
                "the key ring {} can be read by others than its owner (mode {mode:03o}, expected 600)",
                keys.display()
            ),
            Self::KeyRingMissing { keys, database } => write!(
                f,
                "the key ring {} is missing; without it the secrets in {database} cannot be opened, and no code can be verified",
                keys.display()
            ),
            Self::KeyRingReadOnly { keys } => {
                write!(f, "the key ring comes from {}, where it can be read and not changed", keys.display())
            }
            Self::KeyProvider { keys, what } => {
                write!(f, "the key ring cannot be read from {}: {what}", keys.display())
            }
            Self::FileExists { file } => write!(f, "there is a file of this name already: {}", file.display()),
            Self::LogInTheWay { file } => {
                write!(f, "{} is the log of a database that is no longer there", file.display())
            }
            Self::OnServer { database } => {
                write!(f, "the database is on a server, and backups are made by the server: {database}")
            }
            Self::Unbound { database } => write!(
                f,
                "{database} is marked as format 1, in which no key protects the records: nothing shows whether its users, tokens, \
                 used codes and log are those that the directory wrote, and a file of a later format that was changed and marked \
                 as format 1 looks the same"
            ),
            Self::Io { what, place, error } => write!(f, "{what}: {}: {error}", place.display()),
            Self::Directory { error, .. } => error.fmt(f),
        }
    }
}

impl core::error::Error for LocationError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Directory { error, .. } => Some(error),
            _ => None,
        }
    }
}
