//! Virtual environments of Python below the target directory.

use crate::metadata;
use crate::run::{Outcome, emptied, program_in, program_with, root, text};
use std::fs;
use std::path::{Path, PathBuf};

/// A virtual environment.
pub(crate) struct Environment(PathBuf);

impl Environment {
    /// The one of this name, made where it is not there yet.
    pub(crate) fn kept(name: &str) -> Outcome<Self> {
        let folder = Self::folder(name)?;
        if !folder.join("bin/python").exists() {
            program_in(&root(), "python3", &["-m", "venv", &text(&folder)])?;
        }
        Ok(Self(folder))
    }

    /// Where the one of this name is.
    pub(crate) fn folder(name: &str) -> Outcome<PathBuf> {
        Ok(place()?.join(name))
    }

    /// A new one, with nothing in it.
    pub(crate) fn clean(name: &str) -> Outcome<Self> {
        empty(name)?;
        Self::kept(name)
    }

    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> String {
        text(&self.0.join("bin").join(name))
    }

    /// Python with these words, from the folder of the binding.
    pub(crate) fn python(&self, words: &[&str]) -> Outcome {
        program_in(&binding(), &self.program("python"), words)
    }

    /// Installs what pip understands.
    pub(crate) fn install(&self, words: &[&str]) -> Outcome {
        self.install_with(&[], words)
    }

    /// The same with these variables set.
    pub(crate) fn install_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Outcome {
        let install = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
        program_with(&binding(), variables, &self.program("python"), &[&install[..], words].concat())
    }
}

/// Where the binding lies.
pub(crate) fn binding() -> PathBuf {
    root().join("bindings/python")
}

/// Where all that is made for Python lies.
pub(crate) fn place() -> Outcome<PathBuf> {
    Ok(metadata::target_directory()?.join("python"))
}

/// A folder of this name with nothing in it.
pub(crate) fn empty(name: &str) -> Outcome<PathBuf> {
    emptied(place()?.join(name))
}

/// The one entry of a folder that ends like this.
pub(crate) fn only(folder: &Path, end: &str) -> Outcome<PathBuf> {
    let mut found = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    found
        .find(|path| text(path).ends_with(end))
        .ok_or_else(|| crate::run::Failure(format!("there is no {end} in {}", folder.display())))
}
