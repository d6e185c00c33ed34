use crate::arguments::{self, Around, code, digits, step, time};
use crate::codes::{Accepted, key_of, stored};
use crate::errors::{rejected, secret_error, value_error};
use oath_totp::{Digits, Secret, TimeStep, Totp};
use pyo3::prelude::*;

/// Verifies a code by the Base32 text of its secret, in one call: what a request does with a row of a database.
///
/// The same as `Totp(Secret.from_base32(secret), …).verify(code, state, at, window)`. Nothing of the secret is kept.
///
/// >>> from oath_totp import TotpState, verify
/// >>> verify("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287 082", TotpState.new(), at=59).state
/// TotpState(last_step=1, drift=0)
///
/// Raises Mismatch, Replayed, MalformedCode, or SecretError for a text that is not Base32 or a secret that is too short.
#[pyfunction]
#[pyo3(
    signature = (secret, code, state = None, at = None, window = Around::ONE, *, digits = Digits::Six, step = 30, algorithm = "SHA1", legacy = false),
    text_signature = "(secret, code, state, at=None, window=1, *, digits=6, step=30, algorithm='SHA1', legacy=False)"
)]
#[expect(clippy::too_many_arguments, reason = "Python programmers name them")]
pub(crate) fn verify(
    py: Python<'_>,
    secret: &Bound<'_, PyAny>,
    code: &Bound<'_, PyAny>,
    state: Option<&Bound<'_, PyAny>>,
    at: Option<&Bound<'_, PyAny>>,
    window: Around,
    #[pyo3(from_py_with = digits)] digits: Digits,
    #[pyo3(from_py_with = step)] step: u32,
    algorithm: &str,
    legacy: bool,
) -> PyResult<Accepted> {
    let state = stored(state)?;
    let secret = Secret::from_base32(arguments::text(secret, "secret is the Base32 text of the secret, a str")?)
        .map_err(|error| secret_error(py, error))?;
    let time_step = TimeStep::new(step, 0).map_err(value_error)?;
    let totp = Totp::new(key_of(py, &secret, algorithm, legacy)?, digits, time_step);
    let verdict = totp.verify(&self::code(code)?, time(at)?, window.0, &state);
    verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
}
