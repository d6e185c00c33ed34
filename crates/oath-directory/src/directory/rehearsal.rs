use super::Directory;
use crate::audit::Actor;
use crate::bulk::{BulkRow, Task};
use crate::error::Error;
use crate::model::{Fingerprint, TenantId, TokenId, Upn, UserId, Version, Versioned};
use crate::policy::Known;
use crate::store::{Changes, CommitError, MemoryStore, Store, StoreError, View, Wanted, Write, net};
use std::collections::HashMap;
use std::sync::Arc;

/// How many tokens or users are read at once.
const CHUNK: usize = 500;

impl<S: Store> Directory<S> {
    /// A [rehearsal](Self::rehearsal) for the rows of a file.
    ///
    /// # Errors
    /// As there.
    pub async fn rehearsal_of<'a>(
        &self,
        actor: &Actor,
        rows: impl IntoIterator<Item = &'a BulkRow> + Clone,
    ) -> Result<Directory<MemoryStore>, Error> {
        let serials = rows.clone().into_iter().map(|row| row.serial.clone());
        let users = rows.into_iter().filter_map(|row| match &row.task {
            Ok(Task::Assign(upn)) => Some(upn.clone()),
            _ => None,
        });
        self.rehearsal(actor, serials, users).await
    }

    /// A copy in memory of the records of these tokens and users, and of the actor who will try them, under the same key ring
    /// and policy: what changes it changes
    /// nothing here, and every operation on these tokens and users comes to what it would come to here. Its log begins anew.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Keys`] where the directory belongs to another ring; [`Error::Contention`] where another caller
    /// gave a serial number or a user name to another record meanwhile.
    pub async fn rehearsal(
        &self,
        actor: &Actor,
        serials: impl IntoIterator<Item = String>,
        users: impl IntoIterator<Item = Upn>,
    ) -> Result<Directory<MemoryStore>, Error> {
        let serials: Vec<String> = serials.into_iter().collect();
        let users = users.into_iter().map(|upn| upn.key().to_owned());
        let users: Vec<String> = users.chain(actor.upn().map(|upn| upn.key().to_owned())).collect();
        let general = Wanted { activations: true, ..Wanted::default() };
        let of_serials = serials.chunks(CHUNK).map(|chunk| Wanted { serials: chunk.to_vec(), ..Wanted::default() });
        let of_users =
            users.chunks(CHUNK).map(|chunk| Wanted { users: chunk.to_vec(), holdings: true, ..Wanted::default() });
        let mut copy = Replica::of(self.store.tenant());
        for wanted in [general].into_iter().chain(of_serials).chain(of_users) {
            self.copy(&mut copy, wanted).await?;
        }
        Ok(self.on(copy.store))
    }

    /// Copies what is wanted and was not copied before.
    pub(super) async fn copy(&self, copy: &mut Replica, wanted: Wanted) -> Result<(), Error> {
        let view = self.store.view(wanted).await?;
        self.is_founded(&view)?;
        match copy.store.commit(copy.versions.inserts(view), self.keys.audit_key()).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict) => Err(Error::Contention),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    /// A directory on a copy.
    pub(super) fn on(&self, store: MemoryStore) -> Directory<MemoryStore> {
        let (keys, decoy, first_policy) =
            (Arc::clone(&self.keys), Arc::clone(&self.decoy), Arc::clone(&self.first_policy));
        Directory { store, keys, first_policy, policy: Known::default(), decoy }
    }
}

/// Records in memory that were read from a store.
pub(super) struct Replica {
    pub(super) store: MemoryStore,
    versions: Versions,
}

impl Replica {
    fn of(tenant: TenantId) -> Self {
        Self { store: MemoryStore::of(tenant), versions: Versions::default() }
    }

    /// One that can tell what was changed in it.
    pub(super) fn recording(tenant: TenantId) -> Self {
        Self { store: MemoryStore::recording(tenant), ..Self::of(tenant) }
    }

    /// All that was changed in it since its records were copied, as one set of changes to the store that they come from.
    pub(super) fn changes(self) -> Result<Changes, StoreError> {
        let Self { store, versions: Versions { settings, activations, users, gates, tokens, states } } = self;
        let mut all = Changes::default();
        let (mut of_settings, mut of_activations) = (Vec::new(), Vec::new());
        // The first is the copying itself.
        for changes in store.recorded()?.into_iter().skip(1) {
            of_settings.extend(changes.settings);
            of_activations.extend(changes.activations);
            all.users.extend(changes.users);
            all.gates.extend(changes.gates);
            all.bumps.extend(changes.bumps);
            all.tokens.extend(changes.tokens);
            all.states.extend(changes.states);
            all.uploads.extend(changes.uploads);
            all.failures.extend(changes.failures);
            all.pruned = all.pruned.or(changes.pruned);
            all.events.extend(changes.events);
        }
        all.settings = net(of_settings, &settings, |_| ()).pop();
        all.activations = net(of_activations, &activations, |_| ()).pop();
        all.users = net(all.users, &users, |user| user.id);
        all.gates = net(all.gates, &gates, |gate| gate.name.clone());
        all.tokens = net(all.tokens, &tokens, |token| token.id);
        all.states = net(all.states, &states, |state| state.fingerprint);
        all.bumps.sort_unstable();
        all.bumps.dedup();
        Ok(all)
    }
}

/// The versions of the records that were copied, in the store that they come from. Views overlap.
#[derive(Default)]
struct Versions {
    settings: HashMap<(), Version>,
    activations: HashMap<(), Version>,
    users: HashMap<UserId, Version>,
    gates: HashMap<String, Version>,
    tokens: HashMap<TokenId, Version>,
    states: HashMap<Fingerprint, Version>,
}

impl Versions {
    fn inserts(&mut self, view: View) -> Changes {
        Changes {
            settings: new(&mut self.settings, view.settings, |_| ()).pop(),
            activations: new(&mut self.activations, view.activations, |_| ()).pop(),
            users: new(&mut self.users, view.users, |user| user.id),
            gates: new(&mut self.gates, view.gates, |gate| gate.name.clone()),
            tokens: new(&mut self.tokens, view.tokens, |token| token.id),
            states: new(&mut self.states, view.states, |state| state.fingerprint),
            ..Changes::default()
        }
    }
}

fn new<K: core::hash::Hash + Eq, T, W>(
    copied: &mut HashMap<K, Version>,
    records: impl IntoIterator<Item = Versioned<T>>,
    key: impl Fn(&T) -> K,
) -> Vec<Write<W, T>> {
    let fresh = records.into_iter().filter(|read| copied.insert(key(&read.value), read.version).is_none());
    fresh.map(|read| Write::Insert(read.value)).collect()
}
