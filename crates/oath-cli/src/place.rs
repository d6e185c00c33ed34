//! Where a directory lies: its database and its key ring.

use crate::failure::{Exit, Failure};
use crate::output::shown;
use oath_directory::store::{SqliteStore, StoreError};
use oath_directory::{Actor, Directory, FilesError, MalformedUrl, Policy, SqliteUrl};
use oath_totp::UnixTime;
use pollster::block_on;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the operating system tells a command. The tour has one of its own.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// Where names of files that are not absolute begin; empty: the working directory.
    pub(crate) folder: PathBuf,
    /// `OATH_DB`.
    pub(crate) db: Option<OsString>,
    /// `OATH_KEYS`.
    pub(crate) keys: Option<OsString>,
    /// The time, where it is not the system's.
    pub(crate) clock: Option<UnixTime>,
    /// Whether a person sits at standard input.
    pub(crate) asks_a_person: bool,
    /// Whether a person watches standard error.
    pub(crate) watched: bool,
}

impl Surroundings {
    pub(crate) fn of_this_process() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            folder: PathBuf::new(),
            db: set("OATH_DB"),
            keys: set("OATH_KEYS"),
            clock: None,
            asks_a_person: io::stdin().is_terminal(),
            watched: io::stderr().is_terminal(),
        }
    }

    pub(crate) fn now(&self) -> UnixTime {
        self.clock.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            UnixTime::from_secs(since.as_secs())
        })
    }

    /// A file that was named on the command line.
    pub(crate) fn file(&self, given: &Path) -> PathBuf {
        self.folder.join(given)
    }
}

/// The two files of a directory, as the user names them.
#[derive(Clone, Debug)]
pub(crate) struct Files(pub(crate) oath_directory::Files);

impl Files {
    pub(crate) fn find(
        surroundings: &Surroundings,
        db: Option<&SqliteUrl>,
        keys: Option<&Path>,
    ) -> Result<Self, Failure> {
        let database = match (db, &surroundings.db) {
            (Some(url), _) => url.clone(),
            (None, Some(url)) => url.to_string_lossy().parse().map_err(|error: MalformedUrl| {
                Failure::new(Exit::Fault, "usage", "the variable OATH_DB names no database", error.to_string())
            })?,
            (None, None) => SqliteUrl::default(),
        };
        let keys = keys.map(Path::to_owned).or_else(|| surroundings.keys.as_ref().map(PathBuf::from));
        Ok(Self(oath_directory::Files::new(database, keys).within(&surroundings.folder)))
    }

    /// As errors name the place.
    pub(crate) fn shown(&self) -> String {
        format!("sqlite:{}", shown(&self.0.database.to_string_lossy()))
    }

    /// Opens the directory; creates nothing.
    pub(crate) fn open(&self, policy: Policy) -> Result<Directory<SqliteStore>, Failure> {
        block_on(self.0.open(policy)).map_err(Failure::from)
    }

    /// Creates the key ring and the database, or neither.
    pub(crate) fn create(&self, actor: &Actor, now: UnixTime) -> Result<(), Failure> {
        block_on(self.0.create(actor, now, Policy::default())).map(drop).map_err(Failure::from)
    }
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        let place = error.place().to_owned();
        let failure = match &error {
            FilesError::Directory { error, .. } => Self::from(error.clone()),
            FilesError::Io { what, error, .. } => Self::file(what, &place, error),
            other => {
                let exit = if other.is_refusal() { Exit::Refused } else { Exit::Fault };
                Self::new(exit, other.code(), other.to_string(), other.action())
            }
        };
        failure.at(&place)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(oath_directory::Error::Store(error))
    }
}
