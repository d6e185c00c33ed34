//! The sum of a run: how many tests passed, and what was left out. Read from what the programs print, so that a test runner
//! of any language counts.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What stands before the name of something that was left out, in a line of its own, in the output of any program.
const NOT_DONE: &str = ": not done: ";

static TALLY: Mutex<Tally> =
    Mutex::new(Tally { tests: Tests { passed: 0, failed: 0, skipped: 0 }, not_done: BTreeSet::new() });

/// The tests of one or of all runners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tests {
    passed: u64,
    failed: u64,
    skipped: u64,
}

struct Tally {
    tests: Tests,
    not_done: BTreeSet<String>,
}

fn tally() -> MutexGuard<'static, Tally> {
    TALLY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that something is left out, now and in the last lines.
pub(crate) fn not_done(what: &str) {
    println!("\nxtask{NOT_DONE}{what}");
    not_possible(what);
}

/// Says in the last lines that something is left out.
pub(crate) fn not_possible(what: &str) {
    tally().not_done.insert(what.to_owned());
}

/// Counts what a line of a program's output says.
pub(crate) fn read(line: &str) {
    let mut tally = tally();
    if let Some(tests) = Tests::of(line) {
        tally.tests = tally.tests.and(tests);
    }
    if let Some((program, what)) = line.split_once(NOT_DONE)
        && program.chars().all(char::is_alphanumeric)
    {
        tally.not_done.insert(what.trim().to_owned());
    }
}

/// Prints what was left out, and returns how much that is.
pub(crate) fn print_not_done() -> usize {
    let tally = tally();
    if !tally.not_done.is_empty() {
        println!("\nxtask: left out");
        tally.not_done.iter().for_each(|what| println!("  - {what}"));
    }
    tally.not_done.len()
}

/// Prints the number of tests that ran, in words that a program can read too.
pub(crate) fn print_tests() {
    let Tests { passed, failed, skipped } = tally().tests;
    println!("tests: {passed} passed, {failed} failed, {skipped} skipped");
}

impl Tests {
    /// The counts in the closing line of a test runner: `test result: ok. 3 passed; 0 failed; 1 ignored; …` of cargo,
    /// `3 passed, 1 skipped in 0.12s` of pytest, `ℹ pass 3` of Node, which prints a line for each count.
    fn of(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
        let count = |number: &str, kind: &str| -> Option<Self> {
            let number = number.parse().ok()?;
            match kind {
                "passed" | "pass" => Some(Self { passed: number, ..Self::default() }),
                "failed" | "fail" | "cancelled" | "error" | "errors" => {
                    Some(Self { failed: number, ..Self::default() })
                }
                "skipped" | "ignored" | "todo" | "xfailed" => Some(Self { skipped: number, ..Self::default() }),
                _ => None,
            }
        };
        match words.as_slice() {
            ["test", "result:", _, counts @ ..] | [counts @ .., "in", _] if counts.len() >= 2 => {
                let pairs = counts.chunks_exact(2).filter_map(|pair| count(pair.first()?, pair.last()?));
                pairs.reduce(Self::and)
            }
            ["ℹ" | "#", kind, number] => count(number, kind),
            _ => None,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            skipped: self.skipped.saturating_add(other.skipped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tests;

    #[test]
    fn the_closing_lines_of_every_runner_are_counted_and_others_are_not() {
        let tests = |passed, failed, skipped| Some(Tests { passed, failed, skipped });
        let cargo =
            "test result: FAILED. 12 passed; 1 failed; 3 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(Tests::of(cargo), tests(12, 1, 3));
        assert_eq!(Tests::of("211 passed in 3.10s"), tests(211, 0, 0));
        assert_eq!(Tests::of("2 failed, 209 passed, 4 skipped in 3.10s"), tests(209, 2, 4));
        assert_eq!(Tests::of("5 passed, 1 warning in 0.1s"), tests(5, 0, 0));
        assert_eq!(Tests::of("ℹ pass 41"), tests(41, 0, 0));
        assert_eq!(Tests::of("# fail 2"), tests(0, 2, 0));
        for other in ["", "# tests 41", "test a::b ... ok", "running 12 tests", "3 files in target", "tests: 3 passed"]
        {
            assert_eq!(Tests::of(other), None, "{other}");
        }
    }
}
