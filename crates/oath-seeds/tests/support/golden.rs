//! Texts that stand in a file of the repository, word by word.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests is a test")]

use std::fs;
use std::path::Path;

/// Compares a text with the file of this path, which begins at the crate; with `OATH_WRITE_EXPECTED=1` writes it.
#[track_caller]
pub(crate) fn expect(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("OATH_WRITE_EXPECTED").is_some() {
        fs::write(&file, text).unwrap();
    }
    let stored = fs::read_to_string(&file).unwrap_or_default();
    for (now, before) in text.lines().zip(stored.lines()) {
        assert_eq!(now, before, "{path}");
    }
    assert!(text == stored, "{path} is out of date: run this test with OATH_WRITE_EXPECTED=1, read and commit it");
}
