use super::Directory;
use crate::audit::Actor;
use crate::decide::sign_in::{self, Candidate, SignedIn};
use crate::error::{Error, Refusal};
use crate::model::Upn;
use crate::store::{Store, Wanted};
use core::hint::black_box;
use oath_totp::{Code, TotpState, UnixTime};

impl<S: Store> Directory<S> {
    /// Is this code, now, right and unused for any of the user's activated tokens?
    ///
    /// A sign-in for a name that nobody has costs the same work as for a user with any number of tokens: the same reads,
    /// as many secrets opened and windows computed, the same write.
    ///
    /// # Errors
    /// [`Refusal::Rejected`] for every code that does not sign in, whatever the reason; the audit log knows it.
    /// [`Refusal::Locked`] after too many wrong ones. [`Error::Store`] and [`Error::Keys`] are faults: neither a grant
    /// nor a wrong code.
    pub async fn verify(&self, actor: &Actor, now: UnixTime, upn: &Upn, code: &Code) -> Result<SignedIn, Error> {
        let context = self.context(actor, now);
        let wanted = Wanted { users: vec![upn.key().to_owned()], holdings: true, ..Wanted::default() };
        self.change(wanted, |view| {
            if let Some(retry_after) = sign_in::wait(context, upn, view) {
                return Err(Refusal::Locked { retry_after }.into());
            }
            let mut candidates = Vec::with_capacity(self.policy.tokens_per_user);
            for (token, state) in sign_in::activated(upn, view) {
                candidates.push(Candidate { token, state, totp: self.open(&token.value)? });
            }
            for _ in candidates.len()..self.policy.tokens_per_user {
                let decoy = self.open(&self.decoy)?;
                // The outcome is thrown away, even in the one case in a million in which the code fits.
                let _ = black_box(decoy.verify(code, now, self.policy.window, &TotpState::NEW));
            }
            Ok(sign_in::sign_in(context, upn, code, &candidates, view)?)
        })
        .await
    }
}
