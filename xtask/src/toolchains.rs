//! Compilers beside the one at hand. Lints and formatting change from version to version: they are errors with one version
//! only, the one that the maintainers use, so that a newer compiler of a user never fails the tests.

use crate::run::{Outcome, cargo, output, program};

/// The version whose warnings are errors. To change it is a commit of its own, with what the new lints ask for.
pub(crate) const PINNED: &str = "1.95.0";
/// The oldest version that the crates compile with, as `Cargo.toml` states it.
pub(crate) const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Whether rustup has this toolchain.
pub(crate) fn has(toolchain: &str) -> bool {
    output("rustup", &["run", toolchain, "cargo", "--version"]).is_some()
}

/// Whether the compiler at hand is the pinned one, with clippy and rustfmt.
fn at_hand() -> bool {
    let version = output("cargo", &["clippy", "--version"]).and(output("cargo", &["fmt", "--version"]));
    let compiler = output("rustc", &["--version"]);
    version.is_some() && compiler.is_some_and(|version| version.split(' ').nth(1) == Some(PINNED))
}

/// Whether rustup has the pinned one, with clippy and rustfmt.
fn in_rustup() -> bool {
    ["clippy", "fmt"].iter().all(|part| output("rustup", &["run", PINNED, "cargo", part, "--version"]).is_some())
}

/// Whether there is the pinned compiler, at hand or in rustup.
pub(crate) fn has_pinned() -> bool {
    at_hand() || in_rustup()
}

/// Cargo of the pinned version where it is there, and of the compiler at hand where it is not.
pub(crate) fn pinned_cargo(words: &[&str]) -> Outcome {
    if !at_hand() && in_rustup() { cargo_of(PINNED, words) } else { cargo(words) }
}

/// Cargo of another toolchain, from the top of the workspace.
pub(crate) fn cargo_of(toolchain: &str, words: &[&str]) -> Outcome {
    program("rustup", &[&["run", toolchain, "cargo"], words].concat())
}
