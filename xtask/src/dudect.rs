//! Timing two classes of input against each other, on each path that the processor has.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo, program, text};

/// All measurements.
pub(crate) fn dudect() -> Outcome {
    run(&[])
}

/// A fifth of the measurements, for `test`.
pub(crate) fn short() -> Outcome {
    run(&["short"])
}

fn run(words: &[&str]) -> Outcome {
    cargo(&["build", "--release", "--package=oath-evidence", "--bin=dudect", "--features=force-path"])?;
    program(&text(&target_directory()?.join("release/dudect")), words)
}
