//! Lists of URIs: what is written is read back, and what cannot be written is said.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use data_encoding::BASE64;
use oath_seeds::{
    Field, Format, Kind, Moving, Obstacle, Options, Place, Record, SeedFile, Severity, WriteOptions, obstacles, read,
    write,
};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use proptest::prelude::*;

fn read_as(format: Format, text: &[u8]) -> SeedFile {
    read(text, &Options::default().format(format)).unwrap()
}

fn record() -> Record {
    let mut record = Record::unnumbered(Secret::from_bytes(b"abcdefghijklmnopqrst").unwrap());
    record.details_mut().account = Some("alice@example.com".to_owned());
    record.details_mut().issuer = Some("Example Ltd".to_owned());
    record
}

fn written(records: &[Record], format: Format) -> String {
    let mut out = Vec::new();
    write(records, format, &WriteOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_uri_is_written_in_the_form_that_every_app_reads() {
    assert_eq!(
        written(&[record()], Format::OtpauthLines),
        "otpauth://totp/Example%20Ltd:alice@example.com?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U&issuer=Example%20Ltd\
         &algorithm=SHA1&digits=6&period=30\n"
    );
}

/// A field of a protobuf message.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(value.len()).unwrap()], value].concat()
}

fn uri(payload: &[u8]) -> String {
    let data = BASE64.encode(payload).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("otpauth-migration://offline?data={data}\n")
}

/// A key with these further fields.
fn key(number: u8, more: &[u8]) -> Vec<u8> {
    let secret = [number; 20];
    let key = [field(1, &secret), field(2, b"Example:alice"), field(3, b"Example"), more.to_vec()].concat();
    field(1, &key)
}

const TOTP: [u8; 6] = [4 << 3, 1, 5 << 3, 1, 6 << 3, 2];

/// The number of the batch, which is the last field of an export.
fn batch_of(uri: &str) -> u64 {
    let data = uri.trim().split_once("data=").unwrap().1;
    let payload = BASE64.decode(data.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=").as_bytes()).unwrap();
    let (last, before) = payload.split_last().unwrap();
    let more = before.iter().rev().take_while(|byte| **byte >= 0x80).count();
    let (message, number) = before.split_at(before.len() - more);
    assert!(*last < 0x80 && message.last() == Some(&(5 << 3)), "{payload:?}");
    let bytes = number.iter().chain([last]).rev();
    bytes.fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f))
}

#[test]
fn exports_of_other_tokens_are_other_batches_whose_numbers_are_positive() {
    let of = |account: &str| {
        let mut record = record();
        record.details_mut().account = Some(account.to_owned());
        batch_of(&written(&[record], Format::OtpauthMigration))
    };
    let numbers: std::collections::BTreeSet<u64> = (0..64).map(|number| of(&format!("user{number}"))).collect();
    assert!(numbers.len() == 64 && numbers.iter().all(|number| *number < 1 << 31), "{numbers:?}");
    assert_eq!(of("alice"), of("alice"));
}

#[test]
fn the_bytes_of_an_export() {
    let text = written(&[record()], Format::OtpauthMigration);
    let key = [
        field(1, b"abcdefghijklmnopqrst"),
        field(2, b"alice@example.com"),
        field(3, b"Example Ltd"),
        vec![0x20, 1, 0x28, 1, 0x30, 2],
    ]
    .concat();
    let data = text.strip_prefix("otpauth-migration://offline?data=").unwrap().trim_end().replace("%2B", "+");
    let payload = BASE64.decode(data.replace("%2F", "/").replace("%3D", "=").as_bytes()).unwrap();
    let head = [field(1, &key), vec![0x10, 1, 0x18, 1, 0x20, 0, 0x28]].concat();
    assert_eq!(payload[..head.len()], head);
}

#[test]
fn missing_parts_of_an_export_are_named() {
    let part = |index: u8, size: u8, id: u8| {
        uri(&[key(index, &TOTP), vec![0x10, 1, 0x18, size, 0x20, index, 0x28, id]].concat())
    };
    let findings = |text: &str| {
        let file = read_as(Format::OtpauthMigration, text.as_bytes());
        assert!(file.failed.is_empty());
        file.findings.into_iter().map(|f| (f.kind, f.severity, f.place, f.message.into_owned())).collect::<Vec<_>>()
    };
    assert_eq!(findings(&[part(1, 2, 7), part(0, 2, 7)].concat()), []);
    assert_eq!(findings(&[part(0, 2, 7), part(0, 2, 8), part(1, 2, 7), part(1, 2, 8)].concat()), []);
    let incomplete =
        |line: u64, message: &str| (Kind::ExportIncomplete, Severity::Warning, Place::Line(line), message.to_owned());
    assert_eq!(
        findings(&[part(0, 1, 6), part(2, 4, 7)].concat()),
        [incomplete(2, "The export that begins here has 4 parts; missing: 1, 2, 4.")]
    );
    assert_eq!(
        findings(&part(0, 100, 7)),
        [incomplete(1, "The export that begins here has 100 parts; missing: 2, 3, 4, 5, 6, 7, 8, 9 and 91 more.")]
    );
}

#[test]
fn each_mistake_of_a_key_is_named_and_the_others_are_read() {
    let mut number = 0;
    let mut of = |more: &[u8]| {
        number += 1;
        let text = uri(&[key(number, more), key(number + 100, &TOTP)].concat());
        let file = read_as(Format::OtpauthMigration, text.as_bytes());
        assert_eq!(file.records.len() + file.failed.len(), 2, "{file:?}");
        let found: Vec<Kind> = file.findings.iter().filter(|f| f.severity == Severity::Error).map(|f| f.kind).collect();
        let places: Vec<Place> = file.failed.iter().map(|row| row.place).collect();
        assert!(found.is_empty() == places.is_empty());
        assert!(places.iter().all(|place| *place == Place::Item { of: "key", number: 1 }));
        found
    };
    assert_eq!(of(&TOTP), []);
    assert_eq!(of(&[6 << 3, 2]), []);
    assert_eq!(of(&[]), [Kind::ParameterUnknown]);
    assert_eq!(of(&[4 << 3, 4, 6 << 3, 2]), [Kind::AlgorithmUnsupported]);
    assert_eq!(of(&[5 << 3, 3, 6 << 3, 2]), [Kind::DigitsUnsupported]);
    assert_eq!(of(&[6 << 3, 3]), [Kind::TypeUnsupported]);
    let negative = [&[6 << 3, 1, 7 << 3][..], &[0xff; 9], &[1]].concat();
    assert_eq!(of(&negative), [Kind::CounterUnsupported]);
    assert_eq!(of(&[&TOTP[..], &field(1, b"")].concat()), [Kind::SecretEmpty]);
    assert_eq!(of(&[&TOTP[..], &field(1, b"short")].concat()), [Kind::SecretTooShort]);
    assert_eq!(of(&[&TOTP[..], &field(2, &[0xff])].concat()), [Kind::ValueMalformed]);
    assert_eq!(of(&[1 << 3, 1]), [Kind::ValueMalformed], "a number for a secret");
    assert_eq!(of(&[1 << 3 | 2, 50]), [Kind::ValueMalformed], "cut off");
    // A field that is not known yet.
    assert_eq!(of(&[&TOTP[..], &field(8, b"id"), &[9 << 3 | 5, 1, 2, 3, 4]].concat()), []);
}

#[test]
fn lines_that_are_no_export() {
    let payload = [key(1, &TOTP), vec![0x18, 1]].concat();
    let good = uri(&payload);
    for (line, kind) in [
        ("otpauth://totp/a?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", Kind::OtherFormat),
        ("MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", Kind::ValueMalformed),
        ("otpauth-migration://offline", Kind::ValueMalformed),
        ("otpauth-migration://offline?date=AAAA", Kind::ValueMalformed),
        ("otpauth-migration://offline?data=A", Kind::ValueMalformed),
        ("otpauth-migration://offline?data=%FF%FF", Kind::ValueMalformed),
        // A part 4 of 3, and one of 2^32 parts.
        (uri(&[&payload[..], &[0x18, 3, 0x20, 3]].concat()).trim_end(), Kind::ValueMalformed),
        (uri(&[&payload[..], &[0x18, 0xff, 0xff, 0xff, 0xff, 0xf]].concat()).trim_end(), Kind::ValueMalformed),
    ] {
        let file = read_as(Format::OtpauthMigration, format!("{line}\n{good}").as_bytes());
        assert_eq!((file.records.len(), file.failed.len()), (1, 1), "{line}");
        assert_eq!((file.findings[0].kind, file.findings[0].place), (kind, Place::Line(1)), "{line}");
        assert!(!format!("{file:?}").contains("MFRGGZDF"));
    }
    // A form has read the plus signs as blanks.
    let mut bytes = payload;
    bytes.extend(field(9, &[0xfb; 30]));
    let text = format!("otpauth-migration://offline?data={}", BASE64.encode(&bytes).replace('+', " "));
    assert!(text.contains(' '));
    assert_eq!(read_as(Format::OtpauthMigration, text.as_bytes()).records.len(), 1);
}

#[test]
fn what_neither_can_hold() {
    let of = |format: Format, change: &dyn Fn(&mut Record)| {
        let mut record = record();
        change(&mut record);
        obstacles(&record, format, &WriteOptions::default())
    };
    let account = |text: &'static str| move |record: &mut Record| record.details_mut().account = Some(text.to_owned());
    let issuer = |text: &'static str| move |record: &mut Record| record.details_mut().issuer = Some(text.to_owned());
    let unreadable = |field| vec![Obstacle::Unreadable(field)];
    for format in [Format::OtpauthLines, Format::OtpauthMigration] {
        assert_eq!(of(format, &|_| {}), []);
        assert_eq!(of(format, &|r| r.details_mut().account = None), [Obstacle::Needs(Field::Account)]);
        assert_eq!(of(format, &issuer("")), unreadable(Field::Issuer));
        assert_eq!(
            of(format, &|r| r.moving = Moving::Time { step: TimeStep::new(30, 9).unwrap() }),
            [Obstacle::Epoch(9)]
        );
    }
    assert_eq!(of(Format::OtpauthLines, &account(" ")), unreadable(Field::Account));
    assert_eq!(of(Format::OtpauthLines, &issuer("Steam")), unreadable(Field::Issuer));
    assert_eq!(of(Format::OtpauthLines, &issuer(" a")), unreadable(Field::Issuer));
    assert_eq!(of(Format::OtpauthMigration, &account("Example Ltd:bob")), unreadable(Field::Account));
    assert_eq!(
        of(Format::OtpauthMigration, &|r| r.moving = Moving::Counter { counter: 1 << 63 }),
        unreadable(Field::Counter)
    );
    let long = "x".repeat(20_000);
    for format in [Format::OtpauthLines, Format::OtpauthMigration] {
        assert_eq!(of(format, &|r| r.details_mut().account = Some(long.clone())), unreadable(Field::Account));
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-zA-Z0-9@._+:%& -]{1,24}", 1 => "\\PC{1,12}", 1 => any::<String>()]
}

prop_compose! {
    fn records()(
        secret in proptest::collection::vec(any::<u8>(), 10..=128),
        account in name(),
        issuer in proptest::option::of(name()),
        algorithm in proptest::sample::select(vec![Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        digits in proptest::sample::select(vec![Digits::Six, Digits::Seven, Digits::Eight]),
        interval in prop_oneof![Just(30u32), 1..100_000u32],
        counter in proptest::option::of(any::<u64>()),
    ) -> Record {
        let mut record = Record::unnumbered(Secret::from_bytes(&secret).unwrap());
        record.algorithm = algorithm;
        record.digits = digits;
        record.moving = match counter {
            Some(counter) => Moving::Counter { counter },
            None => Moving::Time { step: TimeStep::new(interval, 0).unwrap() },
        };
        record.details_mut().account = Some(account);
        record.details_mut().issuer = issuer;
        record
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_what_was_written_gives_the_records_back(records in proptest::collection::vec(records(), 1..40)) {
        for format in [Format::OtpauthLines, Format::OtpauthMigration] {
            let carried: Vec<&Record> =
                records.iter().filter(|record| obstacles(record, format, &WriteOptions::default()).is_empty()).collect();
            let mut file = Vec::new();
            write(carried.iter().copied(), format, &WriteOptions::default(), &mut file).unwrap();
            if carried.is_empty() {
                continue;
            }
            let back = read_as(format, &file);
            prop_assert_eq!(back.records.len(), carried.len(), "{:?}", back.findings);
            prop_assert!(back.findings.iter().all(|f| f.kind == Kind::SecretWeak), "{:?}", back.findings);
            for (one, other) in carried.iter().zip(&back.records) {
                prop_assert_eq!(&one.secret, &other.secret);
                prop_assert_eq!((one.algorithm, one.digits, one.moving), (other.algorithm, other.digits, other.moving));
                prop_assert_eq!(one.details(), other.details());
            }
        }
    }
}
