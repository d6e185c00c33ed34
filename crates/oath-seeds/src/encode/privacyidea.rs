//! `privacyidea-csv`, version 2: the user first, resolver and realm empty; CRLF, the seed in hex.

use super::Encoder;
use super::plain::{is_first, serial_is_plain};
use crate::buffer::Buffer;
use crate::text::is_hidden;
use crate::{Field, Moving, Record};
use core::fmt::Write as _;

pub(super) struct PrivacyIdeaCsv;

impl Encoder for PrivacyIdeaCsv {
    fn head(&mut self, out: &mut Buffer) {
        out.push("# version: 2\r\n");
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        out.push(record.upn.as_deref().unwrap_or_default());
        out.push(",,,");
        out.push(record.serial.as_deref().unwrap_or_default());
        out.push(",");
        out.push(record.secret.expose_hex_leaving_traces().as_str());
        let (kind, moving) = match record.moving {
            Moving::Time { step } => ("totp", u64::from(step.x())),
            Moving::Counter { counter } => ("hotp", counter),
        };
        let _ = write!(out, ",{kind},{},{moving}\r\n", record.digits.count());
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let user = record.upn.as_deref().is_none_or(|user| is_first(user) && !user.contains(is_hidden));
    [(Field::Upn, user), (Field::SerialNumber, serial_is_plain(record))]
        .into_iter()
        .filter_map(|(field, good)| (!good).then_some(field))
        .collect()
}
