use crate::arguments;
use crate::errors::value_error;
use oath_directory::Status;
use pyo3::prelude::*;

/// A sign-in that was accepted.
#[pyclass(frozen, get_all, eq, hash, module = "oath_totp")]
#[derive(PartialEq, Hash)]
pub(crate) struct SignedIn {
    /// The serial number of the token.
    serial: String,
    /// The steps that the token's clock is ahead.
    drift: i64,
}

#[pymethods]
impl SignedIn {
    #[new]
    const fn new(serial: String, #[pyo3(from_py_with = arguments::drift)] drift: i64) -> Self {
        Self { serial, drift }
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str) {
        ("serial", "drift")
    }

    fn __repr__(&self) -> String {
        format!("SignedIn(serial={:?}, drift={})", self.serial, self.drift)
    }
}

impl From<oath_directory::SignedIn> for SignedIn {
    fn from(found: oath_directory::SignedIn) -> Self {
        Self { serial: found.serial, drift: found.drift }
    }
}

/// A token whose clock was found by its codes.
#[pyclass(frozen, get_all, eq, hash, module = "oath_totp")]
#[derive(PartialEq, Hash)]
pub(crate) struct Synchronized {
    /// The serial number of the token.
    serial: String,
    /// The status of the token: activated.
    status: &'static str,
    /// The steps that the token's clock is ahead.
    drift: i64,
}

#[pymethods]
impl Synchronized {
    #[new]
    fn new(serial: String, status: &str, #[pyo3(from_py_with = arguments::drift)] drift: i64) -> PyResult<Self> {
        let status = status.parse::<Status>().map_err(value_error)?.name();
        Ok(Self { serial, status, drift })
    }

    #[classattr]
    const fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("serial", "status", "drift")
    }

    fn __repr__(&self) -> String {
        format!("Synchronized(serial={:?}, status='{}', drift={})", self.serial, self.status, self.drift)
    }
}

impl From<oath_directory::Synchronized> for Synchronized {
    fn from(found: oath_directory::Synchronized) -> Self {
        Self { serial: found.serial, status: found.status.name(), drift: found.drift }
    }
}
