//! `linotp-csv`: every column, CRLF, the key in hex.

use super::Encoder;
use crate::buffer::Buffer;
use crate::cells::push;
use crate::table::fits;
use crate::{Field, Moving, Record};
use core::fmt::Write as _;

pub(super) struct LinOtpCsv;

impl Encoder for LinOtpCsv {
    fn record(&mut self, record: &Record, out: &mut Buffer) {
        push(out, record.serial.as_deref().unwrap_or_default());
        out.push(",");
        out.push(record.secret.expose_hex().as_str());
        let (kind, interval) = match record.moving {
            Moving::Time { step } => ("totp", step.x()),
            Moving::Counter { .. } => ("hotp", 30),
        };
        let algorithm = record.algorithm.name().to_ascii_lowercase();
        let _ = write!(out, ",{kind},{},{interval},{algorithm}\r\n", record.digits.count());
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let good = record.serial.as_deref().is_none_or(|serial| fits(serial) && !serial.is_empty());
    if good { Vec::new() } else { vec![Field::SerialNumber] }
}
