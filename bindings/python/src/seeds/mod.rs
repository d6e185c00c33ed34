//! The module `oath_totp.seeds`.

mod change;
pub(crate) mod file;
pub(crate) mod read;
pub(crate) mod record;
pub(crate) mod search;
mod secrets;
pub(crate) mod write;

pub(crate) use read::options;
