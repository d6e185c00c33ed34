//! What each format writes of some tokens, byte by byte, and why it does not write others: `written.txt` holds the answers. With
//! `OATH_WRITE_EXPECTED=1` it is written anew, to be read by a person.
//!
//! The secrets are of one or three values, which no token has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../support/golden.rs"]
mod golden;

use oath_seeds::{
    Details, Field, Format, Moving, Obstacle, Record, Target, WriteError, WriteOptions, Writer, check, losses,
    obstacles, write,
};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, UnixTime};
use std::fmt::Write as _;

fn record(serial: &str, secret: &[u8]) -> Record {
    Record::new(serial, Secret::from_bytes(secret).unwrap())
}

fn hotp(mut record: Record, counter: u64) -> Record {
    record.moving = Moving::Counter { counter };
    record
}

fn with(mut record: Record, change: impl FnOnce(&mut Details)) -> Record {
    change(record.details_mut());
    record
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn time(x: u32, t0: u64) -> Moving {
    Moving::Time { step: TimeStep::new(x, t0).unwrap() }
}

/// Tokens of every kind, with their names.
fn records() -> Vec<(&'static str, Record)> {
    let plain = || record("1", &[7; 20]);
    let mut user = plain();
    (user.upn, user.manufacturer, user.model) = (text("o'neil@b.c"), "Contoso".into(), "One".into());
    let mut wide = record("2", &[0xfb; 32]);
    (wide.algorithm, wide.digits, wide.moving) = (Algorithm::Sha256, Digits::Eight, time(60, 0));
    let mut long = with(record("3", &[0xfb, 0xef, 0xbe].repeat(21)), |d| d.account = text("a+b/c=d&e"));
    long.algorithm = Algorithm::Sha512;
    let mut odd = with(plain(), |d| (d.issuer, d.account) = (text("Contoso: Ltd"), text("a \"b\" \\ c")));
    (odd.manufacturer, odd.model) = ("Contoso, Inc.".into(), "<One> & \"two\"".into());
    let all = |details: &mut Details| {
        (details.issuer, details.account, details.key_id) = (text("Contoso"), text("anna"), text("k"));
        let at = |secs| Some(UnixTime::from_secs(secs));
        (details.start, details.expiry, details.last_used) = (at(946_684_800), at(1_893_456_000), at(1_700_000_000));
        details.drift = Some(-3);
    };
    vec![
        ("a token alone", plain()),
        ("a user, a manufacturer and a model", user),
        (
            "HOTP with an issuer and an account",
            hotp(with(plain(), |d| (d.issuer, d.account) = (text("Contoso"), text("anna"))), 7),
        ),
        ("HOTP from 0", hotp(plain(), 0)),
        ("SHA-256, eight digits, 60 s", wide),
        ("SHA-512, an account with marks", long),
        ("texts with quotes and marks", odd),
        ("all details", with(plain(), all)),
        ("HOTP with its last use", hotp(with(plain(), all), 9)),
        ("HOTP from 0 with its last use", hotp(with(plain(), all), 0)),
    ]
}

#[test]
fn every_format_writes_these_bytes() {
    let mut out = String::new();
    for format in Format::written() {
        for (name, record) in records() {
            writeln!(out, "# {format}: {name}").unwrap();
            let options = WriteOptions::default().accept_loss(true);
            let mut file = Vec::new();
            match write([&record], format, &options, &mut file) {
                Ok(_) => {
                    let text = String::from_utf8(file).unwrap();
                    text.lines().for_each(|line| writeln!(out, "  {line}").unwrap());
                }
                Err(WriteError::CannotCarry(refused)) => writeln!(out, "  not written: {}", refused[0]).unwrap(),
                Err(error) => panic!("{error}"),
            }
        }
    }
    golden::expect("tests/written/written.txt", &out);
}

/// What would not be read back as it is, by format.
#[test]
fn texts_and_numbers_that_would_be_read_as_others() {
    let unreadable = |record: &Record, format: Format| {
        let options = WriteOptions::default().target(Target::Any);
        let fields = obstacles(record, format, &options).into_iter().filter_map(|obstacle| match obstacle {
            Obstacle::Unreadable(field) => Some(field),
            _ => None,
        });
        fields.collect::<Vec<_>>()
    };
    let pskc = |change: &dyn Fn(&mut Record)| {
        let mut one = record("1", &[7; 20]);
        change(&mut one);
        unreadable(&one, Format::Pskc)
    };
    let details = |change: &dyn Fn(&mut Details)| pskc(&|r| change(r.details_mut()));
    assert_eq!(pskc(&|_| {}), []);
    assert_eq!(pskc(&|r| r.upn = text("a@b.c")), []);
    for upn in ["a", "a@b.c d", "a=b@c", " a@b", ""] {
        assert_eq!(pskc(&|r| r.upn = text(upn)), [Field::Upn], "{upn}");
    }
    for serial in ["", " 1", "1\n", "1.1E+12"] {
        assert_eq!(pskc(&|r| r.serial = text(serial)), [Field::SerialNumber], "{serial:?}");
    }
    for model in [" One", "One\t", "a\u{85}b", "a\u{fffe}b", "a\u{2028}b"] {
        assert_eq!(pskc(&|r| r.model = model.into()), [Field::Model], "{model:?}");
        assert_eq!(pskc(&|r| r.manufacturer = model.into()), [Field::Manufacturer], "{model:?}");
        assert_eq!(details(&|d| d.issuer = text(model)), [Field::Issuer], "{model:?}");
        assert_eq!(details(&|d| d.account = text(model)), [Field::Account], "{model:?}");
    }
    assert_eq!(details(&|d| d.issuer = text("")), [Field::Issuer]);
    // An account that looks like a user would be read as one, but where there is a user.
    assert_eq!(details(&|d| d.account = text("x@b.c")), [Field::Account]);
    assert_eq!(details(&|d| d.account = text("x")), []);
    let both = |account: &str| {
        pskc(&|r| {
            r.upn = text("a@b.c");
            r.details_mut().account = text(account);
        })
    };
    assert_eq!((both("x"), both("x@b.c"), both("a@b.c")), (vec![], vec![], vec![Field::Account]));
    assert_eq!(details(&|d| d.key_id = text("1")), [Field::KeyId]);
    assert_eq!(details(&|d| d.key_id = text(" k")), [Field::KeyId]);
    assert_eq!(details(&|d| d.key_id = text("k")), []);
    assert_eq!((details(&|d| d.drift = Some(0)), details(&|d| d.drift = Some(1))), (vec![Field::Drift], vec![]));
    let largest = i64::MAX.cast_unsigned();
    for (number, expected) in [(largest, vec![]), (largest + 1, vec![Field::Counter])] {
        assert_eq!(pskc(&|r| r.moving = Moving::Counter { counter: number }), expected);
    }
    for (number, expected) in [(largest, vec![]), (largest + 1, vec![Field::T0])] {
        assert_eq!(pskc(&|r| r.moving = time(30, number)), expected);
    }

    // A URI: the name is the account, else the user, else the serial number.
    let uri = |issuer: Option<&str>, account: &str| {
        let one = with(record("1", &[7; 20]), |d| (d.issuer, d.account) = (issuer.map(str::to_owned), text(account)));
        unreadable(&one, Format::OtpauthLines)
    };
    assert_eq!(uri(None, "anna"), []);
    assert_eq!(uri(Some("Contoso"), "anna"), []);
    assert_eq!(uri(Some("Contoso Ltd"), "anna b"), []);
    for (issuer, account, expected) in [
        (None, "a:b", vec![]),
        (None, " anna", vec![]),
        (None, "Steam", vec![]),
        (Some("a:b"), "anna", vec![]),
        (Some("a:b"), "anna b", vec![]),
        (Some("Contoso"), " anna", vec![]),
        // The readers take one of this name for a token of another kind.
        (Some("Steam"), "anna", vec![Field::Issuer]),
        (Some(" Contoso"), "anna", vec![Field::Issuer]),
        (Some(""), "anna", vec![Field::Issuer]),
        (Some("Contoso"), "", vec![Field::Account]),
    ] {
        assert_eq!(uri(issuer, account), expected, "{issuer:?} {account:?}");
    }

    let entra = |change: &dyn Fn(&mut Record)| {
        let mut one = record("1", &[7; 20]);
        one.upn = text("a@b.c");
        change(&mut one);
        unreadable(&one, Format::EntraCsv)
    };
    for serial in ["12", "A-1", "0001", "1 2"] {
        assert_eq!(entra(&|r| r.serial = text(serial)), [], "{serial}");
    }
    for serial in ["1 ", "=\"1\"", "\u{200b}1", "\"1\"", "1,"] {
        assert_eq!(entra(&|r| r.serial = text(serial)), [Field::SerialNumber], "{serial:?}");
    }
    for upn in ["o'neil@b.c", "ann.a_b-c@b.c"] {
        assert_eq!(entra(&|r| r.upn = text(upn)), [], "{upn}");
    }
    for upn in ["a@b@c", "a", "a@b.c,"] {
        assert_eq!(entra(&|r| r.upn = text(upn)), [Field::Upn], "{upn}");
    }
}

/// An export has several lines where its keys do not fit into one: ten keys, or as many bytes as one picture holds.
#[test]
fn an_export_of_many_keys_has_several_lines() {
    let lines = |count: usize, bytes: usize| {
        let named = |index: u8| with(record("1", &vec![index; bytes]), |d| d.account = Some(format!("a{index}")));
        let records: Vec<Record> = (0..u8::try_from(count).unwrap()).map(named).collect();
        let mut file = Vec::new();
        write(&records, Format::OtpauthMigration, &WriteOptions::default().accept_loss(true), &mut file).unwrap();
        String::from_utf8(file).unwrap().lines().map(str::len).collect::<Vec<_>>()
    };
    let counts: Vec<usize> =
        [(1, 20), (10, 20), (11, 20), (3, 1024)].map(|(count, bytes)| lines(count, bytes).len()).to_vec();
    assert_eq!(counts, [1, 1, 2, 3]);
}

/// A file of one kind says once what its tokens are: which field of the second differs from the first's.
#[test]
fn what_differs_from_the_first_token() {
    let of = |change: &dyn Fn(&mut Record)| {
        let (first, mut second) = (record("1", &[7; 20]), record("2", &[8; 20]));
        change(&mut second);
        let options = WriteOptions::default().accept_loss(true);
        let mut writer = Writer::new(Vec::new(), Format::OktaJson, &options).unwrap();
        writer.write(&first).unwrap();
        match writer.write(&second) {
            Ok(_) => None,
            Err(WriteError::CannotCarry(refused)) => match refused[0].obstacles.as_slice() {
                [Obstacle::Mixed(field)] => Some(*field),
                other => panic!("{other:?}"),
            },
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(of(&|_| {}), None);
    assert_eq!(of(&|r| r.moving = Moving::Counter { counter: 0 }), Some(Field::Type));
    assert_eq!(of(&|r| r.moving = time(60, 0)), Some(Field::TimeInterval));
    assert_eq!(of(&|r| r.algorithm = Algorithm::Sha256), Some(Field::Algorithm));
    assert_eq!(of(&|r| r.digits = Digits::Eight), Some(Field::Digits));
}

/// The error names five records, and how many more there are.
#[test]
fn many_refused_records() {
    let error = |count: usize| {
        let records: Vec<Record> = (1..=count).map(|n| hotp(record(&n.to_string(), &[7; 20]), 0)).collect();
        write(&records, Format::EntraCsv, &WriteOptions::default(), &mut Vec::new()).unwrap_err().to_string()
    };
    let line = |n: usize| format!("token {n}: it counts events (HOTP); expected TOTP; it has no upn, which is needed");
    let five = (1..=5).map(line).collect::<Vec<_>>().join("\n");
    assert_eq!(error(1), line(1));
    assert_eq!(error(5), five);
    assert_eq!(error(6).lines().last(), Some("and 1 more"));
    assert_eq!(error(8).lines().last(), Some("and 3 more"));
}

/// What a check says of a record that came from no file.
#[test]
fn a_check_by_system() {
    let said = |target: Target, change: &dyn Fn(&mut Record)| {
        let mut one = record("1", &[7; 20]);
        (one.upn, one.manufacturer, one.model) = (text("a@b.c"), "Contoso".into(), "One".into());
        change(&mut one);
        check(&one, target).iter().map(oath_seeds::Finding::code).collect::<Vec<_>>()
    };
    for target in Target::ALL {
        assert_eq!(said(*target, &|_| {}), [""; 0], "{target}");
    }
    let secret = |bytes| move |r: &mut Record| r.secret = Secret::from_bytes(&vec![7; bytes]).unwrap();
    assert_eq!(said(Target::Entra, &secret(80)), [""; 0]);
    assert_eq!(said(Target::Entra, &secret(81)), ["secret-too-long"]);
    assert_eq!(said(Target::Graph, &secret(81)), ["secret-too-long"]);
    assert_eq!(said(Target::Entra, &secret(9)), ["secret-too-short"]);
    assert_eq!(said(Target::Inventory, &secret(81)), [""; 0]);
    assert_eq!(said(Target::Inventory, &|r| r.algorithm = Algorithm::Sha256), ["hash-by-policy"]);
    assert_eq!(said(Target::Entra, &|r| r.algorithm = Algorithm::Sha256), ["hash-unsupported"]);
    assert_eq!(said(Target::Graph, &|r| r.algorithm = Algorithm::Sha256), [""; 0]);
    assert_eq!(
        said(Target::Graph, &|r| (r.manufacturer, r.model) = ("".into(), "".into())),
        ["manufacturer-empty", "model-empty"]
    );
    assert_eq!(said(Target::Entra, &|r| r.upn = None), ["upn-empty"]);
    assert_eq!(said(Target::Entra, &|r| r.upn = text("a_b.c#EXT#@d.e")), ["upn-guest"]);
    assert_eq!(said(Target::Entra, &|r| r.upn = text("a_b.c#ext#@d.e")), ["upn-guest"]);
    assert_eq!(said(Target::Entra, &|r| r.upn = text("a#b@d.e")), [""; 0]);
    assert_eq!(said(Target::Duo, &|r| r.serial = None), ["serial-empty"]);
    let message = |bytes: usize, target| {
        let mut one = record("1", &vec![7; bytes]);
        one.upn = text("a@b.c");
        check(&one, target)[0].message.clone().into_owned()
    };
    assert_eq!(
        message(81, Target::Entra),
        "The secret key has 130 characters; at most 128 (80 bytes) can be uploaded."
    );
    assert_eq!(
        message(9, Target::Entra),
        "For Entra ID's upload of a CSV file: the secret has 9 bytes; expected 10 to 80."
    );
    assert_eq!(losses(&record("1", &[7; 20]), Format::OktaJson).len(), 1);
}
