#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::integer_division_remainder_used))]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(oath_ct_check)]
extern crate std;

mod code;
mod consecutive;
mod ct;
mod hits;
mod hotp;
mod key;
mod outcome;
mod parameters;
mod pattern;
mod scan;
mod sha512;
mod time;
mod totp;
mod traces;
mod window;

#[cfg(feature = "qr")]
mod qr;
#[cfg(feature = "alloc")]
mod secret;
#[cfg(feature = "uri")]
mod uri;
#[cfg(feature = "alloc")]
mod whose;

pub use self::code::{Code, MalformedCode};
pub use self::consecutive::{CodeCount, Consecutive};
pub use self::hotp::{Hotp, HotpState};
pub use self::key::{Key, KeyError};
pub use self::outcome::{Accepted, Rejected};
pub use self::parameters::{Algorithm, Digits, UnknownAlgorithm, UnknownDigits};
pub use self::time::{TimeStep, UnixTime, ZeroStep};
pub use self::totp::{Totp, TotpState};
pub use self::window::{Centres, Window};

#[cfg(oath_ct_check)]
#[doc(hidden)]
pub use self::ct::watched::watch_declassified;
#[cfg(feature = "qr")]
pub use self::qr::{Qr, TooLong};
#[cfg(feature = "alloc")]
pub use self::secret::{IllegalKind, Secret, SecretError};
#[cfg(feature = "uri")]
pub use self::uri::{KeyUri, Moving, UriError};
#[cfg(feature = "alloc")]
pub use self::whose::{Owner, whose};
