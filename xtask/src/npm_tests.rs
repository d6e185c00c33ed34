//! The packed npm package in projects as its users make them.

use crate::npm::{binding, copy_all, empty};
use crate::run::{Outcome, program_in, root, text};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn all(archive: &Path) -> Outcome {
    node(archive)
}

/// A new project with the package and these of our files.
fn project(name: &str, archive: &Path, folders: &[&str]) -> Outcome<PathBuf> {
    let folder = empty(name)?;
    fs::write(folder.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    program_in(&folder, "npm", &["install", "--silent", "--no-audit", "--no-fund", "--offline", &text(archive)])?;
    for tests in folders {
        copy_all(&binding().join("tests").join(tests), &folder)?;
    }
    copy_all(&root().join("testkit"), &folder.join("testkit"))?;
    Ok(folder)
}

/// Node, ES modules.
fn node(archive: &Path) -> Outcome {
    let folder = project("node", archive, &["shared", "node"])?;
    program_in(&folder, "node", &["--expose-gc", "--test"])
}
