//! `multiotp-csv`: semicolons, CRLF, the seed in hex.

use super::Encoder;
use super::plain::{is_plain, serial_is_plain};
use crate::buffer::Buffer;
use crate::{Field, Moving, Record};
use core::fmt::Write as _;

pub(super) struct MultiOtpCsv;

impl Encoder for MultiOtpCsv {
    fn record(&mut self, record: &Record, out: &mut Buffer) {
        let (kind, moving) = match record.moving {
            Moving::Time { step } => ("TOTP", u64::from(step.x())),
            Moving::Counter { counter } => ("HOTP", counter),
        };
        for value in [record.serial.as_deref().unwrap_or_default(), &record.manufacturer, kind] {
            out.push(value);
            out.push(";");
        }
        out.push(record.secret.expose_hex_leaving_traces().as_str());
        let _ = write!(out, ";{};{moving}\r\n", record.digits.count());
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    [(Field::SerialNumber, serial_is_plain(record)), (Field::Manufacturer, is_plain(&record.manufacturer))]
        .into_iter()
        .filter_map(|(field, good)| (!good).then_some(field))
        .collect()
}
