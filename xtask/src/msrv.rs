//! The oldest Rust that `Cargo.toml` states, and the oldest versions of the dependencies: both must compile.

use crate::metadata::target_directory;
use crate::run::{Outcome, copy_all, program_in, root, text, word_is};
use crate::toolchains::{OLDEST, cargo_of};
use crate::{setup, tally};
use std::fs;

/// Compiles the workspace with the oldest Rust, with the locked versions and then with the oldest ones. With the word `locked`
/// only the first: what lies below the oldest versions changes with every release of somebody else's.
pub(crate) fn msrv() -> Outcome {
    if let Some(missing) = setup::oldest_rust()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let place = target_directory()?.join("msrv");
    let directory = format!("--target-dir={}", text(&place.join("target")));
    let check = ["check", &directory, "--locked", "--workspace", "--all-features"];
    cargo_of(OLDEST, &check)?;
    if word_is("locked") {
        return Ok(());
    }
    if let Some(missing) = setup::nightly()? {
        tally::not_done(&missing);
        return Ok(());
    }
    // A copy: the versions are written into its Cargo.lock.
    let copy = place.join("workspace");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_all(&root(), &copy)?;
    fs::remove_file(copy.join("Cargo.lock"))?;
    program_in(&copy, "rustup", &["run", "nightly", "cargo", "update", "-Zdirect-minimal-versions"])?;
    program_in(&copy, "rustup", &[&["run", OLDEST, "cargo"], &check[..]].concat())
}
