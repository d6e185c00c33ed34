//! A directory for Python. The methods of the class stand in one file for each part of its life.

mod bulk;
mod keeping;
mod keys;
mod life;
mod log;
mod policy;
mod results;
mod tokens;
mod uploads;
mod users;

pub(crate) use self::results::{SignedIn, Synchronized};

use crate::errors::{directory_error, directory_value_error, location_error, type_error, value_error};
use crate::opened::{Call, Opened};
use crate::source::FilePath;
use crate::wait::wait;
use core::future::Future;
use oath_directory::store::{AnyStore, MemoryStore};
use oath_directory::{Actor, DatabaseUrl, Error, KeyRing, Location, LocationError, Policy, Refusal, Upn};
use oath_totp::UnixTime;
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::env;
use std::sync::Arc;

/// Users and their tokens in one SQLite file or on a PostgreSQL server, made by `Directory.create` and opened by
/// `Directory.open`.
///
/// Errors are DirectoryError; wrong codes are Mismatch and Locked. A code is accepted once, on any number of threads and
/// processes. Ctrl-C ends every call within a second; the exception says whether something was done.
///
/// A process that has a SQLite directory open must not open its file in another way, neither with Python's own `sqlite3` nor to
/// copy it: to close the file again releases the locks of the directory, and without them the database can be damaged.
/// `sqlite3.connect` and `open` raise a DirectoryError for the file of an open directory, and so does `Directory.open` for a
/// file that the process has open (on Linux, which shows it). For copies there is `backup`, for reports `users`, `tokens` and
/// `events`. Another process may use any SQLite.
///
/// A directory survives `os.fork` (gunicorn --preload, multiprocessing): it is closed for the moment of the fork, and each
/// process opens it again at its next call. A fork that bypasses Python's hooks is a DirectoryError in the child.
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct Directory {
    opened: Arc<Opened>,
    shown: String,
    actor: Actor,
    /// Uploads let in secrets of 80 to 127 bits.
    legacy: bool,
}

impl Directory {
    fn inner(&self, py: Python<'_>) -> PyResult<Call> {
        self.opened.call(py)
    }

    /// The database and the key ring, which a directory in memory does not have.
    fn location(&self) -> PyResult<&Location> {
        self.opened
            .location()
            .ok_or_else(|| value_error("a directory in memory has no files: it keeps no key ring and no backup"))
    }

    /// Waits for the database while Python's other threads run.
    fn wait<T: Send>(&self, py: Python<'_>, operation: impl Future<Output = Result<T, Error>> + Send) -> PyResult<T> {
        wait(py, operation)?.map_err(|error| directory_error(py, &error))
    }

    /// The actor of a call. Where it gives a time of its own, the audit log keeps the clock's as well.
    fn asks(&self, at: Option<&Bound<'_, PyAny>>) -> Actor {
        let actor = self.actor.clone();
        if at.is_some() { actor.while_the_clock_shows(UnixTime::now()) } else { actor }
    }

    /// A directory in memory, or what `make` opens.
    fn at(
        py: Python<'_>,
        url: &Bound<'_, PyAny>,
        keys: Option<FilePath>,
        legacy: bool,
        make: impl FnOnce(&Location, &Actor) -> Result<oath_directory::Directory<AnyStore>, LocationError> + Send,
    ) -> PyResult<Self> {
        if is_memory(url) {
            return Self::in_memory(py, keys, legacy);
        }
        let location = location(py, url, keys)?;
        let (actor, shown) = (Actor::local_operator(), location.database().to_string());
        let again = Some(location.clone());
        let opened = Opened::new(py, again, || {
            make(&location, &actor).map_err(|error| Python::attach(|py| location_error(py, &error)))
        })?;
        Ok(Self { opened: Arc::new(opened), shown, actor, legacy })
    }

    fn in_memory(py: Python<'_>, keys: Option<FilePath>, legacy: bool) -> PyResult<Self> {
        if keys.is_some() {
            return Err(value_error("a directory in memory makes its own key ring: leave keys out"));
        }
        let (actor, now) = (Actor::local_operator(), UnixTime::now());
        let create = async || {
            let inner = oath_directory::Directory::new(MemoryStore::new(), KeyRing::generate()?, Policy::default())?;
            inner.found(&actor, now).await?;
            Ok(inner.with_any_store())
        };
        let inner = py.detach(|| pollster::block_on(create())).map_err(|error: Error| directory_error(py, &error))?;
        Ok(Self { opened: Arc::new(Opened::new(py, None, || Ok(inner))?), shown: MEMORY.to_owned(), actor, legacy })
    }
}

/// The URL of a directory in memory.
const MEMORY: &str = "sqlite::memory:";

/// Relative names of files are resolved against the current working folder.
fn location(py: Python<'_>, url: &Bound<'_, PyAny>, keys: Option<FilePath>) -> PyResult<Location> {
    let is_text = url.is_instance_of::<PyString>();
    let FilePath(path) = url.extract()?;
    let database = match path.to_str().filter(|_| is_text) {
        Some(text) => text.parse().map_err(|error| {
            let action = "name the database like sqlite:oath.db or postgres://user@host/database";
            directory_value_error(py, error, "url-malformed", action)
        })?,
        None => DatabaseUrl::from(path),
    };
    Ok(Location::new(database, keys.map(|FilePath(keys)| keys)).within(&env::current_dir()?))
}

fn is_memory(url: &Bound<'_, PyAny>) -> bool {
    url.cast::<PyString>().is_ok_and(|url| url.to_str().is_ok_and(|url| url == MEMORY))
}

pub(crate) fn upn(py: Python<'_>, name: &str) -> PyResult<Upn> {
    name.parse().map_err(|error| directory_error(py, &Refusal::Upn(error).into()))
}

#[pymethods]
impl Directory {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyAny>, _kwargs: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Err(type_error("a Directory is opened by Directory.open(url), or made by Directory.create(url)"))
    }

    /// Opens a directory that exists.
    ///
    /// `url` is `sqlite:FILE` or the path of the file, `postgres://user:password@host/database?tenant=…` for a directory on a
    /// PostgreSQL server, or `sqlite::memory:` for an empty directory in memory. A password that is not in the URL is that of
    /// PGPASSWORD or of the file that PGPASSFILE names. `keys` is the file of the key ring, by default `oath.keys` beside the
    /// file of the database, or in the working folder.
    #[staticmethod]
    #[pyo3(signature = (url, keys = None, *, legacy = false))]
    fn open(py: Python<'_>, url: &Bound<'_, PyAny>, keys: Option<FilePath>, legacy: bool) -> PyResult<Self> {
        Self::at(py, url, keys, legacy, |location, _| pollster::block_on(location.open()))
    }

    /// Makes the database, or the tables on a server, and the key ring, and opens the directory. A file or a directory that
    /// exists is never overwritten.
    #[staticmethod]
    #[pyo3(signature = (url, keys = None, *, legacy = false))]
    fn create(py: Python<'_>, url: &Bound<'_, PyAny>, keys: Option<FilePath>, legacy: bool) -> PyResult<Self> {
        Self::at(py, url, keys, legacy, |location, actor| {
            pollster::block_on(location.create(actor, UnixTime::now(), Policy::default()))
        })
    }

    /// Closes the files, once the calls of other threads have ended.
    ///
    /// A later call raises DirectoryError with the code 'directory-closed'. To close twice does no harm, and a Directory
    /// without references closes itself.
    fn close(&self, py: Python<'_>) {
        self.opened.close(py);
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        slf.get().inner(slf.py())?;
        Ok(slf)
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, PyAny>) {
        self.close(py);
    }

    fn __repr__(&self) -> String {
        format!("Directory({:?})", self.shown)
    }
}
