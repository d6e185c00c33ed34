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
    // Room for every byte escaped, so that the string never moves and leaves a copy behind.
    let names = issuer.len().saturating_add(prefix.len()).saturating_add(uri.account.len()).saturating_mul(3);
    let mut text = Zeroizing::new(String::with_capacity(names.saturating_add(secret.len()).saturating_add(128)));
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
