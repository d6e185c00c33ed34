//! `aegis-json`: `{"version","header":{"slots":null},"db":{"entries":[{"type","name","issuer","info":{"secret","algo","digits",
//! "period"|"counter"}}]}}`, the secret in Base32.

use super::item::{self, Item, named};
use super::open;
use crate::source::Context;
use crate::{Field, Finding, Record, Row, Unlock};
use std::collections::VecDeque;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    let database = root.object().and_then(|root| root.first("db")).ok_or_else(|| item::misses("entries"))?;
    item::each(item::array(database, "entries")?, "entry", context, rows, entry);
    Ok(())
}

fn entry(item: &mut Item<'_, '_>) -> Option<Record> {
    let kind = item.kind("type", None)?;
    let issuer = item.text("issuer", Field::Issuer);
    let account = item.text("name", Field::Account);
    item.enter("info")?;
    let secret = item.base32("secret");
    let algorithm = item.algorithm("algo", None);
    let digits = item.digits("digits", None);
    let moving = item.moving(kind, "period", None, "counter");
    named(item.token(secret, algorithm, digits, moving), issuer, account)
}
