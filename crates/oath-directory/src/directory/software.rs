use super::{Directory, PARAMETERS, new_token};
use crate::audit::Actor;
use crate::decide::Asked;
use crate::decide::code::{self, Synchronized};
use crate::decide::rights::Ask;
use crate::decide::software::{self, MAKER};
use crate::error::{Error, Refusal};
use crate::keys::KeyRingError;
use crate::model::{Token, TokenKind, Upn};
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use oath_totp::{CodeRun, KeyUri, Secret, UnixTime};

/// A new software token, shown once: afterwards nobody can read its secret again.
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
            Ok(software::enroll(context, upn, &token, view)?)
        });
        let user = user.await?;
        // A user name is never empty, which is all that could be refused here.
        let unknown = |_| Refusal::UnknownUser { upn: user.upn.to_string() };
        let uri = KeyUri::totp(secret, user.upn.as_str()).map_err(unknown)?.with_issuer(&issuer);
        Ok(Enrolment { serial: token.serial, uri })
    }

    /// Activates the user's waiting software token with a code (and, where that is ambiguous, the next one).
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
            Ok(code::activate(context, &token.serial, &totp, codes, view)?)
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
