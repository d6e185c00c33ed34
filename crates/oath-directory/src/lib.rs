#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod actor;
pub mod audit;
pub mod bulk;
mod csv_table;
mod decide;
mod directory;
mod error;
mod keys;
#[cfg(feature = "sqlite")]
mod location;
pub mod model;
mod policy;
mod private_file;
pub mod report;
pub mod rights;
pub mod spool;
pub mod store;
pub mod user_file;
mod work;

pub use self::actor::Actor;
pub use self::decide::code::Synchronized;
pub use self::decide::membership::Removed;
pub use self::decide::recovery::Recovered;
pub use self::decide::sign_in::SignedIn;
pub use self::decide::users::ImportReport;
pub use self::directory::{
    AuditReport, Directory, Enrolment, KeyUse, Leavers, PolicyEdit, Pruned, RecoveryStatus, Resealed, Rotated,
    SealReport, SegmentsError, SyncOptions, SyncReport, TokenQuery, UnknownLeavers, UploadError, UploadOptions,
    UserDetails, UserQuery, UserStatus,
};
pub use self::error::{Error, Refusal};
pub use self::keys::{KeyRing, KeyRingError};
#[cfg(feature = "sqlite")]
pub use self::location::{
    Contents, DatabaseUrl, Location, LocationError, MalformedUrl, MigrateOptions, Migrated, MigrationPreview,
    RestorePreview, Restored,
};
pub use self::model::{Clock, MalformedRecoveryCode, MalformedUpn, RecoveryCode, Source, Status, Upn, User, UserKind};
pub use self::policy::{Field as PolicyField, Policy, PolicyError};
