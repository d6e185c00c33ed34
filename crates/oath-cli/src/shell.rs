use crate::args::Global;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::place::{Surroundings, location};
use oath_directory::store::AnyStore;
use oath_directory::{Actor, Clock, Directory, Location, RecoveryCode};
use oath_totp::{Code, CodeRun, UnixTime};
use pollster::block_on;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Where a command reads and writes.
pub(crate) struct Streams<'a> {
    pub(crate) input: &'a mut dyn Read,
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
}

/// What one command runs in.
pub(crate) struct Shell<'a> {
    pub(crate) surroundings: &'a Surroundings,
    pub(crate) streams: Streams<'a>,
    pub(crate) global: &'a Global,
    pub(crate) json: bool,
    pub(crate) now: UnixTime,
    /// The local operator, who may do everything, or the user of --as.
    pub(crate) actor: Actor,
    /// The directory that the command has to do with: errors name it.
    pub(crate) place: Option<String>,
}

impl Shell<'_> {
    /// Prints a result: as JSON, or as people like it.
    pub(crate) fn answer(
        &mut self,
        value: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let out = &mut *self.streams.out;
        if self.json { output::json(out, value) } else { text(out) }.map_err(Failure::from)
    }

    /// Whether the clock was checked, for a restore: a person who gives the time with --force has done so.
    pub(crate) const fn clock(&self) -> Clock {
        if self.global.force { Clock::Checked } else { Clock::Unchecked }
    }

    /// The directory.
    pub(crate) fn directory(&mut self) -> Result<Directory<AnyStore>, Failure> {
        Ok(block_on(self.location()?.open())?)
    }

    /// Where the directory is, which the command has to do with from now on.
    pub(crate) fn location(&mut self) -> Result<Location, Failure> {
        let Global { db, keys, .. } = self.global;
        let location = location(self.surroundings, db.as_ref(), keys.as_deref())?;
        self.place = Some(location.database().to_string());
        Ok(location)
    }

    /// A file that was named on the command line.
    pub(crate) fn open(&self, what: &str, path: &Path) -> Result<File, Failure> {
        open(self.surroundings, what, path)
    }

    /// A code as typed by a person; `-` is the next line of standard input.
    pub(crate) fn code(&mut self, typed: &str) -> Result<Code, Failure> {
        let place = if typed == "-" { "standard input" } else { TYPED };
        let code = if typed == "-" { Code::from_typed(self.line()?.trim()) } else { Code::from_typed(typed) };
        code.map_err(|error| Failure::from(error).in_place(place))
    }

    /// A recovery code on the next line of standard input.
    pub(crate) fn recovery_code(&mut self) -> Result<RecoveryCode, Failure> {
        RecoveryCode::from_typed(self.line()?.trim()).map_err(|error| {
            Failure::new(Exit::Refused, "code-malformed", error.to_string(), error.action()).in_place("standard input")
        })
    }

    /// The same for a code, and the next code where it is given.
    pub(crate) fn codes(&mut self, code: &str, next: Option<&str>) -> Result<CodeRun, Failure> {
        let code = self.code(code)?;
        Ok(match next {
            Some(next) => [code, self.code(next)?].into(),
            None => code.into(),
        })
    }

    /// A line of standard input, no further than it goes: the next one may be asked for later. A code fits many times.
    fn line(&mut self) -> Result<Zeroizing<String>, Failure> {
        let mut line = Zeroizing::new(String::with_capacity(LINE));
        let mut byte = [0];
        while line.len() < LINE {
            let read = self.streams.input.read(&mut byte);
            match read.map_err(|error| Failure::file("standard input cannot be read", Path::new("-"), &error))? {
                0 => break,
                _ if byte == *b"\n" => break,
                _ => line.push(char::from(u8::from_be_bytes(byte))),
            }
        }
        Ok(line)
    }
}

/// The place of a code that was typed.
pub(crate) const TYPED: &str = "the code on the command line";

/// No line with a code is longer.
const LINE: usize = 256;

/// Opens a file that was named on the command line.
pub(crate) fn open(surroundings: &Surroundings, what: &str, path: &Path) -> Result<File, Failure> {
    let opened = File::open(surroundings.file(path));
    // Unix opens folders too, and fails at the first read.
    let is_folder = || Err(io::Error::from(io::ErrorKind::IsADirectory));
    let file = opened.and_then(|file| if file.metadata()?.is_dir() { is_folder() } else { Ok(file) });
    file.map_err(|error| Failure::file(&format!("{what} cannot be read"), path, &error))
}
