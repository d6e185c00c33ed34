use super::{Changes, CommitError, Listed, MemoryStore, SqliteStore, Store, StoreError, TokenFilter, View, Wanted};
use crate::audit::{AuditEvent, Head};
use crate::model::{Upload, UploadFailure, User, Versioned};

/// A store that is chosen at run time: a SQLite file or memory.
#[derive(Clone, Debug)]
pub enum LocalStore {
    /// One SQLite file.
    Sqlite(SqliteStore),
    /// Memory, which is lost with the last handle.
    Memory(MemoryStore),
}

impl From<SqliteStore> for LocalStore {
    fn from(store: SqliteStore) -> Self {
        Self::Sqlite(store)
    }
}

impl From<MemoryStore> for LocalStore {
    fn from(store: MemoryStore) -> Self {
        Self::Memory(store)
    }
}

macro_rules! chosen {
    ($self:ident . $method:ident ( $($argument:ident),* )) => {
        match $self {
            Self::Sqlite(store) => store.$method($($argument),*).await,
            Self::Memory(store) => store.$method($($argument),*).await,
        }
    };
}

impl Store for LocalStore {
    async fn view(&self, wanted: Wanted) -> Result<View, StoreError> {
        chosen!(self.view(wanted))
    }

    async fn commit(&self, changes: Changes) -> Result<(), CommitError> {
        chosen!(self.commit(changes))
    }

    async fn users(&self, after: Option<String>, limit: usize) -> Result<Vec<User>, StoreError> {
        chosen!(self.users(after, limit))
    }

    async fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        chosen!(self.tokens(filter, after, limit))
    }

    async fn uploads(&self) -> Result<Vec<Versioned<Upload>>, StoreError> {
        chosen!(self.uploads())
    }

    async fn failures(&self, upload: u64) -> Result<Vec<UploadFailure>, StoreError> {
        chosen!(self.failures(upload))
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<AuditEvent>, StoreError> {
        chosen!(self.events(after, limit))
    }

    async fn head(&self) -> Result<Head, StoreError> {
        chosen!(self.head())
    }
}
