//! Builds the token workbench with the packed npm package, and tests it in a browser.

use crate::npm::{self, build, installed};
use crate::npm_tests;
use crate::run::{Failure, Outcome, copy_all, program_in, root, text, word_is};
use crate::{setup, tally};
use std::fs;
use std::path::{Path, PathBuf};

/// Files that are not copied: `installed` copies the two package files, and the screenshots are results.
const NOT_COPIED: [&str; 5] = ["package.json", "package-lock.json", "screenshots", "node_modules", "dist"];

/// Builds the package and the page, and tests the page. With the word `screenshots`, takes those of its README instead.
pub(crate) fn web() -> Outcome {
    if let Some(missing) = npm::missing()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let archive = build()?;
    if word_is("screenshots") {
        let page = page(&archive)?;
        if let Some(missing) = setup::chromium()? {
            return Err(Failure(missing));
        }
        let place = text(&sources().join("screenshots"));
        return program_in(&page, "node", &["tests/screenshots.js", &place]);
    }
    with(&archive)
}

/// Builds the page with this package, and tests it.
pub(crate) fn with(archive: &Path) -> Outcome {
    let page = page(archive)?;
    if let Some(missing) = setup::chromium()? {
        tally::not_done(&missing);
        return Ok(());
    }
    // The timeout ends a test whose browser hangs.
    program_in(&page, "node", &["--test", "--test-concurrency=1", "--test-timeout=180000"])
}

/// Builds the page, and returns its folder.
fn page(archive: &Path) -> Outcome<PathBuf> {
    let folder = installed("web", &sources())?;
    for entry in fs::read_dir(sources())? {
        let entry = entry?;
        let name = entry.file_name();
        if NOT_COPIED.iter().any(|other| name == *other) {
            continue;
        }
        let target = folder.join(&name);
        if entry.file_type()?.is_dir() {
            if target.exists() {
                fs::remove_dir_all(&target)?;
            }
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    let kit = folder.join("testkit");
    if kit.exists() {
        fs::remove_dir_all(&kit)?;
    }
    copy_all(&root().join("testkit"), &kit)?;
    npm_tests::install(&folder, archive)?;
    let tool = |name: &str| text(&folder.join("node_modules/.bin").join(name));
    program_in(&folder, &tool("tsc"), &[])?;
    program_in(&folder, &tool("vite"), &["build"])?;
    let made = text(&npm::place()?.join("web/dist/token-workbench.html"));
    println!("xtask: {made}");
    Ok(folder)
}

fn sources() -> PathBuf {
    root().join("examples/web")
}
