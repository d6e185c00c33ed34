//! Virtual environments of Python below the target directory.

use crate::metadata;
use crate::run::{Outcome, emptied, output, program_in, program_with, root, text};
use std::fs;
use std::path::{Path, PathBuf};

/// A virtual environment.
pub(crate) struct Environment(PathBuf);

impl Environment {
    /// Returns the environment of this name, and creates it if it does not exist.
    pub(crate) fn kept(name: &str) -> Outcome<Self> {
        let folder = Self::folder(name)?;
        if !folder.join("bin/python").exists() {
            program_in(&root(), "python3", &["-m", "venv", &text(&folder)])?;
        }
        Ok(Self(folder))
    }

    /// Returns the environment of this name, where it exists and has these packages in these versions.
    pub(crate) fn with(name: &str, packages: &[&str]) -> Option<Self> {
        const CHECK: &str = "import sys; from importlib.metadata import version; \
                             assert all(version(one) == wanted for one, wanted in (text.split('==') for text in sys.argv[1:]))";
        let environment = Self(Self::folder(name).ok()?);
        output(&environment.program("python"), &[&["-c", CHECK], packages].concat()).map(|_| environment)
    }

    /// The folder of the environment of this name.
    pub(crate) fn folder(name: &str) -> Outcome<PathBuf> {
        Ok(place()?.join(name))
    }

    /// Creates an empty environment in place of the one of this name.
    pub(crate) fn clean(name: &str) -> Outcome<Self> {
        empty(name)?;
        Self::kept(name)
    }

    /// The path of one of its programs.
    pub(crate) fn program(&self, name: &str) -> String {
        text(&self.0.join("bin").join(name))
    }

    /// Runs Python with these arguments in the folder of the binding.
    pub(crate) fn python(&self, words: &[&str]) -> Outcome {
        program_in(&binding(), &self.program("python"), words)
    }

    /// Runs `pip install` with these arguments.
    pub(crate) fn install(&self, words: &[&str]) -> Outcome {
        self.install_with(&[], words)
    }

    /// Runs `pip install` with these arguments and environment variables.
    pub(crate) fn install_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Outcome {
        let install = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
        program_with(&binding(), variables, &self.program("python"), &[&install[..], words].concat())
    }
}

/// The folder of the binding.
pub(crate) fn binding() -> PathBuf {
    root().join("bindings/python")
}

/// The folder of all files that are built for Python.
pub(crate) fn place() -> Outcome<PathBuf> {
    Ok(metadata::target_directory()?.join("python"))
}

/// Returns the folder of this name, emptied.
pub(crate) fn empty(name: &str) -> Outcome<PathBuf> {
    emptied(place()?.join(name))
}

/// Returns the first entry of a folder whose name has this end.
pub(crate) fn only(folder: &Path, end: &str) -> Outcome<PathBuf> {
    let mut found = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    found
        .find(|path| text(path).ends_with(end))
        .ok_or_else(|| crate::run::Failure(format!("there is no {end} in {}", folder.display())))
}
