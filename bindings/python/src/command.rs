use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the command `oath` with these words, of which the first is its name. Returns the exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.detach(|| oath_cli::run(words))
}
