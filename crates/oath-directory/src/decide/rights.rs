//! Whether the actor may do what is asked, by the roles in the view that the decision looks at.

use super::{Context, Seen};
use crate::audit::{Action, Event};
use crate::error::Refusal;
use crate::model::{Upn, User, UserId, Versioned};
use crate::rights::{Operation, Subject, allows};
use crate::store::{Changes, Write};

/// What an actor asks for, and about whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    operation: Operation,
    about: About<'a>,
}

#[derive(Clone, Copy, Debug)]
enum About<'a> {
    Directory,
    User(&'a Upn),
    /// The holder of the token of this serial number.
    Holder(&'a str),
}

impl<'a> Ask<'a> {
    /// About no user.
    pub(crate) const fn directory(operation: Operation) -> Self {
        Self { operation, about: About::Directory }
    }

    /// About this user, of whom a view must be.
    pub(crate) const fn user(operation: Operation, upn: &'a Upn) -> Self {
        Self { operation, about: About::User(upn) }
    }

    /// About the user who holds this token. To delete a token that a user holds is to delete the user's app.
    pub(crate) const fn holder(operation: Operation, serial: &'a str) -> Self {
        Self { operation, about: About::Holder(serial) }
    }
}

/// The users whose records the permission rests on: their versions must still be these when the changes are applied.
pub(crate) type Rests = Vec<Write<UserId, User>>;

/// What an actor is told who may not, and what the log is told.
#[derive(Debug)]
pub(crate) struct Denial {
    pub(crate) refusal: Refusal,
    pub(crate) event: Event,
}

/// Whether the actor may. A user who is unknown, disabled or damaged may nothing.
///
/// The error is the refusal with the event that tells of it, and nothing else may be committed then.
pub(crate) fn check(context: Context<'_>, view: &Seen) -> Result<Rests, Box<Denial>> {
    let Some(upn) = context.actor.upn() else { return Ok(Vec::new()) };
    let Context { ask: Ask { mut operation, about }, policy, .. } = context;
    let subject = match about {
        About::Directory => None,
        About::User(upn) => view.user(upn.key()),
        About::Holder(serial) => {
            let token = view.any_token(serial).ok();
            token.and_then(|token| token.value.holder).and_then(|id| view.user_by_id(id))
        }
    };
    if operation == Operation::DeleteToken && subject.is_some() {
        operation = Operation::DeleteApp;
    }
    let actor = view.known_user(upn).ok().filter(|user| user.value.enabled);
    // A user whom the directory does not know is no administrator; the decision says that it does not know the user.
    let seen = match (about, subject) {
        (About::User(named), _) if named.key() == upn.key() => Subject::Own,
        (_, Some(subject)) if subject.value.upn.key() == upn.key() => Subject::Own,
        (_, Some(subject)) if subject.value.roles.any() || view.sound_user(&subject.value).is_err() => {
            Subject::Administrator
        }
        (_, Some(_)) | (About::User(_), None) => Subject::User,
        (About::Directory | About::Holder(_), None) => Subject::Nobody,
    };
    let claims = operation == Operation::Assign && seen == Subject::Own && !policy.users_claim_tokens;
    let allowed = actor.is_some_and(|actor| {
        let roles = actor.value.roles;
        // Where users do not claim tokens, only a role for all users allows it.
        let seen = if claims { Subject::Administrator } else { seen };
        allows(roles, operation, seen)
    });
    let Some(actor) = actor.filter(|_| allowed) else {
        let event = context.event(Action::Denied).with("operation", operation);
        let event = match (about, subject) {
            (About::User(upn), _) => event.of_user(upn.as_str()),
            (_, Some(user)) => event.of_user(user.value.upn.as_str()),
            _ => event,
        };
        let event = if let About::Holder(serial) = about { event.of_token(serial) } else { event };
        let refusal = Refusal::Denied { actor: upn.to_string(), operation };
        return Err(Box::new(Denial { refusal, event }));
    };
    let rests_on = |user: &Versioned<User>| Write::Unchanged(user.version, user.value.id);
    let other = subject.filter(|subject| subject.value.id != actor.value.id);
    Ok([actor].into_iter().chain(other).map(rests_on).collect())
}

/// Adds what the permission rests on to the changes, but for users whose records are compared already.
pub(crate) fn rest_on(changes: &mut Changes, rests: Rests) {
    for rest in rests {
        let Write::Unchanged(_, id) = &rest else { continue };
        let compared = changes.users.iter().any(|write| match write {
            Write::Insert(user) | Write::Update(_, user) => user.id == *id,
            Write::Delete(_, found) | Write::Unchanged(_, found) => found == id,
        });
        if !compared {
            changes.users.push(rest);
        }
    }
}
