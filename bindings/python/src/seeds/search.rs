//! `probe` and `Records.find`: which reading of a seed, and which token of a file, gives codes that were seen.

use super::record::Record;
use crate::arguments::{code, radius, text, time};
use crate::errors::{type_error, value_error};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use std::sync::Arc;

/// A reading of a seed that gives the codes.
#[pyclass(frozen, get_all, module = "oath_totp.seeds")]
pub(crate) struct Reading {
    /// How the characters are read: Base32, hex, Base64 or text.
    text: &'static str,
    /// Whether blanks, dashes and the like were taken out first.
    stripped: bool,
    /// The token, without names.
    record: Py<Record>,
    /// The steps that the token's clock is ahead at the last code; 0 for a counter-based token.
    offset: i64,
}

#[pymethods]
impl Reading {
    fn __repr__(&self) -> String {
        format!("Reading(text='{}', [record elided], offset={})", self.text, self.offset)
    }
}

/// The result of `probe`.
#[pyclass(frozen, get_all, module = "oath_totp.seeds")]
pub(crate) struct Probe {
    /// The readings that give all codes, the likeliest first.
    readings: Py<PyTuple>,
    /// How many readings were tried: texts, hashes, intervals and types.
    tried: u32,
    /// How many steps or counters of each were searched for the first code.
    window: u32,
    /// How many readings are expected to give all codes by chance. Near or above 1, the result says nothing: give the next code
    /// too.
    chance: f64,
}

#[pymethods]
impl Probe {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Probe([{} readings], chance={:.1e})", self.readings.bind(py).len(), self.chance)
    }
}

/// Finds which reading of a seed gives codes that its token showed: Base32, hex, Base64 or the text itself, with each hash, as
/// TOTP of 30 or 60 seconds within `radius` steps of the time, or as HOTP from counter 0 to twice the radius.
///
/// `codes` is a code that is shown at `at`, or up to 16 of them in the order in which they were shown, each a str or a pair
/// (code, time).
///
/// >>> from oath_totp import seeds
/// >>> found = seeds.probe("3132333435363738393031323334353637383930", ["005924", ("590587", 1_234_567_925)], at=1_234_567_890)
/// >>> [(reading.text, reading.record.step, reading.offset) for reading in found.readings]
/// [('hex', 30, 0)]
#[pyfunction]
#[pyo3(signature = (seed, codes, *, at = None, radius = 2880))]
pub(crate) fn probe(
    py: Python<'_>,
    seed: &Bound<'_, PyAny>,
    codes: &Bound<'_, PyAny>,
    at: Option<&Bound<'_, PyAny>>,
    #[pyo3(from_py_with = radius)] radius: u16,
) -> PyResult<Probe> {
    const EXPECTED: &str = "a code is a str, or a pair (code, time)";
    let seed = text(seed, "a seed is a str")?;
    let at = time(at)?;
    let seen = each(codes, oath_seeds::Probe::MOST_CODES, |one| {
        if one.is_instance_of::<PyString>() {
            return Ok((code(one)?, at));
        }
        let (shown, when) = one.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>().map_err(|_| type_error(EXPECTED))?;
        Ok((code(&shown)?, if when.is_none() { at } else { time(Some(&when))? }))
    })?;
    let found = py.detach(|| oath_seeds::probe(seed, &seen, radius)).map_err(value_error)?;
    let readings = found.readings.into_iter().map(|reading| {
        let record = Py::new(py, Record::alone(reading.record))?;
        Ok(Reading { text: reading.text.name(), stripped: reading.stripped, record, offset: reading.offset })
    });
    let readings = readings.collect::<PyResult<Vec<_>>>()?;
    let readings = PyTuple::new(py, readings)?.unbind();
    Ok(Probe { readings, tried: found.tried, window: found.window, chance: found.chance })
}

/// A token that shows the codes.
#[pyclass(frozen, get_all, module = "oath_totp.seeds")]
pub(crate) struct Shown {
    /// The token.
    record: Py<Record>,
    /// The steps that its clock is ahead; for a counter-based token, the codes that it is ahead of its counter.
    offset: i64,
}

#[pymethods]
impl Shown {
    fn __repr__(&self) -> PyResult<String> {
        Ok(format!("Shown(record={}, offset={})", self.record.get().__repr__()?, self.offset))
    }
}

/// The result of `Records.find`.
#[pyclass(frozen, get_all, module = "oath_totp.seeds")]
pub(crate) struct Matches {
    /// The tokens that show the codes, those with the smallest offset first.
    shown: Py<PyTuple>,
    /// How many tokens were searched: those whose codes have as many digits.
    searched: usize,
    /// How many steps or counters of each were searched.
    window: u32,
    /// How many tokens are expected to show the codes by chance. Near or above 1, the result says nothing: give the next code too.
    chance: f64,
}

#[pymethods]
impl Matches {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Matches([{} tokens], chance={:.1e})", self.shown.bind(py).len(), self.chance)
    }
}

/// `Records.find`.
pub(super) fn find(
    py: Python<'_>,
    records: &Arc<Vec<oath_seeds::Record>>,
    codes: &Bound<'_, PyAny>,
    at: Option<&Bound<'_, PyAny>>,
    radius: u16,
) -> PyResult<Matches> {
    let (codes, at) = (each(codes, 3, code)?, time(at)?);
    let found = py.detach(|| oath_seeds::find_shown(records, &codes, at, radius)).map_err(value_error)?;
    let shown = found.shown.iter().map(|shown| {
        let record = Py::new(py, Record { file: Arc::clone(records), index: shown.index })?;
        Ok(Shown { record, offset: shown.offset })
    });
    let shown = PyTuple::new(py, shown.collect::<PyResult<Vec<_>>>()?)?.unbind();
    Ok(Matches { shown, searched: found.searched, window: found.window, chance: found.chance })
}

/// Reads one code or a sequence. One more than the most is read, so that it is an error, and an endless iterator ends.
fn each<'py, T>(
    codes: &Bound<'py, PyAny>,
    most: usize,
    read: impl Fn(&Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    if codes.is_instance_of::<PyString>() {
        return Ok(vec![read(codes)?]);
    }
    let codes =
        codes.try_iter().map_err(|_| type_error("codes are a str or a sequence of them, the older one first"))?;
    codes.take(most.saturating_add(1)).map(|one| read(&one?)).collect()
}
