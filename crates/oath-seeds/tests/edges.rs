//! Where a limit or a rule begins: one value on each side.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{
    Assume, Field, Finding, Format, Kind, Limits, Moving, Options, ProbeError, ReadError, Reader, Record, Repairs, Row,
    SeedText, Target, Unlock, WriteError, WriteOptions, failures::Failure, fill_in, probe, read, read_from,
    text_of_users,
};
use oath_totp::{Algorithm, Code, Digits, Hotp, Secret, TimeStep, Totp, UnixTime};
use std::error::Error as _;
use std::io::{self, Read};

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model\r\n";

fn secret(value: u8) -> Secret {
    Secret::from_bytes(&[value; 20]).unwrap()
}

fn row(serial: &str, value: u8) -> String {
    format!("a@b.c,{serial},{},30,Contoso,One\r\n", secret(value).expose_base32().as_str())
}

/// A reader that a signal interrupts before every read, and that gives so many bytes at a time.
struct Interrupted<'a>(&'a [u8], usize, bool);

impl Read for Interrupted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.2 = !self.2;
        if self.2 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = self.1.min(out.len());
        self.0.read(&mut out[..most])
    }
}

#[test]
fn a_signal_does_not_end_a_read() {
    let file = [HEADER, &row("1", 7)].concat();
    for piece in [1, 7, 4096] {
        let found = read_from(Interrupted(file.as_bytes(), piece, false), &Options::default(), &Unlock::default());
        assert_eq!(found.unwrap().records.len(), 1);
    }
}

/// Lines around the sizes of the buffers, in pieces of many sizes, in every encoding.
#[test]
fn lines_of_every_length_are_read_whole() {
    const MAX_LINE: usize = 16 << 10;
    let line = |length: usize| {
        let start = format!("a@b.c,1,{},30,", secret(7).expose_base32().as_str());
        let end = ",One";
        [&start, &"x".repeat(length - start.len() - end.len()), end].concat()
    };
    for length in [200, 255, 8191, 8192, MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, 3 * MAX_LINE, 130 << 10] {
        let text = [HEADER, &line(length), "\n", &row("2", 8)].concat();
        let utf_16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for file in [text.as_bytes(), &utf_16] {
            for piece in [997, 8192, 16 << 10, 1 << 20] {
                let found = read_from(Interrupted(file, piece, true), &Options::default(), &Unlock::default()).unwrap();
                let codes: Vec<_> =
                    found.findings.iter().map(Finding::code).filter(|code| *code != "encoding-utf-16").collect();
                let expected = match length {
                    ..=MAX_LINE => "field-too-long",
                    _ => "line-too-long",
                };
                let expected = if length > 300 { vec![expected] } else { vec![] };
                assert_eq!(codes, expected, "{length} {piece}");
                assert_eq!(found.records.last().unwrap().serial.as_deref(), Some("2"), "{length} {piece}");
            }
        }
    }
}

/// A document of as many bytes as are allowed, and of one more.
#[test]
fn a_document_of_the_largest_size() {
    let file =
        r#"{"value":[{"serialNumber":"1","secretKey":"A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH","timeIntervalInSeconds":30}]}"#;
    let options = |bytes: usize| {
        let limits = Limits { document_bytes: bytes, ..Limits::default() };
        Options::default().format(Format::GraphJson).target(Target::Any).limits(limits)
    };
    for blanks in [0, 9000, 40_000] {
        let file = [file, &" ".repeat(blanks)].concat();
        assert_eq!(read(file.as_bytes(), &options(file.len())).unwrap().records.len(), 1, "{blanks}");
        let Err(ReadError::Refused(finding)) = read(file.as_bytes(), &options(file.len() - 1)) else {
            panic!("{blanks}")
        };
        assert_eq!(finding.kind, Kind::TooLarge);
    }
}

#[test]
fn only_the_named_rows_are_repaired() {
    let spaced = |serial: &str, value| row(serial, value).replace(",30,", ",30s,");
    let file = [HEADER, &spaced("1", 7), &spaced("2", 8), &spaced("3", 9)].concat();
    let serials = |options: &Options| {
        let found = read(file.as_bytes(), options).unwrap();
        found.records.iter().filter_map(|record| record.serial.clone()).collect::<Vec<_>>()
    };
    assert_eq!(serials(&Options::default()), [""; 0]);
    assert_eq!(serials(&Options::default().repairs(Repairs::Apply)), ["1", "2", "3"]);
    assert_eq!(serials(&Options::default().repair_only([3])), ["2"]);
    assert_eq!(serials(&Options::default().repair_only([2, 4])), ["1", "3"]);
    assert_eq!(serials(&Options::default().repair_only([])), [""; 0]);
}

#[test]
fn a_seed_of_the_longest_text_and_codes_before_and_after() {
    let step = TimeStep::SECONDS_30;
    let totp = Totp::new(secret(7).key(Algorithm::Sha1).unwrap(), Digits::Six, step);
    let at = UnixTime::from_secs(1_700_000_000);
    let code = |steps: i64| totp.generate(UnixTime::from_secs(at.as_secs().saturating_add_signed(steps * 30)));
    let text = secret(7).expose_base32().as_str().to_owned();
    for offset in [-5i64, 0, 5] {
        let found = probe(&text, &[(code(offset), at)], 10).unwrap();
        let reading = found.readings.iter().find(|reading| reading.record.moving == Moving::Time { step }).unwrap();
        assert_eq!((reading.text, reading.offset), (SeedText::Base32, offset));
    }
    let padded = |length: usize| [text.as_str(), &" ".repeat(length - text.len())].concat();
    assert!(probe(&padded(2048), &[(code(0), at)], 10).is_ok());
    assert!(matches!(probe(&padded(2049), &[(code(0), at)], 10), Err(ProbeError::TooLong)));
    let hotp = Hotp::new(secret(7).key(Algorithm::Sha1).unwrap(), Digits::Six);
    let found = probe(&text, &[(hotp.generate(3), at)], 10).unwrap();
    assert!(found.readings.iter().any(|reading| matches!(reading.record.moving, Moving::Counter { .. })));
    let eight = Code::parse("12345678").unwrap();
    assert!(matches!(probe(&text, &[(code(0), at), (eight, at)], 10), Err(ProbeError::Digits)));
}

#[test]
fn options_of_writing_do_not_undo_each_other() {
    let options = WriteOptions::default().accept_loss(true).target(Target::Any);
    assert!(options.accept_loss);
    assert_eq!(options.target, Some(Target::Any));
    let targets: Vec<_> = Format::ALL.iter().filter_map(|format| Some((*format, format.target()?))).collect();
    assert!(targets.contains(&(Format::NetIqCsv, Target::NetIq)), "{targets:?}");
}

#[test]
fn the_cause_of_an_error_is_its_source() {
    let gone = || io::Error::other("gone");
    assert_eq!(WriteError::Io(gone()).source().unwrap().to_string(), "gone");
    assert_eq!(ReadError::Io(gone()).source().unwrap().to_string(), "gone");
    assert!(WriteError::NotWritten(Format::AegisJson).source().is_none());
    assert!(ReadError::Changed.source().is_none());
}

/// What can be said of a row that failed: where it is, whose, and which token, as far as it may be shown.
#[test]
fn a_failure_names_its_row() {
    let file = [HEADER, &row("1", 7), "b@b.c,2,,30,Contoso,One\r\n"].concat();
    let rows: Vec<Row> = Reader::new(file.as_bytes(), &Options::default()).unwrap().map(Result::unwrap).collect();
    let (row, finding) = (&rows[1], &rows[1].findings[0]);
    let failure = Failure::of(row, finding);
    assert_eq!((&*failure.place, failure.upn, failure.serial), ("line 3", Some("b@b.c"), Some("2")));
}

#[test]
fn names_that_are_none() {
    let mut record = Record::new("1", secret(7));
    let error = record.assign("").unwrap_err();
    assert_eq!((error.kind, error.field), (Kind::UpnEmpty, Some(Field::Upn)));
    assert_eq!(record.assign("nobody").unwrap_err().field, Some(Field::Upn));
}

#[test]
fn users_are_read_in_their_encodings() {
    assert_eq!(text_of_users(b"serial,upn\r\n1,a@b.c\r\n").unwrap(), "serial,upn\r\n1,a@b.c\r\n");
    assert_eq!(text_of_users("\u{feff}serial,upn\n".as_bytes()).unwrap(), "serial,upn\n");
    assert_eq!(text_of_users(b"serial,upn\n1,j\xf6rg@b.c\n").unwrap(), "serial,upn\n1,j\u{f6}rg@b.c\n");
    let mut records = [Record::new("1", secret(7))];
    let refused = fill_in(&mut records, b"number,name\r\n1,a@b.c\r\n");
    let text = format!("{refused:?}");
    assert!(text.contains("Line(1)"), "{text}");
}

/// A text of UTF-16 that ends in the middle of a character.
#[test]
fn half_a_character_at_the_end() {
    let text = [HEADER, &row("1", 7).replace("One", "One\u{1f511}")].concat();
    let bytes: Vec<u8> =
        [0xfeff].into_iter().chain(text.trim_end().encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let model = |cut: usize| {
        let found = read(&bytes[..bytes.len() - cut], &Options::default()).unwrap();
        found.records.first().map(|record| record.model.to_string())
    };
    assert_eq!(model(0).as_deref(), Some("One\u{1f511}"));
    assert_eq!(model(4).as_deref(), Some("One"));
    for cut in [1, 2, 3] {
        assert_eq!(model(cut), None, "{cut}");
    }
}

/// A default that a caller gives is for what the file leaves out.
#[test]
fn an_assumption_does_not_overrule_the_file() {
    let assume = Assume { interval: Some(60), ..Assume::default() };
    let file = [HEADER, &row("1", 7)].concat();
    let found = read(file.as_bytes(), &Options::default().assume(assume)).unwrap();
    assert_eq!(found.records[0].moving, Moving::Time { step: TimeStep::SECONDS_30 });
}

/// The rounds of a key derivation: as many as are allowed, one more, and texts that are no number.
#[test]
fn rounds_of_a_key_derivation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testkit/seeds/pskc/pbkdf2.xml");
    let file = std::fs::read_to_string(path).unwrap();
    let said = |rounds: &str, most: u32| {
        let file = file.replace(">2000<", &format!(">{rounds}<"));
        let limits = Limits { rounds: most, ..Limits::default() };
        let mut unlock = Unlock::default();
        unlock.password("correct horse battery staple");
        match read_from(file.as_bytes(), &Options::default().limits(limits), &unlock) {
            Ok(_) => "read",
            Err(ReadError::Refused(finding)) => finding.kind.name(),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!([said("2000", 2000), said("2000", 1999)], ["read", "too-large"]);
    assert_eq!(["", "0", "x", "1x", "-1"].map(|rounds| said(rounds, 2000)), ["value-malformed"; 5]);
    assert_eq!(said("99999999999999999999", 2000), "too-large");
}
