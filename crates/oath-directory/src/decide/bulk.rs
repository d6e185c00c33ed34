//! The rows of a file with one operation for many tokens: the decision of the operation, unless the token is already what it
//! would become. The same file can so be given again after a failure.

use super::{Context, Decided, Decision, Seen, code, tokens};
use crate::bulk::Done;
use crate::model::{Status, Upn};
use crate::store::Changes;
use oath_totp::{CodeRun, Totp};

/// Needs a view of the token, the user and what the user holds.
pub(crate) fn assign(context: Context<'_>, serial: &str, upn: &Upn, view: &Seen) -> Decision<Done> {
    let (read, _) = view.token(serial)?;
    let holder = read.value.holder.and_then(|id| view.user_by_id(id));
    if holder.is_some_and(|user| user.value.upn.key() == upn.key()) {
        return before();
    }
    tokens::assign(context, serial, upn, view).map(now)
}

/// A token that signs in already is not asked for a code.
pub(crate) fn activate(
    context: Context<'_>,
    serial: &str,
    totp: &Totp,
    codes: &CodeRun,
    view: &Seen,
) -> Decision<Done> {
    if view.token(serial)?.0.value.status == Status::Activated {
        return before();
    }
    code::activate(context, serial, totp, codes, view).map(now)
}

pub(crate) fn unassign(context: Context<'_>, serial: &str, view: &Seen) -> Decision<Done> {
    if view.token(serial)?.0.value.holder.is_none() {
        return before();
    }
    tokens::unassign(context, serial, view).map(now)
}

pub(crate) fn delete(context: Context<'_>, serial: &str, view: &Seen) -> Decision<Done> {
    if view.any_token(serial).is_err() {
        return before();
    }
    tokens::delete(context, serial, view).map(now)
}

fn now<T>(decided: Decided<T>) -> Decided<Done> {
    let Decided { changes, outcome } = decided;
    Decided { changes, outcome: outcome.map(|_| Done::Now) }
}

fn before() -> Decision<Done> {
    Ok(Decided::new(Done::Before, Changes::default()))
}
