//! `linotp-csv`: `serial, key[, hotp|totp|ocra2][, digits][, interval][, sha1|sha256|sha512]`, the key in hex.

use crate::cells::{Cells, trimmed};
use crate::check::Checks;
use crate::source::Context;
use crate::values::{interval, parameters, secret, serial};
use crate::{Moving, Record, TokenType};
use oath_totp::{Algorithm, Digits, TimeStep};

/// LinOTP takes a token without a type for HOTP.
pub(super) fn row(cells: &Cells<'_>, checks: &mut Checks, context: &mut Context) -> Option<Record> {
    let cell = |index| trimmed(cells.get(index));
    let optional = |index| Some(cell(index)).filter(|text| !text.is_empty());
    let assume = context.assume;
    let serial = serial::read(cell(0), checks);
    let secret = secret::read_hex(cell(1), checks, &mut context.tallies);
    let kind = match optional(2) {
        Some(text) => parameters::read_type(text, checks),
        None => Some(assume.kind.unwrap_or(TokenType::Hotp)),
    };
    let digits = match optional(3) {
        Some(text) => parameters::read_digits(text, checks),
        None => Some(assume.digits.unwrap_or(Digits::Six)),
    };
    let step = match optional(4) {
        Some(text) => interval::read(text, "", checks),
        None => TimeStep::new(assume.interval.unwrap_or(30), 0).ok(),
    };
    let algorithm = match optional(5) {
        Some(text) => parameters::read_algorithm(text, checks),
        None => Some(assume.algorithm.unwrap_or(Algorithm::Sha1)),
    };
    let moving = match kind? {
        TokenType::Totp => Moving::Time { step: step? },
        TokenType::Hotp => Moving::Counter { counter: 0 },
    };
    let mut record = Record::new(serial?, secret?);
    record.place = checks.place();
    record.algorithm = algorithm?;
    record.digits = digits?;
    record.moving = moving;
    Some(record)
}
