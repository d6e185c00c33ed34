//! `otpauth-lines`: one `otpauth://` URI a line, LF.

use super::Encoder;
use crate::buffer::Buffer;
use crate::lines::MAX_LINE;
use crate::obstacle::account;
use crate::{Field, Moving, Record};
use oath_totp::{KeyUri, Secret};

pub(super) struct OtpauthLines;

impl Encoder for OtpauthLines {
    fn record(&mut self, record: &Record, out: &mut Buffer) {
        // A record of which no URI can be made has been refused.
        if let Some(uri) = uri(record) {
            out.push(&uri.expose_uri());
            out.push("\n");
        }
    }
}

/// The URI of a record.
fn uri(record: &Record) -> Option<KeyUri> {
    let account = account(record).unwrap_or_default();
    let secret = Secret::from_bytes(record.secret.expose_bytes()).ok()?;
    let uri = match record.moving {
        Moving::Time { step } => KeyUri::totp(secret, account).ok()?.with_time_step(step).ok()?,
        Moving::Counter { counter } => KeyUri::hotp(secret, account, counter).ok()?,
    };
    let uri = uri.with_algorithm(record.algorithm).with_digits(record.digits);
    Some(match &record.details().issuer {
        Some(issuer) => uri.with_issuer(issuer),
        None => uri,
    })
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    // Only the names can differ, so that a secret of no meaning will do.
    let mut bare = Record::unnumbered(match Secret::from_bytes(&[0; 20]) {
        Ok(secret) => secret,
        Err(_) => return Vec::new(),
    });
    bare.details = record.details.clone();
    let name = account(record);
    bare.details_mut().account = name.map(str::to_owned);
    let Some(written) = uri(&bare).map(|uri| uri.expose_uri()) else {
        return name.map(|_| Field::Account).into_iter().collect();
    };
    let secret = record.secret.byte_len().saturating_mul(2);
    let Ok(back) = KeyUri::parse(&written) else {
        // An issuer that is named Steam.
        return vec![if record.details().issuer.is_some() { Field::Issuer } else { Field::Account }];
    };
    let issuer = back.issuer() == record.details().issuer.as_deref();
    let account = back.prefix().is_none_or(|prefix| back.issuer() == Some(prefix))
        && Some(back.account()) == name
        && written.len().saturating_add(secret) <= MAX_LINE;
    [(Field::Issuer, issuer), (Field::Account, account)]
        .into_iter()
        .filter_map(|(field, good)| (!good).then_some(field))
        .collect()
}
