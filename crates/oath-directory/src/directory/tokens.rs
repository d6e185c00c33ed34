use super::Directory;
use crate::audit::Actor;
use crate::decide::code::Synchronized;
use crate::decide::rights::Ask;
use crate::decide::{Asked, Context, Decision, Seen, code, tokens};
use crate::error::Error;
use crate::model::{Token, Upn};
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use oath_totp::{CodeRun, Consecutive, UnixTime};

pub(super) fn of_token(serial: &str) -> Wanted {
    Wanted { serials: vec![serial.to_owned()], ..Wanted::default() }
}

impl<S: Store> Directory<S> {
    /// Gives an available hardware token to a user: available → assigned.
    ///
    /// # Errors
    /// [`Refusal`](crate::Refusal): unknown token or user, a guest, a user with as many tokens as one may hold, a token that somebody
    /// holds, a software token.
    pub async fn assign(&self, actor: &Actor, now: UnixTime, serial: &str, upn: &Upn) -> Result<Token, Error> {
        let wanted = Wanted { users: vec![upn.key().to_owned()], holdings: true, ..of_token(serial) };
        let asked = Asked { actor, now, ask: Ask::user(Operation::Assign, upn) };
        self.change(asked, wanted, |context, view| Ok(tokens::assign(context, serial, upn, view)?)).await
    }

    /// Activates a token with the code on its display: assigned, failedActivation, deactivated → activated. The code is
    /// consumed.
    ///
    /// One code is enough within ± [`Policy::activation_radius_one_code`](crate::Policy::activation_radius_one_code) steps of the
    /// token's expected clock: a blind guess is right with 0.012 %. With the next code as well the clock is found within
    /// ± [`Policy::radius`](crate::Policy::radius) steps of the server's.
    ///
    /// # Errors
    /// [`Refusal::NextCodeNeeded`](crate::Refusal::NextCodeNeeded) for one code, [`Refusal::WrongCode`](crate::Refusal::WrongCode) for
    /// two: the token becomes failedActivation, and an attempt of its own budget is spent.
    /// [`Refusal::Ambiguous`](crate::Refusal::Ambiguous): ask for the next code; nothing changes. [`Refusal`](crate::Refusal) also
    /// for the token's status, a lock, and too many activations.
    pub async fn activate(
        &self,
        actor: &Actor,
        now: UnixTime,
        serial: &str,
        codes: &CodeRun,
    ) -> Result<Synchronized, Error> {
        let wanted = Wanted { activations: true, ..of_token(serial) };
        let asked = Asked { actor, now, ask: Ask::holder(Operation::Activate, serial) };
        self.with_code(asked, wanted, serial, |context, totp, view| code::activate(context, serial, totp, codes, view))
            .await
    }

    /// Finds an activated token again whose clock has left the window of a sign-in, by two or three
    /// consecutive codes.
    ///
    /// # Errors
    /// [`Refusal::WrongCode`](crate::Refusal::WrongCode): an attempt is spent. [`Refusal::Ambiguous`](crate::Refusal::Ambiguous), a lock, a token that is not activated.
    pub async fn resync(
        &self,
        actor: &Actor,
        now: UnixTime,
        serial: &str,
        codes: &Consecutive,
    ) -> Result<Synchronized, Error> {
        let asked = Asked { actor, now, ask: Ask::holder(Operation::Resync, serial) };
        self.with_code(asked, of_token(serial), serial, |context, totp, view| {
            code::resync(context, serial, totp, codes, view)
        })
        .await
    }

    /// activated → deactivated: its holder keeps it, but it no longer signs in until it is activated again.
    ///
    /// # Errors
    /// [`Refusal`](crate::Refusal): unknown, or not activated.
    pub async fn deactivate(&self, actor: &Actor, now: UnixTime, serial: &str) -> Result<Token, Error> {
        let asked = Asked { actor, now, ask: Ask::holder(Operation::Deactivate, serial) };
        self.change(asked, of_token(serial), |context, view| Ok(tokens::deactivate(context, serial, view)?)).await
    }

    /// Takes a hardware token from its holder: back to available. What is spent stays spent.
    ///
    /// # Errors
    /// [`Refusal`](crate::Refusal): unknown, held by no user, a software token.
    pub async fn unassign(&self, actor: &Actor, now: UnixTime, serial: &str) -> Result<Token, Error> {
        let asked = Asked { actor, now, ask: Ask::holder(Operation::Unassign, serial) };
        self.change(asked, of_token(serial), |context, view| Ok(tokens::unassign(context, serial, view)?)).await
    }

    /// Takes a token out of the directory: an available hardware token, or a software token that does not sign in. What is
    /// spent of its secret stays spent, should it ever be uploaded again.
    ///
    /// # Errors
    /// [`Refusal`](crate::Refusal): unknown, a hardware token that a user holds, or a software token that is activated.
    pub async fn delete(&self, actor: &Actor, now: UnixTime, serial: &str) -> Result<(), Error> {
        let asked = Asked { actor, now, ask: Ask::holder(Operation::DeleteToken, serial) };
        self.change(asked, of_token(serial), |context, view| Ok(tokens::delete(context, serial, view)?)).await
    }

    /// A change that needs the token's secret.
    pub(super) async fn with_code<T>(
        &self,
        asked: Asked<'_>,
        wanted: Wanted,
        serial: &str,
        decide: impl Fn(Context<'_>, &oath_totp::Totp, &Seen) -> Decision<T>,
    ) -> Result<T, Error> {
        self.change(asked, wanted, |context, view| {
            let (token, _) = view.token(serial)?;
            let totp = self.open(&token.value)?;
            Ok(decide(context, &totp, view)?)
        })
        .await
    }
}
