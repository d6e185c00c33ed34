//! `linotp-csv`: `serial, key[, hotp|totp|ocra2][, digits][, interval][, sha1|sha256|sha512]`, the key in hex.

use super::fields::Fields;
use super::separated::Layout;
use crate::values::parameters;
use crate::{Moving, Record, TokenType};
use oath_totp::Digits;

pub(super) const LAYOUT: Layout = Layout { row, columns: (2, 6), comments: true, ..Layout::PLAIN };

/// A token without a type is HOTP for this server, which tells the hash by the length of the key where the row does not name it.
fn row(fields: &mut Fields<'_>) -> Option<Record> {
    let serial = fields.serial(0);
    let secret = fields.secret(1);
    // The columns after the type are of another kind for OCRA.
    let kind = fields.kind(2, Some(TokenType::Hotp))?;
    let digits = fields.digits(3, Some(Digits::Six));
    let step = fields.step(4, Some(30));
    let algorithm = match fields.given(5) {
        Some(text) => parameters::read_algorithm(text, fields.checks),
        None => secret.as_ref().map(|secret| fields.hash_of_length(secret)),
    };
    let moving = match kind {
        TokenType::Totp => Moving::Time { step: step? },
        TokenType::Hotp => Moving::Counter { counter: 0 },
    };
    Some(fields.record(serial?, secret?, algorithm?, digits?, moving))
}
