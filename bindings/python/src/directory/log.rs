use super::Directory;
use crate::arguments;
use crate::dicts::event_dict;
use crate::errors::tampered;
use oath_directory::audit::Chain;
use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pymethods]
impl Directory {
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
}
