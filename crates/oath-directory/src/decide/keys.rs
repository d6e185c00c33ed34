//! Sealing secrets again under the key of the ring that seals.

use super::{Context, Decided, Seen, update};
use crate::audit::Action;
use crate::keys::{KeyRing, KeyRingError};
use crate::model::Token;
use crate::store::Changes;

/// Seals the secrets of the tokens of the view again that are sealed under another key. The outcome: how many, and the serial
/// numbers of those whose secret does not open, which stay as they are.
pub(crate) fn reseal(
    context: Context<'_>,
    keys: &KeyRing,
    view: &Seen,
) -> Result<Decided<(u64, Vec<String>)>, KeyRingError> {
    let (mut changes, mut sealed, mut damaged) = (Changes::default(), 0u64, Vec::new());
    for read in view.tokens.iter().filter(|token| token.value.sealed.key != keys.sealing_name()) {
        let token = &read.value;
        // What is written is bound to the ring: nothing that was changed by another writer may be.
        let secret = view.bound_token(&token.serial).ok().and_then(|_| keys.open(token).ok());
        let Some(secret) = secret else {
            damaged.push(token.serial.clone());
            continue;
        };
        let again = keys.seal(token.id, &token.serial, &token.parameters, &secret)?;
        changes.tokens.push(update(read, Token { sealed: again, ..token.clone() }));
        sealed = sealed.saturating_add(1);
    }
    if sealed > 0 {
        let event = context.event(Action::TokensResealed).with("key", keys.sealing_name());
        changes.events.push(event.with("tokens", sealed));
    }
    Ok(Decided::new((sealed, damaged), changes))
}
