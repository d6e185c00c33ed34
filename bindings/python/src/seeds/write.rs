use super::read::{Reading, format, target};
use super::record::{Record, Records};
use super::secrets::protection;
use crate::errors::{SEED_FILE_ERROR, finding_error, type_error, value_error};
use crate::source::Pieces;
use oath_seeds::{Format, Severity, Target, WriteError, WriteOptions};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Returns all records in this format. Raises SeedFileError where the format cannot hold one of them, or loses something of
/// it and `accept_loss` is not given. `target` is the system that the file is for, where it is not the format's own. With a
/// `password` or a `key` (bytes, or hex; 16, 24 or 32 bytes), the secrets of a PSKC file are encrypted.
///
/// >>> from oath_totp import Secret, seeds
/// >>> record = seeds.Record(Secret.generate(), serial="0950380269")
/// >>> pskc = seeds.write([record], "pskc", key="00112233445566778899aabbccddeeff")
/// >>> seeds.read(pskc, key="00112233445566778899aabbccddeeff").records[0].secret == record.secret
/// True
#[pyfunction]
#[pyo3(signature = (records, format, *, target = None, accept_loss = false, password = None, key = None))]
pub(crate) fn write<'py>(
    records: &Bound<'py, PyAny>,
    format: &str,
    target: Option<&str>,
    accept_loss: bool,
    password: Option<&Bound<'py, PyAny>>,
    key: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    const EXPECTED: &str = "records are the records of a file, or an iterable of Record";
    let format = self::format(format)?;
    let options = options(target, accept_loss, password, key)?;
    let py = records.py();
    if let Ok(all) = records.cast::<Records>() {
        return encoded(py, all.get().0.iter(), format, &options);
    }
    let each = records.try_iter().map_err(|_| type_error(EXPECTED))?;
    let each = each.map(|one| one?.cast_into::<Record>().map(Bound::unbind).map_err(|_| type_error(EXPECTED)));
    let each = each.collect::<PyResult<Vec<Py<Record>>>>()?;
    let each = each.iter().map(|one| one.get().inner()).collect::<PyResult<Vec<_>>>()?;
    encoded(py, each, format, &options)
}

/// Reads a file and returns its records in another format: `read` and `write` in one, with their arguments. `target`,
/// `accept_loss`, `output_password` and `output_key` are those of the new file. Raises SeedFileError where a row cannot be read:
/// nothing is left out silently.
///
/// >>> from oath_totp import seeds
/// >>> seeds.convert("tokens.csv", "linotp-csv", accept_loss=True)
/// b'2300001,3839303132333435363738393031323334353637,totp,6,30,sha1\r\n'
#[pyfunction]
#[pyo3(signature = (source, to, *, target = None, accept_loss = false, output_password = None, output_key = None,
    format = None, password = None, key = None, openpgp_key = None, token_type = None, algorithm = None, digits = None,
    interval = None, lenient = false, repairs = "offer"))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn convert<'py>(
    source: &Bound<'py, PyAny>,
    to: &str,
    target: Option<&str>,
    accept_loss: bool,
    output_password: Option<&Bound<'py, PyAny>>,
    output_key: Option<&Bound<'py, PyAny>>,
    format: Option<&str>,
    password: Option<&Bound<'py, PyAny>>,
    key: Option<&Bound<'py, PyAny>>,
    openpgp_key: Option<&Bound<'py, PyAny>>,
    token_type: Option<&str>,
    algorithm: Option<&str>,
    digits: Option<u8>,
    interval: Option<u32>,
    lenient: bool,
    repairs: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = source.py();
    let to = self::format(to)?;
    let options = options(target, accept_loss, output_password, output_key)?;
    let reading = Reading {
        format,
        // What the system of the source would refuse does not matter.
        target: Some(Target::Any.name()),
        password,
        key,
        openpgp_key,
        token_type,
        algorithm,
        digits,
        interval,
        lenient,
        refuse_weak: false,
        repairs,
    };
    let file = reading.file(source)?;
    let mut errors = file.findings.iter().filter(|finding| finding.severity == Severity::Error);
    if let Some(first) = errors.next() {
        return Err(finding_error(py, first, errors.count()));
    }
    encoded(py, &file.records, to, &options)
}

fn options(
    target: Option<&str>,
    accept_loss: bool,
    password: Option<&Bound<'_, PyAny>>,
    key: Option<&Bound<'_, PyAny>>,
) -> PyResult<WriteOptions> {
    let mut options = WriteOptions::default().accept_loss(accept_loss);
    options.target = self::target(target)?;
    options.protection = protection(password, key)?;
    Ok(options)
}

/// Writes while Python's other threads run.
fn encoded<'a, 'py>(
    py: Python<'py>,
    records: impl IntoIterator<Item = &'a oath_seeds::Record> + Send,
    format: Format,
    options: &WriteOptions,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = Pieces::default();
    match py.detach(|| oath_seeds::write(records, format, options, &mut out)) {
        Ok(()) => out.to_bytes(py),
        Err(WriteError::CannotCarry(refused)) => {
            let action = if refused.iter().all(|one| one.obstacles.is_empty()) {
                "pass accept_loss=True where these values may be lost, or choose another format"
            } else {
                "choose another format, or leave these records out"
            };
            Err(SEED_FILE_ERROR.error(py, (WriteError::CannotCarry(refused).to_string(), "cannot-carry", action)))
        }
        Err(error @ (WriteError::NotWritten(_) | WriteError::NotProtected(_))) => Err(value_error(error)),
        Err(error) => Err(PyOSError::new_err(error.to_string())),
    }
}
