//! The known answers of `testkit/`, which the other languages run too.
#![cfg(all(feature = "std", feature = "serde"))]

use oath_totp::{
    Algorithm, Code, Digits, Hotp, HotpState, Key, Rejected, Secret, SecretError, TimeStep, Totp, TotpState, UnixTime,
    Window,
};
use serde_json::Value;

/// The cases of a file. There must be some: an empty file would pass everything.
fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../testkit/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty(), "{path} holds no case");
    cases
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} of {case}"))
}

fn number(case: &Value, name: &str) -> u64 {
    case[name].as_u64().unwrap_or_else(|| panic!("{name} of {case}"))
}

fn key(case: &Value) -> Key {
    let algorithm: Algorithm = text(case, "algorithm").parse().unwrap();
    Secret::from_hex(text(case, "secret_hex")).unwrap().legacy_key(algorithm).unwrap()
}

fn digits(case: &Value) -> Digits {
    Digits::try_from(u8::try_from(number(case, "digits")).unwrap()).unwrap()
}

fn totp(case: &Value) -> (Totp, UnixTime) {
    let step = TimeStep::new(u32::try_from(number(case, "step_seconds")).unwrap(), number(case, "t0")).unwrap();
    (Totp::new(key(case), digits(case), step), UnixTime::from_secs(number(case, "time")))
}

#[test]
fn the_answers_of_both_rfcs_and_the_cross_checked_ones() {
    let (mut counters, mut times) = (0, 0);
    for case in cases("rfc.json").into_iter().chain(cases("cross_checked.json")) {
        let code: Code = text(&case, "code").parse().unwrap();
        if case.get("counter").is_some() {
            counters += 1;
            let (hotp, counter) = (Hotp::new(key(&case), digits(&case)), number(&case, "counter"));
            assert_eq!(hotp.generate(counter).to_string(), text(&case, "code"), "{case}");
            let accepted = hotp.verify(&code, 0, &HotpState { counter }).unwrap();
            assert_eq!(accepted.next.counter, counter + 1);
            assert_eq!(hotp.verify(&code, 0, &accepted.next), Err(Rejected::Mismatch), "{case}");
        } else {
            times += 1;
            let (totp, now) = totp(&case);
            assert_eq!(totp.generate(now).to_string(), text(&case, "code"), "{case}");
            let accepted = totp.verify(&code, now, Window::around(0), &TotpState::NEW).unwrap();
            let again = totp.verify(&code, now, Window::around(0), &accepted.next);
            assert_eq!(again, Err(Rejected::Replayed), "{case}");
        }
    }
    assert_eq!((counters, times), (10, 108), "ten of RFC 4226, eighteen of RFC 6238, ninety cross-checked");
}

#[test]
fn the_same_digits_are_refused_at_the_later_step() {
    for case in cases("collisions.json") {
        let totp = Totp::new(key(&case), digits(&case), TimeStep::SECONDS_30);
        let code: Code = text(&case, "code").parse().unwrap();
        let steps: Vec<u64> = case["steps"].as_array().unwrap().iter().map(|step| step.as_u64().unwrap()).collect();
        let [first, later] = steps[..] else { panic!("two steps: {case}") };
        assert_eq!(totp.generate_at_step(first), code);
        assert_eq!(totp.generate_at_step(later), code);
        let at = |step: u64| TimeStep::SECONDS_30.start(step).unwrap();
        let window = Window::around(2);
        let accepted = totp.verify(&code, at(first), window, &TotpState::NEW).unwrap();
        assert_eq!(accepted.next.last_step, Some(later), "the highest live step is spent");
        assert_eq!(accepted.next.drift, 0, "and the nearest is the drift");
        for now in first..=later + 2 {
            assert_eq!(totp.verify(&code, at(now), window, &accepted.next), Err(Rejected::Replayed), "at {now}");
        }
    }
}

#[test]
fn base32_as_people_type_it() {
    for case in cases("base32.json") {
        let read = Secret::from_base32(text(&case, "text"));
        let why = text(&case, "why");
        match case.get("hex") {
            Some(hex) => {
                assert_eq!(*read.unwrap_or_else(|error| panic!("{why}: {error}")).expose_hex(), *hex.as_str().unwrap());
            }
            None => match case["error_at"].as_u64() {
                Some(at) => assert!(
                    matches!(read, Err(SecretError::Illegal { index, .. }) if u64::try_from(index) == Ok(at)),
                    "{why}: {read:?}"
                ),
                None => {
                    assert!(matches!(read, Err(SecretError::Empty | SecretError::Length { .. })), "{why}: {read:?}");
                }
            },
        }
    }
}

#[cfg(feature = "uri")]
#[test]
fn uris_as_they_are_found_in_the_field() {
    use oath_totp::{KeyUri, MovingFactor};
    for case in cases("uris.json") {
        let read = KeyUri::parse(text(&case, "uri"));
        if let Some(error) = case.get("error") {
            let found = read.expect_err(text(&case, "name"));
            assert_eq!(found.code(), error.as_str().unwrap(), "{case}");
            assert!(!found.to_string().contains("GEZDGNBV"), "the text shows the secret: {case}");
            continue;
        }
        let uri = read.unwrap_or_else(|error| panic!("{error}: {case}"));
        assert_eq!(*uri.secret().expose_hex(), text(&case, "secret_hex"), "{case}");
        let names = (uri.issuer(), uri.prefix(), Some(uri.account()));
        assert_eq!(names, (case["issuer"].as_str(), case["prefix"].as_str(), case["account"].as_str()), "{case}");
        assert_eq!(uri.algorithm().name(), text(&case, "algorithm"), "{case}");
        assert_eq!(uri.digits(), digits(&case), "{case}");
        match uri.moving_factor() {
            MovingFactor::Time { period } => assert_eq!(u64::from(period.get()), number(&case, "period"), "{case}"),
            MovingFactor::Counter { counter } => assert_eq!(counter.to_string(), text(&case, "counter"), "{case}"),
        }
        // What is written of it reads the same.
        assert_eq!(KeyUri::parse(&uri.expose_uri()).unwrap(), uri, "{case}");
    }
}
