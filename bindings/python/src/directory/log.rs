use super::Directory;
use crate::arguments::{self, time};
use crate::dicts::event_dict;
use crate::errors::tampered;
use crate::segments;
use crate::source::FilePath;
use oath_directory::audit::Chain;
use oath_directory::rights::Operation;
use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pymethods]
impl Directory {
    /// Returns the chains of the audit log: on a server one or more for all machines, in a SQLite file the one chain 0.
    fn chains(&self, py: Python<'_>) -> PyResult<Vec<u64>> {
        let chains = self.wait(py, self.reader(py, Operation::ReadLog, None)?.chains())?;
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
        let inner = self.reader(py, Operation::ReadLog, None)?;
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
        match self.wait(py, self.reader(py, Operation::ReadLog, None)?.verify_audit())? {
            Ok(report) => Ok((report.events, report.head())),
            Err(error) => Err(tampered(py, error)),
        }
    }

    /// Writes the beginning of the audit log, up to a time, into a new file: JSON lines that anyone can read and that the key
    /// ring verifies. Returns the number of events; where there are none, no file is made.
    fn export_audit(&self, py: Python<'_>, path: FilePath, until: &Bound<'_, PyAny>) -> PyResult<u64> {
        let (inner, until, FilePath(path)) = (self.reader(py, Operation::ReadLog, None)?, time(Some(until))?, path);
        segments::export(py, &inner, until, &path)
    }

    /// Checks an exported file against the key ring, and that it and the database hold all events between them. Returns the
    /// number of events in the file.
    fn verify_export(&self, py: Python<'_>, path: FilePath) -> PyResult<u64> {
        let (inner, FilePath(path)) = (self.reader(py, Operation::ReadLog, None)?, path);
        segments::verify(py, &inner, &path)
    }

    /// Deletes the events from the database that an exported file verifiably holds. Returns how many. `dry_run=True` deletes
    /// nothing.
    #[pyo3(signature = (path, *, dry_run = false, at = None))]
    fn prune_audit(
        &self,
        py: Python<'_>,
        path: FilePath,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let (inner, now, FilePath(path)) = (self.reader(py, Operation::Maintain, None)?, time(at)?, path);
        segments::prune(py, &inner, &self.asks(at), now, &path, dry_run)
    }
}
