//! Seed files as input: a file or standard input, with what opens an encrypted one.

use crate::args::{Encryption, Reading, Taking};
use crate::failure::{Exit, Failure};
use crate::place::Surroundings;
use crate::progress::Watched;
use crate::shell;
use indicatif::ProgressBar;
use oath_directory::spool::{Spool, SpoolReader};
use oath_seeds::{Kind, Options, ReadError, Reader, Repairs, Target, Unlock, WholeFile};
use oath_totp::Secret;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// A seed file that was named on the command line.
pub(crate) enum Input<'a> {
    File(Watched),
    Stdin(&'a mut dyn Read),
    Spooled(SpoolReader<'a>),
}

impl Read for Input<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(bytes),
            Self::Stdin(input) => input.read(bytes),
            Self::Spooled(spool) => spool.read(bytes),
        }
    }
}

/// Whether a name means standard input or standard output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A reader, and the bar that shows how far it is.
pub(crate) type Opened<'a> = (Reader<Input<'a>>, ProgressBar);

/// The options of a reader.
pub(crate) fn options(reading: &Reading, target: Option<Target>, repairs: Repairs) -> Options {
    let mut options = Options::default().repairs(repairs).assume(reading.assume()).lenient(reading.lenient);
    options.format = reading.from;
    options.target = reading.target.or(target);
    options
}

/// The options of a reader whose rows an upload takes, or a check that comes to the same verdict.
pub(crate) fn upload_options(reading: &Reading, taking: &Taking) -> Options {
    let target = taking.inventory.then_some(Target::Inventory);
    options(reading, target, Repairs::Offer).otherwise(Target::Inventory).refuse_weak(!taking.legacy)
}

/// Opens a seed file. Where it needs a password and none was given, a person is asked for it.
pub(crate) fn open<'a>(
    surroundings: &Surroundings,
    stdin: &'a mut dyn Read,
    path: &Path,
    reading: &Reading,
    options: &Options,
) -> Result<Result<Opened<'a>, ReadError>, Failure> {
    read_once(path, reading, None)?;
    let mut unlock = unlock(surroundings, stdin, reading)?;
    if is_standard(path) {
        let opened = Reader::unlocked(Input::Stdin(stdin), options, &unlock);
        return Ok(opened.map(|reader| (reader, ProgressBar::hidden())));
    }
    let bar = RefCell::new(ProgressBar::hidden());
    let input = || {
        let file = Watched::new(shell::open(surroundings, "the seed file", path)?, surroundings.watched);
        bar.replace(file.bar());
        Ok(Input::File(file))
    };
    let opened = unlocked(surroundings, path, reading, options, &mut unlock, input)?;
    Ok(opened.map(|reader| (reader, bar.into_inner())))
}

/// A seed file that is read twice: one that is taken as a whole or not at all.
pub(crate) struct Twice<'a> {
    surroundings: &'a Surroundings,
    path: &'a Path,
    reading: &'a Reading,
    unlock: RefCell<Unlock>,
    /// What can be read only once.
    spool: Option<Spool>,
}

impl<'a> Twice<'a> {
    pub(crate) fn new(
        surroundings: &'a Surroundings,
        stdin: &mut dyn Read,
        path: &'a Path,
        reading: &'a Reading,
    ) -> Result<Self, Failure> {
        read_once(path, reading, None)?;
        let unlock = RefCell::new(unlock(surroundings, stdin, reading)?);
        let failed = |error: io::Error| Failure::file("the seed file cannot be read", path, &error);
        let spool = if is_standard(path) {
            Some(Spool::new(stdin).map_err(failed)?)
        } else {
            let file = shell::open(surroundings, "the seed file", path)?;
            let is_pipe = !file.metadata().map_err(failed)?.is_file();
            if is_pipe { Some(Spool::new(file).map_err(failed)?) } else { None }
        };
        Ok(Self { surroundings, path, reading, unlock, spool })
    }

    /// The first time. Where the file needs a password and none was given, a person is asked for it.
    pub(crate) fn open(&self, options: &Options) -> Result<Result<Opened<'_>, ReadError>, Failure> {
        let bar = RefCell::new(ProgressBar::hidden());
        let input = || {
            let (input, shown) = self.input(self.surroundings.watched).map_err(|error| self.failed(&error))?;
            bar.replace(shown);
            Ok(input)
        };
        let unlock = &mut self.unlock.borrow_mut();
        let opened = unlocked(self.surroundings, self.path, self.reading, options, unlock, input)?;
        Ok(opened.map(|reader| (reader, bar.into_inner())))
    }

    /// All rows of a file that can be read to its end.
    pub(crate) fn whole(&self, options: &Options) -> Result<Result<WholeFile<Input<'_>>, ReadError>, Failure> {
        Ok(self.open(options)?.and_then(|opened| self.whole_of(opened, options)))
    }

    /// The same where it is open already.
    pub(crate) fn whole_of<'b>(
        &'b self,
        (reader, bar): Opened<'b>,
        options: &Options,
    ) -> Result<WholeFile<Input<'b>>, ReadError> {
        let whole = reader.whole(|| Reader::unlocked(self.input(false)?.0, options, &self.unlock.borrow()));
        bar.finish_and_clear();
        whole
    }

    fn input(&self, watched: bool) -> io::Result<(Input<'_>, ProgressBar)> {
        if let Some(spool) = &self.spool {
            return Ok((Input::Spooled(spool.reader()?), ProgressBar::hidden()));
        }
        let file = Watched::new(File::open(self.surroundings.file(self.path))?, watched);
        let bar = file.bar();
        Ok((Input::File(file), bar))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::file("the seed file cannot be read", self.path, error)
    }
}

/// Opens a seed file. Where it needs a password and none was given, a person is asked for it, and `unlock` holds it.
fn unlocked<'a>(
    surroundings: &Surroundings,
    path: &Path,
    reading: &Reading,
    options: &Options,
    unlock: &mut Unlock,
    input: impl Fn() -> Result<Input<'a>, Failure>,
) -> Result<Result<Reader<Input<'a>>, ReadError>, Failure> {
    let opened = Reader::unlocked(input()?, options, unlock);
    let lacks_password = matches!(&opened, Err(ReadError::Refused(finding)) if finding.kind == Kind::PasswordMissing);
    if lacks_password && surroundings.asks_a_person && reading.password_file.is_none() {
        let asked = rpassword::prompt_password(format!("Password of {}: ", path.display())).map(Zeroizing::new);
        let password = asked.map_err(|error| Failure::file("the password cannot be read", path, &error))?;
        unlock.password(&password);
        return Ok(Reader::unlocked(input()?, options, unlock));
    }
    Ok(opened)
}

/// Reads what opens the file from the files that hold it.
fn unlock(surroundings: &Surroundings, stdin: &mut dyn Read, reading: &Reading) -> Result<Unlock, Failure> {
    let mut unlock = Unlock::default();
    if let Some(path) = &reading.password_file {
        unlock.password(&password(surroundings, stdin, path)?);
    }
    if let Some(path) = &reading.key_file {
        unlock.key(&key(surroundings, stdin, path)?);
    }
    if let Some(path) = &reading.openpgp_key_file {
        unlock.openpgp(&short(surroundings, stdin, "the file with the OpenPGP key", path)?);
    }
    Ok(unlock)
}

/// The password that is the only line of a file.
pub(super) fn password(
    surroundings: &Surroundings,
    stdin: &mut dyn Read,
    path: &Path,
) -> Result<Zeroizing<String>, Failure> {
    let bytes = short(surroundings, stdin, "the file with the password", path)?;
    let text = core::str::from_utf8(&bytes).map_err(|_| {
        Failure::new(Exit::Fault, "password-malformed", "the password is not UTF-8 text", "save the file as UTF-8")
            .at(path)
    })?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.contains('\n') {
        let (what, action) = ("the file with the password has more than one line", "leave the password alone in it");
        return Err(Failure::new(Exit::Fault, "password-malformed", what, action).at(path));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// The key in a file, as bytes; hex is decoded.
pub(super) fn key(
    surroundings: &Surroundings,
    stdin: &mut dyn Read,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let bytes = short(surroundings, stdin, "the file with the key", path)?;
    let hex = core::str::from_utf8(&bytes).ok().and_then(|text| Secret::from_hex(text.trim()).ok());
    Ok(hex.map_or(bytes, |key| Zeroizing::new(key.expose_bytes().to_owned())))
}

/// Refuses a second file from standard input, which was read to its end for the first.
pub(super) fn read_once(file: &Path, reading: &Reading, encryption: Option<&Encryption>) -> Result<(), Failure> {
    let (of_writer, key_of_writer) = encryption.map_or((None, None), |encryption| {
        (encryption.encrypt_password_file.as_deref(), encryption.encrypt_key_file.as_deref())
    });
    let (password, key) = (reading.password_file.as_deref(), reading.key_file.as_deref());
    let all = [Some(file), password, key, reading.openpgp_key_file.as_deref(), of_writer, key_of_writer];
    if all.into_iter().flatten().filter(|path| is_standard(path)).count() < 2 {
        return Ok(());
    }
    let what = "standard input is named twice, and can be read once";
    Err(Failure::new(Exit::Fault, "usage", what, "put all but one of them into files")
        .in_place("`-` on the command line"))
}

/// No password and no key is longer, in bytes.
const LONGEST: usize = 256 << 10;

/// Reads a short secret file into a buffer that does not move and is wiped.
fn short(
    surroundings: &Surroundings,
    stdin: &mut dyn Read,
    what: &str,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut file;
    let input: &mut dyn Read = if is_standard(path) {
        stdin
    } else {
        file = shell::open(surroundings, what, path)?;
        &mut file
    };
    let mut bytes = Zeroizing::new(vec![0; LONGEST]);
    let mut length = 0usize;
    while let Some(rest @ [_, ..]) = bytes.get_mut(length..) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(read) => length = length.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::file(&format!("{what} cannot be read"), path, &error)),
        }
    }
    if length == LONGEST {
        let what = format!("{what} is longer than any key");
        return Err(Failure::new(Exit::Fault, "key-too-long", what, "name the file that holds the key alone").at(path));
    }
    bytes.truncate(length);
    Ok(bytes)
}
