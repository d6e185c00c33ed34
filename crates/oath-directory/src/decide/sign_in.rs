use super::code::{after_success, reason};
use super::{Context, Decided, Decision, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{State, Token, Upn, Versioned};
use crate::store::{Changes, View, Write};
use oath_totp::{Accepted, Code, Rejected, Totp, TotpState};

/// A right code: whoever reads this signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct SignedIn {
    /// The serial number of the token that showed the code.
    pub serial: String,
    /// How many steps its clock is ahead of the server's (behind where negative).
    pub drift: i64,
}

/// An activated token of the user with its secret opened.
pub(crate) struct Candidate<'a> {
    pub(crate) token: &'a Versioned<Token>,
    pub(crate) state: &'a Versioned<State>,
    pub(crate) totp: Totp,
}

/// The activated tokens of the user of this name, with the states of their secrets.
pub(crate) fn activated<'a>(
    upn: &Upn,
    view: &'a View,
) -> impl Iterator<Item = (&'a Versioned<Token>, &'a Versioned<State>)> {
    let user = view.user(upn.key()).map(|user| user.value.id);
    let tokens = user.into_iter().flat_map(|id| view.held_by(id));
    tokens
        .filter(|token| token.value.status == crate::model::Status::Activated)
        .filter_map(|token| Some((token, view.state(&token.value.fingerprint)?)))
}

/// Seconds until a code for this name is read, where it has to wait. Names that nobody has wait as well.
pub(crate) fn wait(context: Context<'_>, upn: &Upn, view: &View) -> Option<u64> {
    view.attempts(upn.key()).and_then(|attempts| context.policy.wait(&attempts.value, context.now))
}

/// Is this code right for any of the candidates?
///
/// A code that fits several of the user's tokens is consumed on all of them, so that it does not sign in a second time
/// by another one. A wrong one costs the *name* an attempt, whether anybody has that name or not: neither the answer
/// nor the work tells.
pub(crate) fn sign_in(
    context: Context<'_>,
    upn: &Upn,
    code: &Code,
    candidates: &[Candidate<'_>],
    view: &View,
) -> Decision<SignedIn> {
    let Context { policy, now, .. } = context;
    let attempts = view.attempts(upn.key());
    let mut changes = Changes::default();
    let mut signed_in: Option<SignedIn> = None;
    let mut replayed = false;
    for Candidate { token, state, totp } in candidates {
        let serial = &token.value.serial;
        match totp.verify(code, now, policy.window, &state.value.totp) {
            Ok(Accepted { next, .. }) => {
                // Never further from the server than a resynchronization would look.
                let limit = i64::from(policy.radius);
                let next = TotpState { drift: next.drift.clamp(limit.saturating_neg(), limit), ..next };
                changes.states.push(update(state, after_success(&state.value, next, now)));
                // Deactivated or taken back in the meantime: decide again.
                changes.tokens.push(Write::Unchanged(token.version, token.value.id));
                changes.events.push(
                    context.event(Action::SignedIn).of_user(upn.as_str()).of_token(serial).with("drift", next.drift),
                );
                signed_in.get_or_insert(SignedIn { serial: serial.clone(), drift: next.drift });
            }
            Err(rejected) => replayed |= rejected == Rejected::Replayed,
        }
    }
    if let Some(signed_in) = signed_in {
        if let Some(read) = attempts {
            changes.attempts.push(Write::Delete(read.version, upn.key().to_owned()));
        }
        return Ok(Decided::new(signed_in, changes));
    }
    let why = match (view.user(upn.key()), candidates) {
        (None, _) => "unknown-user",
        (Some(_), []) => "no-activated-token",
        _ => reason(if replayed { Rejected::Replayed } else { Rejected::Mismatch }),
    };
    let failed = policy.after_failure(&attempts.as_ref().map(|read| read.value).unwrap_or_default(), now);
    let record = (upn.key().to_owned(), failed);
    changes.attempts.push(match attempts {
        Some(read) => Write::Update(read.version, record),
        None => Write::Insert(record),
    });
    changes.events.push(context.event(Action::SignInRejected).of_user(upn.as_str()).with("reason", why));
    Ok(Decided::refused(Refusal::Rejected, changes))
}
