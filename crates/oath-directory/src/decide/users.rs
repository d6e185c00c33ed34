use super::membership::{enabled, forget_sources, renamed};
use super::{Context, Decided, Decision, Seen, touch, update};
use crate::audit::{Action, Event};
use crate::error::Refusal;
use crate::model::{Recovery, Tag, TokenKind, Upn, User, UserId, UserKind, Versioned};
use crate::rights::Roles;
use crate::store::{Changes, Write};
use std::collections::{HashMap, HashSet};

/// A user as the caller wants it to be.
#[derive(Clone, Debug)]
pub(crate) struct NewUser {
    pub(crate) id: UserId,
    pub(crate) upn: Upn,
    /// `None` leaves it as it is; of a new user the name says it.
    pub(crate) kind: Option<UserKind>,
    pub(crate) display_name: Option<String>,
    /// `None` leaves it as it is; a new user is enabled.
    pub(crate) enabled: Option<bool>,
    pub(crate) object_id: Option<String>,
    /// The user of this object ID, where the directory knows it under another user name.
    pub(crate) known_as: Option<(UserId, Upn)>,
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
    /// Users of whom anything changed: name, kind, display name, object ID, whether they may sign in.
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

/// Adds the users that do not exist and makes the others like their rows, which carry their lines and name no user twice.
/// What a row does not give stays. The order of the rows does not matter: a row whose name another row makes free comes after
/// that one.
pub(crate) fn import(context: Context<'_>, rows: &[(u64, NewUser)], view: &Seen) -> Decided<ImportReport> {
    let mut import = Import {
        context,
        view,
        existing: view.users.iter().map(|user| (user.value.upn.key(), user)).collect(),
        freed: HashSet::new(),
        report: ImportReport::default(),
        changes: Changes::default(),
    };
    let mut left: Vec<_> = rows.iter().map(|(line, new)| (*line, new)).collect();
    loop {
        let before = left.len();
        let mut refused = Vec::new();
        left.retain(|(line, new)| import.row(new).inspect_err(|why| refused.push((*line, why.clone()))).is_err());
        if left.is_empty() || left.len() == before {
            import.report.failed = refused;
            return Decided::new(import.report, import.changes);
        }
    }
}

/// An import on its way through the rows.
struct Import<'a> {
    context: Context<'a>,
    view: &'a Seen,
    existing: HashMap<&'a str, &'a Versioned<User>>,
    /// Names that rows before have made free.
    freed: HashSet<&'a str>,
    report: ImportReport,
    changes: Changes,
}

impl Import<'_> {
    fn row(&mut self, new: &NewUser) -> Result<(), Refusal> {
        let named = self.existing.get(new.upn.key()).filter(|_| !self.freed.contains(new.upn.key())).copied();
        let known = new.known_as.as_ref().and_then(|(id, upn)| {
            // Since it was read, the name may have passed to another user.
            self.existing.get(upn.key()).filter(|read| read.value.id == *id).copied()
        });
        let Some(read) = known.or(named) else {
            insert(self.context, record(new), &mut self.changes);
            self.report.added = self.report.added.saturating_add(1);
            return Ok(());
        };
        if known.is_some() && named.is_some() {
            return Err(Refusal::UserExists { upn: new.upn.to_string() });
        }
        let Some((user, events)) = like_row(self.context, new, read, self.view)? else {
            self.report.unchanged = self.report.unchanged.saturating_add(1);
            return Ok(());
        };
        if user.upn.key() != read.value.upn.key() {
            self.freed.insert(read.value.upn.key());
            forget_sources(read.value.upn.key(), self.view, &mut self.changes);
        }
        self.changes.events.extend(events);
        self.changes.users.push(update(read, user));
        self.report.changed = self.report.changed.saturating_add(1);
        Ok(())
    }
}

/// The user as the row says, and what is told of it; `None` where nothing changes.
fn like_row(
    context: Context<'_>,
    new: &NewUser,
    read: &Versioned<User>,
    view: &Seen,
) -> Result<Option<(User, Vec<Event>)>, Refusal> {
    let old = &read.value;
    view.sound_user(old)?;
    let another = |id: &String| new.object_id.as_ref().is_some_and(|new| new != id);
    if old.object_id.as_ref().is_some_and(another) {
        return Err(Refusal::OtherObject { upn: old.upn.to_string() });
    }
    let user = User {
        // Case alone is no other name.
        upn: if new.upn.key() == old.upn.key() { old.upn.clone() } else { new.upn.clone() },
        kind: new.kind.unwrap_or(old.kind),
        display_name: new.display_name.clone().or_else(|| old.display_name.clone()),
        enabled: new.enabled.unwrap_or(old.enabled),
        object_id: new.object_id.clone().or_else(|| old.object_id.clone()),
        ..old.clone()
    };
    let forbidden = |kind| user.kind == UserKind::Guest && !context.policy.guest_may_hold(kind);
    if user.kind != old.kind && view.held_by(old.id).any(|token| forbidden(token.value.kind)) {
        return Err(Refusal::Guest { upn: old.upn.to_string() });
    }
    let mut events = Vec::new();
    if user.upn != old.upn {
        events.push(renamed(context, old, &user.upn));
    }
    if user.enabled != old.enabled {
        events.push(enabled(context, &user));
    }
    let rest = |user: &User| (user.kind, user.display_name.clone(), user.object_id.clone());
    if rest(&user) != rest(old) {
        let event = context.event(Action::UserChanged).of_user(user.upn.as_str());
        events.push(event.with("kind", user.kind.name()));
    }
    Ok((!events.is_empty()).then_some((user, events)))
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

/// The rules about holding: users who may sign in, guests, and how many.
pub(crate) fn may_hold(context: Context<'_>, user: &User, kind: TokenKind, held: usize) -> Result<(), Refusal> {
    let (policy, upn) = (context.policy, || user.upn.to_string());
    if !user.enabled {
        return Err(Refusal::Disabled { upn: upn() });
    }
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
        kind: new.kind.unwrap_or_else(|| UserKind::of_name(new.upn.as_str())),
        display_name: new.display_name.clone(),
        enabled: new.enabled.unwrap_or(true),
        object_id: new.object_id.clone(),
        roles: Roles::NONE,
        recovery: Recovery::default(),
        mac: Tag::default(),
    }
}

fn insert(context: Context<'_>, user: User, changes: &mut Changes) {
    let event = context.event(Action::UserAdded).of_user(user.upn.as_str()).with("kind", user.kind.name());
    changes.events.push(event);
    changes.users.push(Write::Insert(user));
}
