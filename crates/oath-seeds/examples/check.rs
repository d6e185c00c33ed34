//! Streams a seed file through the reader and prints what it counted:
//! `cargo run --release -p oath-seeds --example check -- FILE`; with `generate ROWS` it writes such a file to stdout.

use oath_seeds::{Format, Options, Reader, Record, Severity, WriteOptions, Writer};
use oath_totp::Secret;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("generate"), Some(rows)) => generate(rows.parse()?),
        (Some(file), None) => check(file),
        _ => Err("expected FILE, or: generate ROWS".into()),
    }
}

fn check(file: &str) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let mut reader = Reader::new(File::open(file)?, &Options::default())?;
    let (mut rows, mut records) = (0u64, 0u64);
    let mut findings: BTreeMap<(Severity, &str), u64> = BTreeMap::new();
    let mut count = |severity, code| {
        let number = findings.entry((severity, code)).or_default();
        *number = number.saturating_add(1);
    };
    while let Some(row) = reader.look() {
        let row = row?;
        rows = rows.saturating_add(1);
        records = records.saturating_add(u64::from(row.record.is_some()));
        row.findings.iter().for_each(|finding| count(finding.severity, finding.code()));
    }
    reader.take_findings().iter().for_each(|finding| count(finding.severity, finding.code()));
    let seconds = begin.elapsed().as_secs_f64();
    println!("{}: {rows} rows, {records} records in {seconds:.3} s", reader.format());
    for ((severity, code), number) in findings {
        println!("{number:9} {severity:7} {code}");
    }
    Ok(())
}

/// Rows of 95 bytes with secrets that differ; not random, so that the file is the same each time.
fn generate(rows: u64) -> Result<(), Box<dyn Error>> {
    let options = WriteOptions::default();
    let mut writer = Writer::new(std::io::stdout().lock(), Format::EntraCsv, &options)?;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for number in 0..rows {
        let mut bytes = Vec::with_capacity(24);
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_be_bytes());
        }
        bytes.truncate(20);
        let mut record =
            Record::new(format!("{}", number.saturating_add(1_100_000_000_000)), Secret::from_bytes(&bytes)?);
        record.upn = Some(format!("user{number:07}@contoso.com"));
        record.manufacturer = "Contoso".into();
        record.model = "HardwareKey".into();
        writer.write(&record)?;
    }
    drop(writer.finish()?);
    Ok(())
}
