mod table;

use self::table::{Step, Table};
use super::{
    Activations, Changes, CommitError, Fault, Listed, ListedUser, Store, StoreError, TokenFilter, View, Wanted, Write,
};
use crate::audit::{AuditEvent, AuditKey, Chain, Event, Head};
use crate::model::{
    Fingerprint, Gate, Settings, State, TenantId, Token, TokenId, Upload, UploadFailure, User, UserId, Version,
    Versioned,
};
use core::mem;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// A directory that lies in memory and goes with the last clone of its handle: for tests, demonstrations and the
/// browser.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    tenant: TenantId,
    contents: Arc<Mutex<Contents>>,
}

impl MemoryStore {
    /// An empty directory of the tenant whose name is all 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty directory of this tenant.
    #[must_use]
    pub fn of(tenant: TenantId) -> Self {
        Self { tenant, ..Self::default() }
    }

    /// An empty directory of this tenant that keeps all changes that were applied to it.
    pub(crate) fn recording(tenant: TenantId) -> Self {
        let contents = Contents { recorded: Some(Vec::new()), ..Contents::default() };
        Self { tenant, contents: Arc::new(Mutex::new(contents)) }
    }

    /// Takes the changes that were applied since it was made, in order. None where it does not keep them.
    pub(crate) fn recorded(&self) -> Result<Vec<Changes>, StoreError> {
        Ok(self.contents()?.recorded.as_mut().map(mem::take).unwrap_or_default())
    }

    fn contents(&self) -> Result<MutexGuard<'_, Contents>, StoreError> {
        // A thread that panicked may have left half of a set of changes: it must not be served as if it were whole.
        self.contents.lock().map_err(|_| StoreError {
            fault: Fault::Other,
            message: "the directory in memory cannot be used any more: a change to it was broken off".to_owned(),
        })
    }
}

impl Store for MemoryStore {
    fn tenant(&self) -> TenantId {
        self.tenant
    }

    async fn view(&self, wanted: Wanted) -> Result<View, StoreError> {
        Ok(self.contents()?.view(wanted))
    }

    async fn commit(&self, changes: Changes, key: &AuditKey) -> Result<(), CommitError> {
        changes.bounded()?;
        self.contents()?.commit(changes, key)
    }

    async fn users(&self, after: Option<String>, limit: usize) -> Result<Vec<ListedUser>, StoreError> {
        let contents = self.contents()?;
        let ids = contents.user_keys.behind(after).map(|(_, id)| id);
        let gate = |user: &User| contents.gates.get(&user.upn.key().to_owned()).map(|gate| gate.value.clone());
        let users = ids.filter_map(|id| contents.users.get(id)).map(|user| user.value.clone()).take(limit);
        Ok(users.map(|user| ListedUser { gate: gate(&user), user }).collect())
    }

    async fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        let contents = self.contents()?;
        let ids = contents.serials.behind(after).map(|(_, id)| id);
        Ok(ids
            .filter_map(|id| contents.listed(id))
            .filter(|listed| {
                let TokenFilter { status, holder, serial, upload } = &filter;
                status.is_none_or(|status| status == listed.token.status)
                    && serial.as_ref().is_none_or(|serial| *serial == listed.token.serial)
                    && upload.is_none_or(|upload| listed.token.import.is_some_and(|import| import.upload == upload))
                    && holder
                        .as_ref()
                        .is_none_or(|key| listed.holder.as_ref().is_some_and(|user| user.upn.key() == key))
            })
            .take(limit)
            .collect())
    }

    async fn states(&self, after: Option<Fingerprint>, limit: usize) -> Result<Vec<State>, StoreError> {
        Ok(self.contents()?.states.behind(after).map(|(_, state)| state.value.clone()).take(limit).collect())
    }

    async fn uploads(&self, after: u64, limit: usize) -> Result<Vec<Upload>, StoreError> {
        let contents = self.contents()?;
        Ok(contents.uploads.behind(Some(after)).map(|(_, upload)| upload.value.clone()).take(limit).collect())
    }

    async fn failures(&self, upload: u64, skip: u64, limit: usize) -> Result<Vec<UploadFailure>, StoreError> {
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let contents = self.contents()?;
        let rows = contents.failures.get(&upload).into_iter().flatten();
        Ok(rows.skip(skip).take(limit).cloned().collect())
    }

    async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, StoreError> {
        let contents = self.contents()?;
        // Numbers are counted without gaps from the one after the beginning.
        let start = usize::try_from(after.saturating_sub(contents.beginning.events)).unwrap_or(usize::MAX);
        let events = contents.events.iter().filter(|_| chain == Chain::FIRST);
        Ok(events.skip(start).take(limit).cloned().collect())
    }

    async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        Ok(vec![self.contents()?.head])
    }

    async fn beginnings(&self) -> Result<Vec<Head>, StoreError> {
        let beginning = self.contents()?.beginning;
        Ok(Some(beginning).into_iter().filter(|beginning| beginning.events > 0).collect())
    }
}

/// The records, and the indexes that keep unique what is unique and find what is looked for.
#[derive(Debug)]
struct Contents {
    users: Table<UserId, Versioned<User>>,
    user_keys: Table<String, UserId>,
    settings: Table<(), Versioned<Settings>>,
    gates: Table<String, Versioned<Gate>>,
    tokens: Table<TokenId, Versioned<Token>>,
    serials: Table<String, TokenId>,
    fingerprints: Table<Fingerprint, TokenId>,
    holdings: Table<(UserId, TokenId), ()>,
    states: Table<Fingerprint, Versioned<State>>,
    activations: Table<(), Versioned<Activations>>,
    uploads: Table<u64, Versioned<Upload>>,
    failures: Table<u64, Vec<UploadFailure>>,
    /// The highest number of an upload so far: it is not given again when that upload is deleted.
    last_upload: Table<(), u64>,
    events: Vec<AuditEvent>,
    /// Before the first event.
    beginning: Head,
    head: Head,
    /// All changes that were applied, where they are kept.
    recorded: Option<Vec<Changes>>,
}

impl Default for Contents {
    fn default() -> Self {
        Self {
            users: Table::default(),
            user_keys: Table::default(),
            settings: Table::default(),
            gates: Table::default(),
            tokens: Table::default(),
            serials: Table::default(),
            fingerprints: Table::default(),
            holdings: Table::default(),
            states: Table::default(),
            activations: Table::default(),
            uploads: Table::default(),
            failures: Table::default(),
            last_upload: Table::default(),
            events: Vec::new(),
            beginning: Head::empty(Chain::FIRST),
            head: Head::empty(Chain::FIRST),
            recorded: None,
        }
    }
}

impl Contents {
    fn view(&self, wanted: Wanted) -> View {
        let names: BTreeSet<_> = wanted.users.into_iter().collect();
        let mut users: BTreeSet<_> = names.iter().filter_map(|name| self.user_keys.get(name)).copied().collect();
        let mut fingerprints: BTreeSet<_> = wanted.fingerprints.into_iter().collect();
        let mut tokens: BTreeSet<_> = fingerprints.iter().filter_map(|print| self.fingerprints.get(print)).collect();
        tokens.extend(wanted.serials.iter().filter_map(|serial| self.serials.get(serial)));
        if wanted.holdings {
            tokens.extend(users.iter().flat_map(|user| self.held_by(*user)));
        }
        let tokens: Vec<_> = tokens.into_iter().filter_map(|id| self.tokens.get(id)).cloned().collect();
        users.extend(tokens.iter().filter_map(|token| token.value.holder));
        fingerprints.extend(tokens.iter().map(|token| token.value.fingerprint));
        View {
            users: users.iter().filter_map(|id| self.users.get(id)).cloned().collect(),
            settings: self.settings.get(&()).cloned(),
            gates: names.into_iter().filter_map(|name| self.gates.get(&name)).cloned().collect(),
            tokens,
            states: fingerprints.iter().filter_map(|print| self.states.get(print)).cloned().collect(),
            activations: self.activations.get(&()).filter(|_| wanted.activations).cloned(),
            next_upload: if wanted.next_upload { self.next_upload() } else { 0 },
            upload: wanted.upload.and_then(|id| self.uploads.get(&id)).cloned(),
        }
    }

    fn next_upload(&self) -> u64 {
        self.last_upload.get(&()).map_or(1, |last| last.saturating_add(1))
    }

    fn held_by(&self, user: UserId) -> impl Iterator<Item = &TokenId> {
        let from = (user, TokenId::from_random(0));
        self.holdings.rows.range(from..=(user, TokenId::from_random(u128::MAX))).map(|((_, token), ())| token)
    }

    fn listed(&self, id: &TokenId) -> Option<Listed> {
        let token = self.tokens.get(id)?.value.clone();
        let state = match self.states.get(&token.fingerprint) {
            Some(state) => state.value.clone(),
            None => State::fresh(token.fingerprint),
        };
        let holder = token.holder.and_then(|id| self.users.get(&id)).map(|user| user.value.clone());
        Some(Listed { token, state, holder })
    }

    fn commit(&mut self, mut changes: Changes, key: &AuditKey) -> Result<(), CommitError> {
        let copy = self.recorded.is_some().then(|| changes.clone());
        let (events, pruned) = (mem::take(&mut changes.events), changes.pruned.take());
        let begins_before = |end: Head| end.chain == Chain::FIRST && self.beginning.events < end.events;
        if !pruned.is_none_or(begins_before) {
            return Err(CommitError::Conflict);
        }
        let result = self.write(changes);
        self.settle(result.is_ok());
        if result.is_ok() {
            if let Some(end) = pruned {
                self.events.retain(|audit| audit.sequence > end.events);
                self.beginning = end;
            }
            self.append(key, events);
            self.recorded.iter_mut().for_each(|recorded| recorded.extend(copy.clone()));
        }
        result
    }

    fn write(&mut self, changes: Changes) -> Result<(), CommitError> {
        if let Some(write) = changes.settings {
            self.settings.apply(write.split(|settings| ((), settings)))?;
        }
        for write in changes.users {
            self.write_user(write)?;
        }
        for write in changes.gates {
            self.gates.apply(write.split(|gate| (gate.name.clone(), gate)))?;
        }
        for name in changes.bumps {
            let fresh = || Versioned {
                version: Version::from_stored(0),
                value: Gate { name: name.clone(), ..Gate::default() },
            };
            let Versioned { version, value } = self.gates.get(&name).cloned().unwrap_or_else(fresh);
            self.gates.put(name, Some(Versioned { version: version.next(), value }));
        }
        for write in changes.tokens {
            self.write_token(write)?;
        }
        for write in changes.states {
            self.states.apply(write.split(|state| (state.fingerprint, state)))?;
        }
        if let Some(write) = changes.activations {
            self.activations.apply(write.split(|activations| ((), activations)))?;
        }
        for write in changes.uploads {
            self.write_upload(write)?;
        }
        for (upload, rows) in changes.failures {
            self.write_failures(upload, rows)?;
        }
        Ok(())
    }

    fn write_user(&mut self, write: Write<UserId, User>) -> Result<(), CommitError> {
        let (id, step) = write.split(|user| (user.id, user));
        let key = step.record().map(|user| user.upn.key().to_owned());
        let before = self.users.apply((id, step))?;
        self.user_keys.rename(before.map(|user| user.value.upn.key().to_owned()), key, id)
    }

    fn write_token(&mut self, write: Write<TokenId, Token>) -> Result<(), CommitError> {
        let (id, step) = write.split(|token| (token.id, token));
        let names = |token: &Token| (token.serial.clone(), token.fingerprint, token.holder);
        let (serial, fingerprint, holder) = step.record().map(names).map_or((None, None, None), some_of);
        let before = self.tokens.apply((id, step))?;
        let before = before.map(|token| names(&token.value)).map_or((None, None, None), some_of);
        self.serials.rename(before.0, serial, id)?;
        self.fingerprints.rename(before.1, fingerprint, id)?;
        self.holdings.rename(before.2.map(|user| (user, id)), holder.map(|user| (user, id)), ())
    }

    fn write_upload(&mut self, write: Write<u64, Upload>) -> Result<(), CommitError> {
        let (id, step) = write.split(|upload| (upload.id, upload));
        let goes = matches!(step, Step::Delete(_));
        self.uploads.apply((id, step))?;
        if goes {
            self.failures.put(id, None);
        }
        let last = self.last_upload.get(&()).copied().unwrap_or_default();
        self.last_upload.put((), Some(last.max(id)));
        Ok(())
    }

    fn write_failures(&mut self, upload: u64, rows: Vec<UploadFailure>) -> Result<(), CommitError> {
        if self.uploads.get(&upload).is_none() {
            let message = format!("refused rows of upload {upload} cannot be kept, because there is no such upload");
            return Err(StoreError { fault: Fault::Other, message }.into());
        }
        let mut kept = self.failures.get(&upload).cloned().unwrap_or_default();
        kept.extend(rows);
        self.failures.put(upload, Some(kept));
        Ok(())
    }

    fn append(&mut self, key: &AuditKey, events: Vec<Event>) {
        for event in events {
            let (event, head) = self.head.append(key, event);
            self.events.push(event);
            self.head = head;
        }
    }

    /// Ends a set of changes: they stay, or all is as it was before.
    fn settle(&mut self, stay: bool) {
        self.users.settle(stay);
        self.user_keys.settle(stay);
        self.settings.settle(stay);
        self.gates.settle(stay);
        self.tokens.settle(stay);
        self.serials.settle(stay);
        self.fingerprints.settle(stay);
        self.holdings.settle(stay);
        self.states.settle(stay);
        self.activations.settle(stay);
        self.uploads.settle(stay);
        self.failures.settle(stay);
        self.last_upload.settle(stay);
    }
}

fn some_of<A, B, C>((a, b, c): (A, B, Option<C>)) -> (Option<A>, Option<B>, Option<C>) {
    (Some(a), Some(b), c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_it_is_locked_makes_it_fail_not_panic() {
        let store = MemoryStore::new();
        let other = store.clone();
        let panicked = std::thread::spawn(move || {
            let _contents = other.contents().unwrap();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        assert_eq!(pollster::block_on(store.heads()).unwrap_err().fault, Fault::Other);
    }
}
