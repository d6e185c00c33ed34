//! The codes and the scalar lanes under Miri, which finds undefined behaviour. It has no SHA instructions and says so to the
//! code, which then takes the portable path.

use crate::metadata::target_directory;
use crate::run::{Outcome, program, text};
use crate::{setup, tally};

/// The tests inside both crates. There is no longer form.
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
