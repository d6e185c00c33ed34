use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, count, duration, shown};
use crate::shell::Shell;
use oath_directory::{Error, Recovered, Refusal, Source, Upn};
use pollster::block_on;
use serde::Serialize;

/// The answer to a sign-in. Why a code is rejected only the audit log knows.
#[derive(Default, Serialize)]
struct Answer<'a> {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes_left: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

pub(crate) fn verify(shell: &mut Shell<'_>, upn: &Upn, code: &str, source: Option<&Source>) -> Result<Exit, Failure> {
    let code = shell.code(code)?;
    let directory = shell.directory()?;
    match block_on(directory.verify_from(&shell.actor, shell.now, upn, &code, source)) {
        Ok(signed_in) => {
            let serial = Some(&*signed_in.serial);
            shell.answer(&Answer { accepted: true, serial, ..Answer::default() }, |out| {
                writeln!(out, "{GOOD}Accepted{GOOD:#}: the code of token {}.", shown(&signed_in.serial))
            })?;
            Ok(Exit::Done)
        }
        Err(error) => refused(shell, error),
    }
}

/// The same by a recovery code.
pub(crate) fn recover(shell: &mut Shell<'_>, upn: &Upn, code: &str, source: Option<&Source>) -> Result<Exit, Failure> {
    if code != "-" {
        let message = "a recovery code on the command line could be read by every user of this machine";
        let action = "write `-` for CODE, and type the recovery code on standard input";
        return Err(Failure::new(Exit::Fault, "usage", message, action).in_place("CODE on the command line"));
    }
    let code = shell.recovery_code()?;
    let directory = shell.directory()?;
    match block_on(directory.verify_recovery(&shell.actor, shell.now, upn, &code, source)) {
        Ok(Recovered { left }) => {
            shell.answer(&Answer { accepted: true, recovery_codes_left: Some(left), ..Answer::default() }, |out| {
                let codes = count(left.try_into().unwrap_or(u64::MAX), "recovery code", "recovery codes");
                writeln!(out, "{GOOD}Accepted{GOOD:#}: a recovery code; {codes} left.")
            })?;
            Ok(Exit::Done)
        }
        Err(error) => refused(shell, error),
    }
}

/// What is said to a code that does not sign in.
fn refused(shell: &mut Shell<'_>, error: Error) -> Result<Exit, Failure> {
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        fault => return Err(fault.into()),
    };
    let retry_after = match refusal {
        Refusal::Rejected => None,
        Refusal::Locked { retry_after } => Some(retry_after),
        other => return Err(other.into()),
    };
    let answer = Answer { reason: Some(refusal.code()), retry_after, ..Answer::default() };
    shell.answer(&answer, |out| {
        match retry_after {
            None => writeln!(out, "{BAD}Rejected{BAD:#}: {refusal}.")?,
            Some(seconds) => {
                writeln!(
                    out,
                    "{BAD}Locked{BAD:#}: too many wrong codes; the next one is read in {}.",
                    duration(seconds)
                )?;
            }
        }
        writeln!(out, "{DIM}to do:{DIM:#} {}", refusal.action())
    })?;
    Ok(Exit::Refused)
}
