use super::Directory;
use crate::audit::Actor;
use crate::bulk::{BulkRow, Task};
use crate::error::Error;
use crate::model::{Fingerprint, TokenId, Upn, UserId, Versioned};
use crate::policy::Known;
use crate::store::{Changes, CommitError, MemoryStore, Store, View, Wanted, Write};
use std::collections::HashSet;
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
        let (copy, mut copied) = (MemoryStore::of(self.store.tenant()), Copied::default());
        for wanted in [general].into_iter().chain(of_serials).chain(of_users) {
            let view = self.store.view(wanted).await?;
            self.is_founded(&view)?;
            match copy.commit(copied.inserts(view), self.keys.audit_key()).await {
                Ok(()) => {}
                Err(CommitError::Conflict) => return Err(Error::Contention),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        let (keys, decoy, first_policy) =
            (Arc::clone(&self.keys), Arc::clone(&self.decoy), Arc::clone(&self.first_policy));
        Ok(Directory { store: copy, keys, first_policy, policy: Known::default(), decoy })
    }
}

/// The keys of the records that were copied: views overlap.
#[derive(Default)]
struct Copied {
    settings: HashSet<()>,
    activations: HashSet<()>,
    users: HashSet<UserId>,
    gates: HashSet<String>,
    tokens: HashSet<TokenId>,
    states: HashSet<Fingerprint>,
}

impl Copied {
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
    copied: &mut HashSet<K>,
    records: impl IntoIterator<Item = Versioned<T>>,
    key: impl Fn(&T) -> K,
) -> Vec<Write<W, T>> {
    records.into_iter().map(|read| read.value).filter(|record| copied.insert(key(record))).map(Write::Insert).collect()
}
