//! `keycloak-json`: OTP credentials, `{"type":"otp","userLabel","secretData":{"value"},"credentialData":{"subType","digits",
//! "counter","period","algorithm","secretEncoding"}}`; both data may be objects or JSON in a text, as Keycloak has them. One
//! credential, an array of them, or the `credentials` of a user or of the `users` of a realm; those of other types, as
//! passwords, are no tokens and are passed over.

use super::item::{self, Item, named};
use super::open;
use super::tree::{self, Json, Object};
use crate::source::Context;
use crate::values::{parameters, secret};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Unlock};
use oath_totp::{Algorithm, Digits, Secret};
use std::collections::VecDeque;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    let mut number = 0;
    match (&root, root.object()) {
        (_, Some(realm)) if realm.has("users") => {
            for user in item::array(&root, "users")? {
                if let Some(credentials) = credentials(user) {
                    all(credentials, name(user), &mut number, context, rows);
                }
            }
        }
        (user, Some(object)) if object.has("credentials") => {
            all(item::array(user, "credentials")?, name(user), &mut number, context, rows);
        }
        (one, Some(_)) => all(core::slice::from_ref(one), None, &mut number, context, rows),
        _ => all(root.array().ok_or_else(|| item::misses("credentials"))?, None, &mut number, context, rows),
    }
    Ok(())
}

fn credentials(user: &Json) -> Option<&[Json]> {
    user.object()?.first("credentials")?.array()
}

fn name(user: &Json) -> Option<&str> {
    user.object()?.first("username")?.text().filter(|name| !name.is_empty())
}

/// Reads those of a user that are tokens.
fn all(credentials: &[Json], user: Option<&str>, number: &mut u64, context: &mut Context, rows: &mut VecDeque<Row>) {
    for value in credentials {
        let kind = value.object().and_then(|credential| credential.first("type")).and_then(Json::text);
        if kind.is_none_or(|kind| matches!(kind, "otp" | "totp" | "hotp")) {
            *number = number.saturating_add(1);
            let place = Place::Item { of: "credential", number: *number };
            item::one(value, place, context, rows, credential);
            if let Some(record) = rows.back_mut().and_then(|row| row.record.as_mut())
                && let Some(user) = user
            {
                record.details_mut().account = Some(user.to_owned());
            }
        }
    }
}

fn credential(item: &mut Item<'_, '_>) -> Option<Record> {
    let label = item.text("userLabel", Field::Account);
    let secrets = data(item, "secretData")?;
    let parameters = data(item, "credentialData")?;
    let (Some(secrets), Some(parameters)) = (secrets.object(item), parameters.object(item)) else { return None };
    let secret = value(secrets, parameters, item);
    let mut inner = item.inner(parameters);
    inner.value("secretEncoding", None);
    let kind = inner.kind("subType", None);
    let record = kind.and_then(|kind| {
        let algorithm = inner.algorithm("algorithm", Some(Algorithm::Sha1));
        let digits = inner.digits("digits", Some(Digits::Six));
        let moving: Option<Moving> = inner.moving(kind, "period", Some(30), "counter");
        inner.token(secret, algorithm, digits, moving)
    });
    let checks = inner.finish();
    item.checks.take(checks);
    named(record, None, label)
}

/// A member that is an object, or a text that holds one.
enum Data<'d> {
    Object(&'d Object),
    /// Wiped with the tree.
    Parsed(Json),
}

impl Data<'_> {
    fn object(&self, item: &mut Item<'_, '_>) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Parsed(json) => {
                let object = json.object();
                if object.is_none() {
                    let message = "A member that holds JSON in a text holds no object.";
                    item.checks.error(Kind::ValueMalformed, None, message, "Export the file again.");
                }
                object
            }
        }
    }
}

/// The text of a member was read through `serde_json`'s buffer for escapes, since quotes in a text need them: that buffer is
/// not wiped.
fn data<'d>(item: &mut Item<'d, '_>, name: &'static str) -> Option<Data<'d>> {
    let (kind, message) = match item.value(name, None) {
        Some(Json::Object(object)) => return Some(Data::Object(object)),
        Some(Json::Text(text)) => match tree::parse(text, item.context.limits) {
            Ok(tree) => return Some(Data::Parsed(tree)),
            Err(error) => {
                (error.kind, format!("The member \"{name}\" holds a text that is no JSON. {}", error.message))
            }
        },
        Some(other) => {
            (Kind::ValueMalformed, format!("The member \"{name}\" is {}; expected an object.", other.what()))
        }
        None => (Kind::ValueMissing, format!("The member \"{name}\" is missing.")),
    };
    item.checks.error(
        kind,
        None,
        message,
        "Export the credential again; the Admin API leaves secretData out of its answers.",
    );
    None
}

/// The secret: Base32 where `secretEncoding` says so, else the bytes of the text itself.
///
/// Leakage: as [`secret::read`].
fn value(secrets: &Object, parameters: &Object, item: &mut Item<'_, '_>) -> Option<Secret> {
    const FIELD: Field = Field::SecretKey;
    let (Ok(Some(Json::Text(text))), Ok(encoding)) = (secrets.sole("value"), parameters.sole("secretEncoding")) else {
        let message = "The secret key is missing, no text, or given twice with its encoding.";
        item.checks.error(Kind::SecretEmpty, FIELD, message, "Export the credential again.");
        return None;
    };
    match encoding.map(Json::text) {
        None => match Secret::from_bytes(text.as_bytes()) {
            Ok(secret) => secret::judge(secret, &mut item.checks),
            Err(_) => {
                item.checks.error(Kind::SecretEmpty, FIELD, "The secret key is empty.", "Export the credential again.");
                None
            }
        },
        Some(Some(name)) if name.eq_ignore_ascii_case("base32") => {
            secret::read(text.trim_end_matches('='), &mut item.checks, &mut item.context.tallies)
        }
        Some(name) => {
            let message = format!(
                "The secretEncoding is {}; expected BASE32 or none.",
                parameters::shown(name.unwrap_or_default())
            );
            item.checks.error(Kind::ValueMalformed, FIELD, message, "Write the secret in Base32.");
            None
        }
    }
}
