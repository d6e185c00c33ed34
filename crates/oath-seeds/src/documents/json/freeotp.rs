//! `freeotp-json`: `{"tokens":[{"algo","digits","issuerExt","label","period","counter","secret":[…],"type"}]}`, the secret as
//! signed bytes, the counter one less than that of the next code.

use super::item::{self, Item, named};
use super::open;
use super::tree::Json;
use crate::source::Context;
use crate::values::secret;
use crate::{Field, Finding, Kind, Moving, Record, Row, Unlock};
use oath_totp::Secret;
use std::collections::VecDeque;
use zeroize::Zeroizing;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    item::each(item::array(&root, "tokens")?, "token", context, rows, token);
    Ok(())
}

fn token(item: &mut Item<'_, '_>) -> Option<Record> {
    let kind = item.kind("type", None)?;
    let issuer = item.text("issuerExt", Field::Issuer);
    let account = item.text("label", Field::Account);
    let secret = signed_bytes(item);
    let algorithm = item.algorithm("algo", None);
    let digits = item.digits("digits", None);
    let moving = item.moving(kind, "period", None, "counter").and_then(|moving| match moving {
        Moving::Time { .. } => Some(moving),
        Moving::Counter { counter } => {
            let next = counter.checked_add(1);
            if next.is_none() {
                let (message, action) = ("The counter is at its end.", "Have the token set up anew.");
                item.checks.error(Kind::CounterUnsupported, Field::Counter, message, action);
            }
            Some(Moving::Counter { counter: next? })
        }
    });
    named(item.token(secret, algorithm, digits, moving), issuer, account)
}

/// The secret: numbers from -128 to 127.
///
/// Leakage: the numbers are secret; how many there are, and which are out of range, is public. `serde_json` reads each through
/// the stack, which it does not wipe.
fn signed_bytes(item: &mut Item<'_, '_>) -> Option<Secret> {
    const FIELD: Field = Field::SecretKey;
    let numbers = match item.value("secret", Some(FIELD)) {
        None => &[][..],
        Some(value) => match value.array() {
            Some(numbers) => numbers,
            None => {
                let message = format!("The secret key is {}; expected an array of signed bytes.", value.what());
                item.checks.error(Kind::ValueMalformed, FIELD, message, "Export the file again.");
                return None;
            }
        },
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(numbers.len()));
    for (number, place) in numbers.iter().zip(1u64..) {
        let signed = match number {
            Json::Unsigned(number) => i8::try_from(*number).ok(),
            Json::Negative(number) => i8::try_from(*number).ok(),
            _ => None,
        };
        let Some(signed) = signed else {
            let message = format!("The secret key has at place {place} no signed byte (-128 to 127).");
            item.checks.error(Kind::SecretIllegalCharacter, FIELD, message, "Export the file again.");
            return None;
        };
        bytes.push(signed.cast_unsigned());
    }
    match Secret::from_bytes(&bytes) {
        Ok(secret) => secret::judge(secret, &mut item.checks),
        Err(_) => {
            item.checks.error(Kind::SecretEmpty, FIELD, "The secret key is empty.", "Export the file again.");
            None
        }
    }
}
