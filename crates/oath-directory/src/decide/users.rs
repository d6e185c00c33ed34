use super::{Context, Decided, Decision, Seen, touch, update};
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Tag, TokenKind, Upn, User, UserId, UserKind};
use crate::store::{Changes, Write};
use std::collections::HashMap;

/// A user as somebody wants it to be.
#[derive(Clone, Debug)]
pub(crate) struct NewUser {
    pub(crate) id: UserId,
    pub(crate) upn: Upn,
    pub(crate) kind: UserKind,
    pub(crate) display_name: Option<String>,
}

/// Adds a user who must not exist.
pub(crate) fn add(context: Context<'_>, new: &NewUser, view: &Seen) -> Decision<User> {
    if let Some(user) = view.user(new.upn.key()) {
        return Err(Refusal::UserExists { upn: user.value.upn.to_string() });
    }
    let user = record(new);
    let mut changes = Changes::default();
    insert(context, user.clone(), &mut changes);
    Ok(Decided::new(user, changes))
}

/// What an import comes to: how many users were added, changed and as they should be already, and which lines failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Users that are new.
    pub added: u64,
    /// Users whose kind or display name changed.
    pub changed: u64,
    /// Users that were so already.
    pub unchanged: u64,
    /// Lines that were refused, in order, with the reason.
    pub failed: Vec<(u64, Refusal)>,
}

impl ImportReport {
    pub(crate) fn add(&mut self, more: Self) {
        let Self { added, changed, unchanged, failed } = more;
        self.added = self.added.saturating_add(added);
        self.changed = self.changed.saturating_add(changed);
        self.unchanged = self.unchanged.saturating_add(unchanged);
        self.failed.extend(failed);
    }
}

/// Adds the users that do not exist and makes the others like their rows, which carry their lines and name no user twice. A
/// display name that is not given stays.
pub(crate) fn import(context: Context<'_>, rows: &[(u64, NewUser)], view: &Seen) -> Decided<ImportReport> {
    let existing: HashMap<_, _> = view.users.iter().map(|user| (user.value.upn.key(), user)).collect();
    let mut report = ImportReport::default();
    let mut changes = Changes::default();
    for (line, new) in rows {
        let Some(read) = existing.get(new.upn.key()) else {
            insert(context, record(new), &mut changes);
            report.added = report.added.saturating_add(1);
            continue;
        };
        let old = &read.value;
        if let Err(damaged) = view.sound_user(old) {
            report.failed.push((*line, damaged));
            continue;
        }
        let user = User {
            kind: new.kind,
            display_name: new.display_name.clone().or_else(|| old.display_name.clone()),
            ..old.clone()
        };
        let forbidden = |kind| user.kind == UserKind::Guest && !context.policy.guest_may_hold(kind);
        if user == *old {
            report.unchanged = report.unchanged.saturating_add(1);
        } else if view.held_by(old.id).any(|token| forbidden(token.value.kind)) {
            report.failed.push((*line, Refusal::Guest { upn: old.upn.to_string() }));
        } else {
            let event = context.event(Action::UserChanged).of_user(old.upn.as_str());
            changes.events.push(event.with("kind", kind_name(user.kind)));
            changes.users.push(update(read, user));
            report.changed = report.changed.saturating_add(1);
        }
    }
    Decided::new(report, changes)
}

/// May this user hold one more token of this kind? The version of the user changes with the answer yes, so that two
/// decisions at once do not both fill the last place.
pub(crate) fn take_place(
    context: Context<'_>,
    upn: &Upn,
    kind: TokenKind,
    view: &Seen,
    changes: &mut Changes,
) -> Result<User, Refusal> {
    let user = view.known_user(upn)?;
    may_hold(context, &user.value, kind, view.held_by(user.value.id).count())?;
    changes.users.push(touch(user));
    Ok(user.value.clone())
}

/// The two rules about holding: guests, and how many.
pub(crate) fn may_hold(context: Context<'_>, user: &User, kind: TokenKind, held: usize) -> Result<(), Refusal> {
    let (policy, upn) = (context.policy, || user.upn.to_string());
    if user.kind == UserKind::Guest && !policy.guest_may_hold(kind) {
        return Err(Refusal::Guest { upn: upn() });
    }
    if held >= policy.tokens_per_user {
        return Err(Refusal::UserFull { upn: upn(), limit: policy.tokens_per_user });
    }
    Ok(())
}

fn record(new: &NewUser) -> User {
    User {
        id: new.id,
        upn: new.upn.clone(),
        kind: new.kind,
        display_name: new.display_name.clone(),
        mac: Tag::default(),
    }
}

fn insert(context: Context<'_>, user: User, changes: &mut Changes) {
    let event = context.event(Action::UserAdded).of_user(user.upn.as_str()).with("kind", kind_name(user.kind));
    changes.events.push(event);
    changes.users.push(Write::Insert(user));
}

fn kind_name(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Member => "member",
        UserKind::Guest => "guest",
    }
}
