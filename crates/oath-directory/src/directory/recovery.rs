use super::Directory;
use crate::audit::Actor;
use crate::decide::recovery::{self, Recovered};
use crate::decide::rights::Ask;
use crate::decide::sign_in;
use crate::decide::{Asked, Context, Seen};
use crate::error::{Error, Refusal};
use crate::keys::KeyRingError;
use crate::model::{Recovery, RecoveryCode, Source, Upn};
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use oath_totp::UnixTime;

/// How many recovery codes a user has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryStatus {
    /// Codes that are not used yet.
    pub left: usize,
    /// When they were issued; `None` where there are none.
    pub issued: Option<UnixTime>,
}

impl<S: Store> Directory<S> {
    /// Gives a user new recovery codes, [`Policy::recovery_codes`](crate::Policy::recovery_codes) of them, in the place of all
    /// former ones. They are returned this once: the directory keeps keyed hashes. Each signs the user in once, by
    /// [`verify_recovery`](Self::verify_recovery).
    ///
    /// Leakage: the codes are secret; their number is public.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`], [`Refusal::Disabled`]; [`Error::Keys`] where the operating system has no randomness.
    pub async fn issue_recovery(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<Vec<RecoveryCode>, Error> {
        // As many as fit, of which the policy in force takes some.
        let codes: Result<Vec<_>, _> = (0..Recovery::MOST).map(|_| RecoveryCode::generate()).collect();
        let mut codes = codes.map_err(|_| KeyRingError::NoRandomness)?;
        let asked = Asked { actor, now, ask: Ask::user(Operation::Recovery, upn) };
        let issued = self.change(asked, of_user(upn), |context, view| {
            let read = view.known_user(upn)?;
            let codes = codes.iter().take(context.policy.recovery_codes);
            let tags = codes.map(|code| self.keys.tag_of_recovery(read.value.id, code)).collect();
            Ok(recovery::issue(context, read, tags, view)?)
        });
        let issued = issued.await?;
        codes.truncate(issued);
        Ok(codes)
    }

    /// Takes all recovery codes from a user. Returns how many there were.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`].
    pub async fn reset_recovery(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<usize, Error> {
        let asked = Asked { actor, now, ask: Ask::user(Operation::Recovery, upn) };
        self.change(asked, of_user(upn), |context, view| Ok(recovery::reset(context, upn, view)?)).await
    }

    /// How many recovery codes a user has left, never which.
    ///
    /// # Errors
    /// [`Refusal::UnknownUser`].
    pub async fn recovery(&self, upn: &Upn) -> Result<RecoveryStatus, Error> {
        let (view, _) = self.seen(self.store.view(of_user(upn)).await?)?;
        let user = &view.known_user(upn)?.value;
        let usable = recovery::usable(user, &view);
        Ok(RecoveryStatus {
            left: usable.map_or(0, |codes| codes.codes.len()),
            issued: usable.map(|codes| codes.issued),
        })
    }

    /// Signs a user in by a recovery code, which is used up with it. The same gate, the same attempts and the same waits as
    /// [`verify_from`](Self::verify_from); a user who is disabled is refused, and so are codes from before the database was restored.
    ///
    /// Leakage: the code is secret. It is hashed under the ring for this user and compared with all hashes of the user, always as
    /// many; a name that no user has costs the same. The outcome is public.
    ///
    /// # Errors
    /// As [`verify_from`](Self::verify_from).
    pub async fn verify_recovery(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        code: &RecoveryCode,
        source: Option<&Source>,
    ) -> Result<Recovered, Error> {
        self.at_the_gate(actor, now, upn, source, |context: Context<'_>, view: &Seen, attempt| {
            if let Some(retry_after) = sign_in::wait(context, upn, attempt.source, view) {
                return Err(Refusal::Locked { retry_after }.into());
            }
            let most = context.policy.tokens_per_user;
            self.decoy.tags(&self.keys, view.user(upn.key()).is_some(), most.saturating_sub(view.tokens.len()));
            let id = view.known_user(upn).map_or(self.decoy.user_id(), |user| user.value.id);
            Ok(recovery::sign_in(context, upn, self.keys.tag_of_recovery(id, code), view, attempt))
        })
        .await
    }
}

fn of_user(upn: &Upn) -> Wanted {
    Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() }
}
