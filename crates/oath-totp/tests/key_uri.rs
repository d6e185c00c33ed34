//! otpauth:// URIs as they are found in the field.
#![cfg(all(feature = "std", feature = "uri"))]

use oath_totp::{Algorithm, Digits, KeyUri, MovingFactor, Secret, SecretError, TimeStep, UriError};
use proptest::prelude::*;

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn parse(uri: &str) -> Result<KeyUri, UriError> {
    KeyUri::parse(&uri.replace("SECRET", SECRET))
}

#[test]
fn microsofts_uri_keeps_its_prefix_and_its_issuer() {
    let uri = parse("otpauth://totp/Contoso%3Aalice%40contoso.com?secret=SECRET&issuer=Microsoft").unwrap();
    assert_eq!((uri.prefix(), uri.issuer(), uri.account()), (Some("Contoso"), Some("Microsoft"), "alice@contoso.com"));
    assert_eq!((uri.algorithm(), uri.digits()), (Algorithm::Sha1, Digits::Six));
    assert!(matches!(uri.moving_factor(), MovingFactor::Time { period } if period.get() == 30));
    assert!(uri.expose_uri().starts_with("otpauth://totp/Contoso:alice@contoso.com?secret="));
}

#[test]
fn labels_are_split_before_they_are_decoded() {
    let names = |label: &str| {
        let uri = parse(&format!("otpauth://totp/{label}?secret=SECRET")).unwrap();
        (uri.prefix().map(str::to_owned), uri.account().to_owned())
    };
    let both = |prefix: &str, account: &str| (Some(prefix.to_owned()), account.to_owned());
    assert_eq!(names("A:b"), both("A", "b"));
    assert_eq!(names("A%3ab"), both("A", "b"));
    assert_eq!(names("A:%20b"), both("A", "b"));
    assert_eq!(names("A%253Ab"), (None, "A%3Ab".to_owned()), "an escaped percent sign is no colon");
    assert_eq!(names("A:b:c%3Ad"), both("A", "b:c:d"));
    assert_eq!(names("A%3Ab:c%3ad"), both("A", "b:c:d"));
    assert_eq!(names("A%3ab:c%3Ad"), both("A", "b:c:d"));
    assert_eq!(names("A%20B%3Ab+c@d"), both("A B", "b+c@d"));
    assert_eq!(names(""), (None, String::new()));
}

#[test]
fn loose_secrets_and_foreign_parameters_are_taken() {
    for secret in ["gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "GEZD%20GNBV%20GY3T%20QOJQ%20GEZD%20GNBV%20GY3T%20QOJQ"] {
        let uri = KeyUri::parse(&format!("otpauth://totp/a?secret={secret}&image=http%3A%2F%2Fx&lock=true")).unwrap();
        assert_eq!(*uri.secret().expose_base32(), SECRET);
    }
    let padded = KeyUri::parse("OTPAUTH://TOTP/a?Secret=MFRGGZDFMZTWQ2LKNNWG23TPOA%3D%3D%3D%3D%3D%3D").unwrap();
    assert_eq!(padded.secret().byte_len(), 16);
    let all = parse("otpauth://hotp/a?secret=SECRET&algorithm=SHA512&digits=8&counter=18446744073709551615").unwrap();
    assert_eq!((all.algorithm(), all.digits()), (Algorithm::Sha512, Digits::Eight));
    assert_eq!(all.moving_factor(), MovingFactor::Counter { counter: u64::MAX });
    assert_eq!(all.to_totp().unwrap_err(), UriError::IsHotp);
    assert_eq!(all.to_hotp().unwrap().1.counter, u64::MAX);
}

#[test]
fn what_would_give_wrong_codes_is_refused_by_name() {
    for (uri, error) in [
        ("https://example.com", UriError::Scheme),
        ("otpauth-migration://offline?data=x", UriError::Migration),
        ("phonefactor://activate_account?code=1", UriError::PhoneFactor),
        ("otpauth://steam/a?secret=SECRET", UriError::Steam),
        ("otpauth://yaotp/a?secret=SECRET", UriError::Type),
        ("otpauth://totp/a", UriError::Missing("secret")),
        ("otpauth://totp/a?secret=", UriError::Secret(SecretError::Empty)),
        ("otpauth://totp/a?secret=SECRET&secret=SECRET", UriError::Twice("secret")),
        ("otpauth://totp/a?secret=SECRET&period=30&Period=60", UriError::Twice("period")),
        ("otpauth://totp/a?secret=SECRET&period=0", UriError::Period),
        ("otpauth://totp/a?secret=SECRET&period=+30", UriError::Period),
        ("otpauth://totp/a?secret=SECRET&digits=5", UriError::Steam),
        ("otpauth://totp/a?secret=SECRET&digits=", UriError::Digits),
        ("otpauth://totp/a?secret=SECRET&algorithm=MD5", UriError::Algorithm),
        ("otpauth://hotp/a?secret=SECRET", UriError::Missing("counter")),
        ("otpauth://hotp/a?secret=SECRET&counter=18446744073709551616", UriError::Counter),
        ("otpauth://totp/%FF?secret=SECRET", UriError::NotUtf8("label")),
    ] {
        assert_eq!(parse(uri).unwrap_err(), error, "{uri}");
        assert!(!error.to_string().contains(SECRET));
    }
}

#[test]
fn a_uri_gives_its_token_back_and_cannot_say_t0() {
    let secret = || Secret::from_base32(SECRET).unwrap();
    let step = TimeStep::new(45, 0).unwrap();
    let uri = KeyUri::totp(secret(), "alice").unwrap().with_algorithm(Algorithm::Sha256).with_digits(Digits::Eight);
    let uri = uri.with_time_step(step).unwrap();
    let token = KeyUri::parse(&uri.expose_uri()).unwrap().to_totp().unwrap();
    assert_eq!((token.algorithm(), token.digits(), token.time_step()), (Algorithm::Sha256, Digits::Eight, step));
    assert_eq!(uri.to_hotp().unwrap_err(), UriError::IsTotp);
    assert_eq!(uri.with_time_step(TimeStep::new(30, 1).unwrap()).unwrap_err(), UriError::T0);

    let uri = KeyUri::hotp(secret(), "alice", 5).unwrap().with_digits(Digits::Seven);
    let (token, state) = KeyUri::parse(&uri.expose_uri()).unwrap().to_hotp().unwrap();
    assert_eq!((token.algorithm(), token.digits(), state.counter), (Algorithm::Sha1, Digits::Seven, 5));
    assert_eq!(uri.with_time_step(step).unwrap_err(), UriError::IsHotp);
    for account in ["", " ", "\u{a0}\n"] {
        assert_eq!(KeyUri::totp(secret(), account).unwrap_err(), UriError::Account);
        assert_eq!(KeyUri::hotp(secret(), account, 0).unwrap_err(), UriError::Account);
    }
}

#[test]
fn a_token_takes_what_a_key_takes() {
    for (bytes, strict, legacy) in [(9, false, false), (10, false, true), (15, false, true), (16, true, true)] {
        let secret = || Secret::from_bytes(&[7; 64][..bytes]).unwrap();
        let totp = KeyUri::totp(secret(), "a").unwrap();
        let hotp = KeyUri::hotp(secret(), "a", 0).unwrap();
        assert_eq!(secret().key(Algorithm::Sha1).is_ok(), strict);
        assert_eq!((totp.to_totp().is_ok(), totp.to_legacy_totp().is_ok()), (strict, legacy), "{bytes} bytes");
        assert_eq!((hotp.to_hotp().is_ok(), hotp.to_legacy_hotp().is_ok()), (strict, legacy), "{bytes} bytes");
    }
}

#[test]
fn uris_are_written_word_by_word() {
    let totp = |account: &str| KeyUri::totp(Secret::from_base32(SECRET).unwrap(), account).unwrap();
    for (uri, written) in [
        (
            totp("alice@example.com").with_issuer("Contoso Ltd"),
            "otpauth://totp/Contoso%20Ltd:alice@example.com?secret=SECRET&issuer=Contoso%20Ltd&algorithm=SHA1&digits=6&period=30",
        ),
        (
            totp("alice").with_issuer("A").with_issuer("a:b@c"),
            "otpauth://totp/a%3Ab@c:alice?secret=SECRET&issuer=a%3Ab%40c&algorithm=SHA1&digits=6&period=30",
        ),
        (
            totp("alice").with_issuer("A").with_issuer("").with_time_step(TimeStep::SECONDS_60).unwrap(),
            "otpauth://totp/alice?secret=SECRET&algorithm=SHA1&digits=6&period=60",
        ),
        (
            totp("a:b").with_algorithm(Algorithm::Sha512).with_digits(Digits::Eight),
            "otpauth://totp/:a%3Ab?secret=SECRET&algorithm=SHA512&digits=8&period=30",
        ),
        (
            totp(" a ").with_issuer("I"),
            "otpauth://totp/%20a%20?secret=SECRET&issuer=I&algorithm=SHA1&digits=6&period=30",
        ),
        (
            KeyUri::hotp(Secret::from_base32(SECRET).unwrap(), "ä-._~", 7).unwrap(),
            "otpauth://hotp/%C3%A4-._~?secret=SECRET&algorithm=SHA1&digits=6&counter=7",
        ),
    ] {
        assert_eq!(*uri.expose_uri(), written.replace("SECRET", SECRET));
    }
}

#[test]
fn debug_does_not_show_the_secret() {
    let shown = format!("{:?}", parse("otpauth://totp/a?secret=SECRET").unwrap());
    assert!(shown.contains("Secret([20 bytes, elided])") && !shown.contains(SECRET), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(
        secret in proptest::collection::vec(any::<u8>(), 10..80), account in "\\PC{1,20}", issuer in "\\PC{0,20}",
        algorithm in 0..3usize, digits in 0..3usize, counter in proptest::option::of(any::<u64>()),
    ) {
        let secret = Secret::from_bytes(&secret).unwrap();
        let uri = match counter {
            Some(counter) => KeyUri::hotp(secret, &account, counter),
            None => KeyUri::totp(secret, &account),
        };
        prop_assume!(!account.trim().is_empty());
        let uri = uri.unwrap();
        prop_assume!(!issuer.trim().eq_ignore_ascii_case("steam"));
        let uri = uri.with_issuer(&issuer).with_algorithm(Algorithm::ALL[algorithm]).with_digits(Digits::ALL[digits]);
        prop_assert_eq!(KeyUri::parse(&uri.expose_uri()).unwrap(), uri);
    }

    #[test]
    fn colons_and_blanks_in_names_are_read_back(account in "[aA:% +]{0,5}[a:]", issuer in "[aA:% +]{0,6}") {
        let uri = KeyUri::totp(Secret::from_base32(SECRET).unwrap(), &account).unwrap().with_issuer(&issuer);
        prop_assert_eq!(KeyUri::parse(&uri.expose_uri()).unwrap(), uri);
    }

    #[test]
    fn a_uri_that_is_read_is_written_so_that_it_reads_the_same(
        label in "([aA:+ ]|%3A|%20){0,6}", issuer in "([aA:+ ]|%3A|%20){0,6}",
    ) {
        let uri = parse(&format!("otpauth://totp/{label}?secret=SECRET&issuer={issuer}")).unwrap();
        prop_assert_eq!(KeyUri::parse(&uri.expose_uri()).unwrap(), uri);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", uri in "otpauth://(totp|hotp)/[a%:3A]{0,6}\\?((secret|digits|period|issuer)=[A-Z2-7%0-9]{0,6}&){0,4}") {
        let _ = KeyUri::parse(&text);
        let _ = KeyUri::parse(&uri);
    }
}
