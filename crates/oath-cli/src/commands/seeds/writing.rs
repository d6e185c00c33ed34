//! How a seed file is written, and what it is encrypted with.

use super::convert::unwritten;
use super::input;
use crate::args::{Reading, Writing};
use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use oath_seeds::{Format, Protection, WriteError, WriteOptions};
use std::path::Path;
use zeroize::Zeroizing;

/// The options of a writer. A password that is not in a file is asked for here, before anything is read.
pub(super) fn options(
    shell: &mut Shell<'_>,
    file: &Path,
    to: Format,
    writing: &Writing,
    reading: &Reading,
) -> Result<WriteOptions, Failure> {
    input::read_once(file, reading, Some(writing))?;
    let options = WriteOptions::default().accept_loss(writing.accept_loss);
    if !writing.encrypts() {
        return Ok(options);
    }
    if to != Format::Pskc {
        return Err(unwritten(&WriteError::NotProtected(to), &writing.output));
    }
    let (surroundings, stdin) = (shell.surroundings, &mut *shell.streams.input);
    let protection = if let Some(path) = &writing.encrypt_key_file {
        let key = input::key(surroundings, stdin, path)?;
        Protection::key(&key).map_err(|error| {
            let action = "put the key alone into the file, as bytes or as 32, 48 or 64 hex digits";
            Failure::new(Exit::Fault, "key-malformed", error.to_string(), action).at(path)
        })?
    } else {
        let password = match &writing.encrypt_password_file {
            Some(path) => input::password(surroundings, stdin, path)?,
            None => typed_twice(shell, &writing.output)?,
        };
        if password.is_empty() {
            let place = writing.encrypt_password_file.as_deref().unwrap_or(&writing.output);
            let action = "choose a long one, and send it another way than the seed file";
            return Err(Failure::new(Exit::Fault, "password-empty", "the password is empty", action).at(place));
        }
        Protection::password(&password)
    };
    Ok(options.protect(protection))
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
