//! What the documents name must exist.

use crate::TASKS;
use crate::run::{Failure, Outcome, root};
use std::collections::BTreeSet;

/// Checks that every test that a document names as `crate/path/file.rs::test` exists.
pub(crate) fn named_tests_exist() -> Outcome {
    let mut count = 0usize;
    for document in ["docs/compliance.md", "docs/security.md"] {
        let text = std::fs::read_to_string(root().join(document))?;
        // Every second piece stands between back quotes.
        for (file, test) in text.split('`').skip(1).step_by(2).filter_map(|name| name.split_once(".rs::")) {
            let source = std::fs::read_to_string(root().join(format!("crates/{file}.rs"))).unwrap_or_default();
            if !source.contains(&format!("fn {test}(")) {
                return Err(Failure(format!("{document} names the test {test} of {file}.rs, which is not there")));
            }
            count = count.saturating_add(1);
        }
    }
    println!("xtask: {count} tests that the documents name are there");
    Ok(())
}

/// Checks that every task that a document names exists, and that a document names every task: others are removed.
pub(crate) fn named_tasks_exist() -> Outcome {
    let mut named = BTreeSet::new();
    for document in ["README.md", "CONTRIBUTING.md", "docs/compliance.md", "docs/performance.md", "docs/security.md"] {
        let text = std::fs::read_to_string(root().join(document))?;
        for rest in text.split("cargo xtask ").skip(1) {
            let name = rest.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).next().unwrap_or_default();
            if !TASKS.iter().any(|(task, ..)| *task == name) {
                return Err(Failure(format!("{document} names `cargo xtask {name}`, which does not exist")));
            }
            named.insert(name.to_owned());
        }
    }
    match TASKS.iter().find(|(task, ..)| !named.contains(*task)) {
        Some((task, ..)) => Err(Failure(format!("no document names `cargo xtask {task}`: describe it or remove it"))),
        None => Ok(()),
    }
}
