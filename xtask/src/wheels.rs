//! The wheels of a release for Linux: glibc since 2.17 and musl since 1.2, on x86-64 and aarch64.
//!
//! zig links against the old C libraries, so that no container is needed. The wheels for macOS and Windows are built by
//! `cargo xtask python` on such a machine.

use crate::metadata;
use crate::python::{bare, finished, tools};
use crate::run::{Outcome, emptied, program_with, text};
use crate::setup::has_targets;
use crate::tally;
use crate::venv::{Environment, binding, only};
use std::env;
use std::path::Path;

/// From PyPI. It has the C libraries to link against.
const ZIG: &str = "ziglang==0.17.1";

/// A target of Rust, and the platform that the name of the wheel promises.
const MATRIX: [(&str, &str); 4] = [
    ("x86_64-unknown-linux-gnu", "manylinux_2_17"),
    ("aarch64-unknown-linux-gnu", "manylinux_2_17"),
    ("x86_64-unknown-linux-musl", "musllinux_1_2"),
    ("aarch64-unknown-linux-musl", "musllinux_1_2"),
];
/// The wheel that runs on the machine at hand, where that is Linux on x86-64.
const OWN: &str = "x86_64-unknown-linux-gnu";

pub(crate) fn wheels() -> Outcome {
    let Some(tools) = tools()? else { return Ok(()) };
    tools.install(&[ZIG])?;
    for (target, platform) in MATRIX {
        if has_targets(&[target]) {
            wheel(&tools, target, platform)?;
        } else {
            tally::not_done(&format!("the wheel for {target}: rustup target add {target}"));
        }
    }
    Ok(())
}

/// Builds a wheel. maturin refuses it where it needs a newer C library than the platform has.
fn wheel(tools: &Environment, target: &str, platform: &str) -> Outcome {
    let folder = emptied(metadata::target_directory()?.join("python/release").join(target))?;
    let maturin = tools.program("maturin");
    // maturin asks the first Python of the path for zig.
    let programs = Path::new(&maturin).parent().map(text).unwrap_or_default();
    let path = format!("{programs}:{}", env::var("PATH").unwrap_or_default());
    let build = ["build", "--release", "--locked", "-q", "--zig", "--target", target, "--compatibility", platform];
    program_with(&binding(), &[("PATH", &path)], &maturin, &[&build[..], &["-o", &text(&folder)]].concat())?;
    let wheel = finished(tools, &only(&folder, ".whl")?)?;
    if target == OWN && cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bare(&Environment::clean("bare")?, &wheel)?;
    }
    Ok(())
}
