use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use oath_directory::audit::{AuditEvent, AuditKey, Chain, Head};
use oath_directory::model::{Fingerprint, State, TenantId, Upload, UploadFailure};
use oath_directory::store::{
    Changes, CommitError, Fault, Fresh, Listed, ListedUser, MemoryStore, Pass, Store, StoreError, TokenFilter, View,
    Wanted,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// The memory store with faults.
pub(crate) type Probe = ProbeOn<MemoryStore>;

/// A store, counting what is asked of it, and with the faults of a database at a distance.
#[derive(Debug, Default)]
pub(crate) struct ProbeOn<S> {
    pub(crate) store: S,
    /// Looks and views that were answered.
    pub(crate) reads: AtomicUsize,
    /// Passes and commits that were asked for.
    pub(crate) writes: AtomicUsize,
    /// Reads are answered when there were so many of them: all have the same view.
    pub(crate) gather: AtomicUsize,
    /// The read of this number (from 1) is answered when this is set to another one: what it has seen ages meanwhile.
    pub(crate) held: AtomicUsize,
    /// So many of the next writes conflict.
    pub(crate) conflicts: AtomicUsize,
    /// Each write conflicts when it is tried first.
    pub(crate) contended: AtomicBool,
    /// So many of the next writes are applied, but the connection is lost before the answer.
    pub(crate) lost_after: AtomicUsize,
    /// So many of the next writes find no room.
    pub(crate) full: AtomicUsize,
    /// So many of the next writes are lost before they are applied.
    pub(crate) lost_before: AtomicUsize,
    /// So many of the writes that are lost are followed by another change of the gate of alice.
    pub(crate) meddle: AtomicUsize,
    /// The audit chain of another writer.
    pub(crate) other_chain: Mutex<Option<(Vec<AuditEvent>, Head)>>,
}

fn take(count: &AtomicUsize) -> bool {
    count.fetch_update(SeqCst, SeqCst, |count| count.checked_sub(1)).is_ok()
}

impl<S> ProbeOn<S> {
    /// A store on which every write conflicts once, so that everything is decided twice.
    pub(crate) fn contended(store: S) -> Self {
        Self { contended: AtomicBool::new(true), ..Self::on(store) }
    }

    /// This store, without faults.
    pub(crate) fn on(store: S) -> Self {
        let none = AtomicUsize::default;
        Self {
            store,
            reads: none(),
            writes: none(),
            gather: none(),
            held: none(),
            conflicts: none(),
            contended: AtomicBool::default(),
            lost_after: none(),
            full: none(),
            lost_before: none(),
            meddle: none(),
            other_chain: Mutex::default(),
        }
    }
}

impl<S: Store> ProbeOn<S> {
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.reads.load(SeqCst), self.writes.load(SeqCst))
    }

    /// Holds the answer to the read of this number (from 1) of `slow` until `fast` is done, and returns what `slow` comes to.
    /// `None` where it reads less often, and `fast` is not done then.
    pub(crate) fn overtaken<T>(&self, number: usize, slow: impl Future<Output = T>, fast: impl FnOnce()) -> Option<T> {
        let number = self.counts().0 + number;
        self.held.store(number, SeqCst);
        let mut slow = pin!(slow);
        // An operation also rests where it could go on.
        while self.counts().0 < number {
            if slow.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                return None;
            }
        }
        fast();
        self.held.store(0, SeqCst);
        Some(pollster::block_on(slow))
    }

    /// Waits for the others that read, and while the answer is held.
    async fn together(&self) {
        let number = self.reads.fetch_add(1, SeqCst) + 1;
        let held = || self.held.load(SeqCst) == number;
        let together = || self.reads.load(SeqCst) >= self.gather.load(SeqCst) && !held();
        poll_fn(|_| if together() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    async fn write(&self, work: impl Future<Output = Result<(), CommitError>>) -> Result<(), CommitError> {
        let before = self.writes.fetch_add(1, SeqCst);
        if self.contended.load(SeqCst) && before.is_multiple_of(2) {
            return Err(CommitError::Conflict);
        }
        let lost = || {
            let message = "the connection was lost".to_owned();
            Err(CommitError::Store(StoreError { fault: Fault::Unknown, message }))
        };
        if take(&self.conflicts) {
            return Err(CommitError::Conflict);
        }
        if take(&self.full) {
            return Err(CommitError::Store(StoreError { fault: Fault::Full, message: "no room is left".to_owned() }));
        }
        if take(&self.lost_before) {
            if take(&self.meddle) {
                let changes = Changes { bumps: vec!["alice@example.com".to_owned()], ..Changes::default() };
                self.store.commit(changes, oath_directory::KeyRing::generate().unwrap().audit_key()).await?;
            }
            return lost();
        }
        work.await?;
        if take(&self.lost_after) { lost() } else { Ok(()) }
    }
}

impl<S: Store> Store for ProbeOn<S> {
    fn tenant(&self) -> TenantId {
        self.store.tenant()
    }

    async fn look(&self, name: String, fresh: Fresh) -> Result<View, StoreError> {
        let view = self.store.look(name, fresh).await;
        self.together().await;
        view
    }

    async fn pass(&self, pass: Pass, key: &AuditKey) -> Result<(), CommitError> {
        self.write(self.store.pass(pass, key)).await
    }

    async fn view(&self, wanted: Wanted) -> Result<View, StoreError> {
        let view = self.store.view(wanted).await;
        self.together().await;
        view
    }

    async fn commit(&self, changes: Changes, key: &AuditKey) -> Result<(), CommitError> {
        self.write(self.store.commit(changes, key)).await
    }

    async fn users(&self, after: Option<String>, limit: usize) -> Result<Vec<ListedUser>, StoreError> {
        self.store.users(after, limit).await
    }

    async fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        self.store.tokens(filter, after, limit).await
    }

    async fn states(&self, after: Option<Fingerprint>, limit: usize) -> Result<Vec<State>, StoreError> {
        self.store.states(after, limit).await
    }

    async fn uploads(&self, after: u64, limit: usize) -> Result<Vec<Upload>, StoreError> {
        self.store.uploads(after, limit).await
    }

    async fn failures(&self, upload: u64, skip: u64, limit: usize) -> Result<Vec<UploadFailure>, StoreError> {
        self.store.failures(upload, skip, limit).await
    }

    async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, StoreError> {
        if let Some((events, head)) = &*self.other_chain.lock().unwrap()
            && head.chain == chain
        {
            let events = events.iter().filter(|event| event.sequence > after);
            return Ok(events.take(limit).cloned().collect());
        }
        self.store.events(chain, after, limit).await
    }

    async fn beginnings(&self) -> Result<Vec<Head>, StoreError> {
        self.store.beginnings().await
    }

    async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        let mut heads = self.store.heads().await?;
        heads.extend(self.other_chain.lock().unwrap().iter().map(|(_, head)| *head));
        Ok(heads)
    }
}
