//! `graph-json`: Microsoft Graph's hardware OATH devices. The body of the bulk PATCH (`{"@context":"#$delta","value":[…]}`), a
//! list of a script (`{"inventory":[…]}`, where `secretFormat` may be `hex` or `text`), an array, or a single device.

use super::item::{self, Item};
use super::open;
use super::tree::Json;
use crate::source::Context;
use crate::values::{parameters, secret};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Unlock};
use oath_totp::{Algorithm, Digits, Secret};
use std::collections::VecDeque;

const OF: &str = "device";

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    if let Some(devices) = root.array() {
        item::each(devices, OF, context, rows, device);
        return Ok(());
    }
    let has = |name| root.object().is_some_and(|root| root.has(name));
    if has("secretKey") || has("serialNumber") {
        item::one(&root, Place::Item { of: OF, number: 1 }, context, rows, device);
        return Ok(());
    }
    let name = if has("inventory") { "inventory" } else { "value" };
    item::each(item::array(&root, name)?, OF, context, rows, device);
    Ok(())
}

fn device(item: &mut Item<'_, '_>) -> Option<Record> {
    let serial = item.serial("serialNumber");
    let manufacturer = item.text("manufacturer", Field::Manufacturer).unwrap_or_default();
    let model = item.text("model", Field::Model).unwrap_or_default();
    let secret = secret(item);
    // Graph itself asks for the interval; there is no default.
    let step = item.interval("timeIntervalInSeconds", model, None);
    let algorithm = item.algorithm("hashFunction", Some(Algorithm::Sha1));
    // Graph has TOTP alone.
    let digits = item.assumed_digits(Some(Digits::Six));
    let mut record = item.token(secret, algorithm, digits, step.map(|step| Moving::Time { step }))?;
    record.serial = Some(serial?);
    record.manufacturer = item.context.texts.manufacturer.of(manufacturer);
    record.model = item.context.texts.model.of(model);
    let holder =
        item.value("assignTo", Some(Field::Account)).or_else(|| item.value("assignedTo", Some(Field::Account)));
    if let Some(id) = holder.and_then(Json::object).and_then(|holder| holder.first("id")).and_then(Json::text) {
        // The identifier of a user object; a name is a user principal name.
        if id.contains('@') {
            record.upn = Some(id.to_owned());
        } else if !id.is_empty() {
            record.details_mut().account = Some(id.to_owned());
        }
    }
    Some(record)
}

/// The secret in Base32, or as `secretFormat` says: hex, or a text whose bytes are the key.
///
/// Leakage: as [`secret::read`].
fn secret(item: &mut Item<'_, '_>) -> Option<Secret> {
    let text = item.secret_text("secretKey")?;
    let format = item.text("secretFormat", Field::SecretKey).unwrap_or("base32");
    let is = |name: &str| format.eq_ignore_ascii_case(name);
    if text.is_empty() {
        let message = "The secret key is empty; Microsoft Graph never returns it.";
        let action = "Read the vendor's file, not a list of devices that Graph returned.";
        item.checks.error(Kind::SecretEmpty, Field::SecretKey, message, action);
        return None;
    }
    if is("base32") {
        secret::read(text, &mut item.checks, &mut item.context.tallies)
    } else if is("hex") {
        secret::read_hex(text, &mut item.checks, &mut item.context.tallies)
    } else if is("text") {
        secret::judge(Secret::from_bytes(text.as_bytes()).ok()?, &mut item.checks)
    } else {
        let message = format!("The secretFormat is {}; expected base32, hex or text.", parameters::shown(format));
        let action = "Write how the secret keys of the file are encoded.";
        item.checks.error(Kind::ValueMalformed, Field::SecretKey, message, action);
        None
    }
}
