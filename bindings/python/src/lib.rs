//! The Python module `oath_totp._native`. It converts types and has no logic of its own. Its docstrings are those of the stubs,
//! `python/oath_totp/__init__.pyi` and `seeds.pyi`; a test compares them.

mod arguments;
mod codes;
mod command;
mod dicts;
mod directory;
mod errors;
mod one_call;
mod opened;
mod same_file;
mod secret;
mod seeds;
mod segments;
mod source;
mod uri;
mod wait;

use pyo3::prelude::*;

/// With the system's allocator, half of the time to read a large seed file goes into allocations and into pages that are
/// returned and requested again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[pymodule(gil_used = false)]
mod _native {
    use super::*;
    #[pymodule_export]
    use crate::codes::{Accepted, AcceptedCounter, Hotp, Totp, TotpState};
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::directory::{Directory, SignedIn, Synchronized};
    #[pymodule_export]
    use crate::one_call::verify;
    #[pymodule_export]
    use crate::secret::Secret;
    #[pymodule_export]
    use crate::seeds::file::{FailedRow, Finding, SeedFile};
    #[pymodule_export]
    use crate::seeds::read::{formats, read};
    #[pymodule_export]
    use crate::seeds::record::{Record, Records};
    #[pymodule_export]
    use crate::seeds::search::{Matches, Probe, Reading, Shown, probe};
    #[pymodule_export]
    use crate::seeds::write::{convert, write};
    #[pymodule_export]
    use crate::uri::KeyUri;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
