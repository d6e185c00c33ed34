//! `2fas-json`: `{"services":[{"name","secret","otp":{"account","issuer","digits","period","algorithm","tokenType","counter",
//! "link"}}],"schemaVersion"}`, the secret in Base32.

use super::item::{self, Item, named};
use super::open;
use super::tree::Json;
use crate::check::Checks;
use crate::source::Context;
use crate::values::key_uri;
use crate::{Field, Finding, Kind, Moving, Record, Repairs, Row, TokenType, Unlock};
use oath_totp::{Algorithm, Digits};
use std::collections::VecDeque;

/// Up to here the app had no counters, and a file does not say the type.
const LAST_WITHOUT_TYPES: u64 = 2;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    let version = root.object().and_then(|root| root.first("schemaVersion"));
    let untyped = matches!(version, Some(Json::Unsigned(..=LAST_WITHOUT_TYPES)));
    let read = if untyped { service_without_type } else { service };
    item::each(item::array(&root, "services")?, "service", context, rows, read);
    Ok(())
}

fn service(item: &mut Item<'_, '_>) -> Option<Record> {
    otp(item, false)
}

fn service_without_type(item: &mut Item<'_, '_>) -> Option<Record> {
    otp(item, true)
}

fn otp(item: &mut Item<'_, '_>, untyped: bool) -> Option<Record> {
    let name = item.text("name", Field::Issuer);
    let secret = item.base32("secret");
    item.enter("otp")?;
    // With digits and no period, the service was set up by the URI of a HOTP token, which the app took for TOTP.
    let is_totp = untyped && (item.has("period") || !item.has("digits"));
    let kind = item.kind("tokenType", is_totp.then_some(TokenType::Totp))?;
    let issuer = item.text("issuer", Field::Issuer).or(name);
    let account = item.text("account", Field::Account);
    // What the app leaves out is what it has as its default.
    let algorithm = item.algorithm("algorithm", Some(Algorithm::Sha1));
    let digits = item.digits("digits", Some(Digits::Six));
    let moving = item.moving(kind, "period", Some(30), "counter");
    let link = item.secret_text("link")?;
    let record = named(item.token(secret, algorithm, digits, moving), issuer, account)?;
    if !link.is_empty() {
        compare(&record, link, item);
    }
    Some(record)
}

/// The URI that a service was set up with must say the same, or one of the two gives wrong codes. Its counter is that of the
/// first code.
fn compare(record: &Record, link: &str, item: &mut Item<'_, '_>) {
    // A secret that is weak has been said to be.
    let mut checks = Checks::new(item.checks.place(), Repairs::Offer);
    let Some(uri) = key_uri::read(link, &mut checks) else {
        item.checks.take(checks);
        return;
    };
    let field = match (uri.moving, record.moving) {
        _ if uri.secret != record.secret => Field::SecretKey,
        _ if uri.algorithm != record.algorithm => Field::Algorithm,
        _ if uri.digits != record.digits => Field::Digits,
        (Moving::Time { step: one }, Moving::Time { step: other }) if one != other => Field::TimeInterval,
        (Moving::Time { .. }, Moving::Time { .. }) | (Moving::Counter { .. }, Moving::Counter { .. }) => return,
        _ => Field::Type,
    };
    let message = format!("The {field} differs from that in the service's link.");
    let action = "Compare two codes of the app with both, and delete the link or correct the service.";
    item.checks.error(Kind::ValueMalformed, field, message, action);
}
