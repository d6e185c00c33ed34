use crate::arguments::{self, bytes};
use crate::errors::{secret_error, type_error};
use core::fmt::Display;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// The shared secret K. It is wiped when the last reference is gone; `repr` shows its length only; it cannot be pickled.
///
/// It is made by `Secret.generate()`, `from_base32(text)`, `from_hex(text)` or `from_bytes(data)`. The results of the
/// `expose_…` methods are ordinary Python objects, which are not wiped.
#[pyclass(frozen, module = "oath_totp")]
pub(crate) struct Secret(pub(crate) oath_totp::Secret);

fn made<E: Display>(py: Python<'_>, secret: Result<oath_totp::Secret, E>) -> PyResult<Secret> {
    secret.map(Secret).map_err(|error| secret_error(py, error))
}

#[pymethods]
impl Secret {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyAny>, _kwargs: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Err(type_error("a Secret is made by Secret.generate(), from_base32(text), from_hex(text) or from_bytes(data)"))
    }

    /// Returns 160 random bits of the operating system. RFC 4226 §4 recommends this length.
    #[staticmethod]
    fn generate() -> PyResult<Self> {
        let secret = oath_totp::Secret::generate();
        secret
            .map(Self)
            .map_err(|error| PyOSError::new_err(format!("the operating system gave no randomness: {error}")))
    }

    /// Reads Base32 in any case, with or without padding, spaces and dashes.
    ///
    /// Raises SecretError with the place of the first illegal character. The error does not show the text.
    #[staticmethod]
    fn from_base32(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        made(py, oath_totp::Secret::from_base32(arguments::text(text, "Base32 is a str")?))
    }

    /// Reads hex in any case, with or without spaces, dashes and colons.
    #[staticmethod]
    fn from_hex(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        made(py, oath_totp::Secret::from_hex(arguments::text(text, "hex is a str")?))
    }

    /// Copies these bytes. A bytearray can be overwritten afterwards.
    ///
    /// >>> from oath_totp import Secret
    /// >>> raw = bytearray(b"12345678901234567890")
    /// >>> secret = Secret.from_bytes(raw)
    /// >>> raw[:] = bytes(len(raw))
    /// >>> secret
    /// Secret([20 bytes, elided])
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = || type_error("the bytes of a secret are bytes, a bytearray or a memoryview");
        made(py, oath_totp::Secret::from_bytes(&bytes(data)?.ok_or_else(expected)?))
    }

    /// Returns the secret as Base32 in capitals, without padding.
    fn expose_base32<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.0.expose_base32())
    }

    /// Returns the secret as hex in small letters.
    fn expose_hex<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.0.expose_hex())
    }

    /// Returns the secret as bytes.
    fn expose_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.expose_bytes())
    }

    fn __len__(&self) -> usize {
        self.0.byte_len()
    }

    fn __repr__(&self) -> String {
        format!("Secret([{} bytes, elided])", self.0.byte_len())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __ne__(&self, other: &Self) -> bool {
        self.0 != other.0
    }
}
