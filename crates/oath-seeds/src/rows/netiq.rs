//! `netiq-csv`: `serial, seed[, TOTP|HOTP][, digits][, interval]`, the seed in hex.

use super::fields::Fields;
use super::separated::Layout;
use crate::{Moving, Record, TokenType};
use oath_totp::Digits;

pub(super) const LAYOUT: Layout = Layout { row, columns: (2, 5), ..Layout::PLAIN };

/// A token without a type is HOTP here.
fn row(fields: &mut Fields<'_>) -> Option<Record> {
    let serial = fields.serial(0);
    let secret = fields.secret(1);
    let kind = fields.kind(2, Some(TokenType::Hotp))?;
    let digits = fields.digits(3, Some(Digits::Six));
    let step = fields.step(4, Some(30));
    let moving = match kind {
        TokenType::Totp => Moving::Time { step: step? },
        TokenType::Hotp => Moving::Counter { counter: 0 },
    };
    Some(fields.record(serial?, secret?, fields.assumed_hash(), digits?, moving))
}
