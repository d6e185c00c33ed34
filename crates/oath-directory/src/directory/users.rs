use super::{Directory, random_id};
use crate::audit::Actor;
use crate::decide::users::{self, ImportReport, NewUser};
use crate::error::{Error, Refusal};
use crate::model::{Upn, User, UserKind};
use crate::store::{Store, Wanted};
use crate::user_file::UserRow;
use oath_totp::UnixTime;

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
        self.change(wanted, |view| Ok(users::add(self.context(actor, now), &new, view)?)).await
    }

    /// Adds users from a [users file](crate::user_file), or makes those that exist like their rows, all in one
    /// transaction. Rows that fail are left out and told.
    ///
    /// # Errors
    /// [`Error::Store`]. A row that fails is no error.
    pub async fn import_users(
        &self,
        actor: &Actor,
        now: UnixTime,
        rows: impl IntoIterator<Item = UserRow>,
    ) -> Result<ImportReport, Error> {
        let (mut new, mut malformed) = (Vec::new(), Vec::new());
        for UserRow { line, upn, kind, display_name } in rows {
            match upn.parse() {
                Ok(upn) => new.push((line, NewUser { id: random_id()?, upn, kind, display_name })),
                Err(error) => malformed.push((line, Refusal::Upn(error))),
            }
        }
        let names = new.iter().map(|(_, user)| user.upn.key().to_owned()).collect();
        let wanted = Wanted { users: names, holdings: true, ..Wanted::default() };
        let mut report = self.change(wanted, |view| Ok(users::import(self.context(actor, now), &new, view))).await?;
        report.failed.append(&mut malformed);
        report.failed.sort_by_key(|(line, _)| *line);
        Ok(report)
    }
}
