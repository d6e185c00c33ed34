use crate::arguments;
use crate::codes::{Hotp, Totp};
use crate::errors::{URI_ERROR, secret_error, type_error, value_error};
use crate::secret::Secret;
use oath_totp::{MovingFactor, UriError};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// `otpauth://`, read and written.
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct KeyUri(pub(crate) oath_totp::KeyUri);

fn copied(py: Python<'_>, secret: &oath_totp::Secret) -> PyResult<oath_totp::Secret> {
    oath_totp::Secret::from_bytes(secret.expose_bytes()).map_err(|error| secret_error(py, error))
}

/// A URI that is not of the kind asked for is a wrong call; a secret that is too short is a wrong secret.
fn refused(py: Python<'_>, error: UriError) -> PyErr {
    match error {
        UriError::Key(error) => secret_error(py, error),
        error => value_error(error),
    }
}

#[pymethods]
impl KeyUri {
    #[new]
    #[pyo3(signature = (token, *, account, issuer = None, counter = 0))]
    fn new(
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        account: &str,
        issuer: Option<&str>,
        counter: u64,
    ) -> PyResult<Self> {
        let uri = if let Ok(token) = token.cast::<Totp>() {
            let secret = copied(py, &token.get().secret.get().0)?;
            let totp = &token.get().totp;
            let uri = oath_totp::KeyUri::totp(secret, account).and_then(|uri| uri.with_time_step(totp.time_step()));
            uri.map_err(value_error)?.with_algorithm(totp.algorithm()).with_digits(totp.digits())
        } else if let Ok(token) = token.cast::<Hotp>() {
            let secret = copied(py, &token.get().secret.get().0)?;
            let hotp = &token.get().hotp;
            let uri = oath_totp::KeyUri::hotp(secret, account, counter).map_err(value_error)?;
            uri.with_algorithm(hotp.algorithm()).with_digits(hotp.digits())
        } else {
            return Err(type_error("a KeyUri is made from a Totp or a Hotp; KeyUri.parse(text) reads one"));
        };
        Ok(Self(match issuer {
            Some(issuer) => uri.with_issuer(issuer),
            None => uri,
        }))
    }

    #[staticmethod]
    fn parse(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = arguments::text(text, "an otpauth URI is a str")?;
        oath_totp::KeyUri::parse(text).map(Self).map_err(|error| URI_ERROR.error(py, (error.to_string(),)))
    }

    fn __str__<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.0.expose_uri())
    }

    fn __repr__(&self) -> String {
        let kind = if matches!(self.0.moving_factor(), MovingFactor::Time { .. }) { "totp" } else { "hotp" };
        format!(
            "KeyUri({kind}, account={:?}, issuer={:?}, [secret elided])",
            self.0.account(),
            self.0.issuer().unwrap_or_default()
        )
    }

    fn qr_svg<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0
            .qr()
            .map(|code| PyString::new(py, &code.to_svg()))
            .map_err(|error| URI_ERROR.error(py, (error.to_string(),)))
    }

    fn qr_text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0
            .qr()
            .map(|code| PyString::new(py, &code.to_text()))
            .map_err(|error| URI_ERROR.error(py, (error.to_string(),)))
    }

    #[pyo3(signature = (*, legacy = false))]
    fn to_totp(&self, py: Python<'_>, legacy: bool) -> PyResult<Totp> {
        let totp = if legacy { self.0.to_legacy_totp() } else { self.0.to_totp() };
        let totp = totp.map_err(|error| refused(py, error))?;
        Ok(Totp { totp, secret: self.secret(py)? })
    }

    #[pyo3(signature = (*, legacy = false))]
    fn to_hotp(&self, py: Python<'_>, legacy: bool) -> PyResult<Hotp> {
        let hotp = if legacy { self.0.to_legacy_hotp() } else { self.0.to_hotp() };
        let (hotp, _) = hotp.map_err(|error| refused(py, error))?;
        Ok(Hotp { hotp, secret: self.secret(py)? })
    }

    #[getter]
    fn secret(&self, py: Python<'_>) -> PyResult<Py<Secret>> {
        Py::new(py, Secret(copied(py, self.0.secret())?))
    }

    #[getter]
    fn account(&self) -> &str {
        self.0.account()
    }

    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.0.issuer()
    }

    #[getter]
    fn prefix(&self) -> Option<&str> {
        self.0.prefix()
    }

    #[getter]
    const fn algorithm(&self) -> &'static str {
        self.0.algorithm().name()
    }

    #[getter]
    const fn digits(&self) -> usize {
        self.0.digits().count()
    }

    #[getter]
    const fn period(&self) -> Option<u32> {
        match self.0.moving_factor() {
            MovingFactor::Time { period, .. } => Some(period.get()),
            MovingFactor::Counter { .. } => None,
        }
    }

    #[getter]
    const fn counter(&self) -> Option<u64> {
        match self.0.moving_factor() {
            MovingFactor::Time { .. } => None,
            MovingFactor::Counter { counter, .. } => Some(counter),
        }
    }
}
