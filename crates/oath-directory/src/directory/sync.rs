use super::{Directory, random_id};
use crate::audit::Actor;
use crate::decide::Seen;
use crate::decide::users::{self, ImportReport, NewUser};
use crate::error::{Error, Refusal};
use crate::model::{Upn, User};
use crate::store::{Store, Wanted};
use crate::user_file::UserRow;
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
    /// They leave the directory; their hardware tokens are available again.
    Remove,
}

/// How a synchronization goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// What becomes of users who are not in the file.
    pub leavers: Leavers,
    /// Lets more than a quarter of the users leave, and at least 5; without it that is refused, since the file may be cut off.
    pub many_leavers: bool,
    /// Decides and reports everything and changes nothing.
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
    /// Leavers who could not be removed, with the reason.
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
    /// that has passed to another object ID is refused, so that no tokens pass with it.
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
        let mut report = SyncReport::default();
        let (mut new, mut seen) = (Vec::new(), HashSet::new());
        // The object IDs of the file, and the names of its rows that have none.
        let (mut objects, mut unnumbered) = (HashSet::new(), HashSet::new());
        for UserRow { line, upn, kind, display_name, enabled, object_id } in rows {
            match upn.parse::<Upn>() {
                Ok(upn) if !seen.insert(upn.key().to_owned()) => {
                    report.rows.failed.push((line, Refusal::UserExists { upn: upn.to_string() }));
                }
                Ok(upn) => {
                    match &object_id {
                        Some(id) => objects.insert(id.clone()),
                        None => unnumbered.insert(upn.key().to_owned()),
                    };
                    let known_as = None;
                    new.push((
                        line,
                        NewUser { id: random_id()?, upn, kind, display_name, enabled, object_id, known_as },
                    ));
                }
                Err(error) => report.rows.failed.push((line, Refusal::Upn(error))),
            }
        }
        let known =
            if options.leavers == Leavers::Keep && objects.is_empty() { Vec::new() } else { self.users().await? };
        // A row of the same name with another object ID is another person.
        let is_listed = |user: &&User| match &user.object_id {
            Some(id) => objects.contains(id) || unnumbered.contains(user.upn.key()),
            None => seen.contains(user.upn.key()),
        };
        if options.leavers != Leavers::Keep {
            let leavers: Vec<&User> = known.iter().filter(|user| !is_listed(user)).collect();
            self.leave(actor, now, &leavers, known.len(), options, &mut report).await?;
        }
        let names: HashMap<&str, &Upn> =
            known.iter().filter_map(|user| Some((user.object_id.as_deref()?, &user.upn))).collect();
        for (_, user) in &mut new {
            let known_as = user.object_id.as_deref().and_then(|id| names.get(id));
            user.known_as = known_as.filter(|upn| upn.key() != user.upn.key()).map(|upn| (*upn).clone());
        }
        let removes = options.leavers == Leavers::Remove;
        let removed: HashSet<String> = report.left.iter().filter(|_| removes).cloned().collect();
        let context = self.context(actor, now);
        for chunk in new.chunks(CHUNK) {
            let wanted = wanted(chunk);
            let done = if options.dry_run {
                let mut view = self.store.view(wanted).await?;
                view.users.retain(|user| !removed.contains(user.value.upn.as_str()));
                users::import(context, chunk, &Seen::new(view, &self.keys)).outcome?
            } else {
                self.change(context, wanted, |view| Ok(users::import(context, chunk, view))).await?
            };
            report.rows.add(done);
        }
        report.rows.failed.sort_by_key(|(line, _)| *line);
        Ok(report)
    }

    /// Disables or removes users who are not in the file, each by itself.
    async fn leave(
        &self,
        actor: &Actor,
        now: UnixTime,
        leavers: &[&User],
        users: usize,
        options: SyncOptions,
        report: &mut SyncReport,
    ) -> Result<(), Error> {
        // Those who are disabled already have left.
        let leaving = leavers.iter().filter(|user| options.leavers == Leavers::Remove || user.enabled);
        let leaving: Vec<&&User> = leaving.collect();
        let many = leaving.len() >= FEW && leaving.len() > users / 4;
        if many && !options.many_leavers {
            return Err(Refusal::ManyLeavers { leavers: leaving.len(), users }.into());
        }
        for user in leaving {
            let done = match options.leavers {
                _ if options.dry_run => Ok(Vec::new()),
                Leavers::Remove => self.remove(actor, now, &user.upn, "left").await,
                Leavers::Disable => self.enable_user(actor, now, &user.upn, false).await.map(|_| Vec::new()),
                Leavers::Keep => Ok(Vec::new()),
            };
            match done {
                Ok(freed) => {
                    report.left.push(user.upn.to_string());
                    report.freed.extend(freed);
                }
                // Another caller was faster.
                Err(Error::Refused(Refusal::UnknownUser { .. })) => {}
                Err(Error::Refused(refusal)) => report.stuck.push((user.upn.to_string(), refusal)),
                Err(error) => return Err(error),
            }
        }
        report.freed.sort();
        Ok(())
    }
}

/// Fewer leavers are never too many.
const FEW: usize = 5;

/// How many users are one transaction.
const CHUNK: usize = 500;

/// The users that the rows name, by either of their names.
fn wanted(chunk: &[(u64, NewUser)]) -> Wanted {
    let names = chunk.iter().flat_map(|(_, user)| [Some(&user.upn), user.known_as.as_ref()]).flatten();
    let users = names.map(|upn| upn.key().to_owned()).collect();
    Wanted { users, holdings: true, ..Wanted::default() }
}
