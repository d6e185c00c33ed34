//! The Python module `oath_totp._native`: types translated, and nothing else. What it offers is documented where Python
//! programmers look, in `python/oath_totp/__init__.pyi`.

mod arguments;
mod codes;
mod command;
mod directory;
mod errors;
mod one_call;
mod opened;
mod same_file;
mod secret;
mod seeds;
mod source;
mod uri;
mod wait;

use pyo3::prelude::*;

/// Half of the time of reading a large seed file would go into the system's allocator, and into pages that it hands back and
/// asks for again.
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
    use crate::seeds::{Finding, Record, Records, SeedFile, formats, read, write};
    #[pymodule_export]
    use crate::uri::KeyUri;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
