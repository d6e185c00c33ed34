//! What the documents say of the code must be there.

use crate::run::{Failure, Outcome, root};

/// Every test that a document names as `crate/path/file.rs::test` exists.
pub(crate) fn named_tests_exist() -> Outcome {
    let mut count = 0usize;
    for document in ["docs/compliance.md", "docs/security.md"] {
        let text = std::fs::read_to_string(root().join(document))?;
        // What stands between back quotes is every second piece.
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
