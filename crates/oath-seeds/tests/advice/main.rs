//! Advice works: a file that is changed as its finding says, or read as it says, has fewer findings than before. Every kind
//! has a case here, or a reason why a program cannot follow its advice.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod documents;
mod encodings;
mod tables;
mod unfollowed;

use oath_seeds::{Finding, Kind, Options, ReadError, Severity, Unlock, read_from};
use std::collections::BTreeSet;

/// A file with a mistake, and what a person does who reads the finding about it.
struct Case {
    file: Vec<u8>,
    options: Options,
    kind: Kind,
    follow: Follow,
}

enum Follow {
    /// Changes the file in a text editor.
    Edit(fn(file: &str, finding: &Finding) -> String),
    /// Saves the file in another encoding, or joins its parts again.
    Save(fn(file: &[u8], finding: &Finding) -> Vec<u8>),
    /// Has the same file read in another way.
    Say(fn(options: Options, unlock: &mut Unlock) -> Options),
}

impl Case {
    fn new(file: impl Into<Vec<u8>>, kind: Kind, follow: Follow) -> Self {
        Self { file: file.into(), options: Options::default(), kind, follow }
    }

    fn edit(file: impl Into<Vec<u8>>, kind: Kind, edit: fn(&str, &Finding) -> String) -> Self {
        Self::new(file, kind, Follow::Edit(edit))
    }

    fn save(file: impl Into<Vec<u8>>, kind: Kind, save: fn(&[u8], &Finding) -> Vec<u8>) -> Self {
        Self::new(file, kind, Follow::Save(save))
    }

    fn say(file: impl Into<Vec<u8>>, kind: Kind, say: fn(Options, &mut Unlock) -> Options) -> Self {
        Self::new(file, kind, Follow::Say(say))
    }

    /// How the file is read at first.
    fn read(self, options: Options) -> Self {
        Self { options, ..self }
    }

    fn cases() -> Vec<Self> {
        [tables::cases(), documents::cases(), encodings::cases()].into_iter().flatten().collect()
    }
}

/// What is found, and how grave it is in all: a refusal more than any row, an error more than a warning, a warning more than
/// a note.
fn judged(file: &[u8], options: &Options, unlock: &Unlock) -> (Vec<Finding>, usize) {
    let (findings, refused) = match read_from(file, options, unlock) {
        Ok(file) => (file.findings, 0),
        Err(ReadError::Refused(finding)) => (vec![*finding], 10_000),
        Err(error) => panic!("{error}"),
    };
    let of = |finding: &Finding| match finding.severity {
        Severity::Note => 1,
        Severity::Warning => 10,
        Severity::Error => 100,
    };
    let weight = findings.iter().map(of).sum::<usize>() + refused;
    (findings, weight)
}

#[test]
fn a_file_that_follows_the_advice_is_better() {
    for Case { file, options, kind, follow } in Case::cases() {
        let mut unlock = Unlock::default();
        let (found, before) = judged(&file, &options, &unlock);
        let shown = || String::from_utf8_lossy(&file).into_owned();
        let Some(finding) = found.iter().find(|finding| finding.kind == kind) else {
            panic!("{kind:?}: {found:?}\n{}", shown())
        };
        let (followed, options) = match follow {
            Follow::Edit(edit) => (edit(core::str::from_utf8(&file).unwrap(), finding).into_bytes(), options),
            Follow::Save(save) => (save(&file, finding), options),
            Follow::Say(say) => (file.clone(), say(options, &mut unlock)),
        };
        let (found, after) = judged(&followed, &options, &unlock);
        let followed = String::from_utf8_lossy(&followed);
        assert!(after < before, "{kind:?}: {finding}\n{found:?}\n{followed}");
        let still = found.iter().any(|found| found.kind == kind && found.severity == finding.severity);
        assert!(!still, "{kind:?} is still there: {found:?}\n{followed}");
    }
}

#[test]
fn every_kind_is_followed_or_has_a_reason() {
    let followed: BTreeSet<Kind> = Case::cases().iter().map(|case| case.kind).collect();
    let excused: BTreeSet<Kind> = unfollowed::REASONS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(excused.len(), unfollowed::REASONS.len(), "a kind is excused twice");
    for kind in Kind::ALL {
        match (followed.contains(kind), excused.contains(kind)) {
            (false, false) => panic!("{kind:?} has neither a case nor a reason"),
            (true, true) => panic!("{kind:?} has a case and a reason for none"),
            _ => {}
        }
    }
}
