use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, duration, shown};
use crate::shell::Shell;
use oath_directory::{Error, Refusal, Upn};
use pollster::block_on;
use serde::Serialize;

/// The answer to a sign-in. Why a code is rejected only the audit log knows.
#[derive(Serialize)]
struct Answer<'a> {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

pub(crate) fn verify(shell: &mut Shell<'_>, upn: &Upn, code: &str) -> Result<Exit, Failure> {
    let code = shell.code(code)?;
    let directory = shell.directory()?;
    let refusal = match block_on(directory.verify(&shell.actor, shell.now, upn, &code)) {
        Ok(signed_in) => {
            let serial = Some(&*signed_in.serial);
            shell.answer(&Answer { accepted: true, serial, reason: None, retry_after: None }, |out| {
                writeln!(out, "{GOOD}Accepted{GOOD:#}: the code of token {}.", shown(&signed_in.serial))
            })?;
            return Ok(Exit::Done);
        }
        Err(Error::Refused(refusal)) => refusal,
        Err(fault) => return Err(fault.into()),
    };
    let retry_after = match refusal {
        Refusal::Rejected => None,
        Refusal::Locked { retry_after } => Some(retry_after),
        other => return Err(other.into()),
    };
    let answer = Answer { accepted: false, serial: None, reason: Some(refusal.code()), retry_after };
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
