use super::{Directory, PARAMETERS, new_token};
use crate::audit::Actor;
use crate::decide::code::Synchronized;
use crate::decide::rights::Ask;
use crate::decide::software::{self, MAKER};
use crate::decide::{Asked, Context, Decision, Seen};
use crate::error::{Error, Refusal};
use crate::keys::KeyRingError;
use crate::model::{Token, TokenKind, Upn, User};
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use oath_totp::{CodeRun, KeyUri, Secret, UnixTime};

/// A new software token, shown once: its secret cannot be read again.
#[derive(Debug)]
pub struct Enrolment {
    /// The serial number that the directory gave it.
    pub serial: String,
    /// The secret and its parameters, for a QR code or an app.
    pub uri: KeyUri,
}

impl<S: Store> Directory<S> {
    /// Makes a secret for a user's app or programmable token: SHA-1, 6 digits, 30 s, what every app computes. It signs in
    /// once it is [confirmed](Self::confirm). A software token of the user that still waits for its first code is
    /// replaced.
    ///
    /// # Errors
    /// [`Refusal`](crate::Refusal): unknown user, or one with as many tokens as one may hold.
    pub async fn enroll(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<Enrolment, Error> {
        self.enrolled(actor, now, upn, |context, token, view| software::enroll(context, upn, token, view)).await
    }

    /// Makes a new secret for a user's app while the old one goes on signing in: the one with this serial number, or the only one
    /// that the user has. It waits as after [`enroll`](Self::enroll); [`confirm`](Self::confirm) activates it and deletes the old
    /// one in one change, and [`cancel_enrolment`](Self::cancel_enrolment) gives it up.
    ///
    /// # Errors
    /// [`Refusal::WhichSoftware`] where the user has no such token, or several and none is named; [`Refusal`] as for `enroll`: both
    /// count as tokens of the user meanwhile.
    pub async fn reenroll(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        serial: Option<&str>,
    ) -> Result<Enrolment, Error> {
        let decide =
            |context: Context<'_>, token: &Token, view: &Seen| software::reenroll(context, upn, serial, token, view);
        self.enrolled(actor, now, upn, decide).await
    }

    async fn enrolled(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        decide: impl Fn(Context<'_>, &Token, &Seen) -> Decision<User>,
    ) -> Result<Enrolment, Error> {
        let secret = Secret::generate().map_err(|_| KeyRingError::NoRandomness)?;
        let serial = serial()?;
        let token = new_token(&self.keys, TokenKind::Software, serial, PARAMETERS, &secret, now)?;
        let (manufacturer, model) = MAKER;
        let token = Token { manufacturer: manufacturer.to_owned(), model: model.to_owned(), ..token };
        let wanted = Wanted { users: vec![upn.key().to_owned()], holdings: true, ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::user(Operation::Enroll, upn) };
        let mut issuer = String::new();
        let user = self.change(asked, wanted, |context, view| {
            issuer.clone_from(&context.policy.issuer);
            Ok(decide(context, &token, view)?)
        });
        let user = user.await?;
        // A user name is never empty, which is all that could be refused here.
        let unknown = |_| Refusal::UnknownUser { upn: user.upn.to_string() };
        let uri = KeyUri::totp(secret, user.upn.as_str()).map_err(unknown)?.with_issuer(&issuer);
        Ok(Enrolment { serial: token.serial, uri })
    }

    /// Gives up the software token of the user that waits for its first code; its serial number is returned. An app that it
    /// would have replaced goes on signing in.
    ///
    /// # Errors
    /// [`Refusal::NothingToConfirm`].
    pub async fn cancel_enrolment(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<String, Error> {
        let wanted = Wanted { users: vec![upn.key().to_owned()], holdings: true, ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::user(Operation::Enroll, upn) };
        self.change(asked, wanted, |context, view| Ok(software::cancel(context, upn, view)?)).await
    }

    /// Activates the user's waiting software token with a code (and, where that is ambiguous, the next one). An app that it
    /// replaces is deleted in the same change.
    ///
    /// # Errors
    /// As [`activate`](Self::activate), and [`Refusal::NothingToConfirm`](crate::Refusal::NothingToConfirm).
    pub async fn confirm(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        codes: &CodeRun,
    ) -> Result<Synchronized, Error> {
        let wanted =
            Wanted { users: vec![upn.key().to_owned()], holdings: true, activations: true, ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::user(Operation::Enroll, upn) };
        self.change(asked, wanted, |context, view| {
            let token = &software::waiting(upn, view)?.value;
            let totp = self.open(token)?;
            Ok(software::confirm(context, &token.serial, &totp, codes, view)?)
        })
        .await
    }
}

/// A serial number that no other token has and that can be read out: `SW-` and 10 digits and letters of Base32.
fn serial() -> Result<String, KeyRingError> {
    let random = Secret::generate().map_err(|_| KeyRingError::NoRandomness)?;
    Ok(random.expose_base32().chars().take(10).fold("SW-".to_owned(), |mut serial, c| {
        serial.push(c);
        serial
    }))
}
