use super::budget::Budget;
use super::code::{after_success, reason};
use super::{Context, Seen, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Gate, RequestId, State, Status, Tag, Token, Upn, User, UserId, Versioned};
use crate::store::{Pass, Write};
use oath_totp::{Accepted, Code, Rejected, Totp, TotpState};

/// A right code: its user signs in.
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

/// Who asks, and from where.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) request: RequestId,
    /// `None`: unknown.
    pub(crate) source: Option<Tag>,
}

/// What to write, and the answer to give once it is written.
#[derive(Clone, Debug)]
pub(crate) struct Verdict<T> {
    pub(crate) pass: Pass,
    /// Written in the same transaction, where a sign-in changes its user.
    pub(crate) users: Vec<Write<UserId, User>>,
    pub(crate) outcome: Result<T, Refusal>,
}

/// The activated tokens of the user of this name, sound or not, with the states of their secrets; none of a user who is
/// disabled.
pub(crate) fn activated<'a>(
    upn: &Upn,
    view: &'a Seen,
) -> impl Iterator<Item = (&'a Versioned<Token>, Option<&'a Versioned<State>>)> {
    let user = view.known_user(upn).ok().filter(|user| user.value.enabled).map(|user| user.value.id);
    let tokens = user.into_iter().flat_map(|id| view.held_by(id));
    tokens
        .filter(|token| token.value.status == Status::Activated)
        .map(|token| (token, view.state(&token.value.fingerprint)))
}

/// What a sign-in counts at the gate of its name.
pub(super) fn budget<'a>(context: Context<'a>, upn: &Upn, source: Option<Tag>, view: &'a Seen) -> Budget<'a> {
    Budget { policy: context.policy, gate: view.gate(upn.key()), source, now: context.now }
}

/// Seconds until a code for this name from this source is read, where it has to wait. Names that no user has wait as well.
pub(crate) fn wait(context: Context<'_>, upn: &Upn, source: Option<Tag>, view: &Seen) -> Option<u64> {
    context.policy.wait(&budget(context, upn, source, view).attempts(), context.now)
}

/// Is this code right for any of the candidates?
///
/// A code that matches several of the user's tokens is consumed on all of them, so that it does not sign in a second time
/// by another one. A wrong one costs the *name* an attempt, or its source where the name has signed in from it before, whether a user has that name or not: neither the answer
/// nor the work tells. The gate of the name is compared and written always, also where there was none: a guess that failed
/// since the view, or a token that was taken back, makes this decision conflict.
pub(crate) fn sign_in(
    context: Context<'_>,
    upn: &Upn,
    code: &Code,
    candidates: &[Candidate<'_>],
    view: &Seen,
    attempt: Attempt,
) -> Verdict<SignedIn> {
    let Context { policy, now, .. } = context;
    let budget = budget(context, upn, attempt.source, view);
    let after = |(attempts, known)| {
        let name = upn.key().to_owned();
        Write::over(budget.gate, Gate { name, attempts, known, last_request: Some(attempt.request) })
    };
    let (mut states, mut events) = (Vec::new(), Vec::new());
    let mut signed_in: Option<SignedIn> = None;
    let (mut replayed, mut restored) = (false, false);
    for Candidate { token, state, totp } in candidates {
        let serial = &token.value.serial;
        let known = super::code::above_floor(&state.value.totp, totp, view.floor(), policy.window.ahead().into());
        match totp.verify(code, now, policy.window, &known) {
            Ok(Accepted { next, .. }) => {
                // Never further from the server than a resynchronization would look.
                let limit = i64::from(policy.radius);
                let next = TotpState { drift: next.drift.clamp(limit.saturating_neg(), limit), ..next };
                states.push(update(state, after_success(&state.value, next, now)));
                events.push(
                    context.event(Action::SignedIn).of_user(upn.as_str()).of_token(serial).with("drift", next.drift),
                );
                signed_in.get_or_insert(SignedIn { serial: serial.clone(), drift: next.drift });
            }
            Err(rejected) => {
                let is_spent = rejected == Rejected::Replayed;
                replayed |= is_spent;
                restored |= is_spent && known.last_step != state.value.totp.last_step;
            }
        }
    }
    if let Some(signed_in) = signed_in {
        let gate = after(budget.after_success());
        return Verdict { pass: Pass { gate, states, events }, users: Vec::new(), outcome: Ok(signed_in) };
    }
    let why = match (view.known_user(upn), candidates) {
        (Err(Refusal::DamagedUser { .. }), _) => "damaged-user",
        (Err(_), _) => "unknown-user",
        (Ok(user), _) if !user.value.enabled => "user-disabled",
        (Ok(_), []) => "no-activated-token",
        // Not because of a code that was used, as far as this database knows.
        _ if restored => "restored",
        _ => reason(if replayed { Rejected::Replayed } else { Rejected::Mismatch }),
    };
    let gate = after(budget.after_failure());
    events.push(context.event(Action::SignInRejected).of_user(upn.as_str()).with("reason", why));
    Verdict { pass: Pass { gate, states, events }, users: Vec::new(), outcome: Err(Refusal::Rejected) }
}
