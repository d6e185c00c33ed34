use super::Directory;
use crate::arguments::{self, time};
use crate::dicts::{audit_dict, event_dict};
use crate::errors::{tampered, value_error};
use crate::segments;
use crate::source::FilePath;
use oath_directory::audit::{Action, Chain, EventQuery, Head};
use oath_directory::rights::Operation;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What an end of a chain is.
const END: &str = "contains is a list of ends, each NUMBER:HASH or CHAIN/NUMBER:HASH as verify_audit returns it";

/// The kind of event with this name.
fn action(name: &str) -> PyResult<Action> {
    Action::from_name(name).ok_or_else(|| {
        let names = Action::ALL.map(Action::name).join(", ");
        value_error(format!("action is one of {names}"))
    })
}

#[pymethods]
impl Directory {
    /// Returns the chains of the audit log: on a server one or more for all machines, in a SQLite file the one chain 0.
    fn chains(&self, py: Python<'_>) -> PyResult<Vec<u64>> {
        let chains = self.wait(py, self.reader(py, None, Operation::ReadLog, None)?.chains())?;
        Ok(chains.into_iter().map(|Chain(number)| number).collect())
    }

    /// Returns the events of a chain of the audit log after the one with the number `after`; by default of the first chain.
    ///
    /// `upn`, `serial`, `action` (such as 'signed-in'), `since` and `until` return those about a user, about a token, of a kind,
    /// and of a time; both limits of time belong to it. `limit` is how many are returned.
    #[pyo3(signature = (*, upn = None, serial = None, action = None, since = None, until = None, after = 0, limit = 1000,
        chain = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn events<'py>(
        &self,
        py: Python<'py>,
        upn: Option<&str>,
        serial: Option<String>,
        action: Option<&str>,
        since: Option<&Bound<'_, PyAny>>,
        until: Option<&Bound<'_, PyAny>>,
        #[pyo3(from_py_with = arguments::after)] after: u64,
        #[pyo3(from_py_with = arguments::limit)] limit: usize,
        #[pyo3(from_py_with = arguments::chain)] chain: Option<u64>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let query = EventQuery {
            upn: upn.map(|upn| super::upn(py, upn)).transpose()?,
            serial,
            action: action.map(self::action).transpose()?,
            since: since.map(|since| time(Some(since))).transpose()?,
            until: until.map(|until| time(Some(until))).transpose()?,
        };
        let inner = self.reader(py, None, Operation::ReadLog, None)?;
        let events = self.wait(py, async {
            let chain = match chain {
                Some(number) => Chain(number),
                None => inner.chains().await?.first().copied().unwrap_or(Chain::FIRST),
            };
            inner.events_that(&query, chain, after, limit).await
        })?;
        events.iter().map(|audit| event_dict(py, audit)).collect()
    }

    /// Returns the number of events, the hash of the last one, and the ends of the chains, as 'NUMBER:HASH' or
    /// 'CHAIN/NUMBER:HASH'. Raises DirectoryError where the log was changed.
    ///
    /// `contains` holds ends that were noted down before: it raises where the log does not have them any more. `pruned` is, of
    /// each chain that was pruned, the last event that the database does not hold.
    #[pyo3(signature = (*, contains = None))]
    fn verify_audit<'py>(&self, py: Python<'py>, contains: Option<Vec<String>>) -> PyResult<Bound<'py, PyDict>> {
        let noted = contains.iter().flatten().map(|end| end.parse::<Head>());
        let noted = noted.collect::<Result<Vec<_>, _>>().map_err(|_| value_error(END))?;
        let inner = self.reader(py, None, Operation::ReadLog, None)?;
        let found = self.wait(py, async {
            let found = inner.verify_audit().await?;
            if found.is_ok() {
                for end in noted {
                    if let Err(error) = inner.contains(end).await? {
                        return Ok(Err(error));
                    }
                }
            }
            Ok(found)
        })?;
        audit_dict(py, &found.map_err(|error| tampered(py, error))?)
    }

    /// Writes the ends of all chains down in the audit log, so that `verify_audit` misses a chain that is cut off or removed later.
    ///
    /// To be called from time to time where several machines write. Returns the ends, as 'NUMBER:HASH' or 'CHAIN/NUMBER:HASH'.
    #[pyo3(signature = (*, at = None))]
    fn checkpoint(&self, py: Python<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
        let now = time(at)?;
        let heads = self.wait(py, self.inner(py)?.checkpoint(&self.asks(at), now))?;
        Ok(heads.iter().map(Head::to_string).collect())
    }

    /// Writes the beginning of the audit log, up to a time, into a new file: JSON lines that anyone can read and that the key
    /// ring verifies. Returns the number of events; where there are none, no file is made.
    fn export_audit(&self, py: Python<'_>, path: FilePath, until: &Bound<'_, PyAny>) -> PyResult<u64> {
        let (inner, until, FilePath(path)) =
            (self.reader(py, None, Operation::ReadLog, None)?, time(Some(until))?, path);
        segments::export(py, &inner, until, &path)
    }

    /// Checks an exported file against the key ring, and that it and the database hold all events between them. Returns the
    /// number of events in the file.
    fn verify_export(&self, py: Python<'_>, path: FilePath) -> PyResult<u64> {
        let (inner, FilePath(path)) = (self.reader(py, None, Operation::ReadLog, None)?, path);
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
        let (inner, now, FilePath(path)) = (self.reader(py, at, Operation::Maintain, None)?, time(at)?, path);
        segments::prune(py, &inner, &self.asks(at), now, &path, dry_run)
    }
}
