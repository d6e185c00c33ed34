//! QR codes of tokens are read back as the same tokens.

#![cfg(feature = "qr")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{Format, Options, QrCodesError, Record, Target, WriteError, WriteOptions, qr_codes, read};
use oath_totp::{Qr, Secret};

const PIXELS: usize = 4;

/// What a reader of QR codes sees.
fn scanned(code: &Qr) -> String {
    let side = code.side() * PIXELS;
    let shade = |x: usize, y: usize| if code.is_dark(x / PIXELS, y / PIXELS) { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

fn record(number: u8) -> Record {
    let mut record = Record::unnumbered(Secret::from_bytes(&[number; 20]).unwrap());
    record.details_mut().account = Some(format!("a.person.with.a.long.name.{number}@department.example.com"));
    record.details_mut().issuer = Some("Example".to_owned());
    record
}

fn accounts(text: &str) -> Vec<(Option<String>, Vec<u8>)> {
    let file = read(text.as_bytes(), &Options::default().target(Target::Inventory)).unwrap();
    file.records
        .iter()
        .map(|record| (record.details().account.clone(), record.secret.expose_bytes().to_vec()))
        .collect()
}

#[test]
fn codes_are_read_back_as_the_same_tokens() {
    let records: Vec<Record> = (1..=23).map(record).collect();
    let wanted: Vec<_> =
        records.iter().map(|one| (one.details().account.clone(), one.secret.expose_bytes().to_vec())).collect();
    for (format, count) in [(Format::OtpauthLines, 23), (Format::OtpauthMigration, 3)] {
        let codes = qr_codes(&records, format, &WriteOptions::default()).unwrap();
        assert_eq!(codes.len(), count, "{format}");
        let text: Vec<String> = codes.iter().map(scanned).collect();
        assert!(accounts(&text.join("\n")) == wanted, "{format}");
    }
}

#[test]
fn a_batch_is_never_too_large_for_a_code_that_a_camera_reads() {
    let mut records: Vec<Record> = (1..=10).map(record).collect();
    for record in &mut records {
        record.details_mut().account = Some("n".repeat(300));
    }
    let codes = qr_codes(&records, Format::OtpauthMigration, &WriteOptions::default()).unwrap();
    assert!(codes.len() > 1);
    // Version 32 has 145 modules a side.
    assert!(codes.iter().all(|code| code.side() <= 145 + 8));
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let options = WriteOptions::default();
    let refused = |records: &[Record], format| qr_codes(records, format, &options).unwrap_err();
    assert!(matches!(refused(&[record(1)], Format::Pskc), QrCodesError::NotUris(Format::Pskc)));
    let numbered = Record::new("1", Secret::from_bytes(&[1; 20]).unwrap());
    assert!(qr_codes([&numbered], Format::OtpauthLines, &options).is_ok());
    let nameless = Record::unnumbered(Secret::from_bytes(&[1; 20]).unwrap());
    let error = refused(&[nameless], Format::OtpauthLines);
    assert!(matches!(error, QrCodesError::Unwritten(WriteError::CannotCarry(_))));
    let mut long = record(1);
    long.details_mut().account = Some("n".repeat(2300));
    assert!(matches!(refused(&[long], Format::OtpauthLines), QrCodesError::TooLong(_)));
}
