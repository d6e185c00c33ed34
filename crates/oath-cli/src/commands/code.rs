use crate::args;
use crate::failure::{Exit, Failure};
use crate::output::{STRONG, WARN};
use crate::shell::Shell;
use core::str;
use oath_totp::{Hotp, Key, Secret, TimeStep, Totp};
use serde_json::json;
use std::io::ErrorKind;
use zeroize::Zeroizing;

/// No secret is longer, as Base32 or as hex.
const LONGEST: usize = 4096;

/// A code for a secret from standard input. No directory, and so no replay protection.
pub(crate) fn code(shell: &mut Shell<'_>, options: &args::Code) -> Result<Exit, Failure> {
    if !options.misplaced.is_empty() {
        let what = "a secret does not come from the command line, where others can read it and the shell keeps it";
        let action = "type or pipe it into standard input: `oath code < FILE`; if it was a secret, replace it";
        let failure = Failure::new(Exit::Fault, "secret-on-command-line", what, action);
        return Err(failure.in_place("the word behind `oath code`"));
    }
    if shell.surroundings.asks_a_person {
        let kind = if options.hex { "hex" } else { "Base32" };
        writeln!(shell.streams.err, "The secret in {kind}, then Enter; it stays visible on this screen:")?;
    }
    let secret = read_secret(shell, options.hex)?;
    let key = key(shell, &secret, options)?;
    match options.counter {
        Some(counter) => {
            let code = Hotp::new(key, options.digits).generate(counter).to_string();
            shell
                .answer(&json!({"code": code, "counter": counter}), |out| writeln!(out, "{STRONG}{code}{STRONG:#}"))?;
        }
        None => {
            let time_step = TimeStep::new(options.step, options.t0.as_secs())
                .map_err(|error| Failure::new(Exit::Fault, "step-zero", error.to_string(), "leave out --step"))?;
            let code = Totp::new(key, options.digits, time_step).generate(shell.now).to_string();
            let value = json!({"code": code, "valid_for": time_step.remaining(shell.now)});
            shell.answer(&value, |out| writeln!(out, "{STRONG}{code}{STRONG:#}"))?;
        }
    }
    Ok(Exit::Done)
}

fn key(shell: &mut Shell<'_>, secret: &Secret, options: &args::Code) -> Result<Key, Failure> {
    let bits = secret.byte_len().saturating_mul(8);
    if secret.byte_len() < Key::MIN_BYTES && secret.byte_len() >= Key::LEGACY_MIN_BYTES {
        writeln!(
            shell.streams.err,
            "{WARN}warning{WARN:#}: the secret has {bits} bits, fewer than the 128 that RFC 4226 asks for"
        )?;
    }
    secret.legacy_key(options.algorithm).map_err(|error| {
        Failure::new(Exit::Fault, "secret-too-short", error.to_string(), "see whether all of it was given")
            .in_place("standard input")
    })
}

/// The secret, without one line end behind it. What it was read into is wiped.
fn read_secret(shell: &mut Shell<'_>, hex: bool) -> Result<Secret, Failure> {
    let (mut bytes, mut length) = (Zeroizing::new([0u8; LONGEST]), 0usize);
    let failed =
        |what: &str, action| Failure::new(Exit::Fault, "secret-malformed", what, action).in_place("standard input");
    while let Some(rest @ [_, ..]) = bytes.get_mut(length..) {
        match shell.streams.input.read(rest) {
            Ok(0) => break,
            Ok(read) => length = length.saturating_add(read),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(&format!("the secret cannot be read: {error}"), "try again")),
        }
        // A person ends the secret with Enter.
        if shell.surroundings.asks_a_person && bytes.get(..length).is_some_and(|read| read.ends_with(b"\n")) {
            break;
        }
    }
    if length == LONGEST {
        return Err(failed("what stands there is longer than any secret", "give the secret alone"));
    }
    let text = bytes.get(..length).and_then(|read| str::from_utf8(read).ok());
    let text = text.ok_or_else(|| failed("what stands there is no text", "give the secret as text"))?;
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    let (parsed, action) = if hex {
        (Secret::from_hex(text), "give the secret in hexadecimal digits")
    } else {
        (Secret::from_base32(text), "give the secret in Base32 (letters and the digits 2 to 7), or add --hex")
    };
    parsed.map_err(|error| failed(&error.to_string(), action))
}
