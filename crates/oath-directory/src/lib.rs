#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod audit;
mod decide;
mod directory;
mod error;
#[cfg(feature = "sqlite")]
mod files;
mod keys;
pub mod model;
mod policy;
#[cfg(feature = "sqlite")]
mod private_file;
pub mod store;
pub mod user_file;
mod work;

pub use self::audit::Actor;
pub use self::decide::code::Synchronized;
pub use self::decide::sign_in::SignedIn;
pub use self::decide::users::ImportReport;
pub use self::directory::{
    AuditReport, Directory, Enrolment, Leavers, SyncOptions, SyncReport, TokenQuery, UploadOptions, UserDetails,
};
pub use self::error::{Error, Refusal};
#[cfg(feature = "sqlite")]
pub use self::files::{Files, FilesError, MalformedUrl, SqliteUrl};
pub use self::keys::{KeyRing, KeyRingError};
pub use self::model::{MalformedUpn, Status, Upn, User, UserKind};
pub use self::policy::Policy;
