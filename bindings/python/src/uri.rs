use crate::arguments;
use crate::codes::{Hotp, Totp};
use crate::errors::{URI_ERROR, secret_error, type_error, value_error};
use crate::secret::Secret;
use oath_totp::{MovingFactor, Qr, UriError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString, PyType};

/// An otpauth:// URI, the content of QR codes for apps. `str(uri)` is the URI, secret included.
///
/// >>> from oath_totp import KeyUri, Secret, Totp
/// >>> uri = KeyUri(Totp(Secret.from_bytes(b"12345678901234567890")), account="alice@example.com", issuer="Example")
/// >>> KeyUri.parse(str(uri)).issuer
/// 'Example'
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct KeyUri(pub(crate) oath_totp::KeyUri);

fn copied(py: Python<'_>, secret: &oath_totp::Secret) -> PyResult<oath_totp::Secret> {
    oath_totp::Secret::from_bytes(secret.expose_bytes()).map_err(|error| secret_error(py, error))
}

/// A URI of the other kind is a ValueError; a secret that is too short is a SecretError.
fn refused(py: Python<'_>, error: UriError) -> PyErr {
    match error {
        UriError::Key(error) => secret_error(py, error),
        error => value_error(error),
    }
}

impl KeyUri {
    fn qr(&self, py: Python<'_>) -> PyResult<Qr> {
        self.0.qr().map_err(|error| URI_ERROR.error(py, (error.to_string(),)))
    }

    pub(crate) fn with_issuer(self, issuer: Option<&str>) -> Self {
        match issuer {
            Some(issuer) => Self(self.0.with_issuer(issuer)),
            None => self,
        }
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
        #[pyo3(from_py_with = arguments::counter)] counter: u64,
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
        Ok(Self(uri).with_issuer(issuer))
    }

    /// Reads a URI. Raises UriError, which names the part that is wrong.
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

    /// Draws the QR code as SVG. Templates of Jinja and Django insert the result as it is.
    fn qr_svg<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static SVG: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        SVG.import(py, "oath_totp._html", "Svg")?.call1((self.qr(py)?.to_svg().as_str(),))
    }

    /// Draws the QR code as a PNG file. A module of the code has `scale` (1 to 64) pixels each way.
    #[pyo3(signature = (scale = 8))]
    fn qr_png<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::scale)] scale: u8,
    ) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.qr(py)?.to_png(scale)))
    }

    /// Draws the QR code as the address of an image: `<img src="…">` with the PNG inside.
    #[pyo3(signature = (scale = 8))]
    fn qr_data_uri<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::scale)] scale: u8,
    ) -> PyResult<Bound<'py, PyString>> {
        Ok(PyString::new(py, &self.qr(py)?.to_png_data_uri(scale)))
    }

    /// Draws the QR code for a terminal with light letters on a dark ground.
    fn qr_text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        Ok(PyString::new(py, &self.qr(py)?.to_text()))
    }

    /// Returns the token. Secrets of 80 to 127 bits are accepted with `legacy=True`. A URI with a counter is a ValueError.
    #[pyo3(signature = (*, legacy = false))]
    fn to_totp(&self, py: Python<'_>, legacy: bool) -> PyResult<Totp> {
        let totp = if legacy { self.0.to_legacy_totp() } else { self.0.to_totp() };
        let totp = totp.map_err(|error| refused(py, error))?;
        Ok(Totp { totp, secret: self.secret(py)? })
    }

    /// Returns the token; `uri.counter` is its counter. A URI with a period is a ValueError.
    #[pyo3(signature = (*, legacy = false))]
    fn to_hotp(&self, py: Python<'_>, legacy: bool) -> PyResult<Hotp> {
        let hotp = if legacy { self.0.to_legacy_hotp() } else { self.0.to_hotp() };
        let (hotp, _) = hotp.map_err(|error| refused(py, error))?;
        Ok(Hotp { hotp, secret: self.secret(py)? })
    }

    /// The secret.
    #[getter]
    fn secret(&self, py: Python<'_>) -> PyResult<Py<Secret>> {
        Py::new(py, Secret(copied(py, self.0.secret())?))
    }

    /// The account's name.
    #[getter]
    fn account(&self) -> &str {
        self.0.account()
    }

    /// The parameter `issuer`, else the prefix of the label.
    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.0.issuer()
    }

    /// The part of the label before the account: the issuer as a rule, the organisation in Microsoft's URIs.
    #[getter]
    fn prefix(&self) -> Option<&str> {
        self.0.prefix()
    }

    /// The hash: SHA1, SHA256 or SHA512.
    #[getter]
    const fn algorithm(&self) -> &'static str {
        self.0.algorithm().name()
    }

    /// The number of digits of a code.
    #[getter]
    const fn digits(&self) -> usize {
        self.0.digits().count()
    }

    /// The seconds of a time step; None for a counter-based token.
    #[getter]
    const fn period(&self) -> Option<u32> {
        match self.0.moving_factor() {
            MovingFactor::Time { period, .. } => Some(period.get()),
            MovingFactor::Counter { .. } => None,
        }
    }

    /// The counter; None for a time-based token.
    #[getter]
    const fn counter(&self) -> Option<u64> {
        match self.0.moving_factor() {
            MovingFactor::Time { .. } => None,
            MovingFactor::Counter { counter, .. } => Some(counter),
        }
    }
}
