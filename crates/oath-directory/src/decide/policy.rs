//! Changing the policy.

use super::{Context, Decided, Decision, Seen, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Settings, Version};
use crate::policy::Policy;
use crate::store::Changes;

/// Puts a policy in the place of the one of the context, where the record still has the version that the caller has seen. The
/// event names each field that changes, what it was and what it is. The same policy again changes nothing.
pub(crate) fn set(context: Context<'_>, expected: Version, policy: &Policy, view: &Seen) -> Decision<Version> {
    policy.check().map_err(Refusal::Policy)?;
    // The directory is founded before anything is decided.
    let read = view.settings.as_ref().filter(|read| read.version == expected).ok_or(Refusal::PolicyChanged)?;
    let event = context.event(Action::PolicyChanged);
    let event = policy.differences(context.policy).fold(event, |event, field| {
        event.with(field.name, format_args!("{} -> {}", field.shown(context.policy), field.shown(policy)))
    });
    if policy == context.policy {
        return Ok(Decided::new(read.version, Changes::default()));
    }
    let settings = Settings { policy: policy.stored(), ..read.value.clone() };
    let changes = Changes { settings: Some(update(read, settings)), events: vec![event], ..Changes::default() };
    Ok(Decided::new(read.version.next(), changes))
}
