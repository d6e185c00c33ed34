//! The stages of `cargo xtask test`: one after another or beside each other, and how long each takes.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, joined};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What has run so far.
pub(crate) struct Stages {
    /// This program, asked for while its file is surely there: what is built meanwhile may replace it.
    xtask: PathBuf,
    took: Mutex<Vec<(&'static str, Duration)>>,
}

impl Stages {
    pub(crate) fn new() -> Outcome<Self> {
        Ok(Self { xtask: std::env::current_exe()?, took: Mutex::default() })
    }

    /// One stage.
    pub(crate) fn run<T>(&self, name: &'static str, stage: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let begun = Instant::now();
        let outcome = stage();
        self.took.lock().unwrap_or_else(PoisonError::into_inner).push((name, begun.elapsed()));
        outcome
    }

    /// Stages, and beside them these tasks, one after another. If one side fails, the other still comes to its end.
    pub(crate) fn beside(&self, tasks: &[&'static str], stages: impl FnOnce() -> Outcome) -> Outcome {
        thread::scope(|scope| {
            let tasks = scope.spawn(|| tasks.iter().try_for_each(|task| self.run(task, || self.apart(task))));
            let here = stages();
            let there = joined(tasks);
            here.and(there)
        })
    }

    /// A task as a program of its own. What it prints is kept, and shown in one piece when it ends.
    fn apart(&self, task: &str) -> Outcome {
        let folder = target_directory()?.join("beside");
        fs::create_dir_all(&folder)?;
        let log = folder.join(format!("{task}.log"));
        println!("\nxtask: begins beside what follows: {task} (prints to {})", log.display());
        let file = File::create(&log)?;
        let mut command = Command::new(&self.xtask);
        let status = command.arg(task).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).status()?;
        let printed = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        println!("\nxtask: what ran beside: {task}\n{printed}\nxtask: end of what ran beside: {task}");
        if status.success() { Ok(()) } else { Err(Failure(format!("failed: {task}; see {}", log.display()))) }
    }

    /// The seconds of each.
    pub(crate) fn print(&self) {
        println!("\nxtask: seconds of each stage");
        for (name, took) in self.took.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            println!("  {name:<12} {:>6.0}", took.as_secs_f64());
        }
    }
}
