use crate::arguments::{self, bytes};
use crate::errors::{secret_error, type_error};
use core::fmt::Display;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// The shared secret K.
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

    #[staticmethod]
    fn generate() -> PyResult<Self> {
        let secret = oath_totp::Secret::generate();
        secret
            .map(Self)
            .map_err(|error| PyOSError::new_err(format!("the operating system gave no randomness: {error}")))
    }

    #[staticmethod]
    fn from_base32(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        made(py, oath_totp::Secret::from_base32(arguments::text(text, "Base32 is a str")?))
    }

    #[staticmethod]
    fn from_hex(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        made(py, oath_totp::Secret::from_hex(arguments::text(text, "hex is a str")?))
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = || type_error("the bytes of a secret are bytes, a bytearray or a memoryview");
        made(py, oath_totp::Secret::from_bytes(&bytes(data)?.ok_or_else(expected)?))
    }

    fn expose_base32<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.0.expose_base32())
    }

    fn expose_hex<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.0.expose_hex())
    }

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
