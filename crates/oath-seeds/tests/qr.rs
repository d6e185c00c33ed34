//! URIs that are written fit into QR codes, which are read back as the same tokens.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{Format, Options, Record, Target, WriteOptions, read, write};
use oath_totp::{Qr, Secret};

const PIXELS: usize = 4;

/// Draws each line that is written.
fn drawn(records: &[Record], format: Format) -> Vec<Qr> {
    let mut text = Vec::new();
    write(records, format, &WriteOptions::default(), &mut text).unwrap();
    core::str::from_utf8(&text).unwrap().lines().map(|uri| Qr::encode(uri).unwrap()).collect()
}

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
    let file = read(text.as_bytes(), &Options::default().target(Target::Any)).unwrap();
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
        let codes = drawn(&records, format);
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
    let codes = drawn(&records, Format::OtpauthMigration);
    assert!(codes.len() > 1);
    // Version 32 has 145 modules a side.
    assert!(codes.iter().all(|code| code.side() <= 145 + 8));
}
