//! Which reading of a seed, and which token of a file, shows the codes of a display.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

use data_encoding::{BASE64, BASE64URL_NOPAD};
use oath_seeds::{Moving, ProbeError, Record, SeedText, find_shown, probe};
use oath_totp::{Algorithm, Code, Digits, Hotp, Key, Secret, TimeStep, Totp, UnixTime};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
/// Bytes with both odd characters of Base64.
const SECRET: [u8; 20] = *b"\xfb\xef\xbe\xff\xffhijklmnopqrstuv";

fn totp(secret: &[u8], algorithm: Algorithm, digits: Digits, x: u32) -> Totp {
    Totp::new(Key::from_bytes(secret, algorithm).unwrap(), digits, TimeStep::new(x, 0).unwrap())
}

fn later(seconds: u64) -> UnixTime {
    UnixTime::from_secs(NOW.as_secs() + seconds)
}

#[test]
fn every_reading_is_found_with_its_offset() {
    let secret = Secret::from_bytes(&SECRET).unwrap();
    let hex = secret.expose_hex().to_string();
    let base32 = secret.expose_base32().to_string();
    let apart = |text: &str, by: &str| {
        let parts: Vec<&str> = text.as_bytes().chunks(4).map(|part| core::str::from_utf8(part).unwrap()).collect();
        parts.join(by)
    };
    let plain = "some text, 20 bytes!";
    for (text, expected, stripped, bytes) in [
        (base32.clone(), SeedText::Base32, false, &SECRET),
        (apart(&base32.to_lowercase(), " "), SeedText::Base32, true, &SECRET),
        (hex.clone(), SeedText::Hex, false, &SECRET),
        (format!("0x{hex}"), SeedText::Hex, false, &SECRET),
        (apart(&hex.to_uppercase(), "-"), SeedText::Hex, true, &SECRET),
        (BASE64.encode(&SECRET), SeedText::Base64, false, &SECRET),
        (BASE64URL_NOPAD.encode(&SECRET), SeedText::Base64, false, &SECRET),
        (apart(&BASE64.encode(&SECRET), " "), SeedText::Base64, true, &SECRET),
        (plain.to_owned(), SeedText::Plain, false, plain.as_bytes().try_into().unwrap()),
    ] {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for (x, digits) in [(30, Digits::Eight), (60, Digits::Eight)] {
                let token = totp(bytes, algorithm, digits, x);
                let step = token.time_step().at(NOW) + 7;
                let seen =
                    [(token.generate_at_step(step), NOW), (token.generate_at_step(step + 1), later(u64::from(x)))];
                let found = probe(&text, &seen, 100).unwrap();
                let [one] = found.readings.as_slice() else { panic!("{text}: {found:?}") };
                assert_eq!((one.text, one.stripped, one.offset), (expected, stripped, 7), "{text}");
                assert_eq!((one.record.algorithm, one.record.digits), (algorithm, digits));
                assert_eq!(one.record.moving, Moving::Time { step: token.time_step() });
                assert_eq!(one.record.secret.expose_bytes(), bytes);
                assert!(found.chance < 1e-9 && found.window == 201);
                let shown = format!("{found:?}").to_lowercase();
                assert!(![&hex, &base32, &text].iter().any(|form| shown.contains(&form.to_lowercase())));
            }
        }
    }
}

#[test]
fn a_counter_is_found_and_the_next_one_told() {
    let secret = Secret::from_bytes(&SECRET).unwrap();
    let hotp = Hotp::new(secret.key(Algorithm::Sha1).unwrap(), Digits::Eight);
    let seen =
        |counters: &[u64]| -> Vec<(Code, UnixTime)> { counters.iter().map(|c| (hotp.generate(*c), NOW)).collect() };
    let next = |counters: &[u64]| {
        let found = probe(&secret.expose_base32(), &seen(counters), 50).unwrap();
        found.readings.iter().map(|r| (r.record.moving, r.offset)).collect::<Vec<_>>()
    };
    let counter = |counter| vec![(Moving::Counter { counter }, 0)];
    assert_eq!(next(&[0]), counter(1));
    assert_eq!(next(&[100]), counter(101));
    assert_eq!(next(&[101]), []);
    // Codes that nobody noted lie between, up to eight.
    assert_eq!(next(&[3, 4, 13]), counter(14));
    assert_eq!(next(&[3, 4, 14]), []);
    assert_eq!(next(&[4, 3]), [], "backwards");
}

#[test]
fn codes_must_agree_on_the_offset() {
    let token = totp(&SECRET, Algorithm::Sha1, Digits::Eight, 30);
    let step = token.time_step().at(NOW);
    let text = Secret::from_bytes(&SECRET).unwrap().expose_base32().to_string();
    let of = |ahead: u64| {
        let seen = [(token.generate_at_step(step + 20), NOW), (token.generate_at_step(step + ahead), later(300))];
        probe(&text, &seen, 100).unwrap().readings.iter().map(|r| r.offset).collect::<Vec<_>>()
    };
    assert_eq!([28, 29, 30, 31, 32].map(of), [vec![], vec![19], vec![20], vec![21], vec![]]);
}

#[test]
fn the_odds_of_chance_are_those_that_happen() {
    // One code of six digits over a day either way: 36 readings of a text that is hex and Base32 and Base64.
    let found = probe("abcdef234567abcdef234567abcdef234567", &[(Code::parse("123456").unwrap(), NOW)], 2880).unwrap();
    assert_eq!((found.tried, found.window), (36, 5761));
    assert!((found.chance - 36.0 * 5761.0 / 1e6).abs() < 1e-9);
    let two = [(Code::parse("123456").unwrap(), NOW), (Code::parse("654321").unwrap(), later(30))];
    let found = probe("abcdef234567abcdef234567abcdef234567", &two, 2880).unwrap();
    // 24 by time with three steps for the second code, 12 by counter with nine.
    assert!((found.chance - 5761.0 * (24.0 * 3.0 + 12.0 * 9.0) / 1e12).abs() < 1e-12);
    // What is expected is what is found, over many codes.
    let (mut expected, mut hits) = (0.0, 0u32);
    for number in 0..60u32 {
        let code = Code::from_number(number * 4999 % 1_000_000, Digits::Six).unwrap();
        let found = probe("abcdef234567abcdef234567abcdef234567", &[(code, NOW)], 2880).unwrap();
        expected += found.chance;
        hits += u32::try_from(found.readings.len()).unwrap();
    }
    assert!((expected - 12.4).abs() < 0.1 && (4..=24).contains(&hits), "{hits} of {expected}");
}

#[test]
fn what_is_not_tried() {
    let code = |text: &str| (Code::parse(text).unwrap(), NOW);
    assert_eq!(probe("a", &[], 1).unwrap_err(), ProbeError::CodeCount(0));
    assert_eq!(probe("a", &vec![code("123456"); 17], 1).unwrap_err(), ProbeError::CodeCount(17));
    assert_eq!(probe("a", &[code("123456"), code("12345678")], 1).unwrap_err(), ProbeError::Digits);
    assert_eq!(probe(&"a".repeat(2049), &[code("123456")], 1).unwrap_err(), ProbeError::TooLong);
    for error in [ProbeError::CodeCount(0), ProbeError::Digits, ProbeError::TooLong] {
        assert!(!error.to_string().is_empty());
    }
    // Below 80 bits, however it is read.
    let found = probe("GEZDGNBV", &[code("123456")], 10).unwrap();
    assert_eq!((found.tried, found.readings.len(), found.chance.to_bits()), (0, 0, 0));
}

/// An inventory of all kinds.
fn records() -> Vec<Record> {
    (0..300u16)
        .map(|number| {
            let secret = [&number.to_be_bytes()[..], &[9; 18]].concat();
            let mut record = Record::new(number.to_string(), Secret::from_bytes(&secret).unwrap());
            record.algorithm = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512][usize::from(number % 3)];
            record.digits = if number % 5 == 4 { Digits::Six } else { Digits::Eight };
            record.moving = match number % 7 {
                5 => Moving::Counter { counter: u64::from(number) * 3 },
                6 => Moving::Time { step: TimeStep::SECONDS_60 },
                _ => Moving::Time { step: TimeStep::SECONDS_30 },
            };
            record
        })
        .collect()
}

#[test]
fn the_token_of_a_file_that_shows_a_code() {
    let records = records();
    let eight = records.iter().filter(|record| record.digits == Digits::Eight).count();
    for index in [0, 1, 5, 6, 12, 13, 100, 299] {
        let record = &records[index];
        let key = || record.secret.key(record.algorithm).unwrap();
        let codes = |ahead: u64| -> Vec<Code> {
            let digits = record.digits;
            match record.moving {
                Moving::Time { step } => {
                    let token = Totp::new(key(), digits, step);
                    (0..3).map(|next| token.generate_at_step(step.at(NOW) + ahead + next)).collect()
                }
                Moving::Counter { counter } => {
                    let token = Hotp::new(key(), digits);
                    (0..3).map(|next| token.generate(counter + ahead + next)).collect()
                }
            }
        };
        for ahead in [0, 3] {
            for count in 1..=3usize {
                let found = find_shown(&records, &codes(ahead)[..count], NOW, 10).unwrap();
                let hit = found.shown.iter().find(|shown| shown.index == index).unwrap();
                // Of a run in time, the offset is that of the last code.
                let last = if matches!(record.moving, Moving::Time { .. }) { count - 1 } else { 0 };
                assert_eq!(u64::try_from(hit.offset).unwrap(), ahead + u64::try_from(last).unwrap(), "token {index}");
                assert_eq!(found.window, 21);
                if record.digits == Digits::Eight {
                    assert_eq!((found.shown.len(), found.searched), (1, eight));
                    let odds = 1e-8f64.powi(i32::try_from(count).unwrap());
                    assert!(
                        (found.chance / (f64::from(u32::try_from(eight).unwrap()) * 21.0 * odds) - 1.0).abs() < 1e-9
                    );
                }
            }
        }
    }
    assert!(find_shown(&records, &[], NOW, 10).is_err());
    let mixed = [Code::parse("123456").unwrap(), Code::parse("12345678").unwrap()];
    assert_eq!(find_shown(&records, &mixed, NOW, 10).unwrap().searched, 0);
}

#[test]
fn a_counter_is_never_found_before_it_nor_beyond_the_window() {
    let mut record = Record::new("1", Secret::from_bytes(&SECRET).unwrap());
    record.digits = Digits::Eight;
    for counter in [0, 50, u64::MAX - 60] {
        record.moving = Moving::Counter { counter };
        let token = Hotp::new(record.secret.key(Algorithm::Sha1).unwrap(), Digits::Eight);
        let of = |c: u64| {
            let records = core::slice::from_ref(&record);
            let two = [token.generate(c), token.generate(c + 1)];
            [&two[..1], &two].map(|codes| find_shown(records, codes, NOW, 10).unwrap().shown.first().map(|s| s.offset))
        };
        if counter > 0 {
            assert_eq!(of(counter - 1), [None, None]);
        }
        assert_eq!(of(counter), [Some(0), Some(0)]);
        assert_eq!(of(counter + 20), [Some(20), Some(20)]);
        assert_eq!(of(counter + 21), [None, None]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_tried_without_a_panic(text in any::<String>(), code in 0..1_000_000u32, at in any::<u64>(), radius in 0..50u16) {
        let code = Code::from_number(code, Digits::Six).unwrap();
        let found = probe(&text, &[(code.clone(), UnixTime::from_secs(at)), (code, UnixTime::from_secs(0))], radius);
        prop_assert!(found.is_ok() || text.len() > 2048);
    }
}
