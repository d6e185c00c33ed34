//! Running programs. Every command line is printed, and a failure names it.

use crate::tally;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ScopedJoinHandle;

/// The reason why a task failed.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

/// The result of a task.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The top folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Runs cargo with these arguments in the top folder.
pub(crate) fn cargo(words: &[&str]) -> Outcome {
    program(&cargo_program(), words)
}

/// Runs cargo with these environment variables and arguments in the top folder.
pub(crate) fn cargo_with(variables: &[(&str, &str)], words: &[&str]) -> Outcome {
    program_with(&root(), variables, &cargo_program(), words)
}

fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs a program in the top folder.
pub(crate) fn program(name: &str, words: &[&str]) -> Outcome {
    program_in(&root(), name, words)
}

/// Runs a program in this folder.
pub(crate) fn program_in(folder: &Path, name: &str, words: &[&str]) -> Outcome {
    program_with(folder, &[], name, words)
}

/// Runs a program in this folder with these environment variables. Its output is passed on line by line, and the tests in it
/// are counted.
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

/// Returns the output of a program, if it starts and succeeds.
pub(crate) fn output(name: &str, words: &[&str]) -> Option<String> {
    let output = command(name).args(words).current_dir(root()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Environment variables of every program that is run.
static VARIABLES: Mutex<BTreeMap<String, OsString>> = Mutex::new(BTreeMap::new());

fn variables() -> MutexGuard<'static, BTreeMap<String, OsString>> {
    VARIABLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets an environment variable of every program that is run from now on; `None` takes it back.
pub(crate) fn set_variable(name: &str, value: Option<OsString>) {
    match value {
        Some(value) => variables().insert(name.to_owned(), value),
        None => variables().remove(name),
    };
}

/// A program with these environment variables.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    command.envs(variables().iter());
    command
}

/// Waits for a thread and returns its result.
pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, Outcome<T>>) -> Outcome<T> {
    thread.join().unwrap_or_else(|_| Err(Failure("a thread panicked".to_owned())))
}

/// Removes all that is in a folder, or creates it.
pub(crate) fn emptied(folder: PathBuf) -> Outcome<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Copies a folder with all that is in it, except the folders of Git, cargo and npm.
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

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Whether the long form of a task is wanted: `cargo xtask TASK full`.
pub(crate) fn long() -> bool {
    word_is("full")
}

/// Whether this is the word after the task: `cargo xtask TASK WORD`.
pub(crate) fn word_is(expected: &str) -> bool {
    std::env::args().nth(2).is_some_and(|word| word == expected)
}
