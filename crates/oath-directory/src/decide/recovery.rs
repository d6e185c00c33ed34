//! Recovery codes: issued, taken away, and good for one sign-in each, by the gate and the budgets of all sign-ins.

use super::sign_in::{Attempt, Verdict, budget};
use super::{Context, Decided, Decision, Seen, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Gate, Recovery, Tag, Upn, User, Versioned};
use crate::store::{Changes, Pass, Write};

/// A right recovery code: its user signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Recovered {
    /// How many recovery codes the user has left.
    pub left: usize,
}

/// The codes of a user that may still be used: none of those issued before the database was restored.
pub(crate) fn usable<'a>(user: &'a User, view: &Seen) -> Option<&'a Recovery> {
    Some(&user.recovery).filter(|recovery| recovery.floor == view.floor() && !recovery.codes.is_empty())
}

/// Gives a user codes in the place of all former ones. The outcome: how many.
pub(crate) fn issue(context: Context<'_>, read: &Versioned<User>, codes: Vec<Tag>, view: &Seen) -> Decision<usize> {
    let count = codes.len();
    let upn = read.value.upn.as_str();
    if !read.value.enabled {
        return Err(Refusal::Disabled { upn: upn.to_owned() });
    }
    let event = context.event(Action::RecoveryIssued).of_user(upn).with("codes", count);
    let recovery = Recovery { issued: context.now, floor: view.floor(), codes };
    let user = User { recovery, ..read.value.clone() };
    let changes = Changes { users: vec![update(read, user)], events: vec![event], ..Changes::default() };
    Ok(Decided::new(count, changes))
}

/// Takes all codes away. The outcome: how many there were.
pub(crate) fn reset(context: Context<'_>, upn: &Upn, view: &Seen) -> Decision<usize> {
    let read = view.known_user(upn)?;
    let count = read.value.recovery.codes.len();
    let mut changes = Changes::default();
    if count > 0 {
        changes.events.push(context.event(Action::RecoveryReset).of_user(upn.as_str()).with("codes", count));
        changes.users.push(update(read, User { recovery: Recovery::default(), ..read.value.clone() }));
    }
    Ok(Decided::new(count, changes))
}

/// Is the code of this hash one of the user's that is not used? A wrong one costs an attempt of the same budget as a wrong
/// code of a token, whether a user has that name or not.
pub(crate) fn sign_in(context: Context<'_>, upn: &Upn, tag: Tag, view: &Seen, attempt: Attempt) -> Verdict<Recovered> {
    let budget = budget(context, upn, attempt.source, view);
    let gate = |(attempts, known)| {
        let name = upn.key().to_owned();
        Write::over(budget.gate, Gate { name, attempts, known, last_request: Some(attempt.request) })
    };
    let user = view.known_user(upn);
    let none = Recovery::default();
    let sound = user.as_ref().ok().filter(|read| read.value.enabled);
    let codes = sound.and_then(|read| usable(&read.value, view)).unwrap_or(&none);
    let holds = codes.holds(tag);
    if let Some(read) = sound.filter(|_| holds) {
        let recovery = codes.without(tag);
        let left = recovery.codes.len();
        let event =
            context.event(Action::SignedIn).of_user(upn.as_str()).with("by", "recovery-code").with("left", left);
        let users = vec![update(read, User { recovery, ..read.value.clone() })];
        let pass = Pass { gate: gate(budget.after_success()), states: Vec::new(), events: vec![event] };
        return Verdict { pass, users, outcome: Ok(Recovered { left }) };
    }
    let why = match user {
        Err(Refusal::DamagedUser { .. }) => "damaged-user",
        Err(_) => "unknown-user",
        Ok(user) if !user.value.enabled => "user-disabled",
        Ok(user) if user.value.recovery.codes.is_empty() => "no-recovery-codes",
        Ok(user) if usable(&user.value, view).is_none() => "issued-before-restore",
        Ok(_) => "mismatch",
    };
    let event = context.event(Action::SignInRejected).of_user(upn.as_str()).with("by", "recovery-code");
    let pass = Pass { gate: gate(budget.after_failure()), states: Vec::new(), events: vec![event.with("reason", why)] };
    Verdict { pass, users: Vec::new(), outcome: Err(Refusal::Rejected) }
}
