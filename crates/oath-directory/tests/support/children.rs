//! Processes that a test starts, and kills.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::unwrap_used, reason = "a helper of tests is a test")]

use core::ops::Range;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a child is to do: not there where this is no child.
const TASK: &str = "OATH_TEST_TASK";
/// Set by `cargo xtask soak`, to 1. Another number is how often, for a run that has to end sooner.
const SOAK: &str = "OATH_TEST_SOAK";

/// How often something is tried: in CI, and by `cargo xtask soak`.
pub(crate) fn times(short: u64, long: u64) -> u64 {
    let told = std::env::var(SOAK).ok();
    told.map_or(short, |told| told.parse().ok().filter(|number| *number > 1).unwrap_or(long))
}

/// The words of the task, where this process is a child.
pub(crate) fn task() -> Option<Vec<String>> {
    let words: Vec<String> = std::env::var(TASK).ok()?.split('\n').map(str::to_owned).collect();
    println!("begun");
    Some(words)
}

/// Starts this test program again, for its test `child` alone.
pub(crate) fn start(words: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(TASK, words.join("\n"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Starts a child and waits until it begins with its task.
fn begun(words: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let mut child = start(words);
    let mut printed = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("begun") {
        line.clear();
        assert!(printed.read_line(&mut line).unwrap() > 0, "the child ended before it had begun");
    }
    (child, printed)
}

/// How long a child takes for the whole of its task, as busy as the machine is now.
pub(crate) fn whole(words: &[&str]) -> Duration {
    let (mut child, mut printed) = begun(words);
    let start = Instant::now();
    printed.read_to_string(&mut String::new()).unwrap();
    assert!(child.wait().unwrap().success(), "{words:?}");
    start.elapsed()
}

/// The lines that a child prints until it is killed, at a random moment up to this long after it has begun. A line that was
/// broken off is left out.
pub(crate) fn killed(words: &[&str], longest: Duration) -> Vec<String> {
    killed_within(words, Duration::ZERO..longest)
}

/// The same, at a random moment of this time after it has begun.
pub(crate) fn killed_within(words: &[&str], time: Range<Duration>) -> Vec<String> {
    let (mut child, mut printed) = begun(words);
    let length = u64::try_from((time.end - time.start).as_micros()).unwrap();
    sleep(time.start + Duration::from_micros(RandomState::new().hash_one(words) % length));
    child.kill().unwrap();
    let mut rest = String::new();
    printed.read_to_string(&mut rest).unwrap();
    child.wait().unwrap();
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    whole.lines().map(str::to_owned).collect()
}

/// When to kill the next child, by what came of the last: later where it had done nothing, earlier where it had done all. How fast the
/// machine is changes while a test runs.
pub(crate) fn aimed(time: Range<Duration>, done: u64, all: u64) -> Range<Duration> {
    match done {
        0 => time.start * 5 / 4..time.end * 5 / 4,
        done if done == all => time.start * 4 / 5..time.end * 4 / 5,
        _ => time,
    }
}

/// A folder in memory where the system has one. A process that is killed loses nothing that it has given to the system, so that
/// no disk has to be waited for.
pub(crate) fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    tempfile::tempdir_in(&memory).unwrap_or_else(|_| tempfile::tempdir().unwrap())
}
