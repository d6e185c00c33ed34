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
    let secret = record.secret.copied();
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

/// Whether a name is one of those that nearly all are, which every URI carries: short, of letters and digits, dots, dashes,
/// underscores and @, and not the name by which the tokens of Steam are known.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'@');
    (1..=256).contains(&name.len()) && name.bytes().all(plain) && !name.eq_ignore_ascii_case("steam")
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let issuer = record.details().issuer.as_deref();
    if account(record).is_some_and(is_plain) && issuer.is_none_or(is_plain) {
        return Vec::new();
    }
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
    let issuer = back.issuer() == issuer;
    let account = back.prefix().is_none_or(|prefix| back.issuer() == Some(prefix))
        && Some(back.account()) == name
        && written.len().saturating_add(secret) <= MAX_LINE;
    [(Field::Issuer, issuer), (Field::Account, account)]
        .into_iter()
        .filter_map(|(field, good)| (!good).then_some(field))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plain names are not tried, so they are here.
    #[test]
    fn every_plain_name_is_read_back() {
        let long = "n".repeat(256);
        let names = ["a", "A.b-c_d@example.com", "@", ".", "-", "_", "steam1", "0", &long, "steam", "a:b", "a b"];
        for (issuer, name) in names
            .iter()
            .flat_map(|issuer| names.map(|name| (Some(*issuer), name)))
            .chain(names.map(|name| (None, name)))
        {
            let mut record = Record::unnumbered(Secret::from_bytes(&[7; 20]).unwrap());
            record.details_mut().issuer = issuer.map(str::to_owned);
            record.details_mut().account = Some(name.to_owned());
            let back = KeyUri::parse(&uri(&record).unwrap().expose_uri());
            let same = back.is_ok_and(|back| {
                let prefix = back.prefix().is_none_or(|prefix| back.issuer() == Some(prefix));
                back.issuer() == issuer && back.account() == name && prefix
            });
            if is_plain(name) && issuer.is_none_or(is_plain) {
                assert!(same, "{issuer:?} {name}");
            }
            assert_eq!(unreadable_fields(&record).is_empty(), same, "{issuer:?} {name}");
        }
    }
}
