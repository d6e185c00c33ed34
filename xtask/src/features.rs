//! The features of `oath-totp`: each set compiles, and the examples of the documentation pass with it.

use crate::check::clippy_level;
use crate::run::{Outcome, cargo};
use crate::setup;
use crate::toolchains::pinned_cargo;

/// What a program may ask for; `None` are the default features.
const SETS: [Option<&str>; 10] = [
    Some(""),
    Some("alloc"),
    Some("std"),
    Some("getrandom"),
    Some("uri"),
    Some("qr"),
    Some("png"),
    Some("serde"),
    None,
    Some("std,getrandom,uri,qr,png,serde"),
];
/// Those that the examples are run with: nothing, an allocator, the default and all.
const RUN: [Option<&str>; 4] = [Some(""), Some("alloc"), None, Some("std,getrandom,uri,qr,png,serde")];

pub(crate) fn features() -> Outcome {
    let level = clippy_level(setup::clippy()?.is_none());
    for set in SETS {
        pinned_cargo(&[&["clippy", "-p", "oath-totp"], &words(set)[..], &["--"], &level].concat())?;
    }
    for set in RUN {
        cargo(&[&["test", "--doc", "-p", "oath-totp"], &words(set)[..]].concat())?;
    }
    Ok(())
}

fn words(set: Option<&'static str>) -> Vec<&'static str> {
    set.map_or_else(Vec::new, |set| vec!["--no-default-features", "--features", set])
}
