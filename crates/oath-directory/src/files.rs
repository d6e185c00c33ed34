//! A directory on disk: one SQLite file, and its key ring in a file beside it or elsewhere.

use crate::audit::Actor;
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{KeyRing, KeyRingError};
use crate::policy::Policy;
use crate::private_file;
use crate::store::{Missing, SqliteStore, Store, TokenFilter};
use core::fmt;
use core::str::FromStr;
use oath_totp::UnixTime;
use std::fs;
use std::io::{self, ErrorKind, Write};
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

    /// Opens the directory; creates nothing.
    ///
    /// # Errors
    /// [`FilesError`]: no database, no key ring, or one that does not open what is in the database.
    pub async fn open(&self, policy: Policy) -> Result<Directory<SqliteStore>, FilesError> {
        let database = |error| self.failed(&self.database, error);
        let store = SqliteStore::open(&self.folder.join(&self.database), Missing::Refuse);
        let store = store.map_err(|error| database(Error::Store(error)))?;
        let keys = self.read_keys()?;
        let any = store.tokens(TokenFilter::default(), None, 1).await.map_err(|error| database(Error::Store(error)))?;
        if let Some(listed) = any.first().filter(|listed| !keys.holds(&listed.token.sealed.key)) {
            let (key, serial) = (listed.token.sealed.key.clone(), listed.token.serial.clone());
            return Err(self.failed(&self.keys, KeyRingError::Lacking { key, serial }));
        }
        Directory::new(store, keys, policy).map_err(database)
    }

    /// Creates the key ring and the database, or neither.
    ///
    /// # Errors
    /// [`FilesError`]; a file that is there already is never overwritten.
    pub async fn create(
        &self,
        actor: &Actor,
        now: UnixTime,
        policy: Policy,
    ) -> Result<Directory<SqliteStore>, FilesError> {
        let (database, keys) = (self.folder.join(&self.database), self.folder.join(&self.keys));
        let io = |what, path: &Path, error| FilesError::Io { what, place: path.to_owned(), error };
        let there = |path: &Path| path.try_exists();
        if there(&database).map_err(|error| io("the database cannot be looked up", &self.database, error))? {
            return Err(if there(&keys).unwrap_or(true) {
                FilesError::DirectoryExists { database: self.database.clone() }
            } else {
                self.keys_missing()
            });
        }
        let ring = KeyRing::generate().map_err(|error| self.failed(&self.keys, error))?;
        if let Err(error) = write_keys(&keys, &ring) {
            return Err(match error.kind() {
                ErrorKind::AlreadyExists => FilesError::KeyRingExists { keys: self.keys.clone() },
                _ => io("the key ring cannot be created", &self.keys, error),
            });
        }
        let created = founded(&database, ring, actor, now, policy).await;
        if created.is_err() {
            // This very call made them, and nothing is in them.
            let beside = |end: &str| {
                let mut name = database.clone().into_os_string();
                name.push(end);
                PathBuf::from(name)
            };
            for made in [&keys, &database, &beside("-wal"), &beside("-shm")] {
                let _ = fs::remove_file(made);
            }
        }
        created.map_err(|error| self.failed(&self.database, error))
    }

    fn read_keys(&self) -> Result<KeyRing, FilesError> {
        match fs::read_to_string(self.folder.join(&self.keys)).map(Zeroizing::new) {
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

async fn founded(
    database: &Path,
    ring: KeyRing,
    actor: &Actor,
    now: UnixTime,
    policy: Policy,
) -> Result<Directory<SqliteStore>, Error> {
    let directory = Directory::new(SqliteStore::open(database, Missing::Create)?, ring, policy)?;
    directory.found(actor, now).await?;
    Ok(directory)
}

/// Written to the disk before anything is sealed under it.
fn write_keys(path: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut file = private_file::create(path)?;
    let written = file.write_all(ring.expose_text().as_bytes()).and_then(|()| file.sync_all());
    // The folder too, so that the file's name lasts as well. Where folders cannot be opened (Windows), it does.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
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
            Self::KeyRingExists { keys } | Self::KeyRingMissing { keys, .. } => keys,
            Self::Io { place, .. } | Self::Directory { place, .. } => place,
        }
    }

    /// A stable name, in kebab case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DirectoryExists { .. } => "directory-exists",
            Self::KeyRingExists { .. } => "key-ring-exists",
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
