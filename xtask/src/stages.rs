//! The stages of `cargo xtask test`: one after another or at the same time, and how long each takes.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, command, joined, text};
use crate::setup::TRIED_VARIABLE;
use crate::tally;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The stages that have run so far.
pub(crate) struct Stages {
    /// The file of this program. The path is read at the start, before a build can replace the file.
    xtask: PathBuf,
    took: Mutex<Vec<(&'static str, Duration)>>,
}

impl Stages {
    pub(crate) fn new() -> Outcome<Self> {
        Ok(Self { xtask: std::env::current_exe()?, took: Mutex::default() })
    }

    /// Runs one stage and measures its time.
    pub(crate) fn run<T>(&self, name: &'static str, stage: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let begun = Instant::now();
        let outcome = stage();
        self.took.lock().unwrap_or_else(PoisonError::into_inner).push((name, begun.elapsed()));
        outcome
    }

    /// Runs stages, and at the same time these tasks, one after another. If one side fails, the other still runs to its end.
    pub(crate) fn beside(&self, tasks: &[&'static str], stages: impl FnOnce() -> Outcome) -> Outcome {
        thread::scope(|scope| {
            let tasks = scope.spawn(|| tasks.iter().try_for_each(|task| self.run(task, || self.apart(task))));
            let here = stages();
            let there = joined(tasks);
            here.and(there)
        })
    }

    /// Runs a task, with its words, as a process of its own. Its output goes to a file, and is printed in one piece when the task ends.
    fn apart(&self, task: &str) -> Outcome {
        let folder = target_directory()?.join("beside");
        fs::create_dir_all(&folder)?;
        let log = folder.join(format!("{}.log", task.replace(' ', "-")));
        println!("\nxtask: starts at the same time: {task} (its output is in {})", log.display());
        let file = File::create(&log)?;
        let mut command = command(&text(&self.xtask));
        command.args(task.split(' ')).env(TRIED_VARIABLE.0, TRIED_VARIABLE.1);
        let status = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).status()?;
        let printed = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        printed.lines().for_each(tally::read);
        println!("\nxtask: output of {task}\n{printed}\nxtask: end of the output of {task}");
        if status.success() { Ok(()) } else { Err(Failure(format!("failed: {task}; see {}", log.display()))) }
    }

    /// Prints the seconds of each, what was left out, and how many stages and tests ran.
    pub(crate) fn print(&self) {
        let took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
        println!("\nxtask: seconds of each stage");
        for (name, took) in took.iter() {
            println!("  {name:<12} {:>6.0}", took.as_secs_f64());
        }
        let not_done = tally::print_not_done();
        println!("\nxtask: {} stages ran, {not_done} things were left out", took.len());
        tally::print_tests();
    }
}
