//! The codes and the scalar lanes under Miri, which finds undefined behaviour. Miri reports a processor without SHA
//! instructions, so the code takes the portable path.

use crate::metadata::target_directory;
use crate::run::{Outcome, program, text};
use crate::{setup, tally};

/// Runs the unit tests of both crates.
pub(crate) fn miri() -> Outcome {
    if let Some(missing) = setup::miri()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let target = format!("--target-dir={}", text(&target_directory()?.join("miri")));
    let test = ["run", "nightly", "cargo", "miri", "test", &target, "--lib", "-p"];
    program("rustup", &[&test[..], &["oath-totp", "--all-features"]].concat())?;
    program("rustup", &[&test[..], &["oath-lanes"]].concat())
}
