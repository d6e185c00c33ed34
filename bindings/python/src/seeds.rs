use crate::errors::{SEED_FILE_ERROR, read_error, type_error, value_error};
use crate::secret::Secret;
use crate::source::{Pieces, Source};
use oath_seeds::{Assume, Details, Format, Moving, Options, Place, Repairs, Target, Unlock, WriteError, WriteOptions};
use oath_totp::UnixTime;
use pyo3::exceptions::{PyIndexError, PyOSError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PySlice, PyString};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use zeroize::Zeroizing;

/// One token of a seed file. `step` and `t0` are None for a counter-based token, `counter` for a time-based one.
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct Record {
    file: Arc<Vec<oath_seeds::Record>>,
    index: usize,
}

impl Record {
    fn inner(&self) -> PyResult<&oath_seeds::Record> {
        self.file.get(self.index).ok_or_else(|| PyIndexError::new_err("there is no such record"))
    }
}

fn dict<'py>(py: Python<'py>, record: &oath_seeds::Record, expose_secret: bool) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "place"), place(record.place))?;
    dict.set_item(intern!(py, "line"), record.place.line())?;
    dict.set_item(intern!(py, "upn"), record.upn.as_deref())?;
    dict.set_item(intern!(py, "serial"), &record.serial)?;
    if expose_secret {
        dict.set_item(intern!(py, "secret"), record.secret.expose_base32().as_str())?;
    } else {
        // The mask has one length, so that it does not show the length of the secret.
        dict.set_item(intern!(py, "secret"), intern!(py, "********"))?;
    }
    dict.set_item(intern!(py, "algorithm"), record.algorithm.name())?;
    dict.set_item(intern!(py, "digits"), record.digits.count())?;
    let (step, t0, counter) = moving(record);
    dict.set_item(intern!(py, "step"), step)?;
    dict.set_item(intern!(py, "t0"), t0)?;
    dict.set_item(intern!(py, "counter"), counter)?;
    dict.set_item(intern!(py, "manufacturer"), &*record.manufacturer)?;
    dict.set_item(intern!(py, "model"), &*record.model)?;
    let Details { issuer, account, key_id, start, expiry, drift, last_used, .. } = record.details();
    dict.set_item(intern!(py, "issuer"), issuer)?;
    dict.set_item(intern!(py, "account"), account)?;
    dict.set_item(intern!(py, "key_id"), key_id)?;
    dict.set_item(intern!(py, "start"), start.map(UnixTime::as_secs))?;
    dict.set_item(intern!(py, "expiry"), expiry.map(UnixTime::as_secs))?;
    dict.set_item(intern!(py, "drift"), drift)?;
    dict.set_item(intern!(py, "last_used"), last_used.map(UnixTime::as_secs))?;
    Ok(dict)
}

/// `line 3`, `KeyPackage 2`; None for the file as a whole.
fn place(place: Place) -> Option<String> {
    (place != Place::File).then(|| place.to_string())
}

fn moving(record: &oath_seeds::Record) -> (Option<u32>, Option<u64>, Option<u64>) {
    match record.moving {
        Moving::Time { step } => (Some(step.x()), Some(step.t0()), None),
        Moving::Counter { counter } => (None, None, Some(counter)),
    }
}

#[pymethods]
impl Record {
    /// Where it stands in its file: `line 3`, `KeyPackage 2`. None where it comes from no file.
    #[getter]
    fn place(&self) -> PyResult<Option<String>> {
        Ok(place(self.inner()?.place))
    }

    /// The line of the file; None where the place is none.
    #[getter]
    fn line(&self) -> PyResult<Option<u64>> {
        Ok(self.inner()?.place.line())
    }

    /// The user, or None.
    #[getter]
    fn upn(&self) -> PyResult<Option<&str>> {
        Ok(self.inner()?.upn.as_deref())
    }

    /// The serial number; None where the format has none.
    #[getter]
    fn serial(&self) -> PyResult<Option<&str>> {
        Ok(self.inner()?.serial.as_deref())
    }

    /// The secret.
    #[getter]
    fn secret(&self) -> PyResult<Secret> {
        let copied = oath_totp::Secret::from_bytes(self.inner()?.secret.expose_bytes());
        copied.map(Secret).map_err(value_error)
    }

    /// The hash: SHA1, SHA256 or SHA512.
    #[getter]
    fn algorithm(&self) -> PyResult<&'static str> {
        Ok(self.inner()?.algorithm.name())
    }

    /// The number of digits of a code.
    #[getter]
    fn digits(&self) -> PyResult<usize> {
        Ok(self.inner()?.digits.count())
    }

    /// The seconds of a time step, or None.
    #[getter]
    fn step(&self) -> PyResult<Option<u32>> {
        Ok(moving(self.inner()?).0)
    }

    /// The Unix time at which the steps begin to count, or None.
    #[getter]
    fn t0(&self) -> PyResult<Option<u64>> {
        Ok(moving(self.inner()?).1)
    }

    /// The counter, or None.
    #[getter]
    fn counter(&self) -> PyResult<Option<u64>> {
        Ok(moving(self.inner()?).2)
    }

    /// The manufacturer.
    #[getter]
    fn manufacturer(&self) -> PyResult<&str> {
        Ok(&self.inner()?.manufacturer)
    }

    /// The model.
    #[getter]
    fn model(&self) -> PyResult<&str> {
        Ok(&self.inner()?.model)
    }

    /// Who runs the service, or None.
    #[getter]
    fn issuer(&self) -> PyResult<Option<&str>> {
        Ok(self.inner()?.details().issuer.as_deref())
    }

    /// The account at the service, or None.
    #[getter]
    fn account(&self) -> PyResult<Option<&str>> {
        Ok(self.inner()?.details().account.as_deref())
    }

    /// The identifier of the key, or None.
    #[getter]
    fn key_id(&self) -> PyResult<Option<&str>> {
        Ok(self.inner()?.details().key_id.as_deref())
    }

    /// The Unix time from which the token may be used, or None.
    #[getter]
    fn start(&self) -> PyResult<Option<u64>> {
        Ok(self.inner()?.details().start.map(UnixTime::as_secs))
    }

    /// The Unix time until which the token may be used, or None.
    #[getter]
    fn expiry(&self) -> PyResult<Option<u64>> {
        Ok(self.inner()?.details().expiry.map(UnixTime::as_secs))
    }

    /// The number of steps by which the token's clock is ahead, or None.
    #[getter]
    fn drift(&self) -> PyResult<Option<i64>> {
        Ok(self.inner()?.details().drift)
    }

    /// The Unix time at which a code was last accepted, or None.
    #[getter]
    fn last_used(&self) -> PyResult<Option<u64>> {
        Ok(self.inner()?.details().last_used.map(UnixTime::as_secs))
    }

    /// Returns the fields by their names. The secret is masked unless it is asked for.
    #[pyo3(signature = (*, expose_secret = false))]
    fn to_dict<'py>(&self, py: Python<'py>, expose_secret: bool) -> PyResult<Bound<'py, PyDict>> {
        dict(py, self.inner()?, expose_secret)
    }

    fn __repr__(&self) -> PyResult<String> {
        let record = self.inner()?;
        Ok(format!(
            "Record(serial={:?}, upn={:?}, [secret elided])",
            record.serial.as_deref().unwrap_or_default(),
            record.upn.as_deref().unwrap_or_default()
        ))
    }
}

/// The records of a file, in its order. A Record is made when it is asked for.
#[pyclass(frozen, sequence, module = "oath_totp.seeds")]
pub(crate) struct Records(Arc<Vec<oath_seeds::Record>>);

#[pymethods]
impl Records {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let record = |index| Record { file: Arc::clone(&self.0), index };
        if let Ok(slice) = index.cast::<PySlice>() {
            let found = slice.indices(self.0.len().try_into()?)?;
            let places =
                (0..).take(found.slicelength).map(|n: isize| found.start.wrapping_add(n.wrapping_mul(found.step)));
            let records = places.filter_map(|place| place.try_into().ok()).map(record).map(|one| Bound::new(py, one));
            return Ok(PyList::new(py, records.collect::<PyResult<Vec<_>>>()?)?.into_any());
        }
        let index: isize = index.extract()?;
        let from_end = || self.0.len().checked_sub(index.unsigned_abs());
        let index = if index < 0 { from_end() } else { usize::try_from(index).ok() };
        match index.filter(|index| *index < self.0.len()) {
            Some(index) => Ok(Bound::new(py, record(index))?.into_any()),
            None => Err(PyIndexError::new_err("there is no such record")),
        }
    }

    fn __iter__(&self) -> RecordsIterator {
        RecordsIterator { file: Arc::clone(&self.0), next: AtomicUsize::new(0) }
    }

    /// Returns all records as dictionaries. Secrets are masked unless they are asked for.
    #[pyo3(signature = (*, expose_secrets = false))]
    fn to_dicts<'py>(&self, py: Python<'py>, expose_secrets: bool) -> PyResult<Bound<'py, PyList>> {
        let all = PyList::empty(py);
        for record in self.0.iter() {
            all.append(dict(py, record, expose_secrets)?)?;
        }
        Ok(all)
    }

    /// Returns a pandas.DataFrame, where pandas is installed. Secrets are masked unless they are asked for.
    #[pyo3(signature = (*, expose_secrets = false))]
    fn to_dataframe<'py>(&self, py: Python<'py>, expose_secrets: bool) -> PyResult<Bound<'py, PyAny>> {
        let pandas = py.import("pandas")?;
        pandas.call_method1("DataFrame", (self.to_dicts(py, expose_secrets)?,))
    }

    fn __repr__(&self) -> String {
        format!("Records([{} records])", self.0.len())
    }
}

/// An iterator over records.
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct RecordsIterator {
    file: Arc<Vec<oath_seeds::Record>>,
    next: AtomicUsize,
}

#[pymethods]
impl RecordsIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self) -> Option<Record> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.file.len()).then(|| Record { file: Arc::clone(&self.file), index })
    }
}

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
        self.0.repair.as_ref().map(oath_seeds::Repair::describe)
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

/// A seed file that was read.
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct SeedFile {
    format: &'static str,
    encoding: &'static str,
    records: Arc<Vec<oath_seeds::Record>>,
    findings: Vec<oath_seeds::Finding>,
}

#[pymethods]
impl SeedFile {
    /// The name of the format.
    #[getter]
    const fn format(&self) -> &'static str {
        self.format
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

fn format(name: &str) -> PyResult<Format> {
    name.parse().map_err(value_error)
}

fn target(name: Option<&str>) -> PyResult<Option<Target>> {
    name.map(|name| name.parse().map_err(value_error)).transpose()
}

/// Converts the arguments of a caller to the options of a reader.
pub(crate) fn options(format: Option<&str>, target: Option<&str>, repairs: &str, assume: Assume) -> PyResult<Options> {
    let repairs = match repairs {
        "offer" => Repairs::Offer,
        "apply" => Repairs::Apply,
        _ => return Err(value_error("repairs is 'offer' or 'apply'")),
    };
    let mut options = Options::default().repairs(repairs).assume(assume);
    options.format = format.map(self::format).transpose()?;
    options.target = self::target(target)?;
    Ok(options)
}

/// Returns the names of the formats that are read and written.
#[pyfunction]
pub(crate) fn formats() -> Vec<&'static str> {
    Format::ALL.iter().map(|format| format.name()).collect()
}

/// Converts a password and keys. Those that are texts are taken as UTF-8; a key as text is hex.
fn unlock(
    password: Option<&Bound<'_, PyAny>>,
    key: Option<&Bound<'_, PyAny>>,
    openpgp: Option<&Bound<'_, PyAny>>,
) -> PyResult<Unlock> {
    let mut unlock = Unlock::default();
    if let Some(password) = password {
        let text = bytes(password, "password is a str or bytes")?;
        let text = core::str::from_utf8(&text).map_err(|_| value_error("password is not UTF-8"))?;
        unlock.password(text);
    }
    if let Some(key) = key {
        let given = bytes(key, "key is bytes, or a str in hex")?;
        if key.is_instance_of::<PyString>() {
            let text = core::str::from_utf8(&given).unwrap_or_default();
            let secret = oath_totp::Secret::from_hex(text).map_err(|_| value_error("key is bytes, or a str in hex"))?;
            unlock.key(secret.expose_bytes());
        } else {
            unlock.key(&given);
        }
    }
    if let Some(secret_key) = openpgp {
        unlock.openpgp(&bytes(secret_key, "openpgp_key is a str or bytes")?);
    }
    Ok(unlock)
}

/// The bytes of a str or of bytes, wiped after use.
fn bytes(value: &Bound<'_, PyAny>, expected: &'static str) -> PyResult<Zeroizing<Vec<u8>>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Zeroizing::new(text.to_str()?.as_bytes().to_owned()));
    }
    match value.cast::<PyBytes>() {
        Ok(bytes) => Ok(Zeroizing::new(bytes.as_bytes().to_owned())),
        Err(_) => Err(type_error(expected)),
    }
}

/// Reads a path, bytes or an open file. The format is recognised where none is named.
///
/// `target` is the system that the tokens are for, by whose rules they are checked: 'entra' for a file with the header of
/// Entra ID's upload, else 'inventory'. `password`, `key` (bytes, or hex) and `openpgp_key` open an encrypted file.
/// `token_type`, `algorithm`, `digits` and `interval` are what a file means that leaves them out.
///
/// A row without a record is an error among the findings; a file that is not a seed file raises SeedFileError. The content of
/// a file is passed as bytes: a str is a path, and one with a line end is refused. Ctrl-C ends the call.
#[pyfunction]
#[pyo3(signature = (source, format = None, *, target = None, password = None, key = None, openpgp_key = None,
    token_type = None, algorithm = None, digits = None, interval = None, repairs = "offer"))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn read(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    format: Option<&str>,
    target: Option<&str>,
    password: Option<&Bound<'_, PyAny>>,
    key: Option<&Bound<'_, PyAny>>,
    openpgp_key: Option<&Bound<'_, PyAny>>,
    token_type: Option<&str>,
    algorithm: Option<&str>,
    digits: Option<u8>,
    interval: Option<u32>,
    repairs: &str,
) -> PyResult<SeedFile> {
    let assume = Assume {
        kind: token_type.map(|name| name.parse().map_err(value_error)).transpose()?,
        algorithm: algorithm.map(|name| name.parse().map_err(value_error)).transpose()?,
        digits: digits.map(|count| count.try_into().map_err(value_error)).transpose()?,
        interval,
    };
    let options = options(format, target, repairs, assume)?;
    let unlock = unlock(password, key, openpgp_key)?;
    let file = Source::of(source)?.read(py, |input| oath_seeds::read_from(input, &options, &unlock))?;
    let file = file.map_err(|error| read_error(py, &error))?;
    let (format, encoding) = (file.format.name(), file.encoding.name());
    Ok(SeedFile { format, encoding, records: Arc::new(file.records), findings: file.findings })
}

/// Returns all records in this format. Raises SeedFileError where the format cannot hold one of them, or loses something of
/// it and `accept_loss` is not given. `target` is the system that the file is for, where it is not the format's own.
#[pyfunction]
#[pyo3(signature = (records, format, *, target = None, accept_loss = false))]
pub(crate) fn write<'py>(
    py: Python<'py>,
    records: &Bound<'py, PyAny>,
    format: &str,
    target: Option<&str>,
    accept_loss: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let format = self::format(format)?;
    let mut options = WriteOptions::default().accept_loss(accept_loss);
    options.target = self::target(target)?;
    const EXPECTED: &str = "records are the records of a file, or an iterable of Record";
    let mut out = Pieces::default();
    let written = if let Ok(all) = records.cast::<Records>() {
        let all = Arc::clone(&all.get().0);
        py.detach(|| oath_seeds::write(all.iter(), format, &options, &mut out))
    } else {
        let each = records.try_iter().map_err(|_| type_error(EXPECTED))?;
        let each = each.map(|one| one?.cast_into::<Record>().map(Bound::unbind).map_err(|_| type_error(EXPECTED)));
        let each = each.collect::<PyResult<Vec<Py<Record>>>>()?;
        let each = each.iter().map(|one| one.get().inner()).collect::<PyResult<Vec<_>>>()?;
        py.detach(|| oath_seeds::write(each, format, &options, &mut out))
    };
    match written {
        Ok(()) => out.to_bytes(py),
        Err(error @ WriteError::CannotCarry(_)) => {
            let action = "choose another format, or leave these records out";
            Err(SEED_FILE_ERROR.error(py, (error.to_string(), "cannot-carry", action)))
        }
        Err(error @ WriteError::NotWritten(_)) => Err(value_error(error)),
        Err(error) => Err(PyOSError::new_err(error.to_string())),
    }
}
