//! Where a directory is: its database, in a file or on a server, and its key ring, in a file elsewhere.

mod backup;
mod error;
mod in_file;
mod keys;
mod link;
mod migrate;
#[cfg(feature = "postgres")]
mod on_server;
mod preview;
mod provider;
mod url;

pub use self::backup::Restored;
pub use self::error::LocationError;
pub use self::migrate::{MigrateOptions, Migrated};
pub use self::preview::{Contents, MigrationPreview, RestorePreview};
pub use self::url::{DatabaseUrl, MalformedUrl};

use self::provider::{Provider, ProviderError};
use crate::audit::Actor;
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::KeyRing;
use crate::policy::Policy;
use crate::private_file;
use crate::rights::Operation;
use crate::store::{AnyStore, Missing, SqliteStore};
use oath_totp::UnixTime;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The database of a directory and its key ring: a file, or a [provider](Self::new) of its text.
#[derive(Clone, Debug)]
pub struct Location {
    database: DatabaseUrl,
    keys: PathBuf,
    /// Where names of files that are not absolute begin; empty: the working directory.
    folder: PathBuf,
}

impl Location {
    /// A database and its key ring; without one, `oath.keys` beside the file of the database, or in the working directory where
    /// the database is on a server.
    ///
    /// The key ring is a file, or `env:NAME`, the content of that file in an environment variable, or `command:PROGRAM WORD…`, what
    /// this program prints; it is run without a shell, and has 30 seconds. Rings of these two kinds are read and never changed.
    /// The environment of a process is readable by its user, inherited by its children, and is not wiped.
    #[must_use]
    pub fn new(database: DatabaseUrl, keys: Option<PathBuf>) -> Self {
        let beside = || match &database {
            DatabaseUrl::Sqlite(path) => path.with_file_name("oath.keys"),
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(_) => PathBuf::from("oath.keys"),
        };
        let keys = keys.unwrap_or_else(beside);
        Self { database, keys, folder: PathBuf::new() }
    }

    /// The same with names of files that begin in this folder; errors still name them as they were given.
    #[must_use]
    pub fn within(self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self }
    }

    /// The database.
    #[must_use]
    pub const fn database(&self) -> &DatabaseUrl {
        &self.database
    }

    /// The key ring, as it was given.
    #[must_use]
    pub fn keys(&self) -> &Path {
        &self.keys
    }

    /// The path of the database, with the folder that names begin in; `None` where it is on a server.
    #[must_use]
    pub fn database_path(&self) -> Option<PathBuf> {
        match &self.database {
            DatabaseUrl::Sqlite(path) => Some(self.folder.join(path)),
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The path of the key ring, with the folder that names begin in.
    fn keys_path(&self) -> PathBuf {
        self.folder.join(&self.keys)
    }

    /// Opens the directory; creates nothing.
    ///
    /// # Errors
    /// [`LocationError`]: no directory, no key ring, one that others may read, or one that is not that of the directory.
    pub async fn open(&self) -> Result<Directory<AnyStore>, LocationError> {
        let store = match &self.database {
            DatabaseUrl::Sqlite(path) => SqliteStore::open(&self.folder.join(path), Missing::Refuse).map(AnyStore::new),
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => on_server::open(url).await,
        };
        let store = store.map_err(|error| self.database_failed(error))?;
        let keys = self.read_keys()?;
        let directory = Directory::new(store, keys, Policy::default()).map_err(|error| self.database_failed(error))?;
        match directory.check_ring().await {
            Err(Error::Keys(error)) => Err(self.keys_failed(error)),
            Err(error) => Err(self.database_failed(error)),
            Ok(()) => Ok(directory),
        }
    }

    /// Creates the key ring and the directory. Goes on where a process was killed in the middle of it, and where a server was
    /// not reached any more. `policy` is the first one of the directory.
    ///
    /// # Errors
    /// [`LocationError`]; a file or a directory that is there already is never overwritten.
    pub async fn create(
        &self,
        actor: &Actor,
        now: UnixTime,
        policy: Policy,
    ) -> Result<Directory<AnyStore>, LocationError> {
        self.keys_are_a_file()?;
        match &self.database {
            DatabaseUrl::Sqlite(path) => self.create_in_file(path, actor, now, policy).await,
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => self.create_on_server(url, actor, now, policy).await,
        }
    }

    fn read_keys(&self) -> Result<KeyRing, LocationError> {
        if let Some(provider) = Provider::of(&self.keys) {
            let failed = |error: ProviderError| {
                let (keys, what) = (self.keys.clone(), error.to_string());
                LocationError::KeyProvider { keys, what }
            };
            return KeyRing::parse(&provider.text().map_err(failed)?).map_err(|error| self.keys_failed(error));
        }
        let path = self.keys_path();
        if let Some(mode) = private_file::open_to_others(&path) {
            return Err(LocationError::KeyRingOpen { keys: self.keys.clone(), mode });
        }
        match fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => KeyRing::parse(&text).map_err(|error| self.keys_failed(error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(self.keys_missing()),
            Err(error) => {
                Err(LocationError::Io { what: "the key ring cannot be read", place: self.keys.clone(), error })
            }
        }
    }

    /// Asks whether the actor may maintain the directory that is there. No role allows it: the refusal leaves an event in its log.
    async fn ask(&self, actor: &Actor, now: UnixTime) -> Result<(), LocationError> {
        if actor.upn().is_none() {
            return Ok(());
        }
        let asked = self.open().await?.allow(actor, now, Operation::Maintain, None).await;
        asked.map_err(|error| self.database_failed(error))
    }

    /// Whether the key ring is a file, which can be changed.
    fn keys_are_a_file(&self) -> Result<(), LocationError> {
        match Provider::of(&self.keys) {
            None => Ok(()),
            Some(_) => Err(LocationError::KeyRingReadOnly { keys: self.keys.clone() }),
        }
    }

    /// The database as it was given, which must be in a file.
    fn database_file(&self) -> Result<&Path, LocationError> {
        match &self.database {
            DatabaseUrl::Sqlite(path) => Ok(path),
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(_) => Err(self.on_server()),
        }
    }

    fn on_server(&self) -> LocationError {
        LocationError::OnServer { database: self.database.place() }
    }

    fn keys_missing(&self) -> LocationError {
        LocationError::KeyRingMissing { keys: self.keys.clone(), database: self.database.place() }
    }

    fn directory_exists(&self) -> LocationError {
        LocationError::DirectoryExists { database: self.database.place() }
    }

    fn database_failed(&self, error: impl Into<Error>) -> LocationError {
        LocationError::Directory { place: self.database.place(), error: error.into() }
    }

    /// About the key ring, or about the database.
    fn directory_failed(&self, error: Error) -> LocationError {
        match error {
            Error::Keys(error) => self.keys_failed(error),
            error => self.database_failed(error),
        }
    }

    fn keys_failed(&self, error: impl Into<Error>) -> LocationError {
        LocationError::Directory { place: self.keys.to_string_lossy().into_owned(), error: error.into() }
    }
}
