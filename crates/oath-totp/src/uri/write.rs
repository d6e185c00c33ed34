//! Writing an otpauth URI.

use super::{KeyUri, MovingFactor, SCHEME};
use alloc::string::String;
use core::fmt::Write as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// All but the characters that RFC 3986 §2.3 calls unreserved are escaped in a value…
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// …and in the label all but these and the @ of an address.
const LABEL: &AsciiSet = &VALUE.remove(b'@');

pub(super) fn write(uri: &KeyUri) -> Zeroizing<String> {
    let secret = uri.secret.expose_base32();
    let issuer = uri.issuer.as_deref().unwrap_or_default();
    let prefix = uri.prefix.as_deref().unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(room(uri, secret.len())));
    let kind = if matches!(uri.moving_factor, MovingFactor::Time { .. }) { "totp" } else { "hotp" };
    // Writing to a String does not fail.
    let _ = write!(text, "{SCHEME}{kind}/{}", utf8_percent_encode(prefix, LABEL));
    if !prefix.is_empty() || uri.account.contains(':') {
        text.push(':');
    }
    let _ = write!(text, "{}?secret=", utf8_percent_encode(&uri.account, LABEL));
    // Base32 needs no escapes, and escaping looks characters up in a table: the secret must not pass through it.
    text.push_str(&secret);
    if !issuer.is_empty() {
        let _ = write!(text, "&issuer={}", utf8_percent_encode(issuer, VALUE));
    }
    let _ = write!(text, "&algorithm={}&digits={}", uri.algorithm, uri.digits);
    let _ = match uri.moving_factor {
        MovingFactor::Time { period } => write!(text, "&period={period}"),
        MovingFactor::Counter { counter } => write!(text, "&counter={counter}"),
    };
    text
}

/// How long the URI is at most, every byte of its names escaped: the string must not move and leave a copy.
fn room(uri: &KeyUri, secret: usize) -> usize {
    /// `otpauth://totp/:?secret=&issuer=&algorithm=SHA512&digits=8&counter=18446744073709551615`
    const REST: usize = 87;
    let prefix = uri.prefix.as_deref().unwrap_or_default().len();
    let issuer = uri.issuer.as_deref().unwrap_or_default().len();
    let names = prefix.saturating_add(issuer).saturating_add(uri.account.len());
    names.saturating_mul(3).saturating_add(secret).saturating_add(REST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Digits, Secret};

    #[test]
    fn the_longest_uri_fills_its_room() {
        for length in [1, 20, 64] {
            let secret = || Secret::from_bytes(&[7; 64][..length]).unwrap();
            let uri =
                KeyUri::hotp(secret(), "ä:", u64::MAX).unwrap().with_issuer("ß%").with_algorithm(Algorithm::Sha512);
            let uri = uri.with_digits(Digits::Eight);
            let characters = secret().expose_base32().len();
            assert_eq!(write(&uri).len(), room(&uri, characters));
            let short = KeyUri::totp(secret(), "a").unwrap();
            assert!(write(&short).len() <= room(&short, characters));
        }
    }
}
