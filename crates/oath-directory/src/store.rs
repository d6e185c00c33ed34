//! Where records lie. A store reads consistent views and applies sets of changes through one gate; it decides nothing.

mod any;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod cells;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod gathering;
mod memory;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod names;
mod net;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

pub mod batch;
pub mod conformance;

pub use self::any::AnyStore;
pub use self::memory::MemoryStore;
pub(crate) use self::net::net;
#[cfg(feature = "postgres")]
pub use self::postgres::{MalformedPostgresUrl, PostgresStore, PostgresUrl};
#[cfg(feature = "sqlite")]
pub(crate) use self::sqlite::Former;
#[cfg(feature = "sqlite")]
pub use self::sqlite::{Missing, SqliteStore};

use crate::audit::{AuditEvent, AuditKey, Chain, Event, Head};
use crate::model::{
    Fingerprint, Gate, Settings, State, Status, TenantId, Token, TokenId, Upload, UploadFailure, User, UserId, Version,
    Versioned,
};
use core::fmt;
use core::future::Future;
use oath_totp::UnixTime;

/// A database of one directory, which is that of one tenant: every key begins with the tenant, where a database has more
/// than one. Whatever the store, the records are bound to their tenant by the keys of the
/// [ring](crate::KeyRing::of_tenant).
///
/// The futures do not depend on a runtime. A store may be shared by many threads, and its database by many processes.
/// [`AnyStore`] is a store that is chosen at run time.
pub trait Store: Send + Sync {
    /// Whose directory it is. Never changes.
    fn tenant(&self) -> TenantId;

    /// What a sign-in with this name looks at, as of one moment and by one statement: the settings, the [`Gate`] of the name,
    /// the user of the name, the tokens that the user holds, and the states of their secrets.
    ///
    /// The name is a [`Upn::key`](crate::Upn::key). Nothing else is in the view. It may be stale by a moment, as from a
    /// replica, unless the latest is asked for: [`pass`](Self::pass) compares.
    fn look(&self, name: String, fresh: Fresh) -> impl Future<Output = Result<View, StoreError>> + Send {
        let _ = fresh;
        self.view(Wanted { users: vec![name], holdings: true, ..Wanted::default() })
    }

    /// Ends a sign-in: writes the gate, the states and the events in one lasting transaction, or nothing.
    ///
    /// Fails with [`CommitError::Conflict`] where the gate or a state no longer has the version that was compared. Callers of
    /// the same moment may share a statement and a transaction: each has a verdict of its own, and of two that compare the
    /// same version one at the most is applied.
    fn pass(&self, pass: Pass, key: &AuditKey) -> impl Future<Output = Result<(), CommitError>> + Send {
        self.commit(pass.into(), key)
    }

    /// Everything that the decision of one other operation looks at, as of one moment and of the latest data.
    fn view(&self, wanted: Wanted) -> impl Future<Output = Result<View, StoreError>> + Send;

    /// Applies all changes with their events in one lasting transaction, or none of them. The events are appended to the chain
    /// of this writer, which is keyed with `key`.
    ///
    /// Fails with [`CommitError::Conflict`] where a record no longer has the version that was compared, or one that is
    /// to be inserted exists: read again and decide again. Changes with more than [`Changes::MOST`] records are refused.
    fn commit(&self, changes: Changes, key: &AuditKey) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Users in the order of [`Upn::key`](crate::Upn::key), after `after`, with the gates of their names; at most `limit`.
    fn users(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ListedUser>, StoreError>> + Send;

    /// Tokens in the order of their serial numbers (by bytes), after `after`; at most `limit`.
    fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Listed>, StoreError>> + Send;

    /// States of secrets in the order of their fingerprints, after `after`; at most `limit`. Also those whose tokens were deleted.
    fn states(
        &self,
        after: Option<Fingerprint>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<State>, StoreError>> + Send;

    /// Uploads in the order of their numbers, after `after` (0: from the first); at most `limit`.
    fn uploads(&self, after: u64, limit: usize) -> impl Future<Output = Result<Vec<Upload>, StoreError>> + Send;

    /// The refused rows of an upload in the order in which they were written, without the first `skip`; at most `limit`.
    fn failures(
        &self,
        upload: u64,
        skip: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<UploadFailure>, StoreError>> + Send;

    /// Audit events of a chain after the one with the number `after`, in order; at most `limit`.
    fn events(
        &self,
        chain: Chain,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<AuditEvent>, StoreError>> + Send;

    /// The ends of all chains of the audit log in the order of the chains, kept beside it. A store with one writer at a time
    /// has the one chain [`Chain::FIRST`], and its end also while it is empty.
    fn heads(&self) -> impl Future<Output = Result<Vec<Head>, StoreError>> + Send;

    /// The last events that were [pruned](Changes::pruned) from chains, in the order of the chains: what is left of a chain goes
    /// on after them. None of a chain that begins with its first event.
    fn beginnings(&self) -> impl Future<Output = Result<Vec<Head>, StoreError>> + Send;
}

/// How old what is read may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// A replica may answer.
    Recent,
    /// As of now: after a conflict.
    Latest,
}

/// What a view shall hold. The settings are always in it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Users by [`Upn::key`](crate::Upn::key). Their gates come too, also where no such user exists.
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
    pub next_upload: bool,
    /// An upload by its number.
    pub upload: Option<u64>,
}

/// What a decision looks at. No record stands in it twice; the order means nothing.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What holds for the directory as a whole; `None` before its first change.
    pub settings: Option<Versioned<Settings>>,
    /// The users asked for that exist, and the holders of all tokens found.
    pub users: Vec<Versioned<User>>,
    /// The gates of the user names asked for, where there are any.
    pub gates: Vec<Versioned<Gate>>,
    /// The tokens asked for by any of the ways.
    pub tokens: Vec<Versioned<Token>>,
    /// The states of all those tokens' secrets and of the fingerprints asked for, where they exist.
    pub states: Vec<Versioned<State>>,
    /// Activations of late, where asked for and where there were any.
    pub activations: Option<Versioned<Activations>>,
    /// One more than the highest number of an upload so far, where asked for.
    pub next_upload: u64,
    /// The upload asked for, where it exists.
    pub upload: Option<Versioned<Upload>>,
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

impl<K, T> Write<K, T> {
    /// Puts a record in the place of the one that was read, or inserts it where none was.
    pub(crate) fn over(read: Option<&Versioned<T>>, value: T) -> Self {
        match read {
            Some(read) => Self::Update(read.version, value),
            None => Self::Insert(value),
        }
    }

    pub(crate) const fn record(&self) -> Option<&T> {
        match self {
            Self::Insert(record) | Self::Update(_, record) => Some(record),
            Self::Delete(..) | Self::Unchanged(..) => None,
        }
    }

    pub(crate) const fn record_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Insert(record) | Self::Update(_, record) => Some(record),
            Self::Delete(..) | Self::Unchanged(..) => None,
        }
    }
}

/// What a sign-in writes: the gate always, and the states of the secrets whose codes it consumed.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Inserts or updates the gate of the name.
    pub gate: Write<String, Gate>,
    /// Updates of states.
    pub states: Vec<Write<Fingerprint, State>>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl From<Pass> for Changes {
    fn from(Pass { gate, states, events }: Pass) -> Self {
        Self { gates: vec![gate], states, events, ..Self::default() }
    }
}

/// A set of changes that is applied whole or not at all, with the events that tell of it.
///
/// The order is that of the fields. Gates, tokens and states are written in an order that is the same for all writers where
/// a database locks rows: stores may sort the writes of a field by key, as no key stands in it twice.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The one record of settings.
    pub settings: Option<Write<(), Settings>>,
    /// Users by id. The key of a user name is unique.
    pub users: Vec<Write<UserId, User>>,
    /// Gates by name.
    pub gates: Vec<Write<String, Gate>>,
    /// Names whose gates' versions grow by one, whatever they are; where a name has no gate, a fresh one is inserted. A
    /// sign-in that has read a gate before conflicts.
    pub bumps: Vec<String>,
    /// Tokens by id. Serial number and fingerprint are unique.
    pub tokens: Vec<Write<TokenId, Token>>,
    /// States by fingerprint.
    pub states: Vec<Write<Fingerprint, State>>,
    /// The one record of recent activations.
    pub activations: Option<Write<(), Activations>>,
    /// Uploads by number. A deleted one takes its refused rows with it.
    pub uploads: Vec<Write<u64, Upload>>,
    /// Refused rows of uploads that exist after the same changes. They come after those that were written before.
    pub failures: Vec<(u64, Vec<UploadFailure>)>,
    /// Deletes the events of a chain of the audit log up to this one, which becomes its [beginning](Store::beginnings). Applied
    /// only where the chain begins before it. The caller sees to it that there are no more than [`Changes::MOST`].
    pub pruned: Option<Head>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

impl Changes {
    /// How many records, refused rows and events one set of changes may hold: more do not fit into one transaction that others
    /// wait for.
    pub const MOST: usize = 20_000;

    /// Whether there is nothing to apply.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many records, refused rows and events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let Self { settings, users, gates, bumps, tokens, states, activations, uploads, failures, pruned, events } =
            self;
        let failures = failures.iter().map(|(_, rows)| rows.len().saturating_add(1));
        [
            usize::from(settings.is_some()),
            usize::from(activations.is_some()),
            usize::from(pruned.is_some()),
            users.len(),
            gates.len(),
            bumps.len(),
            tokens.len(),
            states.len(),
            uploads.len(),
            events.len(),
        ]
        .into_iter()
        .chain(failures)
        .fold(0, usize::saturating_add)
    }

    /// What a store answers to changes that are too many.
    ///
    /// # Errors
    /// [`StoreError`] where there are more than [`Changes::MOST`].
    pub fn bounded(&self) -> Result<(), StoreError> {
        let (len, most) = (self.len(), Self::MOST);
        if len <= most {
            return Ok(());
        }
        let message = format!("{len} records in one set of changes, expected at most {most}");
        Err(StoreError { fault: Fault::Other, message })
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
    /// That came with this upload.
    pub upload: Option<u64>,
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

/// A user with what a list shows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUser {
    /// The user.
    pub user: User,
    /// The gate of the user's name, where there is one.
    pub gate: Option<Gate>,
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
    /// It was made by an older version of this library.
    Older,
    /// No room is left.
    Full,
    /// The server does not answer, or its certificate is not trusted.
    Unreachable,
    /// The server asks for another user or password.
    Denied,
    /// The connection was lost while the change was made: it may have been applied, or may not.
    Unknown,
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
            Self::Older => "database-older",
            Self::Full => "database-full",
            Self::Unreachable => "database-unreachable",
            Self::Denied => "database-denied",
            Self::Unknown => "outcome-unknown",
            Self::Other => "database-failed",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Missing => "create it first, or name another one",
            Self::Busy => "another process is writing to it; try again when that has finished",
            Self::ReadOnly => "allow writing to it: to the file and its folder, or to the tables of the server",
            Self::Corrupt => "restore it from a backup; nothing was changed",
            Self::Older => "run `oath migrate`, which keeps the former database under another name",
            Self::Newer => "use the version that made it, or a newer one",
            Self::Full => "free some space; nothing was changed",
            Self::Unreachable => "see whether the server runs, and whether the URL names it; nothing was changed",
            Self::Denied => {
                "give the password in PGPASSWORD, or in the file that PGPASSFILE names; nothing was changed"
            }
            Self::Unknown => "look whether the change was made before you try again",
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
