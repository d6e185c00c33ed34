use crate::arguments::{
    self, Around, a_step, algorithm, code, codes, consecutive, counter, digits, drift, last_step, look_ahead,
    max_drift, radius, step, t0, time, wide_look_ahead,
};
use crate::errors::{rejected, secret_error, type_error, value_error};
use crate::secret::Secret;
use oath_totp::{Code, Digits, HotpState, Key, TimeStep, Window};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use zeroize::Zeroize;

/// What a server stores for a TOTP token: two integers.
///
/// `last_step` is the highest step ever accepted, None before the first; it must never go down, or codes can be used again.
/// `drift` is how many steps the token's clock was ahead of the server's when it was last seen, negative where it was
/// behind. The state of a new token is `TotpState.new()`: a state that was lost must not pass for a new one.
///
/// >>> from oath_totp import TotpState
/// >>> TotpState.new()
/// TotpState(last_step=None, drift=0)
/// >>> TotpState.from_dict({"last_step": 7, "drift": -1}) > TotpState(6)
/// True
#[pyclass(frozen, eq, ord, hash, module = "oath_totp")]
#[derive(Clone, Copy, PartialEq, PartialOrd, Hash)]
pub(crate) struct TotpState(pub(crate) oath_totp::TotpState);

#[pymethods]
impl TotpState {
    #[new]
    #[pyo3(signature = (last_step, drift = 0))]
    const fn of(
        #[pyo3(from_py_with = last_step)] last_step: Option<u64>,
        #[pyo3(from_py_with = drift)] drift: i64,
    ) -> Self {
        Self(oath_totp::TotpState { last_step, drift })
    }

    /// Returns the state of a token that never signed in.
    #[staticmethod]
    const fn new() -> Self {
        Self(oath_totp::TotpState::NEW)
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str) {
        ("last_step", "drift")
    }

    /// The highest step ever accepted, or None.
    #[getter]
    const fn last_step(&self) -> Option<u64> {
        self.0.last_step
    }

    /// The steps that the token's clock was ahead.
    #[getter]
    const fn drift(&self) -> i64 {
        self.0.drift
    }

    /// Returns the two integers by their names.
    #[expect(clippy::wrong_self_convention, reason = "Python passes references")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("last_step", self.0.last_step)?;
        dict.set_item("drift", self.0.drift)?;
        Ok(dict)
    }

    /// Reads what `to_dict` returned. Both keys are needed; other keys are a ValueError.
    #[staticmethod]
    fn from_dict(data: &Bound<'_, PyDict>) -> PyResult<Self> {
        match (data.len(), data.get_item("last_step")?, data.get_item("drift")?) {
            (2, Some(last_step), Some(drift)) => {
                Ok(Self::of(arguments::last_step(&last_step)?, arguments::drift(&drift)?))
            }
            // A state that lost its last_step would accept a used code again.
            _ => Err(value_error(
                "a state has the keys last_step and drift, and no others; the state of a new token is TotpState.new()",
            )),
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (Option<u64>, i64)) {
        (py.get_type::<Self>(), (self.0.last_step, self.0.drift))
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

/// A right code. Store `state` before the user is let in: until then the code can be used again.
#[pyclass(frozen, get_all, eq, hash, module = "oath_totp")]
#[derive(PartialEq, Hash)]
pub(crate) struct Accepted {
    /// The state to store.
    state: TotpState,
    /// The step that the code belongs to.
    step: u64,
}

#[pymethods]
impl Accepted {
    #[new]
    fn new(state: &Bound<'_, TotpState>, #[pyo3(from_py_with = a_step)] step: u64) -> Self {
        Self { state: *state.get(), step }
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str) {
        ("state", "step")
    }

    fn __repr__(&self) -> String {
        format!("Accepted(state={}, step={})", self.state.__repr__(), self.step)
    }
}

impl From<oath_totp::Accepted<oath_totp::TotpState>> for Accepted {
    fn from(accepted: oath_totp::Accepted<oath_totp::TotpState>) -> Self {
        Self { state: TotpState(accepted.next), step: accepted.matched }
    }
}

/// A token whose codes change with the time: `digits` 6 to 8, `step` in seconds, `t0` in Unix seconds.
///
/// `algorithm` is SHA1, SHA256 or SHA512. Secrets of 80 to 127 bits, which some services still issue, are accepted with
/// `legacy=True`.
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
    #[pyo3(
        signature = (secret, *, digits = Digits::Six, step = 30, algorithm = "SHA1", t0 = 0, legacy = false),
        text_signature = "(secret, *, digits=6, step=30, algorithm='SHA1', t0=0, legacy=False)"
    )]
    fn new(
        secret: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = digits)] digits: Digits,
        #[pyo3(from_py_with = step)] step: u32,
        algorithm: &str,
        #[pyo3(from_py_with = t0)] t0: u64,
        legacy: bool,
    ) -> PyResult<Self> {
        let secret = given(secret)?;
        let time_step = TimeStep::new(step, t0).map_err(value_error)?;
        let totp = oath_totp::Totp::new(key(secret, algorithm, legacy)?, digits, time_step);
        Ok(Self { totp, secret: secret.clone().unbind() })
    }

    /// Returns the code that the token shows at this time, with its leading zeros.
    #[pyo3(signature = (at = None))]
    fn generate(&self, py: Python<'_>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyString>> {
        Ok(text(py, &self.totp.generate(time(at)?)))
    }

    /// Accepts a code that is right now and unused. Every step of the window is computed, always.
    ///
    /// `code` is what a user typed: spaces, dashes and full-width digits are allowed. `state` is what was stored for the
    /// token; the state of a new token is `TotpState.new()`. `window` is steps before and after, or a pair (back, ahead),
    /// each 0 to 255. The window lies around the recorded drift and around the server's own step; with `recorded_only` it
    /// lies around the recorded drift alone. `max_drift`, 0 to 65535 steps, bounds the drift that is used and recorded.
    ///
    /// Raises Mismatch, Replayed, or MalformedCode.
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
        #[pyo3(from_py_with = max_drift)] max_drift: u16,
        recorded_only: bool,
    ) -> PyResult<Accepted> {
        let window = window.0.with_max_drift(max_drift);
        let window = if recorded_only { window.recorded_only() } else { window };
        let state = stored(state)?;
        let verdict = self.totp.verify(&self::code(code)?, time(at)?, window, &state);
        verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
    }

    /// Finds a token whose clock is off, by two or three consecutive codes within `radius` steps (0 to 65535).
    ///
    /// Raises Ambiguous where the codes match more than one place: ask for the next code as well. Python's other threads
    /// run meanwhile.
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
        #[pyo3(from_py_with = radius)] radius: u16,
    ) -> PyResult<Accepted> {
        let (codes, state, at) = (consecutive(codes)?, stored(state)?, time(at)?);
        let verdict = py.detach(|| self.totp.resync(&codes, at, radius, &state));
        verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
    }

    /// Finds a token whose clock is off, by one code within `radius` steps (0 to 65535): for its activation.
    ///
    /// Odds: a blind guess at six digits matches one of the 5761 steps of radius 2880 with a probability of 0.58 %; at
    /// radius 60 it is 0.012 %. Limit the attempts for each token, and use `resync` wherever the user can give the next
    /// code as well. Raises Ambiguous, Mismatch, Replayed, or MalformedCode.
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
        #[pyo3(from_py_with = radius)] radius: u16,
    ) -> PyResult<Accepted> {
        let (code, state, at) = (self::code(code)?, stored(state)?, time(at)?);
        let verdict = py.detach(|| self.totp.activate(&code, at, radius, &state));
        verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
    }

    /// Returns every step where these one to three codes end: to test a token, without replay protection.
    #[pyo3(signature = (codes, at = None, radius = 2880))]
    fn find(
        &self,
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
        #[pyo3(from_py_with = radius)] radius: u16,
    ) -> PyResult<Vec<u64>> {
        let (codes, at) = (self::codes(codes)?, time(at)?);
        Ok(py.detach(|| self.totp.find(&codes, at, radius)))
    }

    /// Returns the number of the time step at this time.
    #[pyo3(signature = (at = None))]
    fn step_at(&self, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        Ok(self.totp.time_step().at(time(at)?))
    }

    /// Returns the seconds until the code changes.
    #[pyo3(signature = (at = None))]
    fn remaining(&self, at: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        Ok(self.totp.time_step().remaining(time(at)?))
    }

    /// The secret.
    #[getter]
    fn secret(&self, py: Python<'_>) -> Py<Secret> {
        self.secret.clone_ref(py)
    }

    /// The hash: SHA1, SHA256 or SHA512.
    #[getter]
    const fn algorithm(&self) -> &'static str {
        self.totp.algorithm().name()
    }

    /// The number of digits of a code.
    #[getter]
    const fn digits(&self) -> usize {
        self.totp.digits().count()
    }

    /// The seconds of a time step.
    #[getter]
    const fn step(&self) -> u32 {
        self.totp.time_step().x()
    }

    /// The Unix time at which the steps begin to count.
    #[getter]
    const fn t0(&self) -> u64 {
        self.totp.time_step().t0()
    }

    fn __repr__(&self) -> String {
        let (algorithm, digits, step) = (self.totp.algorithm(), self.totp.digits(), self.totp.time_step());
        format!("Totp([secret elided], digits={digits}, step={}, algorithm='{algorithm}', t0={})", step.x(), step.t0())
    }
}

/// A right code of a counter-based token. Store `next_counter` before the user is let in.
#[pyclass(frozen, get_all, eq, hash, module = "oath_totp")]
#[derive(PartialEq, Hash)]
pub(crate) struct AcceptedCounter {
    /// The counter that the code belongs to.
    counter: u64,
    /// The counter to store.
    next_counter: u64,
}

#[pymethods]
impl AcceptedCounter {
    #[new]
    const fn new(
        #[pyo3(from_py_with = counter)] counter: u64,
        #[pyo3(from_py_with = counter)] next_counter: u64,
    ) -> Self {
        Self { counter, next_counter }
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str) {
        ("counter", "next_counter")
    }

    fn __repr__(&self) -> String {
        format!("AcceptedCounter(counter={}, next_counter={})", self.counter, self.next_counter)
    }
}

impl From<oath_totp::Accepted<HotpState>> for AcceptedCounter {
    fn from(accepted: oath_totp::Accepted<HotpState>) -> Self {
        Self { counter: accepted.matched, next_counter: accepted.next.counter }
    }
}

/// A token whose codes change when its button is pressed.
///
/// >>> from oath_totp import Hotp, Secret
/// >>> hotp = Hotp(Secret.from_bytes(b"12345678901234567890"))
/// >>> hotp.verify("359152", 0).next_counter
/// 3
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct Hotp {
    pub(crate) hotp: oath_totp::Hotp,
    pub(crate) secret: Py<Secret>,
}

#[pymethods]
impl Hotp {
    #[new]
    #[pyo3(
        signature = (secret, *, digits = Digits::Six, algorithm = "SHA1", legacy = false),
        text_signature = "(secret, *, digits=6, algorithm='SHA1', legacy=False)"
    )]
    fn new(
        secret: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = digits)] digits: Digits,
        algorithm: &str,
        legacy: bool,
    ) -> PyResult<Self> {
        let secret = given(secret)?;
        let hotp = oath_totp::Hotp::new(key(secret, algorithm, legacy)?, digits);
        Ok(Self { hotp, secret: secret.clone().unbind() })
    }

    /// Returns the code of this counter, with its leading zeros.
    fn generate(&self, py: Python<'_>, #[pyo3(from_py_with = counter)] counter: u64) -> Py<PyString> {
        text(py, &self.hotp.generate(counter))
    }

    /// Accepts the code of `counter`, the next one expected, or of one of the `look_ahead` (0 to 255) after it.
    #[pyo3(signature = (code, counter, look_ahead = 10))]
    fn verify(
        &self,
        py: Python<'_>,
        code: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = counter)] counter: u64,
        #[pyo3(from_py_with = look_ahead)] look_ahead: u8,
    ) -> PyResult<AcceptedCounter> {
        let verdict = self.hotp.verify(&self::code(code)?, look_ahead, &HotpState { counter });
        verdict.map(AcceptedCounter::from).map_err(|verdict| rejected(py, verdict))
    }

    /// Finds a token whose button was pressed many times, by two or three consecutive codes.
    ///
    /// The first of them lies within `look_ahead` (0 to 65535) counters of `counter`.
    #[pyo3(signature = (codes, counter, look_ahead = 1000))]
    fn resync(
        &self,
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = counter)] counter: u64,
        #[pyo3(from_py_with = wide_look_ahead)] look_ahead: u16,
    ) -> PyResult<AcceptedCounter> {
        let codes = consecutive(codes)?;
        let verdict = py.detach(|| self.hotp.resync(&codes, look_ahead, &HotpState { counter }));
        verdict.map(AcceptedCounter::from).map_err(|verdict| rejected(py, verdict))
    }

    /// Finds a token whose button was pressed many times, by one code: for its activation.
    ///
    /// Odds: a blind guess at six digits matches with a probability of (look_ahead + 1) / 1,000,000: 0.1 % at 1000. Limit
    /// the attempts for each token, and use `resync` wherever the user can give the next code as well.
    #[pyo3(signature = (code, counter, look_ahead = 1000))]
    fn activate(
        &self,
        py: Python<'_>,
        code: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = counter)] counter: u64,
        #[pyo3(from_py_with = wide_look_ahead)] look_ahead: u16,
    ) -> PyResult<AcceptedCounter> {
        let code = self::code(code)?;
        let verdict = py.detach(|| self.hotp.activate(&code, look_ahead, &HotpState { counter }));
        verdict.map(AcceptedCounter::from).map_err(|verdict| rejected(py, verdict))
    }

    /// The secret.
    #[getter]
    fn secret(&self, py: Python<'_>) -> Py<Secret> {
        self.secret.clone_ref(py)
    }

    /// The hash: SHA1, SHA256 or SHA512.
    #[getter]
    const fn algorithm(&self) -> &'static str {
        self.hotp.algorithm().name()
    }

    /// The number of digits of a code.
    #[getter]
    const fn digits(&self) -> usize {
        self.hotp.digits().count()
    }

    fn __repr__(&self) -> String {
        let (algorithm, digits) = (self.hotp.algorithm(), self.hotp.digits());
        format!("Hotp([secret elided], digits={digits}, algorithm='{algorithm}')")
    }
}
