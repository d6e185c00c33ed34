//! What is written is read back; what cannot be carried is said.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{
    Assume, Format, Intervals, Moving, Obstacle, Options, Record, Row, Target, TokenType, WriteError, WriteOptions,
    Writer, obstacles, read, write,
};
use oath_seeds::{Field, Place, Reader};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use proptest::prelude::*;

fn record() -> Record {
    let mut record = Record::new("0950380269", Secret::from_bytes(b"12345678901234567890").unwrap());
    record.upn = Some("o'neil@example.com".to_owned());
    record.manufacturer = "Contoso".into();
    record
}

#[test]
fn each_obstacle() {
    let of = |change: &dyn Fn(&mut Record)| {
        let mut record = record();
        change(&mut record);
        let found = obstacles(&record, Format::EntraCsv, &WriteOptions::default());
        for obstacle in &found {
            assert!(!obstacle.to_string().is_empty() && !obstacle.name().is_empty());
        }
        found
    };
    let step = |x, t0| Moving::Time { step: TimeStep::new(x, t0).unwrap() };
    let secret = |length| Secret::from_bytes(&vec![7; length]).unwrap();
    assert_eq!(of(&|_| {}), []);
    assert_eq!(
        of(&|r| r.algorithm = Algorithm::Sha256),
        [Obstacle::Algorithm { found: Algorithm::Sha256, takes: &[Algorithm::Sha1] }]
    );
    assert_eq!(of(&|r| r.digits = Digits::Eight), [Obstacle::Digits { found: Digits::Eight, takes: &[Digits::Six] }]);
    assert_eq!(of(&|r| r.moving = Moving::Counter { counter: 7 }), [Obstacle::Type(TokenType::Hotp)]);
    assert_eq!(of(&|r| r.moving = step(45, 0)), [Obstacle::Interval { x: 45, takes: Intervals::Only(&[30, 60]) }]);
    assert_eq!(of(&|r| r.moving = step(60, 946_684_800)), [Obstacle::Epoch(946_684_800)]);
    assert_eq!(of(&|r| r.secret = secret(81)), [Obstacle::SecretLength { bytes: 81, takes: 10..=80 }]);
    assert_eq!(of(&|r| r.secret = secret(80)), []);
    assert_eq!(of(&|r| r.secret = secret(9)), [Obstacle::SecretLength { bytes: 9, takes: 10..=80 }]);
    assert_eq!(of(&|r| r.upn = None), [Obstacle::Needs(Field::Upn)]);
    assert_eq!(of(&|r| r.upn = Some("a b@c.d".into())), [Obstacle::Unreadable(Field::Upn)]);
    assert_eq!(of(&|r| r.upn = Some(String::new())), [Obstacle::Unreadable(Field::Upn)]);
    for serial in ["", " 1", "1.1E+12", "1\n2", "=\"1\""] {
        assert_eq!(of(&|r| r.serial = Some(serial.into())), [Obstacle::Unreadable(Field::SerialNumber)], "{serial:?}");
    }
    assert_eq!(of(&|r| r.model = "a\r\nb".into()), [Obstacle::Unreadable(Field::Model)]);
}

/// What a writer takes a reader takes: one longer than a day is refused by both or by none.
#[test]
fn a_format_of_a_system_is_judged_by_that_system() {
    let of: Vec<_> = Format::written().filter_map(|format| Some((format, format.target()?))).collect();
    let expected = [
        (Format::EntraCsv, Target::Entra),
        (Format::GraphJson, Target::Graph),
        (Format::PrivacyIdeaCsv, Target::PrivacyIdea),
        (Format::LinOtpCsv, Target::LinOtp),
        (Format::MultiOtpCsv, Target::MultiOtp),
        (Format::PingIdCsv, Target::PingId),
        (Format::DuoCsv, Target::Duo),
        (Format::KeycloakJson, Target::Keycloak),
        (Format::OktaJson, Target::Okta),
    ];
    assert_eq!(of.len(), expected.len(), "{of:?}");
    assert!(expected.iter().all(|pair| of.contains(pair)), "{of:?}");
}

#[test]
fn an_interval_that_is_written_is_read_back() {
    for format in Format::written() {
        for x in [1, 20, 30, 45, 60, 255, 256, 86_400, 86_401, u32::MAX] {
            let mut record = record();
            record.secret = Secret::from_bytes(&[7; 20]).unwrap();
            record.moving = Moving::Time { step: TimeStep::new(x, 0).unwrap() };
            let options = WriteOptions::default().accept_loss(true);
            let found = obstacles(&record, format, &options);
            let takes = format.capacity().unwrap().intervals;
            assert_eq!(found.is_empty(), takes.is_some_and(|takes| takes.contains(x)), "{format} {x}: {found:?}");
            if !found.is_empty() {
                continue;
            }
            let mut file = Vec::new();
            write([&record], format, &options, &mut file).unwrap();
            // What no token has cannot be assumed; formats that hold it say it.
            let interval = Some(x).filter(|x| *x <= 86_400);
            let assume = Assume { interval, kind: Some(TokenType::Totp), ..Assume::default() };
            let assume = Assume { algorithm: Some(Algorithm::Sha1), digits: Some(Digits::Six), ..assume };
            let read = read(&file, &Options::default().format(format).target(Target::Any).assume(assume)).unwrap();
            assert_eq!(read.records.len(), 1, "{format} {x}: {:?}", read.findings);
            assert_eq!(read.records[0].moving, record.moving, "{format} {x}");
        }
    }
}

#[test]
fn all_or_nothing_and_one_by_one() {
    let (good, mut bad) = (record(), record());
    bad.digits = Digits::Eight;
    let mut out = Vec::new();
    let Err(WriteError::CannotCarry(refused)) =
        write([&good, &bad], Format::EntraCsv, &WriteOptions::default(), &mut out)
    else {
        panic!()
    };
    assert!(out.is_empty());
    assert_eq!((refused[0].index, &*refused[0].name, refused.len()), (1, "0950380269", 1));
    let unnamed = Record::unnumbered(Secret::from_bytes(&[7; 20]).unwrap());
    let error = write([&good, &unnamed], Format::Pskc, &WriteOptions::default(), &mut out).unwrap_err();
    assert_eq!(error.to_string(), "token number 2: it has no serial number, which is needed");
    let options = WriteOptions::default();
    let mut writer = Writer::new(Vec::new(), Format::EntraCsv, &options).unwrap();
    assert!(writer.write(&bad).is_err());
    writer.write(&good).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(
        text,
        "upn,serial number,secret key,time interval,manufacturer,model\r\n\
         o''neil@example.com,0950380269,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Contoso,\r\n"
    );
}

#[test]
fn debug_of_everything_elides_the_secret() {
    let record = record();
    assert_eq!(
        format!("{record:?}"),
        "Record { place: File, upn: Some(\"o'neil@example.com\"), serial: Some(\"0950380269\"), \
         secret: Secret([20 bytes, elided]), algorithm: Sha1, digits: Six, \
         moving: Time { step: TimeStep { x: 30, t0: 0 } }, manufacturer: \"Contoso\", model: \"\", details: None }"
    );
    let mut file = Vec::new();
    write([&record], Format::EntraCsv, &WriteOptions::default(), &mut file).unwrap();
    let reader = Reader::new(file.as_slice(), &Options::default()).unwrap();
    assert_eq!(format!("{reader:?}"), "Reader { format: EntraCsv, encoding: Utf8, findings: [], .. }");
    let rows: Vec<Row> = reader.map(Result::unwrap).collect();
    let options = WriteOptions::default();
    let mut writer = Writer::new(Vec::new(), Format::EntraCsv, &options).unwrap();
    writer.write(&record).unwrap();
    assert_eq!(format!("{writer:?}"), "Writer { format: EntraCsv, written: 1, .. }");
    assert!(!format!("{rows:?} {:?}", read(&file, &Options::default())).contains("GEZDGNBV"));
}

prop_compose! {
    fn records()(
        name in "[#a-zA-Z0-9._!^~][a-zA-Z0-9'._!#^~-]{0,20}@[a-z]{1,8}\\.[a-z]{2}",
        serial in "[!-~]([ -~]{0,14}[!-~])?",
        secret in proptest::collection::vec(any::<u8>(), 10..=80),
        sixty in any::<bool>(),
        manufacturer in "([!-~äß€]([ -~äß€]{0,14}[!-~äß€])?)?",
        model in "([!-~äß€]([ -~äß€]{0,14}[!-~äß€])?)?",
    ) -> Record {
        let mut record = Record::new(serial, Secret::from_bytes(&secret).unwrap());
        record.upn = Some(name);
        record.moving = Moving::Time { step: if sixty { TimeStep::SECONDS_60 } else { TimeStep::SECONDS_30 } };
        record.manufacturer = manufacturer.into();
        record.model = model.into();
        record
    }
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_the_records_back(records in proptest::collection::vec(records(), 1..20)) {
        let mut serials = std::collections::BTreeSet::new();
        let carried: Vec<&Record> = records
            .iter()
            .filter(|record| obstacles(record, Format::EntraCsv, &WriteOptions::default()).is_empty())
            .filter(|record| serials.insert(record.serial.clone()))
            .collect();
        let mut file = Vec::new();
        write(carried.iter().copied(), Format::EntraCsv, &WriteOptions::default(), &mut file).unwrap();
        let back = read(&file, &Options::default()).unwrap();
        prop_assert_eq!(back.records.len(), carried.len(), "{:?}", back.findings);
        for (index, (one, other)) in carried.iter().zip(&back.records).enumerate() {
            prop_assert_eq!(other.place, Place::Line(u64::try_from(index).unwrap() + 2));
            prop_assert_eq!((&one.upn, &one.serial, &one.secret), (&other.upn, &other.serial, &other.secret));
            prop_assert_eq!((one.moving, &one.manufacturer, &one.model), (other.moving, &other.manufacturer, &other.model));
        }
    }
}
