//! Running programs: what is run is printed, and a failure says which one failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::ScopedJoinHandle;

/// A task failed; why.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

/// What a task comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The top of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Cargo with these words, from the top of the workspace.
pub(crate) fn cargo(words: &[&str]) -> Outcome {
    program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), words)
}

/// Any program, from the top of the workspace.
pub(crate) fn program(name: &str, words: &[&str]) -> Outcome {
    program_in(&root(), name, words)
}

/// Any program, from this folder.
pub(crate) fn program_in(folder: &Path, name: &str, words: &[&str]) -> Outcome {
    program_with(folder, &[], name, words)
}

/// Any program, from this folder and with these variables.
pub(crate) fn program_with(folder: &Path, variables: &[(&str, &str)], name: &str, words: &[&str]) -> Outcome {
    let short = Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or(name);
    println!("\nxtask: {short} {}", words.join(" "));
    let mut command = Command::new(name);
    command.args(words).current_dir(folder).stdin(Stdio::null()).envs(variables.iter().copied());
    let status = command.status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure(format!("failed: {short} {}", words.join(" ")))),
        Err(error) => Err(Failure(format!("{short} could not be started: {error}"))),
    }
}

/// What a program prints, where it can be run and succeeds.
pub(crate) fn output(name: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(name).args(words).current_dir(root()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a thread came to.
pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, Outcome<T>>) -> Outcome<T> {
    thread.join().unwrap_or_else(|_| Err(Failure("a thread panicked".to_owned())))
}

/// This folder with nothing in it.
pub(crate) fn emptied(folder: PathBuf) -> Outcome<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A path as a word.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether the long form of a task is asked for: `cargo xtask TASK full`.
pub(crate) fn long() -> bool {
    std::env::args().nth(2).is_some_and(|word| word == "full")
}
