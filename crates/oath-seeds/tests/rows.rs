//! The tables without a header and the other formats of lines: what is written is read back, and no message shows a secret,
//! a pin or a code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{
    Assume, Field, Format, Kind, Loss, Moving, Obstacle, Options, ReadError, Reader, Record, Repair, Repairs, Severity,
    Target, TokenType, WriteOptions, losses, obstacles, read, write,
};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, UnixTime};
use proptest::prelude::*;

const K: &str = "6162636465666768696a6b6c6d6e6f7071727374";
const TABLES: [Format; 5] =
    [Format::PrivacyIdeaCsv, Format::LinOtpCsv, Format::MultiOtpCsv, Format::PingIdCsv, Format::DuoCsv];

fn options(format: Format) -> Options {
    Options::default().format(format).target(Target::Any)
}

fn written(records: &[&Record], format: Format) -> Vec<u8> {
    let mut file = Vec::new();
    write(records.iter().copied(), format, &WriteOptions::default().target(Target::Any), &mut file).unwrap();
    file
}

/// What is said beside a file of a format that does not say it.
fn assume(record: &Record) -> Assume {
    let (kind, interval) = match record.moving {
        Moving::Time { step } => (TokenType::Totp, Some(step.x())),
        Moving::Counter { .. } => (TokenType::Hotp, None),
    };
    Assume { kind: Some(kind), digits: Some(record.digits), interval, algorithm: None }
}

prop_compose! {
    fn records()(
        serial in "[!-~]([ -~]{0,14}[!-~])?",
        name in "[a-z][a-zA-Z0-9'._!#^~@ -]{0,20}",
        secret in prop_oneof![
            proptest::collection::vec(any::<u8>(), 10..=80),
            proptest::collection::vec(any::<u8>(), 32..=32),
            proptest::collection::vec(any::<u8>(), 64..=64),
        ],
        algorithm in prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)],
        digits in 6u8..=8,
        time in any::<bool>(),
        x in prop_oneof![Just(30u32), Just(60), 1..=86_400u32],
        t0 in prop_oneof![9 => Just(0u64), 1 => Just(946_684_800)],
        counter in prop_oneof![Just(0u64), 0..1000u64, Just(u64::MAX)],
        manufacturer in "([!-~äß€]([ -~äß€]{0,14}[!-~äß€])?)?",
        last_used in proptest::option::of(0..=253_402_300_800u64),
    ) -> (Record, String, Option<u64>) {
        let mut record = Record::new(serial, Secret::from_bytes(&secret).unwrap());
        record.algorithm = algorithm;
        record.digits = Digits::try_from(digits).unwrap();
        record.moving =
            if time { Moving::Time { step: TimeStep::new(x, t0).unwrap() } } else { Moving::Counter { counter } };
        record.manufacturer = manufacturer.into();
        (record, name, last_used)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_record_of_a_table_is_read_back((mut record, name, _) in records()) {
        for format in TABLES {
            record.upn = (format == Format::PrivacyIdeaCsv).then(|| name.clone());
            if format != Format::MultiOtpCsv {
                record.manufacturer = "".into();
            }
            let to = WriteOptions::default().target(Target::Any);
            if !obstacles(&record, format, &to).is_empty() {
                continue;
            }
            prop_assert!(losses(&record, format).is_empty());
            let file = written(&[&record], format);
            let mut options = options(format);
            if matches!(format, Format::DuoCsv | Format::PingIdCsv) {
                options = options.assume(assume(&record));
            }
            let back = read(&file, &options).unwrap();
            let errors = back.findings.iter().any(|finding| finding.severity == Severity::Error);
            prop_assert!(!errors, "{format}: {:?}", back.findings);
            let [one] = back.records.as_slice() else { panic!("{format}: {back:?}") };
            prop_assert_eq!((&one.upn, &one.serial, &one.secret), (&record.upn, &record.serial, &record.secret));
            prop_assert_eq!((one.algorithm, one.digits, one.moving), (record.algorithm, record.digits, record.moving));
            prop_assert_eq!(&one.manufacturer, &record.manufacturer);
            prop_assert_eq!(written(&[one], format), file, "{}", format);
        }
    }

    #[test]
    fn a_record_of_a_users_file_is_read_back((mut record, name, last_used) in records()) {
        record.serial = None;
        record.manufacturer = "".into();
        record.details_mut().account = Some(name);
        record.details_mut().last_used = last_used.map(UnixTime::from_secs);
        if obstacles(&record, Format::UsersFile, &WriteOptions::default()).is_empty() {
            prop_assert!(losses(&record, Format::UsersFile).is_empty());
            let file = written_users(&[&record]);
            let back = read(&file, &options(Format::UsersFile)).unwrap();
            let [one] = back.records.as_slice() else { panic!("{back:?}") };
            prop_assert_eq!((&one.secret, one.digits, one.moving), (&record.secret, record.digits, record.moving));
            prop_assert_eq!(one.details(), record.details());
            prop_assert_eq!(written_users(&[one]), file);
        }
    }
}

/// Pieces of which real and spoilt rows are made.
fn pieces() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(",".to_owned()),
        2 => Just(" ".to_owned()),
        2 => Just(";".to_owned()),
        3 => Just("\n".to_owned()),
        1 => Just("\n\n".to_owned()),
        1 => Just("\t".to_owned()),
        3 => Just(K.to_owned()),
        2 => Just("SN1".to_owned()),
        1 => Just("\"".to_owned()),
        2 => prop_oneof![Just("totp"), Just("HOTP"), Just("ocra2"), Just("HOTP/E"), Just("HOTP/T30/8")].prop_map(str::to_owned),
        2 => prop_oneof![Just("6"), Just("30"), Just("0"), Just("18446744073709551615"), Just("123456")].prop_map(str::to_owned),
        1 => prop_oneof![Just("sha256"), Just("-"), Just("#"), Just("serial,seed"), Just("2026-11-27T18:05:09L")].prop_map(str::to_owned),
        2 => prop_oneof![
            Just("sccAuthenticatorId:"),
            Just("\nsccTokenData:sccKey="),
            Just(";sccMode=T"),
            Just(";sccMode=E"),
            Just(";sccTick="),
            Just(";sccPwLen=6"),
            Just(";sccPrTime=x"),
        ].prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

const LINES: [Format; 8] = [
    Format::PrivacyIdeaCsv,
    Format::LinOtpCsv,
    Format::NetIqCsv,
    Format::MultiOtpCsv,
    Format::PingIdCsv,
    Format::DuoCsv,
    Format::UsersFile,
    Format::SafeWord,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_row_is_a_record_or_has_an_error(pieces in proptest::collection::vec(pieces(), 0..60), said in any::<bool>()) {
        let file = pieces.concat();
        let assume = Assume { digits: Some(Digits::Six), interval: Some(30), kind: None, algorithm: None };
        for format in LINES {
            for repairs in [Repairs::Offer, Repairs::Apply] {
                let mut options = options(format).repairs(repairs);
                if said {
                    options = options.assume(Assume { kind: Some(TokenType::Totp), ..assume });
                }
                let Ok(reader) = Reader::new(file.as_bytes(), &options) else { continue };
                for row in reader {
                    let Ok(row) = row else { break };
                    prop_assert_eq!(row.record.is_none(), row.errors().next().is_some(), "{}: {:?}", format, row);
                }
            }
        }
    }
}

fn written_users(records: &[&Record]) -> Vec<u8> {
    let mut file = Vec::new();
    write(records.iter().copied(), Format::UsersFile, &WriteOptions::default(), &mut file).unwrap();
    file
}

#[test]
fn what_each_format_writes() {
    let mut totp = Record::new("SN1", Secret::from_hex(K).unwrap());
    let mut hotp = Record::new("SN2", Secret::from_hex(&K.replace("61", "71")).unwrap());
    hotp.moving = Moving::Counter { counter: 7 };
    let text = |records: &[&Record], format| String::from_utf8(written(records, format)).unwrap();
    assert_eq!(text(&[&totp], Format::DuoCsv), format!("SN1,{K}\r\n"));
    assert_eq!(text(&[&hotp], Format::PingIdCsv), format!("SN2,{},7\r\n", K.replace("61", "71")));
    totp.manufacturer = "Contoso".into();
    assert_eq!(
        text(&[&totp, &hotp], Format::MultiOtpCsv),
        format!("SN1;Contoso;TOTP;{K};6;30\r\nSN2;;HOTP;{};6;7\r\n", K.replace("61", "71"))
    );
    totp.manufacturer = "".into();
    totp.upn = Some("alice".to_owned());
    assert_eq!(
        text(&[&totp, &hotp], Format::PrivacyIdeaCsv),
        format!("# version: 2\r\nalice,,,SN1,{K},totp,6,30\r\n,,,SN2,{},hotp,6,7\r\n", K.replace("61", "71"))
    );
    totp.upn = None;
    totp.serial = None;
    totp.details_mut().account = Some("alice".to_owned());
    totp.details_mut().last_used = Some(UnixTime::from_secs(59));
    assert_eq!(
        String::from_utf8(written_users(&[&totp, &hotp])).unwrap().split('\t').count(),
        4 + 3 + 4,
        "the code that is written beside the time is spent"
    );
}

#[test]
fn the_code_beside_the_last_use_is_the_one_of_the_counter_before() {
    // RFC 4226, appendix D: counter 0 gives 755224.
    let mut record = Record::unnumbered(Secret::from_bytes(b"12345678901234567890").unwrap());
    record.moving = Moving::Counter { counter: 1 };
    record.details_mut().account = Some("foo".to_owned());
    record.details_mut().last_used = Some(UnixTime::from_secs(1_260_206_742));
    let secret = record.secret.expose_hex();
    let line = format!("HOTP/E/6\tfoo\t-\t{}\t0\t755224\t2009-12-07T17:25:42L\n", secret.as_str());
    assert_eq!(String::from_utf8(written_users(&[&record])).unwrap(), line);
    // RFC 6238, appendix B: 59 s gives 94287082 of eight digits.
    record.moving = Moving::Time { step: TimeStep::SECONDS_30 };
    record.digits = Digits::Eight;
    record.details_mut().last_used = Some(UnixTime::from_secs(59));
    let line = format!("HOTP/T30/8\tfoo\t-\t{}\t0\t94287082\t1970-01-01T00:00:59L\n", secret.as_str());
    assert_eq!(String::from_utf8(written_users(&[&record])).unwrap(), line);
}

#[test]
fn each_obstacle() {
    let of = |format, change: &dyn Fn(&mut Record)| {
        let mut record = Record::new("SN1", Secret::from_hex(K).unwrap());
        change(&mut record);
        obstacles(&record, format, &WriteOptions::default().target(Target::Any))
    };
    let serial = |text: &'static str| move |record: &mut Record| record.serial = Some(text.to_owned());
    for format in TABLES {
        assert_eq!(of(format, &|_| {}), [], "{format}");
        for text in ["a,b", "a;b", "a\tb", "a\"b", "#1", " 1", "", "1.1E+12", "=\"1\"", "a\u{200b}b"] {
            assert_eq!(
                of(format, &serial(text)),
                [Obstacle::Unreadable(Field::SerialNumber)],
                "{format}: the systems that read it know no quotes, {text:?}"
            );
        }
    }
    assert_eq!(
        of(Format::MultiOtpCsv, &|r| r.manufacturer = "A;B".into()),
        [Obstacle::Unreadable(Field::Manufacturer)]
    );
    for upn in ["#a", "a,b", "", "a\u{200b}b"] {
        let found = of(Format::PrivacyIdeaCsv, &|r| r.upn = Some(upn.to_owned()));
        assert_eq!(found, [Obstacle::Unreadable(Field::Upn)], "{upn:?}");
    }
    let account = |text: &'static str| move |record: &mut Record| record.details_mut().account = Some(text.to_owned());
    for text in ["a b", "", "a\u{a0}b", "a\tb"] {
        let found = obstacles_of_user(&account(text));
        assert_eq!(found, [Obstacle::Unreadable(Field::Account)], "{text:?}");
    }
    let used = |counter| {
        obstacles_of_user(&|r| {
            r.moving = Moving::Counter { counter };
            r.details_mut().last_used = Some(UnixTime::from_secs(1));
        })
    };
    assert_eq!(used(0), [Obstacle::Unreadable(Field::LastUsed)], "it has no counter before");
    assert_eq!(used(1), []);
    let long = obstacles_of_user(&|r| r.secret = Secret::from_bytes(&[7; 33]).unwrap());
    assert_eq!(long, [Obstacle::SecretLength { bytes: 33, takes: 10..=32 }], "liboath reads no more");
    let loss = Record::new("SN1", Secret::from_hex(K).unwrap());
    assert_eq!(losses(&loss, Format::UsersFile), [], "the serial number is the user's name");
    let mut both = Record::new("SN1", Secret::from_hex(K).unwrap());
    both.upn = Some("a@b.c".to_owned());
    let lost: Vec<Field> = losses(&both, Format::UsersFile).iter().map(|Loss { field, .. }| *field).collect();
    assert_eq!(lost, [Field::SerialNumber]);
}

fn obstacles_of_user(change: &dyn Fn(&mut Record)) -> Vec<Obstacle> {
    let mut record = Record::unnumbered(Secret::from_hex(K).unwrap());
    record.details_mut().account = Some("alice".to_owned());
    change(&mut record);
    obstacles(&record, Format::UsersFile, &WriteOptions::default())
}

/// The kinds of the findings of one secret, and whether the row is a record once repairs are applied.
fn secret(text: &str) -> (Vec<Kind>, Option<Record>, Vec<Option<Repair>>) {
    let file = format!("SN1,{text},totp,6,30,sha1\n");
    let plain = read(file.as_bytes(), &options(Format::LinOtpCsv)).unwrap();
    let mut repaired = read(file.as_bytes(), &options(Format::LinOtpCsv).repairs(Repairs::Apply)).unwrap();
    let repairs: Vec<_> = plain.findings.iter().map(|finding| finding.repair.clone()).collect();
    assert!(repairs.iter().all(Option::is_none) || plain.records.is_empty(), "what is offered is not done");
    (plain.findings.iter().map(|finding| finding.kind).collect(), repaired.records.pop(), repairs)
}

#[test]
fn a_secret_that_is_not_quite_hex() {
    let k = Secret::from_hex(K).unwrap();
    let right = |record: Option<Record>| record.is_some_and(|record| record.secret == k);
    for text in [K.to_owned(), K.to_uppercase()] {
        let (kinds, record, _) = secret(&text);
        assert!(kinds.is_empty() && right(record), "{kinds:?}");
    }
    for (text, kinds, repairs) in [
        (format!("{} {}", &K[..20], &K[20..]), vec![Kind::SecretSeparators], vec![Repair::StripSecret]),
        (format!("0x{K}"), vec![Kind::SecretHexPrefix], vec![Repair::StripHexPrefix]),
        (
            format!("0X{}-{}", &K[..20], &K[20..]),
            vec![Kind::SecretSeparators, Kind::SecretHexPrefix],
            vec![Repair::StripSecret, Repair::StripHexPrefix],
        ),
        (k.expose_base32().to_string(), vec![Kind::SecretBase32], vec![Repair::SecretFromBase32]),
        (k.expose_base32().to_lowercase(), vec![Kind::SecretBase32], vec![Repair::SecretFromBase32]),
    ] {
        let (found, record, offered) = secret(&text);
        // Lower case of Base32 is noted besides.
        let found: Vec<Kind> = found.into_iter().filter(|kind| *kind != Kind::SecretLowerCase).collect();
        let offered: Vec<Repair> = offered.into_iter().flatten().collect();
        assert_eq!((found, offered), (kinds, repairs));
        assert!(right(record), "the repair gives the secret");
    }
    for (text, kind) in [
        (K[1..].to_owned(), Kind::SecretLength),
        (K.replace("61", "6l"), Kind::SecretConfusable),
        (K.replace("61", "6O"), Kind::SecretConfusable),
        (K.replace("61", "6g"), Kind::SecretIllegalCharacter),
        (K.replace("61", "6ü"), Kind::SecretIllegalCharacter),
        (format!("{K}="), Kind::SecretIllegalCharacter),
        (String::new(), Kind::SecretEmpty),
        ("--".to_owned(), Kind::SecretEmpty),
        ("abcd".to_owned(), Kind::SecretTooShort),
        ("3132333435363738393031323334353637383930".to_owned(), Kind::SecretSample),
        ("3132333435363738393031323334353637383930313233343536373839303132".to_owned(), Kind::SecretSample),
    ] {
        let (kinds, record, _) = secret(&text);
        assert_eq!((kinds, record.is_none()), (vec![kind], true));
    }
}

#[test]
fn a_file_that_leaves_its_parameters_open_is_refused_once() {
    let refused = |format, file: &str, assume| match read(file.as_bytes(), &options(format).assume(assume)) {
        Err(ReadError::Refused(finding)) => Some((finding.kind, finding.message.into_owned())),
        Err(error) => panic!("{error}"),
        Ok(_) => None,
    };
    let two = format!("SN1,{K}\nSN2,{}\n", K.replace("61", "71"));
    let all = "The file does not say the type, digits and time interval, and the format has no default for them.";
    let totp = Assume { kind: Some(TokenType::Totp), ..Assume::default() };
    let six = Assume { digits: Some(Digits::Six), ..Assume::default() };
    for format in [Format::PingIdCsv, Format::DuoCsv] {
        let named =
            |message: &str| ["type", "digits", "time interval"].iter().filter(|name| message.contains(*name)).count();
        let open = |assume| refused(format, &two, assume).map(|(kind, message)| (kind, named(&message)));
        assert_eq!(refused(format, &two, Assume::default()), Some((Kind::ParameterUnknown, all.to_owned())));
        assert_eq!(open(totp), Some((Kind::ParameterUnknown, 2)));
        assert_eq!(open(Assume { digits: Some(Digits::Six), ..totp }), Some((Kind::ParameterUnknown, 1)));
        assert_eq!(open(Assume { digits: Some(Digits::Six), interval: Some(60), ..totp }), None);
        assert_eq!(open(Assume { kind: Some(TokenType::Hotp), ..six }), None, "HOTP has no interval");
        let counters = format!("SN1,{K},5\nSN2,{}\n", K.replace("61", "71"));
        assert_eq!(refused(format, &counters, Assume::default()).map(|(kind, _)| kind), Some(Kind::ParameterUnknown));
        let file = read(counters.as_bytes(), &options(format).assume(six)).unwrap();
        let moving: Vec<Moving> = file.records.iter().map(|record| record.moving).collect();
        assert_eq!(moving, [Moving::Counter { counter: 5 }, Moving::Counter { counter: 0 }]);
    }
}

#[test]
fn what_a_row_leaves_out_is_the_formats_or_the_callers() {
    let one = |format, assume| {
        let file = format!("SN1,{K}\n");
        let mut read = read(file.as_bytes(), &options(format).assume(assume)).unwrap();
        assert!(read.findings.is_empty(), "{:?}", read.findings);
        let record = read.records.pop().unwrap();
        (record.algorithm, record.digits, record.moving)
    };
    let assume = Assume {
        kind: Some(TokenType::Totp),
        algorithm: Some(Algorithm::Sha512),
        digits: Some(Digits::Eight),
        interval: Some(45),
    };
    let said = (Algorithm::Sha512, Digits::Eight, Moving::Time { step: TimeStep::new(45, 0).unwrap() });
    for format in [Format::PrivacyIdeaCsv, Format::LinOtpCsv, Format::NetIqCsv] {
        let own = (Algorithm::Sha1, Digits::Six, Moving::Counter { counter: 0 });
        assert_eq!(one(format, Assume::default()), own, "{format}");
        assert_eq!(one(format, assume), said, "{format}");
    }
}

#[test]
fn no_message_shows_a_secret_a_pin_or_a_code() {
    let base32 = Secret::from_hex(K).unwrap().expose_base32().to_string();
    let secrets = [K, &base32, "3132333435363738393031323334353637383930"];
    let mut files = Vec::new();
    for secret in secrets {
        let broken = format!("{}!{}", &secret[..12], &secret[12..]);
        for text in [secret, &broken, &format!("0x {secret}"), &secret[1..]] {
            // The secret in every column, for the columns may be shifted.
            for place in 0..8 {
                let mut cells = ["a", "SN1", "totp", "6", "30", "sha1", "x", "y"];
                cells[place] = text;
                files.push(cells.join(","));
                files.push(cells[..5].join(","));
                files.push(cells.join("\t"));
                files.push(format!("HOTP/E {}", cells.join(" ")));
                files.push(format!(
                    "sccAuthenticatorId: {}\nsccTokenData: sccKey={};sccMode={};sccPwLen={};sccTick={};crypto={};{}=1",
                    cells[1], cells[0], cells[2], cells[3], cells[4], cells[5], cells[6]
                ));
            }
        }
    }
    files.push(format!("HOTP/E alice secretpin17 {K} 3 755224 2009-12-07T17:25:42"));
    files.push(format!("HOTP/E alice secretpin17 {K}x 3 75522x 2009-12-07T17:25:42"));
    let assume = Assume { digits: Some(Digits::Six), interval: Some(30), kind: Some(TokenType::Totp), algorithm: None };
    for file in &files {
        for format in LINES {
            let Ok(read) = read(file.as_bytes(), &options(format).assume(assume)) else { continue };
            let told = format!("{:?} {:?}", read.findings, read.failed).to_lowercase();
            for secret in secrets {
                for part in [&secret[1..], &secret[..12], &secret[12..]] {
                    assert!(!told.contains(&part.to_lowercase()), "{format}: {told}");
                }
            }
            for pin in ["secretpin17", "755224", "75522"] {
                assert!(!told.contains(pin), "{format}: {told}");
            }
        }
    }
}
