use crate::failure::{Exit, Failure};
use crate::output::{self, BAD, DIM, GOOD, STRONG, shown};
use crate::place::Surroundings;
use crate::run::run;
use crate::shell::Streams;
use anstream::adapter::strip_str;
use oath_directory::{DatabaseUrl, Location};
use oath_totp::UnixTime;
use serde::Serialize;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Plays commands: each is printed as it could be typed, parsed and run like a typed one, and followed by what it said.
pub(super) struct Stage<'a> {
    surroundings: Surroundings,
    out: &'a mut dyn Write,
    json: bool,
    said: Option<String>,
    steps: Vec<Step>,
}

/// Where the directory of the tour stays, which the command line names.
pub(super) struct Kept {
    db: DatabaseUrl,
    keys: PathBuf,
}

impl Kept {
    /// Names of files begin in this folder, and not in that of the tour.
    pub(super) fn of(location: &Location, folder: &Path) -> Result<Self, Failure> {
        let whole = |path: &Path| {
            let whole = std::path::absolute(folder.join(path));
            whole.map_err(|error| Failure::file("the folder of the directory cannot be found", path, &error))
        };
        let keys = whole(location.keys())?;
        let file = location.database_path().map(|path| whole(&path)).transpose()?;
        for path in file.iter().chain([&keys]) {
            if path.symlink_metadata().is_ok() {
                let what = "there is a file of this name already, and the tour makes a directory of its own";
                return Err(Failure::new(Exit::Fault, "file-exists", what, "name others with --db and --keys").at(path));
            }
        }
        Ok(Self { db: file.map_or_else(|| location.database().clone(), DatabaseUrl::Sqlite), keys })
    }
}

/// One command of the tour for scripts.
#[derive(Serialize)]
struct Step {
    narration: Option<String>,
    command: String,
    status: u8,
    output: String,
}

impl<'a> Stage<'a> {
    pub(super) fn new(folder: &Path, kept: Option<Kept>, clock: UnixTime, out: &'a mut dyn Write, json: bool) -> Self {
        let (folder, clock) = (folder.to_owned(), Some(clock));
        let (db, keys) = kept.map_or((None, None), |Kept { db, keys }| (Some(Ok(db)), Some(keys.into_os_string())));
        let surroundings = Surroundings { folder, db, keys, clock, ..Surroundings::default() };
        Self { surroundings, out, json, said: None, steps: Vec::new() }
    }

    /// What time it is for commands without `--at`.
    pub(super) fn clock(&mut self, time: UnixTime) {
        self.surroundings.clock = Some(time);
    }

    pub(super) fn title(&mut self, text: &str) -> Result<(), Failure> {
        self.note(|out| writeln!(out, "\n{STRONG}── {text} ──{STRONG:#}"))
    }

    pub(super) fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.said = Some(text.to_owned());
        self.note(|out| writeln!(out, "\n{text}"))
    }

    /// Something for people only.
    pub(super) fn note(&mut self, text: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        if self.json { Ok(()) } else { text(self.out).map_err(Failure::from) }
    }

    /// Puts a file into the folder.
    pub(super) fn write(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.surroundings.folder.join(name);
        std::fs::write(&path, text).map_err(|error| Failure::file("the tour's file cannot be written", &path, &error))
    }

    /// Shows a file.
    pub(super) fn cat(&mut self, name: &str) -> Result<(), Failure> {
        let path = self.surroundings.folder.join(name);
        let text = std::fs::read_to_string(&path);
        let text = text.map_err(|error| Failure::file("the tour's file cannot be read", &path, &error))?;
        self.show(&format!("cat {name}"), Exit::Done, &text)
    }

    /// Shows the lines that differ.
    pub(super) fn diff(&mut self, old: &str, new: &str) -> Result<(), Failure> {
        self.note(|out| {
            for (old, new) in old.lines().zip(new.lines()).filter(|(old, new)| old != new) {
                writeln!(out, "{BAD}- {old}{BAD:#}\n{GOOD}+ {new}{GOOD:#}")?;
            }
            Ok(())
        })
    }

    /// Runs a command and shows what came of it, which must end as expected.
    pub(super) fn run(&mut self, command: &str, expected: Exit) -> Result<(), Failure> {
        let (exit, text) = self.run_unseen(command)?;
        self.show(command, exit, &text)?;
        self.expect(exit == expected, || {
            format!("`{command}` ended with the exit status {}, expected {}", exit.status(), expected.status())
        })
    }

    /// Runs a command and shows the lines of its output that hold a word.
    pub(super) fn run_filtered(&mut self, command: &str, word: &str) -> Result<(), Failure> {
        let (exit, text) = self.run_unseen(command)?;
        let lines: String = text.split_inclusive('\n').filter(|line| line.contains(word)).collect();
        self.show(&format!("{command} | grep {word}"), exit, &lines)?;
        self.expect(exit == Exit::Done && !lines.is_empty(), || format!("`{command}` shows no {word}"))
    }

    /// Runs a command. What it said is everything it wrote, errors included.
    pub(super) fn run_unseen(&mut self, command: &str) -> Result<(Exit, String), Failure> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let streams = Streams { input: &mut io::empty(), out: &mut out, err: &mut err };
        let exit = run(command.split(' ').map(OsString::from), &self.surroundings, streams);
        out.append(&mut err);
        Ok((exit, String::from_utf8_lossy(&out).into_owned()))
    }

    pub(super) fn expect(&self, truth: bool, else_what: impl FnOnce() -> String) -> Result<(), Failure> {
        if truth {
            return Ok(());
        }
        Err(Failure::new(Exit::Fault, "tour-failed", else_what(), "report this as a bug, with what stands above"))
    }

    fn show(&mut self, command: &str, exit: Exit, output: &str) -> Result<(), Failure> {
        if self.json {
            let (command, output) = (command.to_owned(), strip_str(output).to_string());
            self.steps.push(Step { narration: self.said.take(), command, status: exit.status(), output });
            return Ok(());
        }
        writeln!(self.out, "{DIM}${DIM:#} {STRONG}{command}{STRONG:#}\n{}", output.trim_end())?;
        if exit != Exit::Done {
            writeln!(self.out, "{DIM}(exit status {}){DIM:#}", exit.status())?;
        }
        Ok(self.out.flush()?)
    }

    pub(super) fn end(mut self) -> Result<(), Failure> {
        if self.json {
            return Ok(self.steps.iter().try_for_each(|step| output::json(self.out, step))?);
        }
        let kept = match (&self.surroundings.db, &self.surroundings.keys) {
            (Some(Ok(db)), Some(keys)) => format!(
                " The directory is kept in {}, its key ring in {}.",
                shown(&db.place()),
                shown(&keys.to_string_lossy())
            ),
            _ => String::new(),
        };
        self.note(|out| {
            writeln!(
                out,
                "\n{GOOD}That was the tour.{GOOD:#} Its folder is gone again; yours begins with `oath init`.{kept}"
            )
        })
    }
}
