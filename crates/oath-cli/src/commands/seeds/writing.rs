//! How a seed file is written, and what it is encrypted with.

use super::convert::unwritten;
use super::input;
use crate::args::{Encryption, Reading, Writing};
use crate::failure::{Exit, Failure};
use crate::output::DIM;
use crate::shell::Shell;
use oath_seeds::{Format, Protection, WriteError, WriteOptions};
use std::io::{self, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// What a file is encrypted with where it is written. A password that is not in a file is asked for here, before anything is read.
pub(super) fn protection(
    shell: &mut Shell<'_>,
    (file, reading): (&Path, &Reading),
    to: Format,
    output: &Path,
    encryption: &Encryption,
) -> Result<Option<Protection>, Failure> {
    input::read_once(file, reading, Some(encryption))?;
    if !encryption.is_asked_for() {
        return Ok(None);
    }
    if to != Format::Pskc {
        return Err(unwritten(&WriteError::NotProtected(to), output));
    }
    let (surroundings, stdin) = (shell.surroundings, &mut *shell.streams.input);
    if let Some(path) = &encryption.encrypt_key_file {
        let key = input::key(surroundings, stdin, path)?;
        let protection = Protection::key(&key).map_err(|error| {
            let action = "put the key alone into the file, as bytes or as 32, 48 or 64 hex digits";
            Failure::new(Exit::Fault, "key-malformed", error.to_string(), action).at(path)
        });
        return protection.map(Some);
    }
    let password = match &encryption.encrypt_password_file {
        Some(path) => input::password(surroundings, stdin, path)?,
        None => typed_twice(shell, output)?,
    };
    let protection = Protection::password(&password).map_err(|error| {
        let place = encryption.encrypt_password_file.as_deref().unwrap_or(output);
        let action = "choose a long one, and send it another way than the seed file";
        Failure::new(Exit::Fault, "password-empty", error.to_string(), action).at(place)
    });
    protection.map(Some)
}

/// The options of a writer that asks before it loses something.
pub(super) fn options(
    shell: &mut Shell<'_>,
    source: (&Path, &Reading),
    to: Format,
    writing: &Writing,
) -> Result<WriteOptions, Failure> {
    let Writing { output, accept_loss, encryption } = writing;
    let mut options = WriteOptions::default().accept_loss(*accept_loss);
    options.protection = protection(shell, source, to, output, encryption)?;
    Ok(options)
}

/// What a person has to know about the secrets in a file that was written, where its format can encrypt them.
pub(super) fn tell(out: &mut dyn Write, format: Format, encryption: &Encryption) -> io::Result<()> {
    match encryption {
        _ if format != Format::Pskc => Ok(()),
        Encryption { encrypt_key_file: Some(_), .. } => {
            writeln!(out, "{DIM}Its secrets are encrypted. Send the key another way than the file.{DIM:#}")
        }
        encryption if encryption.is_asked_for() => {
            writeln!(out, "{DIM}Its secrets are encrypted. Send the password another way than the file.{DIM:#}")
        }
        _ => writeln!(out, "{DIM}Its secrets are not encrypted; with --encrypt they are.{DIM:#}"),
    }
}

/// Asks a person for a new password, twice, since a mistake in it cannot be seen.
fn typed_twice(shell: &Shell<'_>, output: &Path) -> Result<Zeroizing<String>, Failure> {
    if !shell.surroundings.asks_a_person {
        let what = "the password cannot be asked for: standard input is no terminal";
        let action = "put the password into a file and name it: --encrypt-password-file FILE";
        return Err(Failure::new(Exit::Fault, "password-missing", what, action).at(output));
    }
    let ask = |prompt: String| {
        let typed = rpassword::prompt_password(prompt).map(Zeroizing::new);
        typed.map_err(|error| Failure::file("the password cannot be read", output, &error))
    };
    let first = ask(format!("New password of {}: ", output.display()))?;
    let second = ask("The same password again: ".to_owned())?;
    if first != second {
        let what = "the two passwords differ; nothing was written";
        return Err(Failure::new(Exit::Fault, "password-differs", what, "try again").at(output));
    }
    Ok(first)
}
