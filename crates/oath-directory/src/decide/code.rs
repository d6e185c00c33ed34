//! Codes that administrators and users give for one token: activation, confirmation, resynchronization.

use super::{Context, Decided, Decision, Seen, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Attempts, State, Status, Token, UserKind, Versioned};
use crate::policy::{Policy, is_from_the_future, later};
use crate::store::{Activations, Changes, Write};
use oath_totp::{Code, CodeRun, Consecutive, Rejected, TimeStep, Totp, TotpState, UnixTime};

/// What a right code led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synchronized {
    /// The token.
    pub serial: String,
    /// Its status now.
    pub status: Status,
    /// How many steps its clock is ahead of the server's (behind where negative).
    pub drift: i64,
}

/// As [`activate_any`], but not for a token that is to replace another one: that one has to be retired with it, which
/// [`confirm`](super::software::confirm) does.
pub(crate) fn activate(
    context: Context<'_>,
    serial: &str,
    totp: &Totp,
    codes: &CodeRun,
    view: &Seen,
) -> Decision<Synchronized> {
    let token = &view.token(serial)?.0.value;
    if token.replaces.is_some() {
        return Err(Refusal::WrongStatus {
            serial: serial.to_owned(),
            status: token.status,
            expected: "a token that replaces no other",
            action: "confirm it for its user: that retires the app that it replaces",
        });
    }
    activate_any(context, serial, totp, codes, view)
}

/// assigned, failedActivation, deactivated → activated by a right code; assigned → failedActivation by a wrong one. `totp`
/// is the token's, its secret opened.
pub(super) fn activate_any(
    context: Context<'_>,
    serial: &str,
    totp: &Totp,
    codes: &CodeRun,
    view: &Seen,
) -> Decision<Synchronized> {
    let (read, state) = view.token(serial)?;
    let Context { policy, now, .. } = context;
    let token = &read.value;
    let wrong_status = |expected, action| {
        Err(Refusal::WrongStatus { serial: serial.to_owned(), status: token.status, expected, action })
    };
    match token.status {
        Status::Assigned | Status::FailedActivation | Status::Deactivated => {}
        Status::Available => return wrong_status("assigned", "assign it to a user first"),
        Status::Activated => {
            return wrong_status("one that waits for its first code", "nothing needs to be done: it signs in already");
        }
    }
    let holder = token.holder.and_then(|id| view.user_by_id(id));
    if let Some(guest) = holder.filter(|user| user.value.kind == UserKind::Guest && !policy.guest_may_hold(token.kind))
    {
        return Err(Refusal::Guest { upn: guest.value.upn.to_string() });
    }
    let recent = recent(context, view.activations.as_ref())?;
    // What is spent stays spent, by the clock of the token as it is known. The drift begins anew, since the clock may have been
    // set: `near` and `resync` do not read the drift of this state.
    let ahead = u64::from(policy.window.ahead());
    // One code may be of any clock that one code activates. So it must be later than all that one code could be then.
    let ahead = if let CodeRun::One(_) = codes { ahead.max(policy.one_code_radius().into()) } else { ahead };
    let fresh = above_floor(&state.value.totp, totp, view.floor(), ahead);
    let event = |action| context.event(action).of_user(&view.holder_name(token)).of_token(serial);
    let mut changes = Changes::default();
    let search = || match codes {
        CodeRun::One(code) => near(policy, totp, code, now, state.value.totp.drift, &fresh),
        CodeRun::Several(codes) => totp.resync(codes, now, policy.radius, &fresh).map(|found| found.next),
    };
    match try_codes(context, serial, &state.value, search)? {
        Ok(totp) => {
            changes.events.push(event(Action::TokenActivated).with("drift", totp.drift));
            changes.states.push(update(state, after_success(&state.value, totp, now)));
            changes.tokens.push(update(read, Token { status: Status::Activated, ..token.clone() }));
            changes.activations = recent.map(|recent| {
                let activations = Activations(recent.into_iter().chain([now]).collect());
                Write::over(view.activations.as_ref(), activations)
            });
            Ok(Decided::new(
                Synchronized { serial: serial.to_owned(), status: Status::Activated, drift: totp.drift },
                changes,
            ))
        }
        Err(rejected) => {
            changes.events.push(event(Action::ActivationFailed).with("reason", reason(rejected)));
            changes.states.push(update(state, after_failure(context, &state.value)));
            // A deactivated token stays one: a wrong code does not make it look as if it had never signed in.
            let status = if token.status == Status::Deactivated { token.status } else { Status::FailedActivation };
            changes.tokens.push(update(read, Token { status, ..token.clone() }));
            Ok(Decided::refused(not_activated(context, token, codes, view.floor()), changes))
        }
    }
}

/// One code near the token's expected clock: the server's, with the drift that was recorded for its secret. Where the policy
/// lets one code search as far as two, the server's own.
fn near(
    policy: &Policy,
    totp: &Totp,
    code: &Code,
    now: UnixTime,
    drift: i64,
    known: &TotpState,
) -> Result<TotpState, Rejected> {
    let radius = policy.one_code_radius();
    let drift = if radius < policy.radius { drift } else { 0 };
    let ahead = drift.saturating_mul(totp.time_step().x().into());
    let expected = UnixTime::from_secs(now.as_secs().saturating_add_signed(ahead));
    let next = totp.activate(code, expected, radius, known)?.next;
    let limit = i64::from(policy.radius);
    let drift = next.drift.saturating_add(drift).clamp(limit.saturating_neg(), limit);
    Ok(TotpState { drift, ..next })
}

/// A single code that is not near gets one answer, whether it is right further away or nowhere: who learned that a guess is
/// right at another moment could wait until that moment is near.
fn not_activated(context: Context<'_>, token: &Token, codes: &CodeRun, floor: UnixTime) -> Refusal {
    let Context { policy, now, .. } = context;
    let (serial, radius, step) = (token.serial.clone(), policy.one_code_radius(), token.parameters.time_step);
    let span = |steps: u64| steps.saturating_mul(step.x().into());
    // So long after a restore codes that one code would be enough for are refused.
    let refused = u64::from(radius).saturating_mul(2);
    let restored = floor != UnixTime::default() && step.at(now) <= step.at(floor).saturating_add(refused);
    match codes {
        CodeRun::One(_) if restored => Refusal::RestoredRecently { serial, within: span(refused) },
        CodeRun::One(_) if radius < policy.radius => Refusal::NextCodeNeeded { serial, within: span(radius.into()) },
        CodeRun::One(_) | CodeRun::Several(_) => Refusal::WrongCode { serial },
    }
}

/// Finds an activated token again whose clock has left the window.
pub(crate) fn resync(
    context: Context<'_>,
    serial: &str,
    totp: &Totp,
    codes: &Consecutive,
    view: &Seen,
) -> Decision<Synchronized> {
    let (read, state) = view.token(serial)?;
    let token = &read.value;
    if token.status != Status::Activated {
        return Err(Refusal::WrongStatus {
            serial: serial.to_owned(),
            status: token.status,
            expected: "activated",
            action: "activate it: that finds its clock as well",
        });
    }
    let event = |action| context.event(action).of_user(&view.holder_name(token)).of_token(serial);
    // The token must be what it was when it was looked at; only the state of its secret changes.
    let mut changes = Changes { tokens: vec![Write::Unchanged(read.version, token.id)], ..Changes::default() };
    let known = above_floor(&state.value.totp, totp, view.floor(), context.policy.window.ahead().into());
    let search = || totp.resync(codes, context.now, context.policy.radius, &known).map(|found| found.next);
    match try_codes(context, serial, &state.value, search)? {
        Ok(totp) => {
            changes.events.push(event(Action::TokenResynchronized).with("drift", totp.drift));
            changes.states.push(update(state, after_success(&state.value, totp, context.now)));
            Ok(Decided::new(
                Synchronized { serial: serial.to_owned(), status: token.status, drift: totp.drift },
                changes,
            ))
        }
        Err(rejected) => {
            changes.events.push(event(Action::ResynchronizationFailed).with("reason", reason(rejected)));
            changes.states.push(update(state, after_failure(context, &state.value)));
            Ok(Decided::refused(Refusal::WrongCode { serial: serial.to_owned() }, changes))
        }
    }
}

/// Runs a search. A lock and an ambiguous code refuse without a change; the caller counts a
/// wrong code.
fn try_codes(
    context: Context<'_>,
    serial: &str,
    state: &State,
    search: impl FnOnce() -> Result<TotpState, Rejected>,
) -> Result<Result<TotpState, Rejected>, Refusal> {
    if let Some(retry_after) = context.policy.wait(&state.attempts, context.now) {
        return Err(Refusal::Locked { retry_after });
    }
    match search() {
        // An ambiguous code is not a wrong one and costs no attempt: the caller asks for the next code.
        Err(Rejected::Ambiguous) => Err(Refusal::Ambiguous { serial: serial.to_owned() }),
        found => Ok(found),
    }
}

pub(crate) fn after_success(state: &State, totp: TotpState, now: UnixTime) -> State {
    State { totp, last_used: Some(now), attempts: Attempts::default(), ..state.clone() }
}

fn after_failure(context: Context<'_>, state: &State) -> State {
    State { attempts: context.policy.after_wrong_activation(&state.attempts, context.now), ..state.clone() }
}

/// The activations that still count, if one more is allowed; `None` where the policy has no limit and none are counted.
fn recent(
    context: Context<'_>,
    activations: Option<&Versioned<Activations>>,
) -> Result<Option<Vec<UnixTime>>, Refusal> {
    let Context { policy, now, .. } = context;
    let Some(limit) = policy.activations else { return Ok(None) };
    let until = |at: UnixTime| later(at, policy.activation_period);
    let all = activations.map(|read| read.value.0.as_slice()).unwrap_or_default();
    let counts = |at: &UnixTime| until(*at) > now && !is_from_the_future(*at, now);
    let recent: Vec<_> = all.iter().copied().filter(counts).collect();
    // One more is allowed when all but limit - 1 of these have left the period.
    match recent.len().checked_sub(limit).and_then(|surplus| recent.get(surplus)) {
        None => Ok(Some(recent)),
        Some(leaving) => Err(Refusal::TooManyActivations {
            limit,
            period: policy.activation_period.as_secs(),
            retry_after: until(*leaving)
                .as_secs()
                .saturating_sub(now.as_secs())
                .min(policy.activation_period.as_secs()),
        }),
    }
}

/// The state with every code refused that may have been used before the database was restored: the codes up to the floor, on
/// the token's clock as far as it is known, and `ahead` steps more, which a sign-in could accept then.
///
/// The clock is known as the backup knew it. Where an activation or a resynchronization that the backup does not have found it
/// further ahead, codes that were shown then may count once more.
pub(crate) fn above_floor(state: &TotpState, totp: &Totp, floor: UnixTime, ahead: u64) -> TotpState {
    if floor == UnixTime::default() {
        return *state;
    }
    let spent = highest_at(totp.time_step(), floor, state.drift, ahead);
    TotpState { last_step: state.last_step.max(Some(spent)), ..*state }
}

/// The highest step that a sign-in could accept at this time, of a token with this drift: the windows lie around its clock and
/// around the server's.
pub(super) fn highest_at(step: TimeStep, at: UnixTime, drift: i64, ahead: u64) -> u64 {
    step.at(at).saturating_add(u64::try_from(drift).unwrap_or_default()).saturating_add(ahead)
}

pub(crate) fn reason(rejected: Rejected) -> &'static str {
    match rejected {
        Rejected::Mismatch => "mismatch",
        Rejected::Replayed => "replayed",
        Rejected::Ambiguous => "ambiguous",
    }
}
