//! The keys under which the secrets in the database are sealed.

use super::Directory;
use crate::arguments::time;
use crate::dicts::{sealing_key_dict, seals_dict};
use crate::errors::location_error;
use crate::wait::wait;
use core::future::Future;
use oath_directory::LocationError;
use oath_directory::rights::Operation;
use pyo3::prelude::*;
use pyo3::types::PyDict;

impl Directory {
    /// Changes the file of the key ring, which the next call reads again.
    fn change_ring<T: Send>(
        &self,
        py: Python<'_>,
        change: impl Future<Output = Result<T, LocationError>> + Send,
    ) -> PyResult<T> {
        let changed = wait(py, change)?.map_err(|error| location_error(py, &error))?;
        self.opened.pause(py)?;
        Ok(changed)
    }
}

#[pymethods]
impl Directory {
    /// Returns the sealing keys of the key ring. The one that `seals` seals new secrets.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let inner = self.reader(py, None, Operation::Maintain, None)?;
        let last = inner.key_names().last().unwrap_or_default();
        inner.key_names().map(|name| sealing_key_dict(py, name, name == last)).collect()
    }

    /// Adds a new key to the file of the key ring, and returns its name.
    ///
    /// It does not seal yet: give the file to all processes that use the directory first, and open it there again.
    #[pyo3(signature = (*, at = None))]
    fn add_key(&self, py: Python<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
        let (now, actor, location) = (time(at)?, self.asks(at), self.location()?);
        self.change_ring(py, location.add_key(&actor, now))
    }

    /// Seals new secrets under this key from now on.
    #[pyo3(signature = (name, *, at = None))]
    fn activate_key(&self, py: Python<'_>, name: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (now, actor, location) = (time(at)?, self.asks(at), self.location()?);
        self.change_ring(py, location.activate_key(&actor, now, name))
    }

    /// Takes a key out of the file of the key ring. Refused while a token is sealed under it.
    ///
    /// Returns how many secrets of deleted tokens it recognises. Where there are any, it is retired: it opens nothing any more,
    /// and their used codes stay used.
    #[pyo3(signature = (name, *, at = None))]
    fn remove_key(&self, py: Python<'_>, name: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        let (now, actor, location) = (time(at)?, self.asks(at), self.location()?);
        self.change_ring(py, location.remove_key(&actor, now, name))
    }

    /// Seals all secrets again under the key that seals, while sign-ins go on.
    ///
    /// Returns how many, and the serial numbers of tokens whose secret does not open. A rotation that was interrupted goes on
    /// when it is called again. `dry_run=True` counts, and changes nothing.
    #[pyo3(signature = (*, dry_run = false, at = None))]
    fn rotate_keys(
        &self,
        py: Python<'_>,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(u64, Vec<String>)> {
        let (now, actor, inner) = (time(at)?, self.asks(at), self.inner(py)?);
        let rotated = if dry_run {
            self.wait(py, inner.preview_rotation(&actor, now, |_| ()))?
        } else {
            self.wait(py, inner.rotate(&actor, now, |_| ()))?
        };
        Ok((rotated.sealed, rotated.damaged))
    }

    /// Opens the secrets of all tokens, and counts the tokens of each key.
    fn check_keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        seals_dict(py, &self.wait(py, self.reader(py, None, Operation::Maintain, None)?.check_seals())?)
    }
}
