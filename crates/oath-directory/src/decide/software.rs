//! Software tokens: a secret is made, waits for its first code, and may take the place of another one then.

use super::code::{self, Synchronized};
use super::users::{may_hold, take_place};
use super::{Context, Decided, Decision, Seen, touch};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{State, Status, Token, TokenKind, Upn, User, Versioned};
use crate::store::{Changes, Write};
use oath_totp::{CodeRun, Totp};

/// The manufacturer and the model of software tokens.
pub(crate) const MAKER: (&str, &str) = ("oath", "software");

/// The software token of the user that waits for its first code.
pub(crate) fn waiting<'a>(upn: &Upn, view: &'a Seen) -> Result<&'a Versioned<Token>, Refusal> {
    let user = view.known_user(upn)?;
    view.held_by(user.value.id)
        .find(|token| is_waiting(&token.value) && !view.is_damaged(&token.value))
        .ok_or_else(|| Refusal::NothingToConfirm { upn: upn.to_string() })
}

fn is_waiting(token: &Token) -> bool {
    token.kind == TokenKind::Software && matches!(token.status, Status::Assigned | Status::FailedActivation)
}

/// Gives a user a new software token, which waits for its first code. One that waited before is replaced: its QR code
/// may have been lost, and it never signed in.
pub(crate) fn enroll(context: Context<'_>, upn: &Upn, new: &Token, view: &Seen) -> Decision<User> {
    let mut changes = Changes::default();
    let user = match waiting(upn, view) {
        Err(Refusal::NothingToConfirm { .. }) => take_place(context, upn, TokenKind::Software, view, &mut changes)?,
        Err(refusal) => return Err(refusal),
        Ok(old) => {
            let user = view.known_user(upn)?;
            let others = view.held_by(user.value.id).filter(|token| token.value.id != old.value.id);
            may_hold(context, &user.value, TokenKind::Software, others.count())?;
            changes.users.push(touch(user));
            retire(context, upn.as_str(), old, &mut changes);
            user.value.clone()
        }
    };
    let replaced = new.replaces.and_then(|id| view.held_by(user.id).find(|token| token.value.id == id));
    changes.tokens.push(Write::Insert(Token { holder: Some(user.id), status: Status::Assigned, ..new.clone() }));
    changes.states.push(Write::Insert(State::fresh(new.fingerprint)));
    let event = context.event(Action::SoftwareEnrolled).of_user(user.upn.as_str()).of_token(&new.serial);
    changes.events.push(match replaced {
        Some(replaced) => event.with("replaces", &replaced.value.serial),
        None => event,
    });
    Ok(Decided::new(user, changes))
}

/// Gives a user a new software token that waits to take the place of one that signs in: of the one with this serial number, or of
/// the only one. The view holds what the user holds.
pub(crate) fn reenroll(
    context: Context<'_>,
    upn: &Upn,
    serial: Option<&str>,
    new: &Token,
    view: &Seen,
) -> Decision<User> {
    let user = view.known_user(upn)?;
    let signs_in = |token: &&Versioned<Token>| {
        let token = &token.value;
        token.kind == TokenKind::Software && token.status == Status::Activated && !view.is_damaged(token)
    };
    let apps: Vec<_> = view.held_by(user.value.id).filter(signs_in).collect();
    let named = apps.iter().filter(|app| serial.is_none_or(|serial| app.value.serial == serial));
    let old = match named.collect::<Vec<_>>().as_slice() {
        [old] => old.value.id,
        _ => {
            let serials = apps.iter().map(|app| app.value.serial.clone()).collect();
            return Err(Refusal::WhichSoftware { upn: upn.to_string(), serials });
        }
    };
    enroll(context, upn, &Token { replaces: Some(old), ..new.clone() }, view)
}

/// Activates a software token that waits, by its code. The one that it replaces goes in the same change, whatever became of it
/// meanwhile; the state of its secret stays.
pub(crate) fn confirm(
    context: Context<'_>,
    serial: &str,
    totp: &Totp,
    codes: &CodeRun,
    view: &Seen,
) -> Decision<Synchronized> {
    let token = &view.token(serial)?.0.value;
    let mut decided = code::activate_any(context, serial, totp, codes, view)?;
    if decided.outcome.is_err() {
        return Ok(decided);
    }
    let holder = view.holder_name(token);
    let replaced = view.tokens.iter().find(|read| Some(read.value.id) == token.replaces);
    if let Some(old) = replaced.filter(|read| read.value.holder == token.holder) {
        retire(context, &holder, old, &mut decided.changes);
    }
    for token in decided.changes.tokens.iter_mut().filter_map(Write::record_mut) {
        token.replaces = None;
    }
    Ok(decided)
}

/// Gives up the software token that waits for its first code. What it would have replaced stays as it is.
pub(crate) fn cancel(context: Context<'_>, upn: &Upn, view: &Seen) -> Decision<String> {
    let (user, old) = (view.known_user(upn)?, waiting(upn, view)?);
    let serial = old.value.serial.clone();
    let event = context.event(Action::EnrolmentCancelled).of_user(user.value.upn.as_str()).of_token(&serial);
    let tokens = vec![Write::Delete(old.version, old.value.id)];
    Ok(Decided::new(serial, Changes { tokens, events: vec![event], ..Changes::default() }))
}

fn retire(context: Context<'_>, upn: &str, old: &Versioned<Token>, changes: &mut Changes) {
    changes.tokens.push(Write::Delete(old.version, old.value.id));
    let event = context.event(Action::TokenDeleted).of_user(upn).of_token(&old.value.serial);
    changes.events.push(event.with("reason", "replaced"));
}
