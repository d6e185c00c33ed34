//! Where records lie. A store reads consistent views and applies sets of changes through one gate; it decides nothing.

#[cfg(feature = "sqlite")]
mod local;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

pub mod conformance;

#[cfg(feature = "sqlite")]
pub use self::local::LocalStore;
pub use self::memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::{Missing, SqliteStore};

use crate::audit::{AuditEvent, Event, Head};
use crate::model::{
    Attempts, Fingerprint, State, Status, Token, Upload, UploadFailure, User, UserId, Version, Versioned,
};
use core::fmt;
use core::future::Future;
use oath_totp::UnixTime;

/// A database of one directory.
///
/// The futures do not depend on a runtime. A store may be shared by many threads, and its database by many processes.
pub trait Store: Send + Sync {
    /// Everything that the decision of one operation looks at, as of one moment.
    fn view(&self, wanted: Wanted) -> impl Future<Output = Result<View, StoreError>> + Send;

    /// The one gate: applies all changes with their events in one lasting transaction, or none of them.
    ///
    /// Fails with [`CommitError::Conflict`] where a record no longer has the version that was compared, or one that is
    /// to be inserted exists: read again and decide again.
    fn commit(&self, changes: Changes) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Users in the order of [`Upn::key`](crate::Upn::key), behind `after`; at most `limit`.
    fn users(&self, after: Option<String>, limit: usize) -> impl Future<Output = Result<Vec<User>, StoreError>> + Send;

    /// Tokens in the order of their serial numbers (by bytes), behind `after`; at most `limit`.
    fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Listed>, StoreError>> + Send;

    /// All uploads, in the order of their numbers.
    fn uploads(&self) -> impl Future<Output = Result<Vec<Versioned<Upload>>, StoreError>> + Send;

    /// The refused rows of an upload, in the order of the file.
    fn failures(&self, upload: u64) -> impl Future<Output = Result<Vec<UploadFailure>, StoreError>> + Send;

    /// Audit events behind the one with the number `after`, in order; at most `limit`.
    fn events(&self, after: u64, limit: usize) -> impl Future<Output = Result<Vec<AuditEvent>, StoreError>> + Send;

    /// The end of the audit log, kept beside it.
    fn head(&self) -> impl Future<Output = Result<Head, StoreError>> + Send;
}

/// What a view shall hold.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Users by [`Upn::key`](crate::Upn::key). Their attempts to sign in come too, also where no such user exists.
    pub users: Vec<String>,
    /// All tokens that the users found hold.
    pub holdings: bool,
    /// Tokens by serial number.
    pub serials: Vec<String>,
    /// Tokens and states by fingerprint.
    pub fingerprints: Vec<Fingerprint>,
    /// When tokens were activated of late.
    pub activations: bool,
    /// The number for the next upload.
    pub uploads: bool,
}

/// What a decision looks at. No record stands in it twice; the order means nothing.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The users asked for that exist, and the holders of all tokens found.
    pub users: Vec<Versioned<User>>,
    /// The attempts of the user names asked for, by [`Upn::key`](crate::Upn::key), where there were any.
    pub attempts: Vec<(String, Versioned<Attempts>)>,
    /// The tokens asked for by any of the ways.
    pub tokens: Vec<Versioned<Token>>,
    /// The states of all those tokens' secrets and of the fingerprints asked for, where they exist.
    pub states: Vec<Versioned<State>>,
    /// Activations of late, where asked for and where there were any.
    pub activations: Option<Versioned<Activations>>,
    /// One more than the highest number of an upload so far, where asked for.
    pub next_upload: u64,
}

/// When tokens were activated of late, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activations(pub Vec<UnixTime>);

/// One write, or one comparison without a write.
#[derive(Clone, Debug)]
pub enum Write<K, T> {
    /// A record that must not exist. Its version becomes [`Version::FIRST`].
    Insert(T),
    /// In the place of the record of this version. Its version becomes the [next](Version::next).
    Update(Version, T),
    /// The record of this key and version goes.
    Delete(Version, K),
    /// The record of this key must still have this version.
    Unchanged(Version, K),
}

/// A set of changes that is applied whole or not at all, with the events that tell of it.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Users by id. The key of a user name is unique.
    pub users: Vec<Write<UserId, User>>,
    /// Attempts to sign in by [`Upn::key`](crate::Upn::key).
    pub attempts: Vec<Write<String, (String, Attempts)>>,
    /// Tokens by id. Serial number and fingerprint are unique.
    pub tokens: Vec<Write<crate::model::TokenId, Token>>,
    /// States by fingerprint.
    pub states: Vec<Write<Fingerprint, State>>,
    /// The one record of recent activations.
    pub activations: Option<Write<(), Activations>>,
    /// Uploads by number. A deleted one takes its refused rows with it.
    pub uploads: Vec<Write<u64, Upload>>,
    /// Refused rows of uploads that are inserted by the same changes.
    pub failures: Vec<(u64, Vec<UploadFailure>)>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl Changes {
    /// Whether there is nothing to apply.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { users, attempts, tokens, states, activations, uploads, failures, events } = self;
        users.is_empty()
            && attempts.is_empty()
            && tokens.is_empty()
            && states.is_empty()
            && activations.is_none()
            && uploads.is_empty()
            && failures.is_empty()
            && events.is_empty()
    }
}

/// Which tokens to list. What is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// With this status.
    pub status: Option<Status>,
    /// Held by the user of this [`Upn::key`](crate::Upn::key).
    pub holder: Option<String>,
    /// With this serial number.
    pub serial: Option<String>,
}

/// A token with what a list shows beside it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The token.
    pub token: Token,
    /// The state of its secret.
    pub state: State,
    /// Its holder.
    pub holder: Option<User>,
}

/// Why changes were not applied. Nothing of them was.
#[derive(Clone, Debug)]
pub enum CommitError {
    /// Something changed in between: read again and decide again.
    Conflict,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The database failed: neither a grant nor a wrong code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What kind of failure.
    pub fault: Fault,
    /// Where and what, in a sentence.
    pub message: String,
}

/// Kinds of failures of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// There is no database at this place.
    Missing,
    /// Another process holds the lock for too long.
    Busy,
    /// It can be read, but not written.
    ReadOnly,
    /// It is no database of a directory, or was damaged.
    Corrupt,
    /// It was made by a newer version of this library.
    Newer,
    /// No room is left.
    Full,
    /// Anything else.
    Other,
}

impl Fault {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "database-missing",
            Self::Busy => "database-busy",
            Self::ReadOnly => "database-read-only",
            Self::Corrupt => "database-corrupt",
            Self::Newer => "database-newer",
            Self::Full => "database-full",
            Self::Other => "database-failed",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Missing => "create it first, or name another one",
            Self::Busy => "another process is writing to it; try again when that has finished",
            Self::ReadOnly => "allow writing to the file and to its folder",
            Self::Corrupt => "restore it from a backup; nothing was changed",
            Self::Newer => "use the version that made it, or a newer one",
            Self::Full => "free some space; nothing was changed",
            Self::Other => "nothing was changed",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for StoreError {}
