//! Backups, and directories that were restored.

use super::{Directory, MEMORY, is_memory, location};
use crate::arguments::time;
use crate::errors::{location_error, value_error};
use crate::opened::refuse_if_held;
use crate::source::FilePath;
use crate::wait::wait;
use oath_directory::Actor;
use oath_directory::rights::Operation;
use oath_directory::store::SqliteStore;
use oath_totp::UnixTime;
use pyo3::prelude::*;
use std::path::PathBuf;

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
    #[staticmethod]
    #[pyo3(signature = (url, backup, keys = None, *, replace = false, at = None))]
    fn restore(
        py: Python<'_>,
        url: &Bound<'_, PyAny>,
        backup: FilePath,
        keys: Option<FilePath>,
        replace: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<PathBuf>> {
        if is_memory(url) {
            return Err(value_error("a directory in memory has no database to restore"));
        }
        let (location, now, FilePath(backup)) = (location(py, url, keys)?, time(at)?, backup);
        if let Some(database) = location.database_path() {
            refuse_if_held(py, &database)?;
        }
        let operator = Actor::local_operator();
        let actor = if at.is_some() { operator.while_the_clock_shows(UnixTime::now()) } else { operator };
        let restored = wait(py, location.restore(&backup, replace, &actor, now))?;
        restored.map(|restored| restored.former).map_err(|error| location_error(py, &error))
    }

    /// Refuses every code up to now, after the database was restored by other means than `Directory.restore`.
    #[pyo3(signature = (*, at = None))]
    fn restored(&self, py: Python<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.restored(&self.asks(at), now)).map(UnixTime::as_secs)
    }

    /// Accepts codes again where the clock was ahead at a restore.
    #[pyo3(signature = (*, at = None))]
    fn lower_floor(&self, py: Python<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Option<u64>> {
        let now = time(at)?;
        Ok(self.wait(py, self.inner(py)?.lower_floor(&self.asks(at), now))?.map(UnixTime::as_secs))
    }
}
