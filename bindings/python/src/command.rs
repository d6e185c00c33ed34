use pyo3::prelude::*;
use std::ffi::OsString;

/// The command `oath` with these words, the first one being its name; returns the exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.detach(|| oath_cli::run(words))
}
