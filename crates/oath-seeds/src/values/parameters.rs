//! Type, hash, digits, counter, T0: short public texts that files write in many ways.

use crate::check::Checks;
use crate::text::{Listed, quoted};
use crate::{Field, Kind, TokenType};
use oath_totp::{Algorithm, Digits};

/// `TOTP`, `hotp`, in any case.
pub(crate) fn token_type(text: &str) -> Option<TokenType> {
    match text {
        _ if text.eq_ignore_ascii_case("totp") => Some(TokenType::Totp),
        _ if text.eq_ignore_ascii_case("hotp") => Some(TokenType::Hotp),
        _ => None,
    }
}

/// Reads the type of a row.
pub(crate) fn read_type(text: &str, checks: &mut Checks) -> Option<TokenType> {
    let found = token_type(text);
    if found.is_none() {
        let message = format!("The type is {}; expected TOTP or HOTP.", shown(text));
        let action = "Tokens of another type (OCRA, mOTP, Steam) do not follow RFC 4226 or RFC 6238; take them out.";
        checks.error(Kind::TypeUnsupported, Field::Type, message, action);
    }
    found
}

/// `SHA1`, `sha-256`, `HmacSHA512`, `HMAC-SHA256`, `hmacsha1`.
pub(crate) fn algorithm(text: &str) -> Option<Algorithm> {
    let plain: String =
        text.chars().take(32).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match plain.strip_prefix("hmac").unwrap_or(&plain) {
        "sha1" | "sha" => Some(Algorithm::Sha1),
        "sha256" => Some(Algorithm::Sha256),
        "sha512" => Some(Algorithm::Sha512),
        _ => None,
    }
}

/// Reads the hash of a row. One that is not known is never taken for SHA-1.
pub(crate) fn read_algorithm(text: &str, checks: &mut Checks) -> Option<Algorithm> {
    let found = algorithm(text);
    if found.is_none() {
        let message = format!("The hash is {}; expected SHA1, SHA256 or SHA512.", shown(text));
        let action = "Look it up in the vendor's data sheet; a token with another hash cannot be used.";
        checks.error(Kind::AlgorithmUnsupported, Field::Algorithm, message, action);
    }
    found
}

/// Reads the number of digits of a row.
pub(crate) fn read_digits(text: &str, checks: &mut Checks) -> Option<Digits> {
    let found = match text {
        "6" => Some(Digits::Six),
        "7" => Some(Digits::Seven),
        "8" => Some(Digits::Eight),
        _ => None,
    };
    if found.is_none() {
        let message = format!("The number of digits is {}; expected 6, 7 or 8.", shown(text));
        let action = "Count the digits on the token's display, and write the number alone.";
        checks.error(Kind::DigitsUnsupported, Field::Digits, message, action);
    }
    found
}

/// Reads a counter, in decimal.
pub(crate) fn read_counter(text: &str, checks: &mut Checks) -> Option<u64> {
    let found = if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None };
    if found.is_none() {
        let message = format!("The counter is {}; expected a number from 0.", shown(text));
        checks.error(Kind::CounterUnsupported, Field::Counter, message, "Write the counter of the next code.");
    }
    found
}

/// Says that a row or a block lacks parameters for which its format has no default.
pub(crate) fn unknown(fields: &[Field], what: &str, checks: &mut Checks) {
    let (message, action) = unknown_texts(fields, what);
    checks.error(Kind::ParameterUnknown, fields.first().copied(), message, action);
}

/// The same in words, for a finding about the whole file.
pub(crate) fn unknown_texts(fields: &[Field], what: &str) -> (String, &'static str) {
    let mut message = format!("{what} does not say the {}", Listed(fields, "and"));
    let (rest, action) = if fields.len() == 1 {
        (
            ", and the format has no default for it.",
            "Look it up in the vendor's data sheet, and say it for the whole file.",
        )
    } else {
        (
            ", and the format has no default for them.",
            "Look them up in the vendor's data sheet, and say them for the whole file.",
        )
    };
    message.push_str(rest);
    (message, action)
}

/// A value for a message, or its length where it could be a secret in a shifted column.
pub(crate) fn shown(text: &str) -> String {
    quoted(text).unwrap_or_else(|| format!("a text of {} characters", text.chars().count()))
}
