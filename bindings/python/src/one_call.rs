use crate::arguments::{self, Around, code, digits, time};
use crate::codes::{Accepted, key_of, stored};
use crate::errors::{rejected, secret_error, value_error};
use oath_totp::{Secret, TimeStep, Totp};
use pyo3::prelude::*;

/// From a stored Base32 text to the verdict, in one call.
#[pyfunction]
#[pyo3(
    signature = (secret, code, state = None, at = None, window = Around::ONE, *, digits = 6, step = 30, algorithm = "SHA1", legacy = false),
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
    digits: u8,
    step: u32,
    algorithm: &str,
    legacy: bool,
) -> PyResult<Accepted> {
    let state = stored(state)?;
    let secret = Secret::from_base32(arguments::text(secret, "secret is the Base32 text of the secret, a str")?)
        .map_err(|error| secret_error(py, error))?;
    let time_step = TimeStep::new(step, 0).map_err(value_error)?;
    let totp = Totp::new(key_of(py, &secret, algorithm, legacy)?, self::digits(digits)?, time_step);
    let verdict = totp.verify(&self::code(code)?, time(at)?, window.0, &state);
    verdict.map(Accepted::from).map_err(|verdict| rejected(py, verdict))
}
