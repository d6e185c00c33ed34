//! `okta-json`: bodies of Okta's Factors API, one or an array: `{"factorType":"token:hotp","provider":"CUSTOM",
//! "factorProfileId":…,"profile":{"sharedSecret":…}}`. The factor profile in Okta says the type, the hash, the digits, the
//! interval and the encoding; none of them is in the file.

use super::item::{self, Item};
use super::open;
use crate::source::Context;
use crate::values::secret;
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, TokenType, Unlock};
use oath_totp::Secret;
use std::collections::VecDeque;

const OF: &str = "factor";

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let root = open(text, context)?;
    match root.array() {
        Some(factors) => item::each(factors, OF, context, rows, factor),
        None => item::one(&root, Place::Item { of: OF, number: 1 }, context, rows, factor),
    }
    Ok(())
}

fn factor(item: &mut Item<'_, '_>) -> Option<Record> {
    let kind = item.text("factorType", Field::Type);
    let provider = item.text("provider", Field::Type);
    if kind != Some("token:hotp") || !matches!(provider, Some("CUSTOM") | None) {
        let message = "The factor is not of the type token:hotp of the provider CUSTOM, which is Okta's custom OTP.";
        let action = "Take it out; other factors hold no seed of a token.";
        item.checks.error(Kind::TypeUnsupported, Field::Type, message, action);
        return None;
    }
    item.enter("profile")?;
    let secret = shared_secret(item);
    let kind = item.assumed_kind(None);
    let algorithm = item.assumed_algorithm(None);
    let digits = item.assumed_digits(None);
    let moving = match kind {
        Some(TokenType::Totp) => item.assumed_interval(None).map(|step| Moving::Time { step }),
        Some(TokenType::Hotp) => Some(Moving::Counter { counter: 0 }),
        None => None,
    };
    item.token(secret, algorithm, digits, moving)
}

/// The secret in hex, as Okta's documentation shows it; what is no hex is read as Base32.
///
/// Leakage: as [`secret::read`]; which of the two it is, is public.
fn shared_secret(item: &mut Item<'_, '_>) -> Option<Secret> {
    let text = item.secret_text("sharedSecret")?;
    let (mut beyond_hex, mut beyond_base32) = (text.len() & 1 != 0, false);
    for b in text.bytes() {
        beyond_hex |= !b.is_ascii_hexdigit();
        beyond_base32 |= !(b.is_ascii_alphabetic() || matches!(b, b'2'..=b'7'));
    }
    if beyond_hex || text.is_empty() {
        return secret::read(text, &mut item.checks, &mut item.context.tallies);
    }
    if !beyond_base32 {
        item.checks.warning(
            Kind::SecretMayBeHex,
            Field::SecretKey,
            format!("The secret key is {} characters a-f and 2-7: it is valid hex, and valid Base32 too.", text.len()),
            "It was read as hex. Look at the encoding that the factor profile in Okta names.",
        );
    }
    secret::read_hex(text, &mut item.checks, &mut item.context.tallies)
}
