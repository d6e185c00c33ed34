use crate::arguments::{Around, algorithm, code, codes, consecutive, digits, time};
use crate::errors::{rejected, secret_error, type_error, value_error};
use crate::secret::Secret;
use core::hash::{Hash, Hasher};
use oath_totp::{Code, HotpState, Key, TimeStep, Window};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use std::hash::DefaultHasher;
use zeroize::Zeroize;

/// What a server stores for a TOTP token.
#[pyclass(frozen, eq, ord, module = "oath_totp")]
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct TotpState(pub(crate) oath_totp::TotpState);

#[pymethods]
impl TotpState {
    #[new]
    #[pyo3(signature = (last_step, drift = 0))]
    const fn of(last_step: Option<u64>, drift: i64) -> Self {
        Self(oath_totp::TotpState { last_step, drift })
    }

    /// The state of a token that never signed in.
    #[staticmethod]
    const fn new() -> Self {
        Self(oath_totp::TotpState::NEW)
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str) {
        ("last_step", "drift")
    }

    #[getter]
    const fn last_step(&self) -> Option<u64> {
        self.0.last_step
    }

    #[getter]
    const fn drift(&self) -> i64 {
        self.0.drift
    }

    #[expect(clippy::wrong_self_convention, reason = "Python passes references")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("last_step", self.0.last_step)?;
        dict.set_item("drift", self.0.drift)?;
        Ok(dict)
    }

    #[staticmethod]
    fn from_dict(data: &Bound<'_, PyDict>) -> PyResult<Self> {
        match (data.len(), data.get_item("last_step")?, data.get_item("drift")?) {
            (2, Some(last_step), Some(drift)) => Ok(Self::of(last_step.extract()?, drift.extract()?)),
            // A state that lost its last_step would accept a used code again.
            _ => Err(value_error(
                "a state has the keys last_step and drift, and no others; the state of a new token is TotpState.new()",
            )),
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (Option<u64>, i64)) {
        (py.get_type::<Self>(), (self.0.last_step, self.0.drift))
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let last_step = self.0.last_step.map_or_else(|| "None".to_owned(), |step| step.to_string());
        format!("TotpState(last_step={last_step}, drift={})", self.0.drift)
    }
}

/// The stored state, as an argument that a caller has to give.
pub(crate) fn stored(state: Option<&Bound<'_, PyAny>>) -> PyResult<oath_totp::TotpState> {
    let expected = || {
        type_error(
            "state is the TotpState that was stored for this token (TotpState.from_dict reads a dict); \
             the state of a new token is TotpState.new()",
        )
    };
    state.and_then(|state| state.cast::<TotpState>().ok()).map(|state| state.get().0).ok_or_else(expected)
}

/// A right code, and the state to store.
#[pyclass(frozen, get_all, module = "oath_totp")]
pub(crate) struct Accepted {
    state: TotpState,
    step: u64,
}

#[pymethods]
impl Accepted {
    fn __repr__(&self) -> String {
        format!("Accepted(state={}, step={})", self.state.__repr__(), self.step)
    }
}

impl From<oath_totp::Accepted<oath_totp::TotpState>> for Accepted {
    fn from(accepted: oath_totp::Accepted<oath_totp::TotpState>) -> Self {
        Self { state: TotpState(accepted.next), step: accepted.matched }
    }
}

/// A time-based token.
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct Totp {
    pub(crate) totp: oath_totp::Totp,
    pub(crate) secret: Py<Secret>,
}

fn given<'a, 'py>(secret: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, Secret>> {
    let expected =
        || type_error("a secret is a Secret: Secret.from_base32(text), Secret.from_hex(text), Secret.from_bytes(data)");
    secret.cast::<Secret>().map_err(|_| expected())
}

pub(crate) fn key_of(py: Python<'_>, secret: &oath_totp::Secret, name: &str, legacy: bool) -> PyResult<Key> {
    let algorithm = algorithm(name)?;
    let key = if legacy { secret.legacy_key(algorithm) } else { secret.key(algorithm) };
    key.map_err(|error| secret_error(py, error))
}

fn key(secret: &Bound<'_, Secret>, name: &str, legacy: bool) -> PyResult<Key> {
    key_of(secret.py(), &secret.get().0, name, legacy)
}

fn text(py: Python<'_>, code: &Code) -> Py<PyString> {
    let mut buffer = [0; 8];
    let text = PyString::new(py, core::str::from_utf8(code.expose_ascii(&mut buffer)).unwrap_or_default()).unbind();
    buffer.zeroize();
    text
}

#[pymethods]
impl Totp {
    #[new]
    #[pyo3(signature = (secret, *, digits = 6, step = 30, algorithm = "SHA1", t0 = 0, legacy = false))]
    fn new(secret: &Bound<'_, PyAny>, digits: u8, step: u32, algorithm: &str, t0: u64, legacy: bool) -> PyResult<Self> {
        let secret = given(secret)?;
        let time_step = TimeStep::new(step, t0).map_err(value_error)?;
        let totp = oath_totp::Totp::new(key(secret, algorithm, legacy)?, self::digits(digits)?, time_step);
        Ok(Self { totp, secret: secret.clone().unbind() })
    }

    #[pyo3(signature = (at = None))]
    fn generate(&self, py: Python<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyString>> {
        Ok(text(py, &self.totp.generate(time(at)?)))
    }

    #[pyo3(
        signature = (code, state = None, at = None, window = Around::ONE, *, max_drift = Window::MAX_DRIFT, recorded_only = false),
        text_signature = "($self, code, state, at=None, window=1, *, max_drift=2880, recorded_only=False)"
    )]
    #[expect(clippy::too_many_arguments, reason = "Python programmers name them")]
    fn verify(
        &self,
        py: Python<'_>,
        code: &Bound<'_, PyAny>,
        state: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        window: Around,
        max_drift: u16,
        recorded_only: bool,
    ) -> PyResult<Accepted> {
        let window = window.0.with_max_drift(max_drift);
        let window = if recorded_only { window.recorded_only() } else { window };
        let state = stored(state)?;
        let verdict = self.totp.verify(&self::code(code)?, time(at)?, window, &state);
        verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
    }

    #[pyo3(
        signature = (codes, state = None, at = None, radius = 2880),
        text_signature = "($self, codes, state, at=None, radius=2880)"
    )]
    fn resync(
        &self,
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        state: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        radius: u16,
    ) -> PyResult<Accepted> {
        let (codes, state, at) = (consecutive(codes)?, stored(state)?, time(at)?);
        let verdict = py.detach(|| self.totp.resync(&codes, at, radius, &state));
        verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
    }

    #[pyo3(
        signature = (code, state = None, at = None, radius = 2880),
        text_signature = "($self, code, state, at=None, radius=2880)"
    )]
    fn activate(
        &self,
        py: Python<'_>,
        code: &Bound<'_, PyAny>,
        state: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        radius: u16,
    ) -> PyResult<Accepted> {
        let (code, state, at) = (self::code(code)?, stored(state)?, time(at)?);
        let verdict = py.detach(|| self.totp.activate(&code, at, radius, &state));
        verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
    }

    #[pyo3(signature = (codes, at = None, radius = 2880))]
    fn find(
        &self,
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
        radius: u16,
    ) -> PyResult<Vec<u64>> {
        let (codes, at) = (self::codes(codes)?, time(at)?);
        Ok(py.detach(|| self.totp.find(&codes, at, radius)))
    }

    #[pyo3(signature = (at = None))]
    fn step_at(&self, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        Ok(self.totp.time_step().at(time(at)?))
    }

    #[pyo3(signature = (at = None))]
    fn remaining(&self, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        Ok(self.totp.time_step().remaining(time(at)?))
    }

    #[getter]
    fn secret(&self, py: Python<'_>) -> Py<Secret> {
        self.secret.clone_ref(py)
    }

    #[getter]
    const fn algorithm(&self) -> &'static str {
        self.totp.algorithm().name()
    }

    #[getter]
    const fn digits(&self) -> usize {
        self.totp.digits().count()
    }

    #[getter]
    const fn step(&self) -> u32 {
        self.totp.time_step().x()
    }

    #[getter]
    const fn t0(&self) -> u64 {
        self.totp.time_step().t0()
    }

    fn __repr__(&self) -> String {
        let (algorithm, digits, step) = (self.totp.algorithm(), self.totp.digits(), self.totp.time_step());
        format!("Totp([secret elided], digits={digits}, step={}, algorithm='{algorithm}', t0={})", step.x(), step.t0())
    }
}

/// A right code, and the counter to store.
#[pyclass(frozen, get_all, module = "oath_totp")]
pub(crate) struct AcceptedCounter {
    counter: u64,
    next_counter: u64,
}

#[pymethods]
impl AcceptedCounter {
    fn __repr__(&self) -> String {
        format!("AcceptedCounter(counter={}, next_counter={})", self.counter, self.next_counter)
    }
}

impl From<oath_totp::Accepted<HotpState>> for AcceptedCounter {
    fn from(accepted: oath_totp::Accepted<HotpState>) -> Self {
        Self { counter: accepted.matched, next_counter: accepted.next.counter }
    }
}

/// A counter-based token.
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct Hotp {
    pub(crate) hotp: oath_totp::Hotp,
    pub(crate) secret: Py<Secret>,
}

#[pymethods]
impl Hotp {
    #[new]
    #[pyo3(signature = (secret, *, digits = 6, algorithm = "SHA1", legacy = false))]
    fn new(secret: &Bound<'_, PyAny>, digits: u8, algorithm: &str, legacy: bool) -> PyResult<Self> {
        let secret = given(secret)?;
        let hotp = oath_totp::Hotp::new(key(secret, algorithm, legacy)?, self::digits(digits)?);
        Ok(Self { hotp, secret: secret.clone().unbind() })
    }

    fn generate(&self, py: Python<'_>, counter: u64) -> Py<PyString> {
        text(py, &self.hotp.generate(counter))
    }

    #[pyo3(signature = (code, counter, look_ahead = 10))]
    fn verify(
        &self,
        py: Python<'_>,
        code: &Bound<'_, PyAny>,
        counter: u64,
        look_ahead: u8,
    ) -> PyResult<AcceptedCounter> {
        let verdict = self.hotp.verify(&self::code(code)?, look_ahead, &HotpState { counter });
        verdict.map(AcceptedCounter::from).map_err(|verdict| rejected(py, verdict))
    }

    #[pyo3(signature = (codes, counter, look_ahead = 1000))]
    fn resync(
        &self,
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        counter: u64,
        look_ahead: u16,
    ) -> PyResult<AcceptedCounter> {
        let codes = consecutive(codes)?;
        let verdict = py.detach(|| self.hotp.resync(&codes, look_ahead, &HotpState { counter }));
        verdict.map(AcceptedCounter::from).map_err(|verdict| rejected(py, verdict))
    }

    #[pyo3(signature = (code, counter, look_ahead = 1000))]
    fn activate(
        &self,
        py: Python<'_>,
        code: &Bound<'_, PyAny>,
        counter: u64,
        look_ahead: u16,
    ) -> PyResult<AcceptedCounter> {
        let code = self::code(code)?;
        let verdict = py.detach(|| self.hotp.activate(&code, look_ahead, &HotpState { counter }));
        verdict.map(AcceptedCounter::from).map_err(|verdict| rejected(py, verdict))
    }

    #[getter]
    fn secret(&self, py: Python<'_>) -> Py<Secret> {
        self.secret.clone_ref(py)
    }

    #[getter]
    const fn algorithm(&self) -> &'static str {
        self.hotp.algorithm().name()
    }

    #[getter]
    const fn digits(&self) -> usize {
        self.hotp.digits().count()
    }

    fn __repr__(&self) -> String {
        let (algorithm, digits) = (self.hotp.algorithm(), self.hotp.digits());
        format!("Hotp([secret elided], digits={digits}, algorithm='{algorithm}')")
    }
}
