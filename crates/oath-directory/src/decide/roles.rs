use super::{Context, Decided, Decision, Seen, update};
use crate::audit::Action;
use crate::model::{Upn, User};
use crate::rights::Roles;
use crate::store::Changes;

/// Gives a user roles and takes others away; a role in both lists goes.
pub(crate) fn change(context: Context<'_>, upn: &Upn, add: Roles, remove: Roles, view: &Seen) -> Decision<User> {
    let read = view.known_user(upn)?;
    let before = read.value.roles;
    let roles: Roles = before.iter().chain(add.iter()).filter(|role| !remove.has(*role)).collect();
    let user = User { roles, ..read.value.clone() };
    let mut changes = Changes::default();
    if roles != before {
        let event = context.event(Action::RolesChanged).of_user(upn.as_str());
        changes.events.push(event.with("from", before).with("to", roles));
        changes.users.push(update(read, user.clone()));
    }
    Ok(Decided::new(user, changes))
}
