//! The policy: a record of the tenant, which every decision reads with its view.

use super::Directory;
use crate::audit::Actor;
use crate::decide::rights::Ask;
use crate::decide::{Asked, Seen, policy};
use crate::error::{Error, Refusal};
use crate::model::{Version, Versioned};
use crate::policy::{Policy, PolicyError};
use crate::rights::Operation;
use crate::store::{Fault, Store, StoreError, View, Wanted};
use oath_totp::UnixTime;
use std::sync::Arc;

/// What an edit of the policy came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyEdit {
    /// The policy that was read.
    pub before: Policy,
    /// The policy that is in force now, or would be.
    pub after: Policy,
    /// The version of its record.
    pub version: Version,
}

impl<S: Store> Directory<S> {
    /// The policy, with the version of its record. A directory that no policy was set for has the default one.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Keys`] where the directory belongs to another ring.
    pub async fn policy(&self) -> Result<Versioned<Policy>, Error> {
        let view = self.store.view(Wanted::default()).await?;
        let policy = self.policy_of(&view)?;
        let version = view.settings.map_or(Version::from_stored(0), |settings| settings.version);
        Ok(Versioned { version, value: Policy::clone(&policy) })
    }

    /// Puts another policy in the place of the one of this version, and returns its version. The next decision of every
    /// process goes by it. The audit log keeps the fields that changed, with what they were and what they are.
    ///
    /// The version is that of the record which [`policy`](Self::policy) returned; it also grows when the directory was
    /// [restored](Self::restored).
    ///
    /// # Errors
    /// [`Refusal::PolicyChanged`](crate::Refusal::PolicyChanged) where the record has another version;
    /// [`Refusal::Policy`](crate::Refusal::Policy) where a value is out of its range.
    pub async fn set_policy(
        &self,
        actor: &Actor,
        now: UnixTime,
        expected: Version,
        policy: &Policy,
    ) -> Result<Version, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::ChangePolicy) };
        self.change(asked, Wanted::default(), |context, view| Ok(policy::set(context, expected, policy, view)?)).await
    }

    /// Reads the policy, edits it, and puts it in the place of the one that was read: all edits or none. With `dry_run` nothing is
    /// changed, and the actor must be one who may.
    ///
    /// # Errors
    /// [`Refusal::Policy`](crate::Refusal::Policy) with the error of the edit, or where a value is out of its range;
    /// [`Refusal::PolicyChanged`](crate::Refusal::PolicyChanged) where another caller changed the policy at the same moment;
    /// [`Refusal::Denied`](crate::Refusal::Denied).
    pub async fn edit_policy(
        &self,
        actor: &Actor,
        now: UnixTime,
        dry_run: bool,
        edit: impl FnOnce(&mut Policy) -> Result<(), PolicyError>,
    ) -> Result<PolicyEdit, Error> {
        let Versioned { version, value: before } = self.policy().await?;
        let mut after = before.clone();
        edit(&mut after).and_then(|()| after.check()).map_err(Refusal::Policy)?;
        let version = if dry_run {
            self.allow(actor, now, Operation::ChangePolicy, None).await?;
            version
        } else {
            self.set_policy(actor, now, version, &after).await?
        };
        Ok(PolicyEdit { before, after, version })
    }

    /// The view of a directory that is tied to its ring, with its policy.
    pub(super) fn seen(&self, view: View) -> Result<(Seen, Arc<Policy>), Error> {
        let policy = self.policy_of(&view)?;
        Ok((Seen::new(view, &self.keys), policy))
    }

    /// The policy of a view whose settings are those that the directory wrote; before the first change the one that it is
    /// founded with.
    fn policy_of(&self, view: &View) -> Result<Arc<Policy>, Error> {
        if !self.is_founded(view)? {
            return Ok(Arc::clone(&self.first_policy));
        }
        let text = view.settings.as_ref().map(|read| read.value.policy.as_str()).unwrap_or_default();
        // The tag fits: another version of this library wrote it.
        let newer = |error: PolicyError| StoreError {
            fault: Fault::Newer,
            message: format!("the policy of the directory was written by another version of this library: {error}"),
        };
        Ok(self.policy.of(text).map_err(newer)?)
    }
}
