//! Timing two classes of input against each other. A measurement, so not part of `test`: a busy machine may spoil it.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo, program, text};

/// |t| below 4.5 in two of three runs. There is no other form.
pub(crate) fn dudect() -> Outcome {
    cargo(&["build", "--release", "--package=oath-evidence", "--bin=dudect"])?;
    program(&text(&target_directory()?.join("release/dudect")), &[])
}
