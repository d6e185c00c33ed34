//! What an administrator does after wrong codes, wrong clocks and a restored backup.

use super::code::highest_at;
use super::{Context, Decided, Decision, Seen, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Attempts, Clock, Gate, KnownSource, Settings, State, Token, Upn};
use crate::policy::later;
use crate::store::{Changes, Write};
use core::time::Duration;
use oath_totp::{TotpState, UnixTime};

/// Forgets the wrong codes of a user, from all sources: the next code is read at once. Nothing changes where there are none.
pub(crate) fn unlock_user(context: Context<'_>, upn: &Upn, view: &Seen) -> Decision<()> {
    view.known_user(upn)?;
    let mut changes = Changes::default();
    let none = Attempts::default();
    let counts = |gate: &Gate| gate.attempts != none || gate.known.iter().any(|known| known.attempts != none);
    if let Some(gate) = view.gate(upn.key()).filter(|gate| counts(&gate.value)) {
        let failures = gate.value.failures();
        let known = gate.value.known.iter().map(|known| KnownSource { attempts: none, ..*known }).collect();
        changes.gates.push(update(gate, Gate { attempts: none, known, ..gate.value.clone() }));
        changes.events.push(context.event(Action::UserUnlocked).of_user(upn.as_str()).with("failures", failures));
    }
    Ok(Decided::new((), changes))
}

/// Forgets the wrong codes of a token at activation and resynchronization.
pub(crate) fn unlock_token(context: Context<'_>, serial: &str, view: &Seen) -> Decision<()> {
    let (token, state) = view.token(serial)?;
    let mut changes = Changes::default();
    if state.value.attempts != Attempts::default() {
        let event = context.event(Action::TokenUnlocked).of_user(&view.holder_name(&token.value)).of_token(serial);
        changes.events.push(event.with("failures", state.value.attempts.failures));
        changes.states.push(update(state, State { attempts: Attempts::default(), ..state.value.clone() }));
        // Whether the actor may rests on who holds it.
        changes.tokens.push(Write::Unchanged(token.version, token.value.id));
    }
    Ok(Decided::new((), changes))
}

/// Sets the last accepted step of a token to the present: the cure for a sign-in that was dated ahead, after which all codes
/// count as used until that date comes, and for a state that was damaged. The token itself must be sound.
pub(crate) fn reset(context: Context<'_>, serial: &str, view: &Seen) -> Decision<()> {
    let token = view.bound_token(serial)?;
    let read = view.state(&token.value.fingerprint).ok_or_else(|| Refusal::Damaged { serial: serial.to_owned() })?;
    let state = to_the_present(context, &token.value, &read.value);
    let number = |step: Option<u64>| step.map(|step| step.to_string()).unwrap_or_default();
    let event = context.event(Action::TokenReset).of_user(&view.holder_name(&token.value)).of_token(serial);
    let event = event.with("from", number(read.value.totp.last_step)).with("to", number(state.totp.last_step));
    let tokens = vec![Write::Unchanged(token.version, token.value.id)];
    let changes = Changes { tokens, states: vec![update(read, state)], events: vec![event], ..Changes::default() };
    Ok(Decided::new((), changes))
}

/// The state with its last step at the highest that a sign-in could accept now, so that no code that was used up to now
/// signs in, and without drift and attempts. A drift that is further than the policy searches is damage.
pub(super) fn to_the_present(context: Context<'_>, token: &Token, state: &State) -> State {
    let Context { policy, now, .. } = context;
    let drift = state.totp.drift.min(policy.radius.into());
    let step = highest_at(token.parameters.time_step, now, drift, policy.window.ahead().into());
    State { totp: TotpState { last_step: Some(step), drift: 0 }, attempts: Attempts::default(), ..state.clone() }
}

/// Raises the floor to now: the database was restored from a backup and may have forgotten codes that were used. Returns the
/// floor. `newest` is the time of the newest event that the database holds.
pub(crate) fn restored(
    context: Context<'_>,
    view: &Seen,
    newest: Option<UnixTime>,
    clock: Clock,
) -> Decision<UnixTime> {
    let mut changes = Changes::default();
    let newest = newest.unwrap_or_default();
    not_behind(context.now, newest, clock)?;
    let floor = raised(view.floor(), context.now);
    if let Some(read) = &view.settings {
        // An event of a later time than now was written while the clock was ahead.
        let backup_end = if newest <= context.now { newest } else { read.value.backup_end };
        changes.settings = Some(Write::Update(read.version, Settings { floor, backup_end, ..read.value.clone() }));
        changes.events.push(context.event(Action::DirectoryRestored).with("floor", floor.as_secs()));
    }
    Ok(Decided::new(floor, changes))
}

/// A clock that is behind would leave codes good that were used after its time and before the newest event.
pub(crate) fn not_behind(now: UnixTime, newest: UnixTime, clock: Clock) -> Result<(), Refusal> {
    match clock {
        Clock::Unchecked if now < newest => Err(Refusal::ClockBehind { now, newest }),
        Clock::Unchecked | Clock::Checked => Ok(()),
    }
}

/// The floor after a restore at this time. A floor that is later already is raised by a second: no two restores have the same
/// one, since recovery codes are told apart by it.
pub(crate) fn raised(floor: UnixTime, now: UnixTime) -> UnixTime {
    later(floor, Duration::from_secs(1)).max(now)
}

/// Lowers a floor that is in the future to now: the clock was ahead when the database was restored. All codes of the past stay
/// refused. Returns the floor that was lowered.
pub(crate) fn lower_floor(context: Context<'_>, view: &Seen, clock: Clock) -> Decision<Option<UnixTime>> {
    let mut changes = Changes::default();
    let ahead = view.settings.as_ref().filter(|read| read.value.floor > context.now);
    if let Some(read) = ahead {
        not_behind(context.now, read.value.backup_end, clock)?;
        let (former, floor) = (read.value.floor, context.now);
        changes.settings = Some(Write::Update(read.version, Settings { floor, ..read.value.clone() }));
        let event = context.event(Action::FloorLowered).with("from", former.as_secs());
        changes.events.push(event.with("floor", floor.as_secs()));
    }
    Ok(Decided::new(ahead.map(|read| read.value.floor), changes))
}
