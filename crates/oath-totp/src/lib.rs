// The examples of the README need `Secret`.
#![cfg_attr(feature = "alloc", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "alloc"), doc = "One-time codes of RFC 4226 (HOTP) and RFC 6238 (TOTP).")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::integer_division_remainder_used))]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(any(feature = "std", oath_ct_check))]
extern crate std;

#[cfg(feature = "alloc")]
mod base32;
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

pub use self::code::{Code, CodeError};
pub use self::consecutive::{CodeCountError, CodeRun, Consecutive};
pub use self::hotp::{Hotp, HotpState};
pub use self::key::{Key, KeyError};
pub use self::outcome::{Accepted, Rejected};
pub use self::parameters::{Algorithm, AlgorithmError, Digits, DigitsError};
pub use self::time::{TimeStep, TimeStepError, UnixTime};
pub use self::totp::{Totp, TotpState};
pub use self::traces::{overwrite_stack, overwritten};
pub use self::window::{Centres, Window};

#[cfg(oath_ct_check)]
#[doc(hidden)]
pub use self::ct::watched::watch_declassified;
#[cfg(feature = "qr")]
pub use self::qr::{Qr, QrError};
#[cfg(feature = "getrandom")]
pub use self::secret::GenerateError;
#[cfg(feature = "alloc")]
pub use self::secret::{IllegalKind, Secret, SecretError};
#[cfg(feature = "std")]
pub use self::time::TimeError;
#[cfg(feature = "uri")]
pub use self::uri::{KeyUri, MovingFactor, UriError};
#[cfg(feature = "alloc")]
pub use self::whose::{Owner, whose};
