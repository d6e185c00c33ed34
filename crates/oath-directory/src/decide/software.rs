use super::users::{may_hold, take_place};
use super::{Context, Decided, Decision, Seen, touch};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{State, Status, Token, TokenKind, Upn, User, Versioned};
use crate::store::{Changes, Write};

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
            changes.tokens.push(Write::Delete(old.version, old.value.id));
            changes.events.push(
                context
                    .event(Action::TokenDeleted)
                    .of_user(upn.as_str())
                    .of_token(&old.value.serial)
                    .with("reason", "replaced"),
            );
            user.value.clone()
        }
    };
    changes.tokens.push(Write::Insert(Token { holder: Some(user.id), status: Status::Assigned, ..new.clone() }));
    changes.states.push(Write::Insert(State::fresh(new.fingerprint)));
    changes.events.push(context.event(Action::SoftwareEnrolled).of_user(user.upn.as_str()).of_token(&new.serial));
    Ok(Decided::new(user, changes))
}
