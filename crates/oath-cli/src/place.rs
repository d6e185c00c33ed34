//! Where a directory is: its database and its key ring.

use crate::failure::{Exit, Failure};
use crate::operator;
use oath_directory::store::StoreError;
use oath_directory::{DatabaseUrl, Location, LocationError, MalformedUrl};
use oath_totp::UnixTime;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the operating system tells a command. The tour has one of its own.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// Where names of files that are not absolute begin; empty: the working directory.
    pub(crate) folder: PathBuf,
    /// `OATH_DB`, where a password may stand.
    pub(crate) db: Option<Database>,
    /// `OATH_KEYS`.
    pub(crate) keys: Option<OsString>,
    /// The time, where it is not the system's.
    pub(crate) clock: Option<UnixTime>,
    /// Whether the log names the person who runs the command. The tour's does not.
    pub(crate) named: bool,
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
            db: set("OATH_DB").map(|url| url.to_string_lossy().parse()),
            keys: set("OATH_KEYS"),
            clock: None,
            named: true,
            asks_a_person: io::stdin().is_terminal(),
            watched: io::stderr().is_terminal(),
        }
    }

    /// What the operating system calls the person who runs the command, for the audit log.
    pub(crate) fn operator(&self) -> Option<String> {
        self.named.then(operator::name).flatten()
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

/// What `--db` names. What is wrong with it is told by the commands that have to do with a directory: the parser of the command
/// line would show the text, and a password in it.
pub(crate) type Database = Result<DatabaseUrl, MalformedUrl>;

/// The directory that the command line and the environment name.
pub(crate) fn location(
    surroundings: &Surroundings,
    db: Option<&Database>,
    keys: Option<&Path>,
) -> Result<Location, Failure> {
    let usage = |place: &str, error: MalformedUrl| {
        Failure::new(Exit::Fault, "usage", error.to_string(), "see `oath --help`").in_place(place)
    };
    let database = match (db, &surroundings.db) {
        (Some(url), _) => given(url, "--db", "set the whole URL in the variable OATH_DB, or the password")?,
        (None, Some(url)) => url.clone().map_err(|error| usage("the variable OATH_DB", error))?,
        (None, None) => DatabaseUrl::default(),
    };
    let keys = keys.map(Path::to_owned).or_else(|| surroundings.keys.as_ref().map(PathBuf::from));
    Ok(Location::new(database, keys).within(&surroundings.folder))
}

/// The directory that a check compares with.
pub(crate) fn compared(surroundings: &Surroundings, url: &Database, keys: Option<&Path>) -> Result<Location, Failure> {
    let url = given(url, "--against", "set it")?;
    location(surroundings, Some(&Ok(url)), keys)
}

/// The URL of an option. `instead` says what to do with a password in it.
fn given(url: &Database, option: &str, instead: &str) -> Result<DatabaseUrl, Failure> {
    let place = format!("{option} on the command line");
    let url = url
        .clone()
        .map_err(|error| Failure::new(Exit::Fault, "usage", error.to_string(), "see `oath --help`").in_place(&place))?;
    if !url.has_password() {
        return Ok(url);
    }
    let message = "there is a password in the URL, and every user of this machine can read it there";
    let action = format!(
        "change the password, and leave it out of {option}: {instead} in PGPASSWORD or in the file that PGPASSFILE names"
    );
    Err(Failure::new(Exit::Fault, "password-shown", message, action).in_place(&place))
}

impl From<LocationError> for Failure {
    fn from(error: LocationError) -> Self {
        let place = error.place().into_owned();
        let failure = match &error {
            LocationError::Directory { error, .. } => Self::from(error.clone()),
            LocationError::Io { what, place, error } => Self::file(what, place, error),
            other => {
                let exit = if other.is_refusal() { Exit::Refused } else { Exit::Fault };
                Self::new(exit, other.code(), other.to_string(), other.action())
            }
        };
        failure.in_place(&place)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(oath_directory::Error::Store(error))
    }
}
