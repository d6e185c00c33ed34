//! What becomes of a user after the first day: another name, no more sign-ins, the end.

use super::tokens::taken_back;
use super::{Context, Decided, Decision, Seen, update};
use crate::audit::{Action, Event};
use crate::error::Refusal;
use crate::model::{Gate, TokenKind, Upn, User, UserId, Versioned};
use crate::store::{Changes, Write};

/// What became of the tokens of a user who was removed, by serial number and in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Hardware tokens, which are available again.
    pub available: Vec<String>,
    /// Software tokens, which were deleted.
    pub deleted: Vec<String>,
}

/// Gives a user another user name. The tokens stay.
pub(crate) fn rename(context: Context<'_>, upn: &Upn, new: &Upn, view: &Seen) -> Decision<User> {
    let read = view.known_user(upn)?;
    if new.key() != upn.key() && view.user(new.key()).is_some() {
        return Err(Refusal::UserExists { upn: new.to_string() });
    }
    let user = User { upn: new.clone(), ..read.value.clone() };
    let mut changes = Changes::default();
    // User names that differ in case alone are equal, and are written anew all the same.
    if new.as_str() != read.value.upn.as_str() {
        changes.events.push(renamed(context, &read.value, new));
        changes.users.push(update(read, user.clone()));
        if new.key() != read.value.upn.key() {
            forget_sources(read.value.upn.key(), view, &mut changes);
        }
    }
    Ok(Decided::new(user, changes))
}

/// Forgets the devices of a name that its user gives up: the next user of the name is not known from them.
pub(super) fn forget_sources(key: &str, view: &Seen, changes: &mut Changes) {
    if let Some(gate) = view.gate(key).filter(|gate| !gate.value.known.is_empty()) {
        changes.gates.push(update(gate, Gate { known: Vec::new(), ..gate.value.clone() }));
    }
}

/// Which user is meant: the one of this name, and where the id is given only if the name is still this user's.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) upn: &'a Upn,
    pub(crate) id: Option<UserId>,
}

impl Named<'_> {
    fn find<'v>(&self, view: &'v Seen) -> Result<&'v Versioned<User>, Refusal> {
        let read = view.known_user(self.upn)?;
        if self.id.is_some_and(|id| id != read.value.id) {
            return Err(Refusal::UnknownUser { upn: self.upn.to_string() });
        }
        Ok(read)
    }
}

/// Lets a user sign in, or not. The tokens stay.
pub(crate) fn set_enabled(context: Context<'_>, user: Named<'_>, may: bool, view: &Seen) -> Decision<User> {
    let read = user.find(view)?;
    let user = User { enabled: may, ..read.value.clone() };
    let mut changes = Changes::default();
    if user != read.value {
        changes.events.push(enabled(context, &user));
        changes.users.push(update(read, user.clone()));
    }
    Ok(Decided::new(user, changes))
}

/// Takes a user out of the directory: the hardware tokens are available again, the software tokens are deleted, as their
/// secrets stay with the person. The states of all secrets stay, so that no used code is good again.
pub(crate) fn remove(context: Context<'_>, user: Named<'_>, reason: &str, view: &Seen) -> Decision<Removed> {
    let read = user.find(view)?;
    let name = read.value.upn.as_str();
    let (mut changes, mut removed) = (Changes::default(), Removed::default());
    for held in view.held_by(read.value.id) {
        let token = &held.value;
        view.bound_token(&token.serial)?;
        let action = match token.kind {
            TokenKind::Hardware => {
                changes.tokens.push(update(held, taken_back(token)));
                removed.available.push(token.serial.clone());
                Action::TokenUnassigned
            }
            TokenKind::Software => {
                changes.tokens.push(Write::Delete(held.version, token.id));
                removed.deleted.push(token.serial.clone());
                Action::TokenDeleted
            }
        };
        changes.events.push(context.event(action).of_user(name).of_token(&token.serial));
    }
    forget_sources(read.value.upn.key(), view, &mut changes);
    changes.users.push(Write::Delete(read.version, read.value.id));
    let event = context.event(Action::UserRemoved).of_user(name).with("reason", reason);
    changes.events.push(event.with("tokens", removed.available.len()));
    removed.available.sort();
    removed.deleted.sort();
    Ok(Decided::new(removed, changes))
}

pub(super) fn renamed(context: Context<'_>, old: &User, new: &Upn) -> Event {
    context.event(Action::UserRenamed).of_user(new.as_str()).with("from", &old.upn)
}

pub(super) fn enabled(context: Context<'_>, user: &User) -> Event {
    let action = if user.enabled { Action::UserEnabled } else { Action::UserDisabled };
    context.event(action).of_user(user.upn.as_str())
}
