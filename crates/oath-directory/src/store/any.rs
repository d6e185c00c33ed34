use super::{Changes, CommitError, Fresh, Listed, ListedUser, Pass, Store, StoreError, TokenFilter, View, Wanted};
use crate::audit::{AuditEvent, AuditKey, Chain, Head};
use crate::model::{Fingerprint, State, TenantId, Upload, UploadFailure};
use core::any::Any;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use std::sync::Arc;

/// A store that is chosen at run time. Clones are handles of the same one.
#[derive(Clone)]
pub struct AnyStore(Arc<dyn Object>);

impl AnyStore {
    /// A store of any type.
    pub fn new(store: impl Store + fmt::Debug + 'static) -> Self {
        Self(Arc::new(store))
    }

    /// The store, where it is of this type.
    #[must_use]
    pub fn as_store<S: 'static>(&self) -> Option<&S> {
        self.0.any().downcast_ref()
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

type Answer<'a, T, E = StoreError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// [`Store`] without `impl Future`, so that it can be an object.
trait Object: Send + Sync + fmt::Debug {
    fn any(&self) -> &dyn Any;
    fn tenant(&self) -> TenantId;
    fn look(&self, name: String, fresh: Fresh) -> Answer<'_, View>;
    fn pass<'a>(&'a self, pass: Pass, key: &'a AuditKey) -> Answer<'a, (), CommitError>;
    fn view(&self, wanted: Wanted) -> Answer<'_, View>;
    fn commit<'a>(&'a self, changes: Changes, key: &'a AuditKey) -> Answer<'a, (), CommitError>;
    fn users(&self, after: Option<String>, limit: usize) -> Answer<'_, Vec<ListedUser>>;
    fn tokens(&self, filter: TokenFilter, after: Option<String>, limit: usize) -> Answer<'_, Vec<Listed>>;
    fn states(&self, after: Option<Fingerprint>, limit: usize) -> Answer<'_, Vec<State>>;
    fn uploads(&self, after: u64, limit: usize) -> Answer<'_, Vec<Upload>>;
    fn failures(&self, upload: u64, skip: u64, limit: usize) -> Answer<'_, Vec<UploadFailure>>;
    fn events(&self, chain: Chain, after: u64, limit: usize) -> Answer<'_, Vec<AuditEvent>>;
    fn heads(&self) -> Answer<'_, Vec<Head>>;
    fn beginnings(&self) -> Answer<'_, Vec<Head>>;
}

impl<S: Store + fmt::Debug + 'static> Object for S {
    fn any(&self) -> &dyn Any {
        self
    }

    fn tenant(&self) -> TenantId {
        Store::tenant(self)
    }

    fn look(&self, name: String, fresh: Fresh) -> Answer<'_, View> {
        Box::pin(Store::look(self, name, fresh))
    }

    fn pass<'a>(&'a self, pass: Pass, key: &'a AuditKey) -> Answer<'a, (), CommitError> {
        Box::pin(Store::pass(self, pass, key))
    }

    fn view(&self, wanted: Wanted) -> Answer<'_, View> {
        Box::pin(Store::view(self, wanted))
    }

    fn commit<'a>(&'a self, changes: Changes, key: &'a AuditKey) -> Answer<'a, (), CommitError> {
        Box::pin(Store::commit(self, changes, key))
    }

    fn users(&self, after: Option<String>, limit: usize) -> Answer<'_, Vec<ListedUser>> {
        Box::pin(Store::users(self, after, limit))
    }

    fn tokens(&self, filter: TokenFilter, after: Option<String>, limit: usize) -> Answer<'_, Vec<Listed>> {
        Box::pin(Store::tokens(self, filter, after, limit))
    }

    fn states(&self, after: Option<Fingerprint>, limit: usize) -> Answer<'_, Vec<State>> {
        Box::pin(Store::states(self, after, limit))
    }

    fn uploads(&self, after: u64, limit: usize) -> Answer<'_, Vec<Upload>> {
        Box::pin(Store::uploads(self, after, limit))
    }

    fn failures(&self, upload: u64, skip: u64, limit: usize) -> Answer<'_, Vec<UploadFailure>> {
        Box::pin(Store::failures(self, upload, skip, limit))
    }

    fn events(&self, chain: Chain, after: u64, limit: usize) -> Answer<'_, Vec<AuditEvent>> {
        Box::pin(Store::events(self, chain, after, limit))
    }

    fn heads(&self) -> Answer<'_, Vec<Head>> {
        Box::pin(Store::heads(self))
    }

    fn beginnings(&self) -> Answer<'_, Vec<Head>> {
        Box::pin(Store::beginnings(self))
    }
}

impl Store for AnyStore {
    fn tenant(&self) -> TenantId {
        self.0.tenant()
    }

    async fn look(&self, name: String, fresh: Fresh) -> Result<View, StoreError> {
        self.0.look(name, fresh).await
    }

    async fn pass(&self, pass: Pass, key: &AuditKey) -> Result<(), CommitError> {
        self.0.pass(pass, key).await
    }

    async fn view(&self, wanted: Wanted) -> Result<View, StoreError> {
        self.0.view(wanted).await
    }

    async fn commit(&self, changes: Changes, key: &AuditKey) -> Result<(), CommitError> {
        self.0.commit(changes, key).await
    }

    async fn users(&self, after: Option<String>, limit: usize) -> Result<Vec<ListedUser>, StoreError> {
        self.0.users(after, limit).await
    }

    async fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        self.0.tokens(filter, after, limit).await
    }

    async fn states(&self, after: Option<Fingerprint>, limit: usize) -> Result<Vec<State>, StoreError> {
        self.0.states(after, limit).await
    }

    async fn uploads(&self, after: u64, limit: usize) -> Result<Vec<Upload>, StoreError> {
        self.0.uploads(after, limit).await
    }

    async fn failures(&self, upload: u64, skip: u64, limit: usize) -> Result<Vec<UploadFailure>, StoreError> {
        self.0.failures(upload, skip, limit).await
    }

    async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, StoreError> {
        self.0.events(chain, after, limit).await
    }

    async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        self.0.heads().await
    }

    async fn beginnings(&self) -> Result<Vec<Head>, StoreError> {
        self.0.beginnings().await
    }
}
