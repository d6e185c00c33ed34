//! Where a directory lies: its database and its key ring.

use crate::failure::{Exit, Failure};
use crate::output::shown;
use core::str::FromStr;
use oath_directory::store::{Missing, SqliteStore, Store, StoreError, TokenFilter};
use oath_directory::{Actor, Directory, KeyRing, KeyRingError, Policy};
use oath_totp::UnixTime;
use pollster::block_on;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use zeroize::Zeroizing;

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

/// A database as it is named: `sqlite:FILE`.
#[derive(Clone, Debug)]
pub(crate) struct Database(PathBuf);

impl FromStr for Database {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let expected = || format!("expected sqlite:FILE, like sqlite:{}", if url.is_empty() { "oath.db" } else { url });
        let (scheme, path) = url.split_once(':').ok_or_else(expected)?;
        if scheme != "sqlite" {
            return Err("only SQLite databases so far: expected sqlite:FILE, like sqlite:oath.db".to_owned());
        }
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() { Err(expected()) } else { Ok(Self(PathBuf::from(path))) }
    }
}

/// The two files of a directory, as the user names them.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) database: PathBuf,
    pub(crate) keys: PathBuf,
}

impl Files {
    pub(crate) fn find(
        surroundings: &Surroundings,
        db: Option<&Database>,
        keys: Option<&Path>,
    ) -> Result<Self, Failure> {
        let database = match (db, &surroundings.db) {
            (Some(Database(path)), _) => path.clone(),
            (None, Some(url)) => {
                let Database(path) = url.to_string_lossy().parse().map_err(|expected| {
                    Failure::new(Exit::Fault, "usage", "the variable OATH_DB names no database", expected)
                })?;
                path
            }
            (None, None) => PathBuf::from("oath.db"),
        };
        let keys = keys.map(Path::to_owned).or_else(|| surroundings.keys.as_ref().map(PathBuf::from));
        let keys = keys.unwrap_or_else(|| database.with_file_name("oath.keys"));
        Ok(Self { database, keys })
    }

    /// As errors name the place.
    pub(crate) fn shown(&self) -> String {
        format!("sqlite:{}", shown(&self.database.to_string_lossy()))
    }

    /// Opens the directory; creates nothing.
    pub(crate) fn open(&self, surroundings: &Surroundings, policy: Policy) -> Result<Directory<SqliteStore>, Failure> {
        let store = SqliteStore::open(&surroundings.file(&self.database), Missing::Refuse)?;
        let keys = self.read_keys(surroundings)?;
        let any = block_on(store.tokens(TokenFilter::default(), None, 1))?;
        if let Some(listed) = any.first().filter(|listed| !keys.holds(&listed.token.sealed.key)) {
            let (key, serial) = (listed.token.sealed.key.clone(), listed.token.serial.clone());
            return Err(Failure::from(KeyRingError::Lacking { key, serial }).at(&self.keys));
        }
        Ok(Directory::new(store, keys, policy)?)
    }

    fn read_keys(&self, surroundings: &Surroundings) -> Result<KeyRing, Failure> {
        match fs::read_to_string(surroundings.file(&self.keys)).map(Zeroizing::new) {
            Ok(text) => KeyRing::parse(&text).map_err(|error| Failure::from(error).at(&self.keys)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(self.keys_missing()),
            Err(error) => Err(Failure::file("the key ring cannot be read", &self.keys, &error)),
        }
    }

    fn keys_missing(&self) -> Failure {
        Failure::new(
            Exit::Fault,
            "key-ring-missing",
            format!(
                "the key ring {} is missing; without it the secrets in {} cannot be opened, and no code can be verified",
                self.keys.display(),
                self.database.display()
            ),
            "restore it from its copy, or name it with --keys; a new one would not open what the old one sealed",
        )
        .at(&self.keys)
    }

    /// Creates the key ring and the database, or neither.
    pub(crate) fn create(&self, surroundings: &Surroundings, actor: &Actor, now: UnixTime) -> Result<(), Failure> {
        let (database, keys) = (surroundings.file(&self.database), surroundings.file(&self.keys));
        let failed = |error| Failure::file("the database cannot be looked up", &self.database, &error);
        if database.try_exists().map_err(failed)? {
            if !keys.try_exists().unwrap_or(true) {
                return Err(self.keys_missing());
            }
            let what = format!("there is a directory already: {}", self.database.display());
            let action = "use it as it is, or name another database with --db";
            return Err(Failure::new(Exit::Refused, "directory-exists", what, action).at(&self.database));
        }
        let ring = KeyRing::generate()?;
        if let Err(error) = write_keys(&keys, &ring) {
            if error.kind() == ErrorKind::AlreadyExists {
                let what = format!(
                    "there is a key ring already, and it is never overwritten: {}; it may belong to a directory elsewhere",
                    self.keys.display()
                );
                let action = "move it to where it belongs, or name another file with --keys";
                return Err(Failure::new(Exit::Refused, "key-ring-exists", what, action).at(&self.keys));
            }
            return Err(Failure::file("the key ring cannot be created", &self.keys, &error));
        }
        let created = SqliteStore::open(&database, Missing::Create)
            .map_err(Failure::from)
            .and_then(|store| Ok(Directory::new(store, ring, Policy::default())?))
            .and_then(|directory| Ok(block_on(directory.found(actor, now))?));
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
        created
    }
}

/// Written to the disk before anything is sealed under it.
fn write_keys(path: &Path, ring: &KeyRing) -> io::Result<()> {
    use io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
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

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(oath_directory::Error::Store(error))
    }
}
