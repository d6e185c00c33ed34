//! `docs/findings.md` is made of the kinds; with `OATH_WRITE_EXPECTED=1` it is written anew.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::Kind;
use std::fmt::Write as _;
use std::path::Path;

#[test]
fn the_document_of_the_findings_is_up_to_date() {
    let mut text = String::from(
        "# Findings\n\nWhat `oath seeds check` and `oath tokens upload` say about a seed file, by code. This page is made from the \
         source; the message of a finding adds where it is and what was found.\n",
    );
    for (section, kinds) in Kind::SECTIONS {
        write!(text, "\n## {section}\n").unwrap();
        for kind in *kinds {
            write!(
                text,
                "\n### {}\n\n`{}`. {} **What to do:** {}\n",
                kind.heading(),
                kind.name(),
                kind.cause(),
                kind.cure()
            )
            .unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    if std::env::var_os("OATH_WRITE_EXPECTED").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == text, "docs/findings.md is out of date: run this test with OATH_WRITE_EXPECTED=1, and commit it");
}
