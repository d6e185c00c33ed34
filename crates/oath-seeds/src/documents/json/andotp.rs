//! `andotp-json`: an array of `{"secret","issuer","label","digits","type","algorithm","period"|"counter"}`, the secret in Base32.

use super::item::{self, Item, named};
use super::open;
use crate::source::Context;
use crate::{Field, Finding, Kind, Record, Row, Severity, Unlock};
use std::collections::VecDeque;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    let Some(items) = root.array() else {
        let message = "The file is no JSON array, which a plain backup of andOTP is.";
        let action = "Check that the file is of the format that was named; export it again if it is.";
        return Err(Finding::new(Kind::OtherFormat, Severity::Error, message, action));
    };
    item::each(items, "entry", context, rows, entry);
    Ok(())
}

fn entry(item: &mut Item<'_, '_>) -> Option<Record> {
    let kind = item.kind("type", None)?;
    let issuer = item.text("issuer", Field::Issuer);
    let account = item.text("label", Field::Account);
    let secret = item.base32("secret");
    let algorithm = item.algorithm("algorithm", None);
    let digits = item.digits("digits", None);
    let moving = item.moving(kind, "period", None, "counter");
    named(item.token(secret, algorithm, digits, moving), issuer, account)
}
