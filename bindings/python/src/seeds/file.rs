use super::record::{Records, place};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// A finding of a file: where, what was found (never the secret), and what to do.
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct Finding(oath_seeds::Finding);

#[pymethods]
impl Finding {
    /// The stable name of this kind of finding.
    #[getter]
    const fn code(&self) -> &'static str {
        self.0.code()
    }

    /// The severity: error, warning or note.
    #[getter]
    const fn severity(&self) -> &'static str {
        self.0.severity.name()
    }

    /// Where in the file: `line 3`, `KeyPackage 2`. None for the file as a whole.
    #[getter]
    fn place(&self) -> Option<String> {
        place(self.0.place)
    }

    /// The line of the file, or None.
    #[getter]
    const fn line(&self) -> Option<u64> {
        self.0.place.line()
    }

    /// The column of the line, or None.
    #[getter]
    const fn column(&self) -> Option<u32> {
        self.0.column
    }

    /// The name of the field, or None.
    #[getter]
    fn field(&self) -> Option<&'static str> {
        self.0.field.map(oath_seeds::Field::name)
    }

    /// What was found.
    #[getter]
    fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do.
    #[getter]
    fn action(&self) -> &str {
        &self.0.action
    }

    /// The repair that `repairs="apply"` makes, or None.
    #[getter]
    fn repair(&self) -> Option<String> {
        self.0.repair.as_ref().map(ToString::to_string)
    }

    /// Whether the repair was made.
    #[getter]
    const fn repaired(&self) -> bool {
        self.0.repaired
    }

    /// Returns the fields by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("code", self.code())?;
        dict.set_item("severity", self.severity())?;
        dict.set_item("place", self.place())?;
        dict.set_item("line", self.line())?;
        dict.set_item("column", self.column())?;
        dict.set_item("field", self.field())?;
        dict.set_item("message", self.message())?;
        dict.set_item("action", self.action())?;
        dict.set_item("repair", self.repair())?;
        dict.set_item("repaired", self.repaired())?;
        Ok(dict)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Finding({:?})", self.__str__())
    }
}

/// A row that could not be read as a record, without its secret. The findings say why.
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct FailedRow(oath_seeds::FailedRow);

#[pymethods]
impl FailedRow {
    /// Where in the file: `line 3`, `KeyPackage 2`. None for the file as a whole.
    #[getter]
    fn place(&self) -> Option<String> {
        place(self.0.place)
    }

    /// The line of the file, or None.
    #[getter]
    const fn line(&self) -> Option<u64> {
        self.0.place.line()
    }

    /// The user, as far as one could be read.
    #[getter]
    fn upn(&self) -> Option<&str> {
        self.0.upn.as_deref()
    }

    /// The serial number, as far as it could be read and is certainly no secret.
    #[getter]
    fn serial(&self) -> Option<&str> {
        self.0.serial.as_deref()
    }

    fn __repr__(&self) -> String {
        format!("FailedRow(place={:?}, serial={:?})", self.0.place.to_string(), self.serial().unwrap_or_default())
    }
}

/// A seed file that was read.
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct SeedFile {
    format: &'static str,
    target: &'static str,
    encoding: &'static str,
    records: Arc<Vec<oath_seeds::Record>>,
    failed: Vec<oath_seeds::FailedRow>,
    findings: Vec<oath_seeds::Finding>,
}

impl From<oath_seeds::SeedFile> for SeedFile {
    fn from(file: oath_seeds::SeedFile) -> Self {
        let (format, target, encoding) = (file.format.name(), file.target.name(), file.encoding.name());
        let (records, failed, findings) = (Arc::new(file.records), file.failed, file.findings);
        Self { format, target, encoding, records, failed, findings }
    }
}

#[pymethods]
impl SeedFile {
    /// The name of the format.
    #[getter]
    const fn format(&self) -> &'static str {
        self.format
    }

    /// The system whose rules the records were checked against.
    #[getter]
    const fn target(&self) -> &'static str {
        self.target
    }

    /// The name of the character encoding.
    #[getter]
    const fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// The records.
    #[getter]
    fn records(&self) -> Records {
        Records(Arc::clone(&self.records))
    }

    /// The rows that could not be read as records.
    #[getter]
    fn failed(&self) -> Vec<FailedRow> {
        self.failed.iter().cloned().map(FailedRow).collect()
    }

    /// The findings, in the order of the file.
    #[getter]
    fn findings(&self) -> Vec<Finding> {
        self.findings.iter().cloned().map(Finding).collect()
    }

    fn __repr__(&self) -> String {
        let (records, findings) = (self.records.len(), self.findings.len());
        format!("SeedFile(format='{}', [{records} records], [{findings} findings])", self.format)
    }
}
