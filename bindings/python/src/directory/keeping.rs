//! Backups, and directories that are restored or migrated.

use super::{Directory, MEMORY, is_memory, location};
use crate::arguments::time;
use crate::dicts::{migrated_dict, migration_preview_dict, restore_preview_dict};
use crate::errors::{location_error, value_error};
use crate::opened::refuse_if_held;
use crate::source::FilePath;
use crate::wait::wait;
use oath_directory::rights::Operation;
use oath_directory::store::SqliteStore;
use oath_directory::{Actor, Clock, Location, MigrateOptions};
use oath_totp::UnixTime;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;

/// A directory in files or on a server that this process does not have open.
fn closed(py: Python<'_>, url: &Bound<'_, PyAny>, keys: Option<FilePath>) -> PyResult<Location> {
    if is_memory(url) {
        return Err(value_error("a directory in memory has no database: it is neither restored nor migrated"));
    }
    let location = location(py, url, keys)?;
    if let Some(database) = location.database_path() {
        refuse_if_held(py, &database)?;
    }
    Ok(location)
}

/// Who restores and migrates. Where the call gives a time of its own, the audit log keeps the clock's as well.
fn operator(at: Option<&Bound<'_, PyAny>>) -> Actor {
    let operator = Actor::local_operator();
    if at.is_some() { operator.while_the_clock_shows(UnixTime::now()) } else { operator }
}

const fn clock(checked: bool) -> Clock {
    if checked { Clock::Checked } else { Clock::Unchecked }
}

#[pymethods]
impl Directory {
    /// Writes a copy of the database into a new file, while others use the directory.
    ///
    /// The copy needs the key ring, which belongs into another place than the copy.
    fn backup(&self, py: Python<'_>, path: FilePath) -> PyResult<()> {
        let inner = self.reader(py, None, Operation::Maintain, None)?;
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

    /// Puts a backup in the place of the database, and refuses every code up to now.
    ///
    /// The database of `url` must not be open, here or in another process. With `replace=True` one that is there is kept under
    /// another name, which is returned. `keys` is the key ring of the backup. Open the directory with `Directory.open` then.
    ///
    /// A backup with an event that is later than now is refused (`clock-behind`): set the clock right, or say `clock_checked=True`
    /// where it is right and the event was written by a clock that was ahead.
    #[staticmethod]
    #[pyo3(signature = (url, backup, keys = None, *, replace = false, clock_checked = false, at = None))]
    fn restore(
        py: Python<'_>,
        url: &Bound<'_, PyAny>,
        backup: FilePath,
        keys: Option<FilePath>,
        replace: bool,
        clock_checked: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<PathBuf>> {
        let (location, now, FilePath(backup)) = (closed(py, url, keys)?, time(at)?, backup);
        let restored = wait(py, location.restore(&backup, replace, &operator(at), now, clock(clock_checked)))?;
        restored.map(|restored| restored.former).map_err(|error| location_error(py, &error))
    }

    /// Says what `Directory.restore` would put in the place of what. Checks the backup and the key ring, and changes nothing.
    #[staticmethod]
    #[pyo3(signature = (url, backup, keys = None, *, replace = false, clock_checked = false, at = None))]
    fn preview_restore<'py>(
        py: Python<'py>,
        url: &Bound<'_, PyAny>,
        backup: FilePath,
        keys: Option<FilePath>,
        replace: bool,
        clock_checked: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (location, now, FilePath(backup)) = (closed(py, url, keys)?, time(at)?, backup);
        let preview = wait(py, location.preview_restore(&backup, replace, &operator(at), now, clock(clock_checked)))?;
        restore_preview_dict(py, &preview.map_err(|error| location_error(py, &error))?)
    }

    /// Brings a directory of an older version forward: a SQLite file, which is kept under another name, or the tables on a server.
    ///
    /// No process may have a file open. Codes up to now are refused afterwards, and the policy is the default one. A file of format
    /// 1 is bound to no key ring; `accept_unbound=True` takes over what stands in it.
    #[staticmethod]
    #[pyo3(signature = (url, keys = None, *, accept_unbound = false, at = None))]
    fn migrate<'py>(
        py: Python<'py>,
        url: &Bound<'_, PyAny>,
        keys: Option<FilePath>,
        accept_unbound: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (location, now) = (closed(py, url, keys)?, time(at)?);
        let migrated = wait(py, location.migrate(&operator(at), now, MigrateOptions { accept_unbound }))?;
        migrated_dict(py, &migrated.map_err(|error| location_error(py, &error))?)
    }

    /// Says what `Directory.migrate` would come to, by a migration of a copy that is deleted afterwards.
    #[staticmethod]
    #[pyo3(signature = (url, keys = None, *, at = None))]
    fn preview_migration<'py>(
        py: Python<'py>,
        url: &Bound<'_, PyAny>,
        keys: Option<FilePath>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (location, now) = (closed(py, url, keys)?, time(at)?);
        let preview = wait(py, location.preview_migration(&operator(at), now))?;
        migration_preview_dict(py, &preview.map_err(|error| location_error(py, &error))?)
    }

    /// Refuses every code up to now, after the database was restored by other means than `Directory.restore`.
    ///
    /// Returns up to when codes are refused (Unix seconds): now, or later where an earlier restore left a later time.
    /// `clock_checked` as for `Directory.restore`.
    #[pyo3(signature = (*, clock_checked = false, at = None))]
    fn restored(&self, py: Python<'_>, clock_checked: bool, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        let (now, inner, actor) = (time(at)?, self.inner(py)?, self.asks(at));
        self.wait(py, inner.restored(&actor, now, clock(clock_checked))).map(UnixTime::as_secs)
    }

    /// Accepts codes again where the clock was ahead at a restore: from now on only the codes up to now are refused.
    ///
    /// Returns up to when codes were refused before (Unix seconds). None, and changes nothing, where that is not in the future.
    /// `clock_checked` as for `Directory.restore`.
    #[pyo3(signature = (*, clock_checked = false, at = None))]
    fn lower_floor(&self, py: Python<'_>, clock_checked: bool, at: Option<&Bound<'_, PyAny>>) -> PyResult<Option<u64>> {
        let (now, inner, actor) = (time(at)?, self.inner(py)?, self.asks(at));
        Ok(self.wait(py, inner.lower_floor(&actor, now, clock(clock_checked)))?.map(UnixTime::as_secs))
    }

    /// Returns up to when all codes are refused (Unix seconds); 0 where the database was never restored.
    fn refused_until(&self, py: Python<'_>) -> PyResult<u64> {
        let inner = self.reader(py, None, Operation::List, None)?;
        self.wait(py, inner.refused_until()).map(UnixTime::as_secs)
    }

    /// Returns when the newest event of the audit log was written (Unix seconds).
    fn last_event(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        let inner = self.reader(py, None, Operation::ReadLog, None)?;
        Ok(self.wait(py, inner.last_event())?.map(UnixTime::as_secs))
    }
}
