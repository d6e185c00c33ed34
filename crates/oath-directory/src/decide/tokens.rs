use super::unlock::to_the_present;
use super::users::take_place;
use super::{Context, Decided, Decision, Seen, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Status, Token, TokenKind, Upn, Version};
use crate::store::{Changes, Write};

/// available → assigned. Needs a view of the token, the user and what the user holds.
pub(crate) fn assign(context: Context<'_>, serial: &str, upn: &Upn, view: &Seen) -> Decision<Token> {
    let (read, _) = view.token(serial)?;
    let token = &read.value;
    if token.kind == TokenKind::Software {
        return Err(Refusal::Software { serial: serial.to_owned() });
    }
    if token.holder.is_some() {
        return Err(Refusal::Held { serial: serial.to_owned(), holder: view.holder_name(token) });
    }
    let mut changes = Changes::default();
    let user = take_place(context, upn, token.kind, view, &mut changes)?;
    let token = Token { status: Status::Assigned, holder: Some(user.id), ..token.clone() };
    changes.tokens.push(update(read, token.clone()));
    changes.events.push(context.event(Action::TokenAssigned).of_user(user.upn.as_str()).of_token(serial));
    Ok(Decided::new(token, changes))
}

/// activated → deactivated: stays with its holder, no longer signs in.
pub(crate) fn deactivate(context: Context<'_>, serial: &str, view: &Seen) -> Decision<Token> {
    let (read, _) = view.token(serial)?;
    if read.value.status != Status::Activated {
        return Err(Refusal::WrongStatus {
            serial: serial.to_owned(),
            status: read.value.status,
            expected: "activated",
            action: "nothing needs to be done: it does not sign in",
        });
    }
    let token = Token { status: Status::Deactivated, ..read.value.clone() };
    Ok(change(context, Action::TokenDeactivated, read.version, token, &view.holder_name(&read.value)))
}

/// Back to available. The state of its secret stays as it is: no used code becomes good again.
pub(crate) fn unassign(context: Context<'_>, serial: &str, view: &Seen) -> Decision<Token> {
    let (read, _) = view.token(serial)?;
    if read.value.kind == TokenKind::Software {
        return Err(Refusal::Software { serial: serial.to_owned() });
    }
    if read.value.holder.is_none() {
        return Err(Refusal::WrongStatus {
            serial: serial.to_owned(),
            status: read.value.status,
            expected: "one that a user holds",
            action: "nothing needs to be done: no user holds it",
        });
    }
    Ok(change(context, Action::TokenUnassigned, read.version, taken_back(&read.value), &view.holder_name(&read.value)))
}

pub(super) fn taken_back(token: &Token) -> Token {
    Token { status: Status::Available, holder: None, ..token.clone() }
}

/// Out of the directory: a hardware token only when no user holds it, a software token only when it does not sign in. The
/// state of its secret stays. A damaged token goes whatever its record says, and no code up to now is good again.
pub(crate) fn delete(context: Context<'_>, serial: &str, view: &Seen) -> Decision<()> {
    let read = view.any_token(serial)?;
    let token = &read.value;
    let holder = view.holder_name(token);
    let mut changes = Changes::default();
    let mut event = context.event(Action::TokenDeleted).of_user(&holder).of_token(serial);
    if view.is_damaged(token) {
        event = event.with("reason", "damaged");
        if let Some(state) = view.state(&token.fingerprint) {
            let mut present = to_the_present(context, token, &state.value);
            // What a sound state says was spent stays spent, also by a token whose clock is ahead.
            if view.is_sound_state(&token.fingerprint) {
                present.totp.last_step = present.totp.last_step.max(state.value.totp.last_step);
            }
            changes.states.push(update(state, present));
        }
    } else if token.holder.is_some() {
        match (token.kind, token.status) {
            (TokenKind::Hardware, _) => return Err(Refusal::Held { serial: serial.to_owned(), holder }),
            (TokenKind::Software, Status::Activated) => {
                return Err(Refusal::WrongStatus {
                    serial: serial.to_owned(),
                    status: token.status,
                    expected: "one that does not sign in",
                    action: "deactivate it first",
                });
            }
            (TokenKind::Software, _) => {}
        }
    }
    changes.tokens.push(Write::Delete(read.version, token.id));
    changes.events.push(event);
    Ok(Decided::new((), changes))
}

fn change(context: Context<'_>, action: Action, read: Version, token: Token, upn: &str) -> Decided<Token> {
    let changes = Changes {
        events: vec![context.event(action).of_user(upn).of_token(&token.serial)],
        tokens: vec![Write::Update(read, token.clone())],
        ..Changes::default()
    };
    Decided::new(token, changes)
}
