//! A directory on disk: one SQLite file, and its key ring in a file beside it or elsewhere.

mod create;

use crate::directory::Directory;
use crate::error::Error;
use crate::keys::KeyRing;
use crate::policy::Policy;
use crate::private_file;
use crate::store::{Missing, SqliteStore};
use core::fmt;
use core::str::FromStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A database as it is named: `sqlite:FILE`.
///
/// ```
/// # use oath_directory::SqliteUrl;
/// let url: SqliteUrl = "sqlite:oath.db".parse()?;
/// assert_eq!(url.path(), std::path::Path::new("oath.db"));
/// assert!("oath.db".parse::<SqliteUrl>().is_err());
/// # Ok::<(), oath_directory::MalformedUrl>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteUrl(PathBuf);

impl SqliteUrl {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The file of this path.
impl From<PathBuf> for SqliteUrl {
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

/// `sqlite:oath.db`.
impl Default for SqliteUrl {
    fn default() -> Self {
        Self(PathBuf::from("oath.db"))
    }
}

impl FromStr for SqliteUrl {
    type Err = MalformedUrl;

    fn from_str(url: &str) -> Result<Self, MalformedUrl> {
        let expected = || MalformedUrl::Expected(if url.is_empty() { "oath.db".to_owned() } else { url.to_owned() });
        let (scheme, path) = url.split_once(':').ok_or_else(expected)?;
        if scheme != "sqlite" {
            return Err(MalformedUrl::Scheme);
        }
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() { Err(expected()) } else { Ok(Self(PathBuf::from(path))) }
    }
}

/// A name that is no database's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedUrl {
    /// Not `sqlite:` and the name of a file; with what was given.
    Expected(String),
    /// A kind of database that is not known.
    Scheme,
}

impl fmt::Display for MalformedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(given) => write!(f, "expected sqlite:FILE, like sqlite:{given}"),
            Self::Scheme => f.write_str("only SQLite databases so far: expected sqlite:FILE, like sqlite:oath.db"),
        }
    }
}

impl core::error::Error for MalformedUrl {}

/// The two files of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The database.
    pub database: PathBuf,
    /// The key ring.
    pub keys: PathBuf,
    /// Where names that are not absolute begin; empty: the working directory.
    folder: PathBuf,
}

impl Files {
    /// A database and its key ring; without one, `oath.keys` beside the database.
    #[must_use]
    pub fn new(database: SqliteUrl, keys: Option<PathBuf>) -> Self {
        let SqliteUrl(database) = database;
        let keys = keys.unwrap_or_else(|| database.with_file_name("oath.keys"));
        Self { database, keys, folder: PathBuf::new() }
    }

    /// The same with names that begin in this folder; errors still name them as they were given.
    #[must_use]
    pub fn within(self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self }
    }

    /// The path of the database, with the folder that names begin in.
    #[must_use]
    pub fn database_path(&self) -> PathBuf {
        self.folder.join(&self.database)
    }

    /// The path of the key ring, with the folder that names begin in.
    fn keys_path(&self) -> PathBuf {
        self.folder.join(&self.keys)
    }

    /// Opens the directory; creates nothing.
    ///
    /// # Errors
    /// [`FilesError`]: no database, no key ring, one that others may read, or one that is not that of the database.
    pub async fn open(&self, policy: Policy) -> Result<Directory<SqliteStore>, FilesError> {
        let database = |error| self.failed(&self.database, error);
        let store = SqliteStore::open(&self.database_path(), Missing::Refuse);
        let store = store.map_err(|error| database(Error::Store(error)))?;
        let keys = self.read_keys()?;
        let directory = Directory::new(store, keys, policy).map_err(database)?;
        match directory.check_ring().await {
            Err(Error::Keys(error)) => Err(self.failed(&self.keys, error)),
            Err(error) => Err(database(error)),
            Ok(()) => Ok(directory),
        }
    }

    fn read_keys(&self) -> Result<KeyRing, FilesError> {
        let path = self.keys_path();
        if let Some(mode) = private_file::open_to_others(&path) {
            return Err(FilesError::KeyRingOpen { keys: self.keys.clone(), mode });
        }
        match fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => KeyRing::parse(&text).map_err(|error| self.failed(&self.keys, error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(self.keys_missing()),
            Err(error) => Err(FilesError::Io { what: "the key ring cannot be read", place: self.keys.clone(), error }),
        }
    }

    fn keys_missing(&self) -> FilesError {
        FilesError::KeyRingMissing { keys: self.keys.clone(), database: self.database.clone() }
    }

    fn failed(&self, place: &Path, error: impl Into<Error>) -> FilesError {
        FilesError::Directory { place: place.to_owned(), error: error.into() }
    }
}

/// Why a directory on disk was not opened or created. Nothing was changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum FilesError {
    /// There is a database already.
    DirectoryExists {
        /// The database.
        database: PathBuf,
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
    /// There is a database, and its key ring is missing.
    KeyRingMissing {
        /// The key ring.
        keys: PathBuf,
        /// The database.
        database: PathBuf,
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
        place: PathBuf,
        /// Why.
        error: Error,
    },
}

impl FilesError {
    /// The file that it is about.
    #[must_use]
    pub fn place(&self) -> &Path {
        match self {
            Self::DirectoryExists { database } => database,
            Self::KeyRingExists { keys } | Self::KeyRingOpen { keys, .. } | Self::KeyRingMissing { keys, .. } => keys,
            Self::Io { place, .. } | Self::Directory { place, .. } => place,
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
            Self::Io { .. } => "look at what the operating system says, then try again",
            Self::Directory { error, .. } => error.action(),
        }
    }

    /// Whether it is for the good of what is there, and no fault.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::DirectoryExists { .. } | Self::KeyRingExists { .. })
    }
}

impl fmt::Display for FilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DirectoryExists { database } => write!(f, "there is a directory already: {}", database.display()),
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
                "the key ring {} is missing; without it the secrets in {} cannot be opened, and no code can be verified",
                keys.display(),
                database.display()
            ),
            Self::Io { what, place, error } => write!(f, "{what}: {}: {error}", place.display()),
            Self::Directory { error, .. } => error.fmt(f),
        }
    }
}

impl core::error::Error for FilesError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Directory { error, .. } => Some(error),
            _ => None,
        }
    }
}
