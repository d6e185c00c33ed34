use super::together::Each;
use super::{Directory, random_id};
use crate::audit::Actor;
use crate::decide::membership::{self, Named};
use crate::decide::rights::Ask;
use crate::decide::users::{self, ImportReport, NewUser};
use crate::decide::{Asked, Context, Decided, Seen};
use crate::error::{Error, Refusal};
use crate::model::{Upn, User};
use crate::rights::Operation;
use crate::store::{MemoryStore, Store, View, Wanted};
use crate::user_file::UserRow;
use core::fmt;
use core::str::FromStr;
use oath_totp::UnixTime;
use std::collections::{HashMap, HashSet};

/// What a synchronization does with users of the directory that are not in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leavers {
    /// They stay as they are: the file adds and changes only.
    #[default]
    Keep,
    /// They can no longer sign in; their tokens stay with them.
    Disable,
    /// They leave the directory; their hardware tokens are available again, their apps are deleted.
    Remove,
}

impl FromStr for Leavers {
    type Err = UnknownLeavers;

    fn from_str(name: &str) -> Result<Self, UnknownLeavers> {
        match name {
            "keep" => Ok(Self::Keep),
            "disable" => Ok(Self::Disable),
            "remove" => Ok(Self::Remove),
            _ => Err(UnknownLeavers),
        }
    }
}

/// A text that names no [`Leavers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLeavers;

impl fmt::Display for UnknownLeavers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected keep, disable or remove")
    }
}

impl core::error::Error for UnknownLeavers {}

/// How a synchronization goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// What becomes of users who are not in the file.
    pub leavers: Leavers,
    /// Lets many users leave: 5 or more that are more than a quarter of all. Without it that is refused, since the file may be
    /// cut off.
    pub many_leavers: bool,
    /// Decides and reports and changes nothing. Each user is judged by the directory as it is: of users whose names pass from
    /// one to another within the file, some may be told as refused that would be taken.
    pub dry_run: bool,
}

/// What a synchronization came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// The users of the file.
    pub rows: ImportReport,
    /// The names of users who are not in the file and were disabled or removed, in order.
    pub left: Vec<String>,
    /// The serial numbers of tokens that are available again.
    pub freed: Vec<String>,
    /// Leavers who could not be disabled or removed, with the reason.
    pub stuck: Vec<(String, Refusal)>,
}

impl<S: Store> Directory<S> {
    /// Adds users from a [users file](crate::user_file), or makes those that exist like their rows, some hundred in one
    /// transaction. Rows that fail are left out and told. Importing the same file again changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`]: the rows before it are imported. A row that fails is no error.
    pub async fn import_users(
        &self,
        actor: &Actor,
        now: UnixTime,
        rows: impl IntoIterator<Item = UserRow>,
    ) -> Result<ImportReport, Error> {
        Ok(self.sync_users(actor, now, rows, SyncOptions::default()).await?.rows)
    }

    /// Makes the users of the directory like those of a [users file](crate::user_file) that lists all of them: as
    /// [`import_users`](Self::import_users), and users who are not in it leave. Leavers come first, so that their names are
    /// free. A user is recognised by the object ID where file and directory have one, and by the user name otherwise; a name
    /// that has passed to another object ID is refused, so that no tokens pass with it. A user who asks for it stays.
    ///
    /// # Errors
    /// [`Refusal::ManyLeavers`], and then nothing has changed; [`Error::Store`]: what came before is done, and doing it again
    /// goes on.
    pub async fn sync_users(
        &self,
        actor: &Actor,
        now: UnixTime,
        rows: impl IntoIterator<Item = UserRow>,
        options: SyncOptions,
    ) -> Result<SyncReport, Error> {
        let ask = Ask::directory(Operation::ChangeUsers);
        self.ask(Asked { actor, now, ask }, Wanted::default()).await?;
        let mut report = SyncReport::default();
        let (mut new, mut seen) = (Vec::new(), HashSet::new());
        // The object IDs of the file, also of rows that are refused: their users do not leave. And the names of its rows that
        // have none.
        let (mut objects, mut unnumbered) = (HashSet::new(), HashSet::new());
        for UserRow { line, upn, kind, display_name, enabled, object_id } in rows {
            let twice = object_id.clone().is_some_and(|id| !objects.insert(id));
            let refusal = match upn.parse::<Upn>() {
                Err(error) => Refusal::Upn(error),
                Ok(upn) if !seen.insert(upn.key().to_owned()) => Refusal::UserExists { upn: upn.to_string() },
                Ok(upn) if twice => Refusal::ObjectTwice { upn: upn.to_string() },
                Ok(upn) => {
                    if object_id.is_none() {
                        unnumbered.insert(upn.key().to_owned());
                    }
                    let (id, known_as) = (random_id()?, None);
                    new.push((line, NewUser { id, upn, kind, display_name, enabled, object_id, known_as }));
                    continue;
                }
            };
            report.rows.failed.push((line, refusal));
        }
        let known =
            if options.leavers == Leavers::Keep && objects.is_empty() { Vec::new() } else { self.users().await? };
        // A row of the same name with another object ID is another person.
        let is_listed = |user: &&User| match &user.object_id {
            Some(id) => objects.contains(id) || unnumbered.contains(user.upn.key()),
            None => seen.contains(user.upn.key()),
        };
        if options.leavers != Leavers::Keep {
            // Who asks does not lose the right to ask halfway.
            let asks = |user: &&User| actor.upn().is_some_and(|upn| upn.key() == user.upn.key());
            let leavers: Vec<&User> = known.iter().filter(|user| !is_listed(user) && !asks(user)).collect();
            self.leave(actor, now, &leavers, known.len(), options, &mut report).await?;
        }
        let names: HashMap<&str, &User> =
            known.iter().filter_map(|user| Some((user.object_id.as_deref()?, user))).collect();
        for (_, user) in &mut new {
            let known_as = user.object_id.as_deref().and_then(|id| names.get(id));
            let renamed = known_as.filter(|known| known.upn.key() != user.upn.key());
            user.known_as = renamed.map(|known| (known.id, known.upn.clone()));
        }
        let removes = options.leavers == Leavers::Remove;
        let removed: HashSet<String> = report.left.iter().filter(|_| removes).cloned().collect();
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) };
        for chunk in new.chunks(CHUNK) {
            let wanted = wanted(chunk);
            let done = if options.dry_run {
                let amend = |view: &mut View| view.users.retain(|user| !removed.contains(user.value.upn.as_str()));
                let decide = |context: Context<'_>, view: &Seen| Ok(users::import(context, chunk, view));
                self.tried(asked, wanted, amend, decide).await?.0.outcome?
            } else {
                self.change(asked, wanted, |context, view| Ok(users::import(context, chunk, view))).await?
            };
            report.rows.add(done);
        }
        report.rows.failed.sort_by_key(|(line, _)| *line);
        Ok(report)
    }

    /// Disables or removes users who are not in the file, many in one transaction.
    async fn leave(
        &self,
        actor: &Actor,
        now: UnixTime,
        leavers: &[&User],
        users: usize,
        options: SyncOptions,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        let removes = options.leavers == Leavers::Remove;
        // Those who are disabled already have left.
        let leaving: Vec<&User> = leavers.iter().copied().filter(|user| removes || user.enabled).collect();
        let many = leaving.len() >= FEW && leaving.len() > users / 4;
        if many && !options.many_leavers && !options.dry_run {
            return Err(Refusal::ManyLeavers { leavers: leaving.len(), users }.into());
        }
        let leave = Leave { asked: Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) }, removes };
        let mut done = |user: &User, freed: Result<Vec<String>, Refusal>| match freed {
            Ok(freed) => {
                report.left.push(user.upn.to_string());
                report.freed.extend(freed);
            }
            // Since the list was read, the user has left or has another name.
            Err(Refusal::UnknownUser { .. }) => {}
            Err(refusal) => report.stuck.push((user.upn.to_string(), refusal)),
        };
        if options.dry_run {
            for user in leaving {
                let decide = |context: Context<'_>, view: &Seen| leave.decide(context, view, user);
                let tried = self.tried(leave.asked, leave.wanted(&[user]), |_| (), decide).await;
                done(user, refused(tried.and_then(|(decided, _)| Ok(decided.outcome?)))?);
            }
        } else {
            self.together(&leaving, &leave, |user, freed| done(user, freed)).await?;
        }
        report.freed.sort();
        Ok(())
    }
}

/// Users leave who are not in the file.
struct Leave<'a> {
    asked: Asked<'a>,
    removes: bool,
}

impl Leave<'_> {
    fn decide(&self, context: Context<'_>, view: &Seen, user: &User) -> Result<Decided<Vec<String>>, Error> {
        let named = Named { upn: &user.upn, id: Some(user.id) };
        if self.removes {
            let Decided { changes, outcome } = membership::remove(context, named, "left", view)?;
            return Ok(Decided { changes, outcome: outcome.map(|removed| removed.available) });
        }
        let Decided { changes, outcome } = membership::set_enabled(context, named, false, view)?;
        Ok(Decided { changes, outcome: outcome.map(|_| Vec::new()) })
    }
}

impl Each<&User> for Leave<'_> {
    type Done = Result<Vec<String>, Refusal>;

    fn wanted(&self, leaving: &[&User]) -> Wanted {
        let names = leaving.iter().map(|user| &user.upn).chain(self.asked.actor.upn());
        Wanted { users: names.map(|upn| upn.key().to_owned()).collect(), holdings: true, ..Wanted::default() }
    }

    async fn operate(&self, directory: &Directory<MemoryStore>, user: &&User) -> Result<Self::Done, Error> {
        let decide = |context: Context<'_>, view: &Seen| self.decide(context, view, user);
        refused(directory.change(self.asked, self.wanted(&[user]), decide).await)
    }
}

/// A refusal is a result; everything else is a failure.
fn refused<T>(result: Result<T, Error>) -> Result<Result<T, Refusal>, Error> {
    match result {
        Err(Error::Refused(refusal)) => Ok(Err(refusal)),
        result => result.map(Ok),
    }
}

/// Fewer leavers are never too many.
const FEW: usize = 5;

/// How many users are one transaction.
const CHUNK: usize = 500;

/// The users that the rows name, by either of their names.
fn wanted(chunk: &[(u64, NewUser)]) -> Wanted {
    let names =
        chunk.iter().flat_map(|(_, user)| [Some(&user.upn), user.known_as.as_ref().map(|(_, upn)| upn)]).flatten();
    let users = names.map(|upn| upn.key().to_owned()).collect();
    Wanted { users, holdings: true, ..Wanted::default() }
}
