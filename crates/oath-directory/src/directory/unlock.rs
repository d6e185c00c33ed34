use super::Directory;
use super::tokens::of_token;
use crate::audit::Actor;
use crate::decide::rights::Ask;
use crate::decide::{Asked, unlock};
use crate::error::Error;
use crate::model::{Clock, Upn};
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use oath_totp::UnixTime;

impl<S: Store> Directory<S> {
    /// Ends the wait of a user after wrong codes, and forgets them.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`](crate::Refusal::UnknownUser).
    pub async fn unlock_user(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<(), Error> {
        let (asked, wanted) = (
            Asked { actor, now, ask: Ask::user(Operation::Unlock, upn) },
            Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() },
        );
        self.change(asked, wanted, |context, view| Ok(unlock::unlock_user(context, upn, view)?)).await
    }

    /// Ends the wait of a token after wrong codes at activation and resynchronization, and forgets them.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`](crate::Refusal::UnknownToken).
    pub async fn unlock_token(&self, actor: &Actor, now: UnixTime, serial: &str) -> Result<(), Error> {
        let asked = Asked { actor, now, ask: Ask::holder(Operation::Unlock, serial) };
        self.change(asked, of_token(serial), |context, view| Ok(unlock::unlock_token(context, serial, view)?)).await
    }

    /// Sets the last accepted step of a token to the present, and its drift to 0: for a token that accepts no code any more
    /// because a clock that was ahead accepted one, and for a state that was [damaged](crate::Refusal::Damaged). No code
    /// that was used up to now signs in again; codes of the time between now and that clock may.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`](crate::Refusal::UnknownToken), [`Refusal::Damaged`](crate::Refusal::Damaged).
    pub async fn reset_token(&self, actor: &Actor, now: UnixTime, serial: &str) -> Result<(), Error> {
        let asked = Asked { actor, now, ask: Ask::holder(Operation::ResetToken, serial) };
        self.change(asked, of_token(serial), |context, view| Ok(unlock::reset(context, serial, view)?)).await
    }

    /// To be called after the database was restored from a backup, before anyone signs in: it has forgotten which codes were
    /// used since the backup, and so all codes up to now are refused, in one record. Returns the moment up to which codes are
    /// refused: now, or later where an earlier restore left a later one.
    ///
    /// # Errors
    /// [`Refusal::ClockBehind`](crate::Refusal::ClockBehind) where the database holds an event that is later than `now`, unless
    /// the clock was [checked](Clock::Checked); [`Error::Store`].
    pub async fn restored(&self, actor: &Actor, now: UnixTime, clock: Clock) -> Result<UnixTime, Error> {
        let newest = self.last_event().await?;
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Maintain) };
        self.change(asked, Wanted::default(), |context, view| Ok(unlock::restored(context, view, newest, clock)?)).await
    }

    /// The cure where the clock was ahead at a [restore](Self::restored), so that every code is refused until that moment comes:
    /// from now on codes up to now are refused. Returns the former moment; `None`, and changes nothing, where it is not in the
    /// future.
    ///
    /// `now` must be right. A clock that is behind now looks like one that was ahead at the restore, and a floor that is lowered into
    /// the past makes codes that were used since then good again. The floor is therefore not lowered to a time before the newest
    /// event that the database held at the restore, unless the clock was [checked](Clock::Checked). What was used between the
    /// backup and the restore stands in no event: in that span a clock that is behind is not found out.
    ///
    /// Codes of times that have not come yet count as unused after it. Where the clock was ahead before the restore as well, and a
    /// token with the same wrong time signed in then, a person who saw its codes can use them when their time comes.
    ///
    /// # Errors
    /// [`Refusal::ClockBehind`](crate::Refusal::ClockBehind); [`Error::Store`].
    pub async fn lower_floor(&self, actor: &Actor, now: UnixTime, clock: Clock) -> Result<Option<UnixTime>, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Maintain) };
        self.change(asked, Wanted::default(), |context, view| Ok(unlock::lower_floor(context, view, clock)?)).await
    }

    /// Up to when all codes of all users are refused. A time of the past, or zero, is what it should be: see
    /// [`restored`](Self::restored).
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn refused_until(&self) -> Result<UnixTime, Error> {
        let (view, _) = self.seen(self.store.view(Wanted::default()).await?)?;
        Ok(view.floor())
    }
}
