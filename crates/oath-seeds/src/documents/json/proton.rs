//! `proton-json`: `{"version":1,"entries":[{"content":{"uri","entry_type","name"}}]}`.

use super::item::{self, Item};
use super::open;
use crate::source::Context;
use crate::values::key_uri;
use crate::{Field, Finding, Kind, Record, Row, Unlock};
use std::collections::VecDeque;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    item::each(item::array(&root, "entries")?, "entry", context, rows, entry);
    Ok(())
}

fn entry(item: &mut Item<'_, '_>) -> Option<Record> {
    item.enter("content")?;
    if let Some(kind) = item.text("entry_type", Field::Type)
        && !kind.eq_ignore_ascii_case("totp")
    {
        item.kind("entry_type", None)?;
        item.checks.error(
            Kind::ValueMalformed,
            Field::Type,
            "The entry is of the type HOTP, which Proton does not have.",
            "Export the file again.",
        );
        return None;
    }
    let name = item.text("name", Field::Account);
    let uri = item.secret_text("uri")?;
    if uri.is_empty() {
        let message = "The entry has no URI, which holds its secret.";
        item.checks.error(Kind::SecretEmpty, Field::SecretKey, message, "Export the file again.");
        return None;
    }
    let mut record = key_uri::read(uri, &mut item.checks)?;
    if let Some(name) = name
        && record.details().account.is_none()
    {
        record.details_mut().account = Some(name.to_owned());
    }
    Some(record)
}
