use crate::arguments::{self, code, time};
use crate::dicts::{
    event_dict, failure_dict, preview_dict, report_dict, sync_dict, token_dict, upload_dict, user_details_dict,
    user_dict,
};
use crate::errors::{
    directory_error, directory_value_error, location_error, rejected, tampered, type_error, upload_error, value_error,
};
use crate::opened::{Call, Opened};
use crate::seeds::options;
use crate::source::{FilePath, Source};
use crate::uri::KeyUri;
use crate::wait::wait;
use core::future::Future;
use oath_directory::audit::Chain;
use oath_directory::store::{AnyStore, MemoryStore, SqliteStore};
use oath_directory::user_file::UserRow;
use oath_directory::{
    Actor, DatabaseUrl, Error, KeyRing, Leavers, Location, LocationError, Policy, Refusal, Status, SyncOptions,
    TokenQuery, UploadOptions, Upn, UserKind, user_file,
};
use oath_seeds::Assume;
use oath_totp::{Code, CodeRun, Rejected, UnixTime};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::env;
use std::io::{self, Read};

/// A sign-in that was accepted.
#[pyclass(frozen, get_all, eq, hash, module = "oath_totp")]
#[derive(PartialEq, Hash)]
pub(crate) struct SignedIn {
    /// The serial number of the token.
    serial: String,
    /// The steps that the token's clock is ahead.
    drift: i64,
}

#[pymethods]
impl SignedIn {
    #[new]
    const fn new(serial: String, #[pyo3(from_py_with = arguments::drift)] drift: i64) -> Self {
        Self { serial, drift }
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str) {
        ("serial", "drift")
    }

    fn __repr__(&self) -> String {
        format!("SignedIn(serial={:?}, drift={})", self.serial, self.drift)
    }
}

/// The rows of a file of users.
fn user_rows(py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<Vec<UserRow>> {
    let read = |input: &mut (dyn Read + Send)| {
        let mut content = Vec::new();
        input.read_to_end(&mut content)?;
        Ok::<_, io::Error>(user_file::read(&content))
    };
    let rows = Source::of(source)?.read(py, read)??;
    rows.map_err(|error| directory_value_error(py, &error, error.code(), error.action()))
}

/// A token whose clock was found by its codes.
#[pyclass(frozen, get_all, eq, hash, module = "oath_totp")]
#[derive(PartialEq, Hash)]
pub(crate) struct Synchronized {
    /// The serial number of the token.
    serial: String,
    /// The status of the token: activated.
    status: &'static str,
    /// The steps that the token's clock is ahead.
    drift: i64,
}

#[pymethods]
impl Synchronized {
    #[new]
    fn new(serial: String, status: &str, #[pyo3(from_py_with = arguments::drift)] drift: i64) -> PyResult<Self> {
        let status = status.parse::<Status>().map_err(value_error)?.name();
        Ok(Self { serial, status, drift })
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("serial", "status", "drift")
    }

    fn __repr__(&self) -> String {
        format!("Synchronized(serial={:?}, status='{}', drift={})", self.serial, self.status, self.drift)
    }
}

impl From<oath_directory::Synchronized> for Synchronized {
    fn from(found: oath_directory::Synchronized) -> Self {
        Self { serial: found.serial, status: found.status.name(), drift: found.drift }
    }
}

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
    opened: Opened,
    shown: String,
    actor: Actor,
    /// Uploads let in secrets of 80 to 127 bits.
    legacy: bool,
}

impl Directory {
    fn inner(&self, py: Python<'_>) -> PyResult<Call> {
        self.opened.call(py)
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
        Ok(Self { opened, shown, actor, legacy })
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
        Ok(Self { opened: Opened::new(py, None, || Ok(inner))?, shown: MEMORY.to_owned(), actor, legacy })
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

fn upn(py: Python<'_>, name: &str) -> PyResult<Upn> {
    name.parse().map_err(|error| directory_error(py, &Refusal::Upn(error).into()))
}

/// Reads a code, and the next one where the first matches several places.
fn both(first: &Bound<'_, PyAny>, next: Option<&Bound<'_, PyAny>>) -> PyResult<CodeRun> {
    let first: Code = code(first)?;
    Ok(match next {
        Some(next) => [first, code(next)?].into(),
        None => first.into(),
    })
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

    /// Adds a user. `kind` is 'member' or 'guest'; guests hold no hardware token. Without it the name says: a guest's holds
    /// `#EXT#`.
    #[pyo3(signature = (upn, *, kind = None, display_name = None, at = None))]
    fn add_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        kind: Option<&str>,
        display_name: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        let kind = kind.map_or_else(|| Some(UserKind::of_name(upn.as_str())), UserKind::from_name);
        let kind = kind.ok_or_else(|| value_error("kind is 'member' or 'guest'"))?;
        let user = self.wait(py, self.inner(py)?.add_user(&self.asks(at), now, &upn, kind, display_name))?;
        user_dict(py, &user)
    }

    /// Adds the users of a CSV file, or makes them like its rows: the column userPrincipalName and, optional, userType,
    /// displayName, accountEnabled and id.
    #[pyo3(signature = (source, *, at = None))]
    fn import_users<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let now = time(at)?;
        let rows = user_rows(py, source)?;
        let report = self.wait(py, self.inner(py)?.import_users(&self.asks(at), now, rows))?;
        report_dict(py, &report)
    }

    /// Makes the users like a CSV file that lists all of them: as `import_users`, and users who are not in it are disabled,
    /// removed or kept.
    ///
    /// More than a quarter of the users, and at least 5, leave only with `many_leavers=True`. `dry_run=True` reports and changes nothing.
    #[pyo3(signature = (source, *, leavers = "disable", many_leavers = false, dry_run = false, at = None))]
    fn sync_users<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        leavers: &str,
        many_leavers: bool,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let leavers = leavers.parse::<Leavers>().map_err(|error| value_error(format!("leavers: {error}")))?;
        let now = time(at)?;
        let rows = user_rows(py, source)?;
        let options = SyncOptions { leavers, many_leavers, dry_run };
        let report = self.wait(py, self.inner(py)?.sync_users(&self.asks(at), now, rows, options))?;
        sync_dict(py, &report)
    }

    /// Returns a user by name, with the user's tokens and the wait after wrong codes in seconds.
    #[pyo3(signature = (upn, *, at = None))]
    fn user<'py>(&self, py: Python<'py>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        user_details_dict(py, &self.wait(py, self.inner(py)?.user(now, &upn))?)
    }

    /// Gives a user another user name. The tokens stay.
    #[pyo3(signature = (upn, new, *, at = None))]
    fn rename_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        new: &str,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, new, now) = (self::upn(py, upn)?, self::upn(py, new)?, time(at)?);
        user_dict(py, &self.wait(py, self.inner(py)?.rename_user(&self.asks(at), now, &upn, &new))?)
    }

    /// Lets a user sign in, or with `enabled=False` no longer. The tokens stay.
    #[pyo3(signature = (upn, enabled = true, *, at = None))]
    fn enable_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        enabled: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        user_dict(py, &self.wait(py, self.inner(py)?.enable_user(&self.asks(at), now, &upn, enabled))?)
    }

    /// Takes a user out of the directory. Hardware tokens are available again, and their serial numbers are returned; software
    /// tokens are deleted.
    #[pyo3(signature = (upn, *, at = None))]
    fn remove_user(&self, py: Python<'_>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.remove_user(&self.asks(at), now, &upn))
    }

    /// Returns all users.
    fn users<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.wait(py, self.inner(py)?.users())?.iter().map(|user| user_dict(py, user)).collect()
    }

    /// Returns all tokens, those of a status, or those of a user.
    #[pyo3(signature = (*, status = None, upn = None))]
    fn tokens<'py>(
        &self,
        py: Python<'py>,
        status: Option<&str>,
        upn: Option<&str>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let status = status.map(str::parse::<Status>).transpose().map_err(value_error)?;
        let query = TokenQuery { status, upn: upn.map(|upn| self::upn(py, upn)).transpose()?, serial: None };
        self.wait(py, self.inner(py)?.tokens(&query))?.iter().map(|listed| token_dict(py, listed)).collect()
    }

    /// Returns a token by its serial number.
    fn token<'py>(&self, py: Python<'py>, serial: &str) -> PyResult<Bound<'py, PyDict>> {
        token_dict(py, &self.wait(py, self.inner(py)?.token(serial))?)
    }

    /// Imports a seed file: a path, bytes, or an open file. Rows that fail are counted; `failures(upload)` says why.
    ///
    /// A file for Entra ID is checked by Entra ID's rules: rows without a user fail, unless `target` is 'inventory'.
    /// `repairs="apply"` makes the repairs that are safe. `assign=True` gives a token that is in the directory already, and that
    /// no user holds, to the user of its row; without it the row fails.
    ///
    /// A file that cannot be read to its end changes nothing. A path is read twice, in bounded memory. `resume` is the number of
    /// an upload of the same file that was broken off.
    #[pyo3(signature = (source, *, format = None, target = None, repairs = "offer", assign = false, resume = None,
        at = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn upload<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        format: Option<&str>,
        target: Option<&str>,
        repairs: &str,
        assign: bool,
        #[pyo3(from_py_with = arguments::resume)] resume: Option<u64>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (options, now) = (options(format, target, repairs, Assume::default())?, time(at)?);
        let (source, assigns) =
            (Source::of(source)?, UploadOptions { assign_known: assign, legacy_secrets: self.legacy });
        let upload = source.whole(py, &options, |rows| {
            let (inner, actor) = (self.inner(py)?, self.asks(at));
            let taken = wait(py, async {
                match resume {
                    Some(id) => inner.resume_upload(&actor, now, id, assigns, rows).await,
                    None => inner.upload_with(&actor, now, &source.name, assigns, rows).await,
                }
            });
            taken?.map_err(|error| upload_error(py, &error))
        })?;
        upload_dict(py, &upload)
    }

    /// Returns what `upload` would come to, and writes nothing.
    #[pyo3(signature = (source, *, format = None, target = None, repairs = "offer", assign = false, at = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn preview_upload<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        format: Option<&str>,
        target: Option<&str>,
        repairs: &str,
        assign: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (options, now) = (options(format, target, repairs, Assume::default())?, time(at)?);
        let (source, assigns) =
            (Source::of(source)?, UploadOptions { assign_known: assign, legacy_secrets: self.legacy });
        let preview = source.whole(py, &options, |rows| {
            let (inner, actor) = (self.inner(py)?, self.asks(at));
            let found = wait(py, inner.preview_upload(&actor, now, assigns, rows));
            found?.map_err(|error| upload_error(py, &error))
        })?;
        preview_dict(py, &preview)
    }

    /// Returns the uploads whose status is still kept.
    #[pyo3(signature = (*, at = None))]
    fn uploads<'py>(&self, py: Python<'py>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.uploads(now))?.iter().map(|upload| upload_dict(py, upload)).collect()
    }

    /// Returns an upload by its number.
    #[pyo3(signature = (upload, *, at = None))]
    fn upload_status<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let now = time(at)?;
        upload_dict(py, &self.wait(py, self.inner(py)?.upload_status(now, upload))?)
    }

    /// Deletes the status and the failures of an upload. The tokens stay.
    #[pyo3(signature = (upload, *, at = None))]
    fn delete_upload(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.delete_upload(&self.asks(at), now, upload))
    }

    /// Returns the rows of an upload that failed: which line, why, and what to do.
    #[pyo3(signature = (upload, *, at = None))]
    fn failures<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.failures(now, upload))?.iter().map(|failure| failure_dict(py, failure)).collect()
    }

    /// Assigns an available token to a user.
    #[pyo3(signature = (serial, upn, *, at = None))]
    fn assign(&self, py: Python<'_>, serial: &str, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.assign(&self.asks(at), now, serial, &upn)).map(drop)
    }

    /// Takes a token from its user, back into the inventory.
    #[pyo3(signature = (serial, *, at = None))]
    fn unassign(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.unassign(&self.asks(at), now, serial)).map(drop)
    }

    /// Activates a token by the code on its display.
    ///
    /// One code is enough within 30 minutes of the expected time. After NextCodeNeeded or Ambiguous, give the next code as
    /// well: two codes find a clock that is off by up to a day.
    #[pyo3(signature = (serial, code, next_code = None, *, at = None))]
    fn activate(
        &self,
        py: Python<'_>,
        serial: &str,
        code: &Bound<'_, PyAny>,
        next_code: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Synchronized> {
        let (codes, now) = (both(code, next_code)?, time(at)?);
        self.wait(py, self.inner(py)?.activate(&self.asks(at), now, serial, &codes)).map(Synchronized::from)
    }

    /// Finds an activated token again whose clock has drifted away, by two consecutive codes.
    #[pyo3(signature = (serial, code, next_code, *, at = None))]
    fn resync(
        &self,
        py: Python<'_>,
        serial: &str,
        code: &Bound<'_, PyAny>,
        next_code: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Synchronized> {
        let (codes, now) = ([self::code(code)?, self::code(next_code)?].into(), time(at)?);
        self.wait(py, self.inner(py)?.resync(&self.asks(at), now, serial, &codes)).map(Synchronized::from)
    }

    /// Ends the sign-ins of a token. Its user keeps it.
    #[pyo3(signature = (serial, *, at = None))]
    fn deactivate(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.deactivate(&self.asks(at), now, serial)).map(drop)
    }

    /// Deletes a token. Its used codes stay used.
    #[pyo3(signature = (serial, *, at = None))]
    fn delete(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.delete(&self.asks(at), now, serial))
    }

    /// Signs a user in.
    ///
    /// Raises Mismatch for a wrong code, a used code and an unknown user alike, Locked after too many wrong codes, and
    /// MalformedCode. `except Rejected` catches all of them.
    #[pyo3(signature = (upn, code, *, at = None))]
    fn verify(
        &self,
        py: Python<'_>,
        upn: &str,
        code: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<SignedIn> {
        let (code, now) = (self::code(code)?, time(at)?);
        // A text that is not a user name gets the same answer as a wrong code.
        let upn = upn.parse::<Upn>().map_err(|_| rejected(py, Rejected::Mismatch))?;
        let found = self.wait(py, self.inner(py)?.verify(&self.asks(at), now, &upn, &code))?;
        Ok(SignedIn { serial: found.serial, drift: found.drift })
    }

    /// Makes a software token. Returns its serial number and its URI for the user's app, which cannot be read again.
    ///
    /// `issuer` is the name that the app shows.
    #[pyo3(signature = (upn, *, issuer = None, at = None))]
    fn enroll(
        &self,
        py: Python<'_>,
        upn: &str,
        issuer: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(String, KeyUri)> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        let enrolment = self.wait(py, self.inner(py)?.enroll(&self.asks(at), now, &upn))?;
        Ok((enrolment.serial, KeyUri(enrolment.uri).with_issuer(issuer)))
    }

    /// Activates the software token by the first code that the app shows.
    #[pyo3(signature = (upn, code, next_code = None, *, at = None))]
    fn confirm(
        &self,
        py: Python<'_>,
        upn: &str,
        code: &Bound<'_, PyAny>,
        next_code: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Synchronized> {
        let (upn, codes, now) = (self::upn(py, upn)?, both(code, next_code)?, time(at)?);
        self.wait(py, self.inner(py)?.confirm(&self.asks(at), now, &upn, &codes)).map(Synchronized::from)
    }

    /// Ends the wait of a user after wrong codes.
    #[pyo3(signature = (upn, *, at = None))]
    fn unlock_user(&self, py: Python<'_>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (upn, now) = (self::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.unlock_user(&self.asks(at), now, &upn))
    }

    /// Ends the wait of a token after wrong codes at activation and resynchronization.
    #[pyo3(signature = (serial, *, at = None))]
    fn unlock_token(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.unlock_token(&self.asks(at), now, serial))
    }

    /// Accepts codes of now again from a token that a clock set ahead has used up. No code that was used up to now is good again.
    #[pyo3(signature = (serial, *, at = None))]
    fn reset_token(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.reset_token(&self.asks(at), now, serial))
    }

    /// Returns the chains of the audit log: on a server one or more for all machines, in a SQLite file the one chain 0.
    fn chains(&self, py: Python<'_>) -> PyResult<Vec<u64>> {
        let chains = self.wait(py, self.inner(py)?.chains())?;
        Ok(chains.into_iter().map(|Chain(number)| number).collect())
    }

    /// Returns the events of a chain of the audit log after the one with the number `after`; by default of the first chain.
    #[pyo3(signature = (*, after = 0, limit = 1000, chain = None))]
    fn events<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::after)] after: u64,
        #[pyo3(from_py_with = arguments::limit)] limit: usize,
        #[pyo3(from_py_with = arguments::chain)] chain: Option<u64>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let inner = self.inner(py)?;
        let events = self.wait(py, async {
            let chain = match chain {
                Some(number) => Chain(number),
                None => inner.chains().await?.first().copied().unwrap_or(Chain::FIRST),
            };
            inner.events(chain, after, limit).await
        })?;
        events.iter().map(|audit| event_dict(py, audit)).collect()
    }

    /// Returns the number of events and the hash of the last one. Raises DirectoryError where the log was changed.
    fn verify_audit(&self, py: Python<'_>) -> PyResult<(u64, String)> {
        match self.wait(py, self.inner(py)?.verify_audit())? {
            Ok(report) => Ok((report.events, report.head())),
            Err(error) => Err(tampered(py, error)),
        }
    }

    /// Writes a copy of the database into a new file, while others use the directory.
    ///
    /// The copy needs the key ring, which belongs into another place than the copy.
    fn backup(&self, py: Python<'_>, path: FilePath) -> PyResult<()> {
        let inner = self.inner(py)?;
        let Some(store) = inner.store().as_store::<SqliteStore>() else {
            return Err(value_error(if self.shown == MEMORY {
                "a directory in memory has no database to back up"
            } else {
                "a directory on a server is backed up by the server's own programs, such as pg_dump"
            }));
        };
        let FilePath(path) = path;
        self.wait(py, async { Ok(store.backup(path).await?) })
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
