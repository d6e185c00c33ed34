use super::{Directory, random_id};
use crate::audit::Actor;
use crate::decide::users::{self, ImportReport, NewUser};
use crate::error::{Error, Refusal};
use crate::model::{Upn, User, UserKind};
use crate::store::{Store, Wanted};
use crate::user_file::UserRow;
use oath_totp::UnixTime;
use std::collections::HashSet;

impl<S: Store> Directory<S> {
    /// Adds a user.
    ///
    /// # Errors
    /// [`Refusal::UserExists`].
    pub async fn add_user(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        kind: UserKind,
        display_name: Option<&str>,
    ) -> Result<User, Error> {
        let display_name = display_name.map(str::to_owned);
        let new = NewUser { id: random_id()?, upn: upn.clone(), kind, display_name };
        let wanted = Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() };
        let context = self.context(actor, now);
        self.change(context, wanted, |view| Ok(users::add(context, &new, view)?)).await
    }

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
        let (mut new, mut report) = (Vec::new(), ImportReport::default());
        let mut seen = HashSet::new();
        for UserRow { line, upn, kind, display_name } in rows {
            match upn.parse::<Upn>() {
                Ok(upn) if !seen.insert(upn.key().to_owned()) => {
                    report.failed.push((line, Refusal::UserExists { upn: upn.to_string() }));
                }
                Ok(upn) => new.push((line, NewUser { id: random_id()?, upn, kind, display_name })),
                Err(error) => report.failed.push((line, Refusal::Upn(error))),
            }
        }
        let context = self.context(actor, now);
        for chunk in new.chunks(CHUNK) {
            let names = chunk.iter().map(|(_, user)| user.upn.key().to_owned()).collect();
            let wanted = Wanted { users: names, holdings: true, ..Wanted::default() };
            let done = self.change(context, wanted, |view| Ok(users::import(context, chunk, view))).await?;
            report.add(done);
        }
        report.failed.sort_by_key(|(line, _)| *line);
        Ok(report)
    }
}

/// How many users are one transaction.
const CHUNK: usize = 500;
