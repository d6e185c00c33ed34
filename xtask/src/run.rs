//! Running programs: what is run is printed, and a failure says which one failed.

use crate::tally;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    program(&cargo_program(), words)
}

/// Cargo with these words and variables, from the top of the workspace.
pub(crate) fn cargo_with(variables: &[(&str, &str)], words: &[&str]) -> Outcome {
    program_with(&root(), variables, &cargo_program(), words)
}

fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Any program, from the top of the workspace.
pub(crate) fn program(name: &str, words: &[&str]) -> Outcome {
    program_in(&root(), name, words)
}

/// Any program, from this folder.
pub(crate) fn program_in(folder: &Path, name: &str, words: &[&str]) -> Outcome {
    program_with(folder, &[], name, words)
}

/// Any program, from this folder and with these variables. What it prints is passed on line by line and counted.
pub(crate) fn program_with(folder: &Path, variables: &[(&str, &str)], name: &str, words: &[&str]) -> Outcome {
    let short = Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or(name);
    println!("\nxtask: {short} {}", words.join(" "));
    let could_not_start = |error| Failure(format!("{short} could not be started: {error}"));
    let mut command = command(name);
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped());
    command.envs(variables.iter().copied());
    let mut child = command.spawn().map_err(could_not_start)?;
    if let Some(printed) = child.stdout.take() {
        let mut printed = BufReader::new(printed);
        let mut line = Vec::new();
        while printed.read_until(b'\n', &mut line)? > 0 {
            std::io::stdout().write_all(&line)?;
            tally::read(String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(Failure(format!("failed: {short} {}", words.join(" ")))) }
}

/// What a program prints, where it can be run and succeeds.
pub(crate) fn output(name: &str, words: &[&str]) -> Option<String> {
    let output = command(name).args(words).current_dir(root()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Variables that every program gets from now on.
static VARIABLES: Mutex<BTreeMap<String, OsString>> = Mutex::new(BTreeMap::new());

fn variables() -> MutexGuard<'static, BTreeMap<String, OsString>> {
    VARIABLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a variable to every program from now on; `None` takes it back.
pub(crate) fn set_variable(name: &str, value: Option<OsString>) {
    match value {
        Some(value) => variables().insert(name.to_owned(), value),
        None => variables().remove(name),
    };
}

/// A program with these variables.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    command.envs(variables().iter());
    command
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

/// The files of a folder, and of those in it, into another; without what Git, cargo and npm keep there.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if ["node_modules", "target", ".git"].iter().any(|left| name == *left) {
            continue;
        }
        let target = to.join(name);
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A path as a word.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether the long form of a task is asked for: `cargo xtask TASK full`.
pub(crate) fn long() -> bool {
    std::env::args().nth(2).is_some_and(|word| word == "full")
}
