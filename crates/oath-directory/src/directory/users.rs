use super::{Directory, TokenQuery, random_id};
use crate::audit::Actor;
use crate::decide::membership::{self, Named, Removed};
use crate::decide::rights::Ask;
use crate::decide::roles;
use crate::decide::users::{self, NewUser};
use crate::decide::{Asked, Context, Decision, Seen};
use crate::error::Error;
use crate::model::{Upn, User, UserKind};
use crate::rights::{Operation, Roles};
use crate::store::{Listed, Store, Wanted};
use oath_totp::UnixTime;

impl<S: Store> Directory<S> {
    /// Adds a user.
    ///
    /// # Errors
    /// [`Refusal::UserExists`](crate::Refusal::UserExists).
    pub async fn add_user(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        kind: UserKind,
        display_name: Option<&str>,
    ) -> Result<User, Error> {
        let display_name = display_name.map(str::to_owned);
        let (id, upn_of) = (random_id()?, upn.clone());
        let (kind, enabled, object_id, known_as) = (Some(kind), None, None, None);
        let new = NewUser { id, upn: upn_of, kind, display_name, enabled, object_id, known_as };
        let wanted = Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) };
        self.change(asked, wanted, |context, view| Ok(users::add(context, &new, view)?)).await
    }

    /// A user with the tokens and the wait after wrong codes.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`](crate::Refusal::UnknownUser).
    pub async fn user(&self, now: UnixTime, upn: &Upn) -> Result<UserDetails, Error> {
        let wanted = Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() };
        let (view, policy) = self.seen(self.store.view(wanted).await?)?;
        let user = view.known_user(upn)?.value.clone();
        let gate = view.gate(upn.key()).map(|gate| gate.value.clone()).unwrap_or_default();
        let (wait, failures) = (policy.wait(&gate.attempts, now), gate.failures());
        let (locked_until, known_sources) = (policy.locked_until(&gate, now), gate.known.len());
        let tokens = self.tokens(&TokenQuery { upn: Some(upn.clone()), ..TokenQuery::default() }).await?;
        let refused_until = Some(view.floor()).filter(|floor| *floor > now);
        Ok(UserDetails { user, tokens, failures, wait, locked_until, known_sources, refused_until })
    }

    /// Gives a user another user name. The tokens stay; wrong codes are counted by name and begin anew.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`](crate::Refusal::UnknownUser), [`Refusal::UserExists`](crate::Refusal::UserExists).
    pub async fn rename_user(&self, actor: &Actor, now: UnixTime, upn: &Upn, new: &Upn) -> Result<User, Error> {
        let wanted = Wanted { users: vec![upn.key().to_owned(), new.key().to_owned()], ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) };
        self.change(asked, wanted, |context, view| Ok(membership::rename(context, upn, new, view)?)).await
    }

    /// Lets a user sign in (`accountEnabled`), or not. The tokens stay with the user; while disabled, every code is refused
    /// like a wrong one, and no token can be assigned.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`](crate::Refusal::UnknownUser).
    pub async fn enable_user(&self, actor: &Actor, now: UnixTime, upn: &Upn, enabled: bool) -> Result<User, Error> {
        let wanted = Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) };
        self.change(asked, wanted, |context, view| {
            Ok(membership::set_enabled(context, Named { upn, id: None }, enabled, view)?)
        })
        .await
    }

    /// Gives a user roles and takes others away: what the user may do for others. A role in both is taken away.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`](crate::Refusal::UnknownUser).
    pub async fn change_roles(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        add: Roles,
        remove: Roles,
    ) -> Result<User, Error> {
        let wanted = Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::user(Operation::ChangeRoles, upn) };
        self.change(asked, wanted, |context, view| Ok(roles::change(context, upn, add, remove, view)?)).await
    }

    /// Takes a user out of the directory: hardware tokens are available again, software tokens are deleted. Codes that were
    /// used stay used. The audit log keeps the name.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`](crate::Refusal::UnknownUser); [`Refusal::Damaged`](crate::Refusal::Damaged) for a token that has to be dealt with first.
    pub async fn remove_user(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<Removed, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) };
        self.change(asked, with_holdings(upn), |context, view| Ok(removal(context, upn, view)?)).await
    }

    /// What [`remove_user`](Self::remove_user) would come to at this moment. Nothing is changed.
    ///
    /// # Errors
    /// As there.
    pub async fn preview_removal(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<Removed, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangeUsers) };
        let tried = self.tried(asked, with_holdings(upn), |_| (), |context, view| Ok(removal(context, upn, view)?));
        Ok(tried.await?.0.outcome?)
    }
}

/// A user, and everything that the user holds.
fn with_holdings(upn: &Upn) -> Wanted {
    Wanted { users: vec![upn.key().to_owned()], holdings: true, ..Wanted::default() }
}

fn removal(context: Context<'_>, upn: &Upn, view: &Seen) -> Decision<Removed> {
    membership::remove(context, Named { upn, id: None }, "asked", view)
}

/// A user, and what a help desk asks about one.
#[derive(Clone, Debug)]
pub struct UserDetails {
    /// The user.
    pub user: User,
    /// The tokens that the user holds, in the order of their serial numbers.
    pub tokens: Vec<Listed>,
    /// Wrong codes from all sources, of each since its last right one.
    pub failures: u32,
    /// How many seconds the next code from a source that is not known has to wait, where it has to.
    pub wait: Option<u64>,
    /// Until when codes from one source or another are refused unread; `None`: the next code is read.
    pub locked_until: Option<UnixTime>,
    /// How many sources the user has signed in from of late.
    pub known_sources: usize,
    /// Up to when all codes of all users are refused, where that is in the future: the clock was ahead when the database was
    /// restored. [`Directory::lower_floor`] is the cure.
    pub refused_until: Option<UnixTime>,
}
