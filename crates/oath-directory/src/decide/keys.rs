//! Sealing secrets again under the key of the ring that seals, and making them known by it.

use super::{Context, Decided, Seen, update};
use crate::audit::Action;
use crate::keys::{KeyRing, KeyRingError};
use crate::model::{State, Token};
use crate::store::{Changes, Write};

/// Seals the secrets of the tokens of the view again that are sealed under another key, or are recognised by another. The state of
/// a secret moves to its new fingerprint by the same set of changes: a sign-in that has read the former one conflicts. The
/// outcome: how many, and the serial numbers of those whose secret does not open or whose state is damaged, which stay as they
/// are.
pub(crate) fn reseal(
    context: Context<'_>,
    keys: &KeyRing,
    view: &Seen,
) -> Result<Decided<(u64, Vec<String>)>, KeyRingError> {
    let (mut changes, mut sealed, mut damaged) = (Changes::default(), 0u64, Vec::new());
    for read in view.tokens.iter().filter(|token| is_older(keys, &token.value)) {
        let token = &read.value;
        // What is written is bound to the ring: nothing that was changed by another writer may be.
        let secret = view.bound_token(&token.serial).ok().and_then(|_| keys.open(token).ok());
        let Some(secret) = secret else {
            damaged.push(token.serial.clone());
            continue;
        };
        let fingerprint = keys.fingerprint(&secret)?;
        if fingerprint != token.fingerprint {
            let Ok((_, state)) = view.token(&token.serial) else {
                damaged.push(token.serial.clone());
                continue;
            };
            changes.states.push(Write::Delete(state.version, token.fingerprint));
            changes.states.push(Write::Insert(State { fingerprint, ..state.value.clone() }));
        }
        let again = keys.seal(token.id, &token.serial, &token.parameters, &secret)?;
        changes.tokens.push(update(read, Token { sealed: again, fingerprint, ..token.clone() }));
        sealed = sealed.saturating_add(1);
    }
    if sealed > 0 {
        let event = context.event(Action::TokensResealed).with("key", keys.sealing_name());
        changes.events.push(event.with("tokens", sealed));
    }
    Ok(Decided::new((sealed, damaged), changes))
}

/// Whether a token is sealed under another key than the one that seals, or recognised by another.
pub(crate) fn is_older(keys: &KeyRing, token: &Token) -> bool {
    token.sealed.key != keys.sealing_name() || !keys.is_newest(&token.fingerprint)
}
