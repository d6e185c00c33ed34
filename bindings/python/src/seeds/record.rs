use super::change;
use super::search::{self, Matches};
use crate::arguments::radius;
use crate::secret::Secret;
use oath_seeds::{Details, Moving, Place};
use oath_totp::UnixTime;
use pyo3::exceptions::PyIndexError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySlice};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One token of a seed file. `step` and `t0` are None for a counter-based token, `counter` for a time-based one.
///
/// A record is read from a file, or made: `step` is 30 and `t0` is 0, unless a `counter` is given. It does not change; `replace`
/// returns a changed copy.
///
/// >>> from oath_totp import Secret, seeds
/// >>> record = seeds.Record(Secret.from_bytes(b"12345678901234567890"), serial="0950380269", manufacturer="Example")
/// >>> record
/// Record(serial="0950380269", upn="", [secret elided])
/// >>> seeds.write([record.replace(upn="alice@example.com")], "entra-csv").splitlines()[1]
/// b'alice@example.com,0950380269,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Example,'
#[pyclass(frozen, module = "oath_totp.seeds")]
pub(crate) struct Record {
    pub(super) file: Arc<Vec<oath_seeds::Record>>,
    pub(super) index: usize,
}

impl Record {
    /// A record of its own.
    pub(super) fn alone(record: oath_seeds::Record) -> Self {
        Self { file: Arc::new(vec![record]), index: 0 }
    }

    pub(super) fn inner(&self) -> PyResult<&oath_seeds::Record> {
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
pub(super) fn place(place: Place) -> Option<String> {
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
    #[new]
    #[pyo3(
        signature = (secret, **fields),
        text_signature = "(secret, *, serial=None, upn=None, algorithm='SHA1', digits=6, step=None, t0=None, counter=None, \
                          manufacturer='', model='', issuer=None, account=None, key_id=None, start=None, expiry=None, drift=None, \
                          last_used=None)"
    )]
    fn new(secret: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut record = oath_seeds::Record::unnumbered(change::given_secret(secret)?);
        change::change(&mut record, fields)?;
        Ok(Self::alone(record))
    }

    /// Returns a copy with other values in these fields. None removes a value; without a counter, a step is 30 and `t0` is 0.
    /// A counter takes the place of `step` and `t0`, and they take the place of a counter.
    ///
    /// >>> from oath_totp import Secret, seeds
    /// >>> record = seeds.Record(Secret.generate(), serial="0950380269", step=60)
    /// >>> changed = record.replace(upn="alice@example.com", counter=7)
    /// >>> changed.serial, changed.upn, changed.step, changed.counter
    /// ('0950380269', 'alice@example.com', None, 7)
    /// >>> changed.secret == record.secret
    /// True
    #[pyo3(signature = (**fields))]
    fn replace(&self, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut record = self.inner()?.copied();
        change::change(&mut record, fields)?;
        Ok(Self::alone(record))
    }

    /// What `copy.replace` of Python 3.13 calls.
    #[pyo3(signature = (**fields))]
    fn __replace__(&self, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        self.replace(fields)
    }

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
        Ok(Secret(self.inner()?.secret.copied()))
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

    pub(super) fn __repr__(&self) -> PyResult<String> {
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
pub(crate) struct Records(pub(super) Arc<Vec<oath_seeds::Record>>);

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

    /// Finds the tokens that show this code, or these two or three consecutive codes: time-based ones within `radius` steps of
    /// the time, counter-based ones from their counter to twice the radius further. There is no replay protection: do not let
    /// a user in by it.
    ///
    /// >>> from oath_totp import Totp, seeds
    /// >>> records = seeds.read("tokens.csv").records
    /// >>> code = Totp(records[0].secret).generate(1_700_000_060)
    /// >>> [(shown.record.serial, shown.offset) for shown in records.find(code, at=1_700_000_000).shown]
    /// [('2300001', 2)]
    #[pyo3(signature = (codes, at = None, radius = 10))]
    fn find(
        &self,
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
        #[pyo3(from_py_with = radius)] radius: u16,
    ) -> PyResult<Matches> {
        search::find(py, &self.0, codes, at, radius)
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
