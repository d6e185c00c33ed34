//! The values of a token, each read from its text with every mistake that is known of it.

pub(crate) mod base64;
pub(crate) mod date;
pub(crate) mod interval;
pub(crate) mod key_uri;
pub(crate) mod model;
pub(crate) mod parameters;
pub(crate) mod secret;
pub(crate) mod serial;
pub(crate) mod time;
pub(crate) mod upn;
