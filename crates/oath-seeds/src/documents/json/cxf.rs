//! `cxf-json`: FIDO's Credential Exchange Format, `{"accounts":[{"items":[{"credentials":[{"type":"totp","secret","period",
//! "digits","algorithm","username"?,"issuer"?}]}]}]}`, the secret in Base32. Credentials of other types, as passwords, are no
//! tokens and are passed over.

use super::item::{self, Item, named};
use super::open;
use super::tree::{Json, Object};
use crate::source::Context;
use crate::{Field, Finding, Place, Record, Row, TokenType, Unlock};
use oath_totp::{Algorithm, Digits};
use std::collections::VecDeque;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    let mut number = 0u64;
    for account in item::array(&root, "accounts")? {
        for item in within(account, "items") {
            for credential in within(item, "credentials") {
                let kind = credential.object().and_then(|credential| credential.first("type"));
                if kind.and_then(Json::text).is_some_and(|kind| kind.eq_ignore_ascii_case("totp")) {
                    number = number.saturating_add(1);
                    let place = Place::Item { of: "totp credential", number };
                    item::one(credential, place, context, rows, totp);
                }
            }
        }
    }
    Ok(())
}

/// The values of an array within an object; none where there is no such array.
fn within<'d>(value: &'d Json, name: &str) -> &'d [Json] {
    value.object().and_then(|object: &Object| object.first(name)).and_then(Json::array).unwrap_or_default()
}

fn totp(item: &mut Item<'_, '_>) -> Option<Record> {
    let issuer = item.text("issuer", Field::Issuer);
    let account = item.text("username", Field::Account);
    let secret = item.base32("secret");
    let algorithm = item.algorithm("algorithm", Some(Algorithm::Sha1));
    let digits = item.digits("digits", Some(Digits::Six));
    let moving = item.moving(TokenType::Totp, "period", Some(30), "");
    named(item.token(secret, algorithm, digits, moving), issuer, account)
}
