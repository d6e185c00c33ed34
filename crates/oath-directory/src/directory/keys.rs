//! Which keys of the ring the tokens are sealed under, and sealing them again under another one.

use super::Directory;
use super::uploads::pause;
use crate::audit::{Action, Actor};
use crate::decide::rights::Ask;
use crate::decide::{Asked, Context, Decided, Seen, keys};
use crate::error::Error;
use crate::keys::KeyRingError;
use crate::model::Token;
use crate::rights::Operation;
use crate::store::{Changes, Listed, Store, TokenFilter, Wanted};
use oath_totp::UnixTime;
use std::collections::BTreeMap;

/// How many tokens are sealed again in one transaction, for which sign-ins wait.
const BATCH: usize = 200;
/// How many records are read at once.
const PAGE: usize = 1000;

/// What one batch of a rotation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resealed {
    /// How many secrets were sealed again.
    pub sealed: u64,
    /// The serial numbers of tokens whose secret does not open. They stay as they are.
    pub damaged: Vec<String>,
    /// Where the next batch begins; `None` after the last one.
    pub next: Option<String>,
}

/// What a rotation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// How many secrets were sealed again.
    pub sealed: u64,
    /// The serial numbers of tokens whose secret does not open. They stay as they are.
    pub damaged: Vec<String>,
}

/// Tokens that a batch of a rotation seals again.
struct Batch {
    serials: Vec<String>,
    /// Where the next batch begins; `None` after the last one.
    next: Option<String>,
}

/// A sealing key, and what is sealed under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Its name.
    pub name: String,
    /// How many tokens are sealed under it.
    pub tokens: u64,
    /// How many secrets are recognised by it, those of deleted tokens among them.
    pub recognised: u64,
    /// Whether the ring holds it. One that was retired is held, and opens nothing.
    pub held: bool,
    /// Whether new secrets are sealed under it.
    pub seals: bool,
}

/// What a check of all sealed secrets found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealReport {
    /// The keys of the ring in its order, and then those that it lacks.
    pub keys: Vec<KeyUse>,
    /// The serial numbers of tokens whose secret does not open.
    pub damaged: Vec<String>,
}

impl<S: Store> Directory<S> {
    /// The names of retired keys of the ring, which recognise secrets of deleted tokens and open nothing.
    pub fn retired_key_names(&self) -> impl Iterator<Item = &str> {
        self.keys.retired_names()
    }

    /// The names of the sealing keys of the ring. The last one seals.
    pub fn key_names(&self) -> impl Iterator<Item = &str> {
        self.keys.names()
    }

    /// Whether the ring holds the keys of all tokens.
    ///
    /// # Errors
    /// [`KeyRingError::Lacking`] with the first token whose key is not in the ring; [`Error::Store`].
    pub async fn check_keys_held(&self) -> Result<(), Error> {
        self.each_token(|token| {
            let (key, serial) = (&token.sealed.key, &token.serial);
            let lacking = || KeyRingError::Lacking { key: key.clone(), serial: serial.clone() }.into();
            if self.keys.holds(key) { Ok(()) } else { Err(lacking()) }
        })
        .await
    }

    /// Opens the secrets of all tokens, and counts them by the key that they are sealed under. Counts the states of secrets by the
    /// key that recognises them, too: those outlive their tokens, and cannot be moved to another key without the secret.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn check_seals(&self) -> Result<SealReport, Error> {
        let (mut used, mut damaged) = (BTreeMap::<String, u64>::new(), Vec::new());
        self.each_token(|token| {
            let tokens = used.entry(token.sealed.key.clone()).or_default();
            *tokens = tokens.saturating_add(1);
            if self.keys.open(token).is_err() {
                damaged.push(token.serial.clone());
            }
            Ok(())
        })
        .await?;
        let recognised = self.recognised().await?;
        let of = |name: &str| recognised.get(name).copied().unwrap_or_default();
        let mut keys: Vec<KeyUse> = Vec::new();
        for (name, retired) in
            self.keys.names().map(|name| (name, false)).chain(self.keys.retired_names().map(|name| (name, true)))
        {
            let tokens = used.remove(name).unwrap_or_default();
            let seals = !retired && name == self.keys.sealing_name();
            keys.push(KeyUse { name: name.to_owned(), tokens, recognised: of(name), held: true, seals });
        }
        let lacking = |(name, tokens)| KeyUse { name, tokens, recognised: 0, held: false, seals: false };
        keys.extend(used.into_iter().map(lacking));
        Ok(SealReport { keys, damaged })
    }

    /// How many secrets each key of the ring recognises.
    async fn recognised(&self) -> Result<BTreeMap<String, u64>, Error> {
        let (mut recognised, mut after) = (BTreeMap::<String, u64>::new(), None);
        loop {
            let page = self.store.states(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(recognised) };
            after = Some(last.fingerprint);
            for state in &page {
                if let Some(name) = self.keys.recogniser_of(&state.fingerprint) {
                    let secrets = recognised.entry(name.to_owned()).or_default();
                    *secrets = secrets.saturating_add(1);
                }
            }
        }
    }

    /// Seals the secrets of the next tokens after the serial number `after` (`None`: from the first) under the key of the ring
    /// that seals, where they are sealed under another one, and makes them known by that key. Sign-ins go on meanwhile. To be called until
    /// [`Resealed::next`] is `None`; a rotation that was interrupted begins again from the first, and does nothing twice.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Contention`].
    pub async fn reseal(&self, actor: &Actor, now: UnixTime, after: Option<String>) -> Result<Resealed, Error> {
        let Batch { serials, next } = self.older(after).await?;
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Maintain) };
        if serials.is_empty() {
            self.ask(asked, Wanted::default()).await?;
            return Ok(Resealed { sealed: 0, damaged: Vec::new(), next });
        }
        let wanted = Wanted { serials, ..Wanted::default() };
        let (sealed, damaged) =
            self.change(asked, wanted, |context, view| Ok(keys::reseal(context, &self.keys, view)?)).await?;
        Ok(Resealed { sealed, damaged, next })
    }

    /// Seals the secrets of all tokens again that are sealed under another key than the one that seals, batch by batch, and tells
    /// after each how many were sealed so far. Sign-ins go on meanwhile. A rotation that was interrupted goes on when it is called
    /// again.
    ///
    /// # Errors
    /// As [`reseal`](Self::reseal): the batches before it are sealed.
    pub async fn rotate(&self, actor: &Actor, now: UnixTime, tell: impl FnMut(u64)) -> Result<Rotated, Error> {
        self.rotated(actor, now, false, tell).await
    }

    /// What [`rotate`](Self::rotate) would come to at this moment, by the decision of each batch. Nothing is changed. Tells after
    /// each batch how many secrets would be sealed so far.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Keys`].
    pub async fn preview_rotation(
        &self,
        actor: &Actor,
        now: UnixTime,
        tell: impl FnMut(u64),
    ) -> Result<Rotated, Error> {
        self.rotated(actor, now, true, tell).await
    }

    async fn rotated(
        &self,
        actor: &Actor,
        now: UnixTime,
        dry_run: bool,
        mut tell: impl FnMut(u64),
    ) -> Result<Rotated, Error> {
        let (mut rotated, mut after) = (Rotated::default(), None);
        loop {
            let batch = if dry_run {
                self.preview_reseal(actor, now, after).await
            } else {
                self.reseal(actor, now, after).await
            };
            let Resealed { sealed, damaged, next } = batch?;
            rotated.sealed = rotated.sealed.saturating_add(sealed);
            rotated.damaged.extend(damaged);
            tell(rotated.sealed);
            after = next;
            if after.is_none() {
                return Ok(rotated);
            }
            // A caller can cancel it here.
            pause().await;
        }
    }

    /// What [`reseal`](Self::reseal) would come to.
    async fn preview_reseal(&self, actor: &Actor, now: UnixTime, after: Option<String>) -> Result<Resealed, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Maintain) };
        let Batch { serials, next } = self.older(after).await?;
        let wanted = Wanted { serials, ..Wanted::default() };
        let decide = |context: Context<'_>, view: &Seen| Ok(keys::reseal(context, &self.keys, view)?);
        let (sealed, damaged) = self.tried(asked, wanted, |_| (), decide).await?.0.outcome?;
        Ok(Resealed { sealed, damaged, next })
    }

    /// Of the next tokens after a serial number, those that are sealed under another key than the one that seals.
    async fn older(&self, after: Option<String>) -> Result<Batch, Error> {
        let page = self.store.tokens(TokenFilter::default(), after, BATCH).await?;
        let next = page.last().map(|last| last.token.serial.clone());
        let others = page.into_iter().filter(|Listed { token, .. }| keys::is_older(&self.keys, token));
        Ok(Batch { serials: others.map(|listed| listed.token.serial).collect(), next })
    }

    /// Writes down that the ring was changed.
    #[cfg(feature = "sqlite")]
    pub(crate) async fn log_key(&self, actor: &Actor, now: UnixTime, action: Action, name: &str) -> Result<(), Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Maintain) };
        self.change(asked, Wanted::default(), |context, _| {
            let events = vec![context.event(action).with("key", name)];
            Ok(Decided::new((), Changes { events, ..Changes::default() }))
        })
        .await
    }

    async fn each_token(&self, mut look: impl FnMut(&Token) -> Result<(), Error>) -> Result<(), Error> {
        let mut after = None;
        loop {
            let page = self.store.tokens(TokenFilter::default(), after, PAGE).await?;
            for Listed { token, .. } in &page {
                look(token)?;
            }
            match page.last() {
                Some(last) => after = Some(last.token.serial.clone()),
                None => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Actor;
    use crate::keys::KeyRing;
    use crate::model::{Upn, UserKind};
    use crate::policy::Policy;
    use crate::store::{Fresh, MemoryStore};
    use pollster::block_on;

    #[test]
    fn a_rotation_changes_no_gate() {
        let (store, ring) = (MemoryStore::new(), KeyRing::generate().unwrap());
        let mut next = KeyRing::parse(&ring.expose_text()).unwrap();
        let name = next.add().unwrap();
        next.activate(&name).unwrap();
        let before = Directory::new(store.clone(), ring, Policy::default()).unwrap();
        let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(1_700_000_000));
        let alice: Upn = "alice@example.com".parse().unwrap();
        block_on(before.add_user(&operator, now, &alice, UserKind::Member, None)).unwrap();
        block_on(before.enroll(&operator, now, &alice)).unwrap();
        let after = Directory::new(store.clone(), next, Policy::default()).unwrap();
        let gate = || block_on(store.look(alice.key().to_owned(), Fresh::Latest)).unwrap().gates[0].version;
        let version = gate();
        let mut told = Vec::new();
        let rotated = block_on(after.rotate(&operator, now, |sealed| told.push(sealed))).unwrap();
        assert_eq!((rotated.sealed, told), (1, vec![1, 1]));
        assert_eq!(gate(), version, "the secret is the same: a wrong code that was given meanwhile is counted once");
        let under = block_on(after.tokens(&Default::default())).unwrap().remove(0).token.sealed.key;
        assert_eq!(under, name);
    }
}
