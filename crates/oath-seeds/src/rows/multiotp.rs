//! `multiotp-csv`: `serial;manufacturer;TOTP|HOTP;seed;digits;interval or counter`, the seed in hex.

use super::fields::Fields;
use super::separated::Layout;
use crate::cells::SEPARATORS;
use crate::{Field, Record};

pub(super) const LAYOUT: Layout = Layout { row, columns: (4, 6), separators: &SEPARATORS, ..Layout::PLAIN };

/// Every column is part of the format: there is no default.
fn row(fields: &mut Fields<'_>) -> Option<Record> {
    let serial = fields.serial(0);
    let manufacturer = fields.text(1, Field::Manufacturer);
    let kind = fields.kind(2, None);
    let secret = fields.secret(3);
    let kind = kind?;
    let digits = fields.digits(4, None);
    let moving = fields.moving(kind, 5, None);
    let mut record = fields.record(serial?, secret?, fields.assumed_hash(), digits?, moving?);
    record.manufacturer = fields.context.texts.manufacturer.of(manufacturer?);
    Some(record)
}
