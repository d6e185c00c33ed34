#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod buckets;
mod cells;
mod check;
mod encoding;
mod entra;
pub mod failures;
mod finding;
mod fingerprints;
mod format;
mod holders;
mod kind;
mod lines;
mod options;
mod reader;
mod record;
mod repair;
mod sniff;
mod tally;
mod text;
mod users;
mod write;

pub use self::finding::{Field, Finding, Severity};
pub use self::format::{Format, UnknownFormat};
pub use self::holders::{MOST_PER_USER, check_holders};
pub use self::kind::Kind;
pub use self::options::{Options, Repairs, UpnRule};
pub use self::reader::{ReadError, Reader, read, read_from};
pub use self::record::{Encoding, FailedRow, Moving, Record, Row, SeedFile};
pub use self::repair::Repair;
pub use self::users::{FilledIn, fill_in};
pub use self::write::{Obstacle, Refused, WriteError, Writer, obstacles, write, write_with};
