//! Names that may be meant where a user name or a serial number is not in the directory.

use crate::failure::{Failure, Missing};
use crate::shell::Shell;
use oath_directory::store::AnyStore;
use oath_directory::{Actor, Directory, Refusal, Upn};
use oath_totp::UnixTime;
use pollster::block_on;

/// The failure, with the names that may be meant. What cannot be looked up is no suggestion: the failure itself is told.
pub(crate) fn with_suggestion(shell: &mut Shell<'_>, failure: Failure) -> Failure {
    let Failure::Told(mut report) = failure else { return failure };
    if let Some(missing) = report.missing.take()
        && let Ok(directory) = shell.directory()
        && let Ok(meant) = meant(&directory, &shell.actor, shell.now, &missing)
    {
        report.message.push_str(&meant);
    }
    Failure::Told(report)
}

/// `; is 0950380269 meant?`, or nothing. For actors who may list what is suggested.
pub(crate) fn meant(
    directory: &Directory<AnyStore>,
    actor: &Actor,
    now: UnixTime,
    missing: &Missing,
) -> Result<String, Failure> {
    let similar = match missing {
        Missing::User(upn) => match upn.parse::<Upn>() {
            Ok(upn) => block_on(directory.similar_users(actor, now, &upn))?,
            Err(_) => Vec::new(),
        },
        // A user may claim a token by its serial number, and is not told which there are.
        Missing::Token(_) if actor.upn().is_some() => Vec::new(),
        Missing::Token(serial) => block_on(directory.similar_serials(serial))?,
    };
    Ok(match similar.as_slice() {
        [] => String::new(),
        [one] => format!("; is {one} meant?"),
        several => format!("; is one of {} meant?", several.join(", ")),
    })
}

impl Missing {
    /// What a refusal says is not there.
    pub(crate) fn of(refusal: &Refusal) -> Option<Self> {
        match refusal {
            Refusal::UnknownUser { upn } => Some(Self::User(upn.clone())),
            Refusal::UnknownToken { serial } => Some(Self::Token(serial.clone())),
            _ => None,
        }
    }
}
