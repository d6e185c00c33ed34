//! What a person is told, word by word, and what `Debug` shows of what is near a secret: so that neither changes by accident,
//! and a secret can never start to show.
#![cfg(all(feature = "qr", feature = "uri"))]

use core::error::Error;
use oath_totp::{
    Algorithm, Code, CodeRun, Consecutive, Digits, Hotp, Key, KeyUri, Rejected, Secret, TimeStep, Totp, UriError,
};

const K: &[u8; 20] = b"12345678901234567890";
const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn text<T, E: Error>(refused: Result<T, E>) -> String {
    refused.err().unwrap().to_string()
}

#[test]
fn every_error_says_what_was_found_and_what_was_expected() {
    let key = |length: usize| text(Key::from_bytes(&[7; 40][..length], Algorithm::Sha1));
    let secret = |typed: &str| text(Secret::from_base32(typed));
    for (found, expected) in [
        (text(Code::parse("12345")), "expected a code of 6, 7 or 8 digits; found 5 digits"),
        (text(Code::parse("12345x")), "expected digits only; the character at position 6 is not a digit"),
        (text(Consecutive::try_from(&[][..])), "expected two or three consecutive codes; found 0"),
        (Rejected::Mismatch.to_string(), "the code is not valid"),
        (Rejected::Replayed.to_string(), "the code is not valid"),
        (Rejected::Ambiguous.to_string(), "the code matches more than one moment; enter the next code as well"),
        (
            key(15),
            "the secret is too short: 15 bytes, expected at least 16 (128 bits); secrets from 80 bits on are taken only on \
             request (legacy)",
        ),
        (key(9), "the secret is too short: 9 bytes, expected at least 16 (128 bits)"),
        (secret(" - "), "the secret is empty"),
        (
            secret("GEZDGNB0"),
            "the secret is malformed at position 8: the digit 0 is not in the alphabet; probably the letter O",
        ),
        (
            secret("1EZDGNBV"),
            "the secret is malformed at position 1: the digit 1 is not in the alphabet; probably the letter I or L",
        ),
        (
            secret("GE8DGNBV"),
            "the secret is malformed at position 3: the digit 8 is not in the alphabet; probably the letter B",
        ),
        (secret("GE9DGNBV"), "the secret is malformed at position 3: the digit 9 is not in the alphabet"),
        (secret("GE=DGNBV"), "the secret is malformed at position 4: a character follows the padding"),
        (secret("GE!DGNBV"), "the secret is malformed at position 3: the character is not in the alphabet"),
        (secret("GE’DGNBV"), "the secret is malformed at position 3: the character is not ASCII"),
        (
            secret("GEZ"),
            "the secret has 3 characters, which is no whole number of bytes; check for a missing character",
        ),
        (text(TimeStep::new(0, 0)), "the time step is 0 s: expected at least 1 s, usually 30 or 60"),
        (text("MD5".parse::<Algorithm>()), "unknown algorithm: expected SHA1, SHA256 or SHA512"),
        (text(Digits::try_from(9)), "unknown number of digits: expected 6, 7 or 8"),
        (
            text(KeyUri::totp(Secret::from_bytes(K).unwrap(), &"a".repeat(3000)).unwrap().qr()),
            "the URI is too long for a QR code; shorten the account or the issuer, or type the secret in",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn every_error_of_a_uri_names_the_part_that_is_wrong() {
    let refused = |uri: &str| KeyUri::parse(uri).unwrap_err();
    let good = format!("otpauth://totp/a?secret={BASE32}");
    assert!(KeyUri::parse(&good).is_ok());
    for (uri, expected) in [
        ("https://example.com".to_owned(), "this is not an otpauth URI: expected otpauth://totp/… or otpauth://hotp/…"),
        (
            "otpauth-migration://offline?data=x".to_owned(),
            "this is an export of Google Authenticator (otpauth-migration), with several secrets: expected otpauth://totp/…",
        ),
        (
            "phonefactor://activate".to_owned(),
            "this is a push registration for Microsoft Authenticator (phonefactor) and holds no secret; choose another app \
             at sign-up to get an otpauth URI",
        ),
        (good.replace("totp", "sotp"), "the URI's type is unknown: expected otpauth://totp/… or otpauth://hotp/…"),
        (
            "otpauth://totp/a?issuer=b".to_owned(),
            "the URI lacks the parameter secret: expected …&secret=…; copy the whole URI again",
        ),
        (
            good.replace("totp", "hotp"),
            "the URI lacks the parameter counter: expected …&counter=…; copy the whole URI again",
        ),
        (format!("{good}&digits=6&digits=6"), "the URI gives the parameter digits twice: remove one"),
        (format!("{good}&issuer=%ff"), "the URI's issuer is not UTF-8 once it is decoded"),
        (
            good.replace("GEZD", "GEZ1"),
            "the secret is malformed at position 4: the digit 1 is not in the alphabet; probably the letter I or L",
        ),
        (format!("{good}&algorithm=MD5"), "the URI's algorithm is unknown: expected SHA1, SHA256 or SHA512"),
        (format!("{good}&digits=9"), "the URI's digits are out of range: expected 6, 7 or 8"),
        (format!("{good}&period=0"), "the URI's period is out of range: expected whole seconds from 1 to 4294967295"),
        (
            format!("{}&counter=-1", good.replace("totp", "hotp")),
            "the URI's counter is out of range: expected a whole number below 2^64",
        ),
        (
            format!("{good}&interval=60"),
            "the URI has a parameter interval, which otpauth does not know: rename it to period",
        ),
        (
            format!("{good}&encoder=steam"),
            "this is a token of Steam, whose codes have five letters and digits: use Steam's own app",
        ),
        (
            format!("{good}&encoder=words"),
            "the URI's encoder is unknown: expected no encoder, for codes of decimal digits",
        ),
        (
            format!("{good}&2step_output=20"),
            "this secret is one half of an enrolment in two steps (2step): use privacyIDEA's own app, or enrol in one step",
        ),
        (
            format!("{good}&issuer=b?digits=8"),
            "a parameter stands inside another one's value or inside the label: write & before each parameter, %3D for =",
        ),
        (format!("{good}&t0=1"), "a URI cannot carry an epoch T0 other than 1970: apps count from there"),
    ] {
        let error = refused(&uri);
        assert_eq!(error.to_string(), expected, "{uri}");
        assert_eq!(error.source().is_some(), matches!(error, UriError::Secret(_)), "{uri}");
    }
}

#[test]
fn debug_shows_nothing_secret() {
    let key = || Key::from_bytes(K, Algorithm::Sha1).unwrap();
    let code: Code = "123456".parse().unwrap();
    let uri = KeyUri::totp(Secret::from_bytes(K).unwrap(), "alice").unwrap().with_issuer("Example");
    for (shown, expected) in [
        (format!("{:?}", Secret::from_bytes(K).unwrap()), "Secret([20 bytes, elided])"),
        (format!("{:?}", key()), "Key(SHA1, [elided])"),
        (format!("{code:?}"), "Code([6 digits, elided])"),
        (
            format!("{:?}", Consecutive::from([code.clone(), code.clone()])),
            "Consecutive(Two([Code([6 digits, elided]), Code([6 digits, elided])]))",
        ),
        (format!("{:?}", CodeRun::from(code)), "One(Code([6 digits, elided]))"),
        (
            format!("{:?}", Totp::new(key(), Digits::Six, TimeStep::SECONDS_30)),
            "Totp { key: Key(SHA1, [elided]), digits: Six, time_step: TimeStep { x: 30, t0: 0 } }",
        ),
        (format!("{:?}", Hotp::new(key(), Digits::Eight)), "Hotp { key: Key(SHA1, [elided]), digits: Eight }"),
        (format!("{:?}", uri.qr().unwrap()), "Qr([53 × 53 modules, elided])"),
    ] {
        assert_eq!(shown, expected);
    }
    let shown = format!("{uri:?}");
    assert!(
        shown.contains("Secret([20 bytes, elided])") && shown.contains("alice") && !shown.contains("GEZDGNBV"),
        "{shown}"
    );
}

#[test]
fn names_are_padded_like_text() {
    assert_eq!(format!("[{:<7}] [{:>3}]", Algorithm::Sha256, Digits::Seven), "[SHA256 ] [  7]");
    assert_eq!(format!("[{:>8}]", Code::parse("012345").unwrap()), "[  012345]");
}
