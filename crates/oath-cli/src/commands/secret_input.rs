//! A secret from standard input, in memory that is wiped.

use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use core::str;
use std::io::ErrorKind;
use zeroize::Zeroizing;

/// No secret and no otpauth URI is longer, in bytes.
const LONGEST: usize = 4096;

/// A text from standard input without the line end after it.
pub(crate) struct SecretText {
    // On the heap, which stays where it is when this is moved.
    bytes: Zeroizing<Vec<u8>>,
    length: usize,
}

impl SecretText {
    /// Reads to the end, or, where a person types, to the end of the line.
    pub(crate) fn read(shell: &mut Shell<'_>) -> Result<Self, Failure> {
        let (mut bytes, mut length) = (Zeroizing::new(vec![0; LONGEST]), 0usize);
        while let Some(rest @ [_, ..]) = bytes.get_mut(length..) {
            match shell.streams.input.read(rest) {
                Ok(0) => break,
                Ok(read) => length = length.saturating_add(read),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(malformed(format!("the secret cannot be read: {error}"), "try again")),
            }
            // A person ends the secret with Enter.
            if shell.surroundings.asks_a_person && bytes.get(..length).is_some_and(|read| read.ends_with(b"\n")) {
                break;
            }
        }
        if length == LONGEST {
            return Err(malformed("what stands there is longer than any secret", "give the secret alone"));
        }
        let text = Self { bytes, length };
        if str::from_utf8(text.bytes.get(..length).unwrap_or_default()).is_err() {
            return Err(malformed("what stands there is no text", "give the secret as text"));
        }
        Ok(text)
    }

    /// The text. Secret.
    pub(crate) fn expose(&self) -> &str {
        let text = self.bytes.get(..self.length).and_then(|read| str::from_utf8(read).ok()).unwrap_or_default();
        text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line))
    }
}

/// A secret that cannot be read.
pub(crate) fn malformed(what: impl Into<String>, action: &'static str) -> Failure {
    Failure::new(Exit::Fault, "secret-malformed", what, action).in_place("standard input")
}

/// Refuses words where a secret could have been typed by mistake.
pub(crate) fn refuse_words(words: &[std::ffi::OsString], command: &str) -> Result<(), Failure> {
    if words.is_empty() {
        return Ok(());
    }
    let what = "a secret does not come from the command line, where others can read it and the shell keeps it";
    let action = format!("type or pipe it into standard input: `{command} < FILE`; if it was a secret, replace it");
    let failure = Failure::new(Exit::Fault, "secret-on-command-line", what, action);
    Err(failure.in_place(&format!("the word after `{command}`")))
}
