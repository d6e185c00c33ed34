//! `stratum-json`: `{"Authenticators":[{"Type":1|2|4,"Issuer","Username","Secret","Algorithm":0|1|2,"Digits","Period",
//! "Counter"}]}`, the secret in Base32.

use super::item::{self, Item, named};
use super::open;
use super::tree::Json;
use crate::source::Context;
use crate::{Field, Finding, Kind, Record, Row, TokenType, Unlock};
use oath_totp::Algorithm;
use std::collections::VecDeque;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    item::each(item::array(&root, "Authenticators")?, "authenticator", context, rows, authenticator);
    Ok(())
}

fn authenticator(item: &mut Item<'_, '_>) -> Option<Record> {
    let kind = match item.value("Type", Some(Field::Type)) {
        Some(Json::Unsigned(1)) => TokenType::Hotp,
        Some(Json::Unsigned(2)) => TokenType::Totp,
        Some(Json::Unsigned(4)) => {
            item.other_type("4 (Steam)");
            return None;
        }
        Some(other) => {
            item.other_type(&Item::shown(other));
            return None;
        }
        None => item.assumed_kind(None)?,
    };
    let issuer = item.text("Issuer", Field::Issuer);
    let account = item.text("Username", Field::Account);
    let secret = item.base32("Secret");
    let algorithm = match item.value("Algorithm", Some(Field::Algorithm)) {
        Some(Json::Unsigned(0)) => Some(Algorithm::Sha1),
        Some(Json::Unsigned(1)) => Some(Algorithm::Sha256),
        Some(Json::Unsigned(2)) => Some(Algorithm::Sha512),
        Some(other) => {
            let message = format!("The hash is {}; expected 0 (SHA1), 1 (SHA256) or 2 (SHA512).", Item::shown(other));
            let action = "A token with another hash cannot be used.";
            item.checks.error(Kind::AlgorithmUnsupported, Field::Algorithm, message, action);
            None
        }
        None => item.assumed_algorithm(None),
    };
    let digits = item.digits("Digits", None);
    let moving = item.moving(kind, "Period", None, "Counter");
    named(item.token(secret, algorithm, digits, moving), issuer, account)
}
