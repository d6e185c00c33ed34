//! The records of a directory. Plain data: what they may become is decided in `decide`, where they lie is `store`'s.

mod clock;
mod gate;
mod id;
mod recovery;
mod settings;
mod token;
mod upload;
mod user;

pub use self::clock::Clock;
pub use self::gate::{Attempts, Gate, KnownSource, Request, RequestId, Source};
pub use self::id::{Id, IdError, Tenant, TenantId, TokenId, UserId};
pub use self::recovery::{MalformedRecoveryCode, Recovery, RecoveryCode};
pub use self::settings::{Settings, Tag};
pub use self::token::{Fingerprint, Import, Parameters, RecogniserId, Sealed, State, Status, Token, TokenKind};
pub use self::upload::{Preview, Undone, Upload, UploadFailure};
pub use self::user::{MalformedUpn, Upn, User, UserKind};

/// Counts the changes of one record: what a compare-and-set compares. 1 for a new record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The version of a record that was just inserted.
    pub const FIRST: Self = Self(1);

    /// As a store keeps it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// As a store kept it.
    #[must_use]
    pub const fn from_stored(version: u64) -> Self {
        Self(version)
    }

    /// The version after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// A record as it was read, with the version to compare when it is written back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The version that was read.
    pub version: Version,
    /// The record.
    pub value: T,
}
