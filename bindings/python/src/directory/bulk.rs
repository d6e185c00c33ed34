//! One operation for the tokens of a file.

use super::Directory;
use crate::arguments::time;
use crate::dicts::bulk_dict;
use crate::errors::{directory_value_error, value_error};
use crate::source::Source;
use oath_directory::bulk::{BulkFile, BulkRow, Operation};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::io::{self, Read};

#[pymethods]
impl Directory {
    /// Does one operation for each row of a CSV file: 'assign', 'activate', 'unassign' or 'delete'.
    ///
    /// Its first line names the columns: serial number and, as the operation needs them, upn, code and next code. A row that fails
    /// does not stop the others. Give the same file again to go on: rows that are done already are 'unchanged'. `dry_run=True`
    /// returns what would become of each row and changes nothing.
    #[pyo3(signature = (operation, source, *, dry_run = false, at = None))]
    fn bulk<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        source: &Bound<'_, PyAny>,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let operation = Operation::from_name(operation)
            .ok_or_else(|| value_error("operation is 'assign', 'activate', 'unassign' or 'delete'"))?;
        let (now, actor) = (time(at)?, self.asks(at));
        let read = |input: &mut (dyn Read + Send)| {
            let mut content = Vec::new();
            input.read_to_end(&mut content)?;
            Ok::<_, io::Error>(BulkFile::read(&content, operation))
        };
        let file = Source::of(source)?.read(py, read)??;
        let file = file.map_err(|error| directory_value_error(py, &error, error.code(), error.action()))?;
        let rows: Vec<BulkRow> = file.rows().collect();
        let inner = self.inner(py)?;
        let mut results = Vec::with_capacity(rows.len());
        let tell = |row: &BulkRow, result| results.push((row.line, row.serial.clone(), result));
        let report = self.wait(py, async {
            if dry_run {
                inner.rehearsal_of(&actor, &rows).await?.bulk(&actor, now, &rows, tell).await
            } else {
                inner.bulk(&actor, now, &rows, tell).await
            }
        })?;
        bulk_dict(py, &report, &results)
    }
}
