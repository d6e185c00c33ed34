#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod buckets;
mod buffer;
mod capacity;
mod cells;
mod characters;
mod check;
mod ciphers;
mod documents;
mod duplicates;
mod encode;
mod encoding;
pub mod failures;
mod find;
mod finding;
mod fingerprints;
mod format;
mod holders;
mod input;
mod kind;
mod lines;
mod obstacle;
#[cfg(feature = "openpgp")]
mod openpgp;
mod options;
mod place;
mod probe;
mod protection;
#[cfg(feature = "qr")]
mod qr;
mod reader;
mod recognise;
mod record;
mod repair;
mod rows;
mod source;
mod table;
mod tally;
mod target;
mod text;
mod texts;
mod unlock;
mod users;
mod values;
mod whole;
mod write;

pub use self::capacity::{Capacity, Counters, Intervals};
pub use self::find::{Matches, Shown, find_shown};
pub use self::finding::{Field, Finding, Severity};
pub use self::format::{Format, UnknownFormat};
pub use self::holders::{MOST_PER_USER, check_holders};
pub use self::kind::Kind;
pub use self::obstacle::{Loss, Obstacle, losses, obstacles};
pub use self::options::{Assume, Limits, Options, Repairs, TokenType, UnknownType};
pub use self::place::Place;
pub use self::probe::{Probe, ProbeError, Reading, SeedText, probe};
pub use self::protection::{EmptyPassword, KeyLength, Protection};
#[cfg(feature = "qr")]
pub use self::qr::{QrCodesError, qr_codes};
pub use self::reader::{ReadError, Reader, read, read_from};
pub use self::recognise::{Recognition, recognise};
pub use self::record::{Details, Encoding, FailedRow, Moving, Record, Row, SeedFile};
pub use self::repair::Repair;
pub use self::target::{Target, UnknownTarget, check};
pub use self::unlock::Unlock;
pub use self::users::{FilledIn, fill_in, is_serial_column, is_upn_column, is_user_column, text_of_users};
pub use self::whole::{Survey, WholeFile};
pub use self::write::{Refused, WriteError, WriteOptions, Writer, refused, write};
