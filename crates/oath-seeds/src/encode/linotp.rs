//! `linotp-csv`: every column, CRLF, the key in hex.

use super::Encoder;
use crate::buffer::Buffer;
use crate::{Moving, Record};
use core::fmt::Write as _;

pub(super) struct LinOtpCsv;

impl Encoder for LinOtpCsv {
    fn record(&mut self, record: &Record, out: &mut Buffer) {
        out.push(record.serial.as_deref().unwrap_or_default());
        out.push(",");
        out.push(record.secret.expose_hex_leaving_traces().as_str());
        let (kind, interval) = match record.moving {
            Moving::Time { step } => ("totp", step.x()),
            Moving::Counter { .. } => ("hotp", 30),
        };
        let algorithm = record.algorithm.name().to_ascii_lowercase();
        let _ = write!(out, ",{kind},{},{interval},{algorithm}\r\n", record.digits.count());
    }
}
