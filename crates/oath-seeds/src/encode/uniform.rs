//! `pingid-csv` and `duo-csv`: serial number and seed in hex, CRLF; what all tokens have in common is said beside the file.

use super::Encoder;
use crate::buffer::Buffer;
use crate::{Moving, Record};
use core::fmt::Write as _;

pub(super) struct Uniform {
    /// HOTP tokens have a column for the counter.
    pub(super) counters: bool,
}

impl Encoder for Uniform {
    fn record(&mut self, record: &Record, out: &mut Buffer) {
        out.push(record.serial.as_deref().unwrap_or_default());
        out.push(",");
        out.push(record.secret.expose_hex_leaving_traces().as_str());
        if let Moving::Counter { counter } = record.moving
            && self.counters
        {
            let _ = write!(out, ",{counter}");
        }
        out.push("\r\n");
    }
}
