//! What is said of many small files, word by word: `said.txt` holds the answers. With `OATH_WRITE_EXPECTED=1` it is written
//! anew, to be read by a person.
//!
//! The secrets are bytes of one value, which no token has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod archives;
mod exports;
#[path = "../support/golden.rs"]
mod golden;
mod lines;
mod tables;

use data_encoding::{BASE32, HEXLOWER};
use oath_seeds::{Assume, Format, Moving, Options, ReadError, Record, Target, TokenType, read};
use oath_totp::Digits;
use std::fmt::Write as _;

/// A text with secrets in it, each of 20 times another value: `%` stands for one in Base32, `$` for one in hex.
fn filled(text: &str) -> String {
    let mut filled = String::new();
    let mut value = 7;
    for part in text.split_inclusive(['%', '$']) {
        let bytes = [value; 20];
        filled.push_str(part.trim_end_matches(['%', '$']));
        match part.chars().next_back() {
            Some('%') => filled.push_str(&BASE32.encode(&bytes)),
            Some('$') => filled.push_str(&HEXLOWER.encode(&bytes)),
            _ => continue,
        }
        value += 1;
    }
    filled
}

/// One file and how it is read.
struct Case {
    name: String,
    file: Vec<u8>,
    options: Options,
}

fn case(name: &str, file: impl AsRef<[u8]>) -> Case {
    Case { name: name.to_owned(), file: file.as_ref().to_vec(), options: Options::default() }
}

/// Read as a format that may not be recognised.
fn of(format: Format, name: &str, file: impl AsRef<[u8]>) -> Case {
    let Case { name, file, options } = case(name, file);
    let assume = match format {
        Format::DuoCsv => {
            Assume { kind: Some(TokenType::Totp), digits: Some(Digits::Six), interval: Some(30), ..Assume::default() }
        }
        Format::PingIdCsv => Assume { digits: Some(Digits::Eight), ..Assume::default() },
        _ => Assume::default(),
    };
    Case { name: format!("{format}: {name}"), file, options: options.format(format).target(Target::Any).assume(assume) }
}

impl Case {
    fn target(mut self, target: Target) -> Self {
        self.options = self.options.target(target);
        self
    }

    fn assume(mut self, assume: Assume) -> Self {
        self.options = self.options.assume(assume);
        self
    }
}

fn record(out: &mut String, record: &Record) {
    write!(out, "  {}:", record.place).unwrap();
    let mut part = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            write!(out, " {name}={value:?}").unwrap();
        }
    };
    let details = record.details();
    part("upn", record.upn.as_deref());
    part("serial", record.serial.as_deref());
    part("manufacturer", Some(&record.manufacturer));
    part("model", Some(&record.model));
    part("issuer", details.issuer.as_deref());
    part("account", details.account.as_deref());
    part("key id", details.key_id.as_deref());
    part("start", details.start.map(|at| at.as_secs().to_string()).as_deref());
    part("expiry", details.expiry.map(|at| at.as_secs().to_string()).as_deref());
    let moving = match record.moving {
        Moving::Time { step } => format!("totp {} s from {}", step.x(), step.t0()),
        Moving::Counter { counter } => format!("hotp {counter}"),
    };
    let bytes = record.secret.expose_bytes();
    let first = bytes.first().copied().unwrap_or_default();
    let all = bytes.iter().all(|byte| *byte == first);
    let secret = if all { format!("{} times {first:02x}", bytes.len()) } else { format!("{} bytes", bytes.len()) };
    writeln!(out, " {} {} {moving}; {secret}", record.algorithm, record.digits).unwrap();
}

fn said(case: &Case, out: &mut String) {
    writeln!(out, "# {}", case.name).unwrap();
    match read(&case.file, &case.options) {
        Err(ReadError::Refused(finding)) => writeln!(out, "  refused: {finding}").unwrap(),
        Err(error) => panic!("{}: {error}", case.name),
        Ok(file) => {
            writeln!(out, "  {} {} {}", file.format, file.encoding, file.target).unwrap();
            file.records.iter().for_each(|one| record(out, one));
            for failed in &file.failed {
                writeln!(out, "  {}: no token; upn {:?}, serial {:?}", failed.place, failed.upn, failed.serial)
                    .unwrap();
            }
            for finding in &file.findings {
                let column = finding.column.map(|column| format!(" (column {column})")).unwrap_or_default();
                let repair =
                    finding.repair.as_ref().map(|repair| format!(" [to repair it, {repair}]")).unwrap_or_default();
                writeln!(out, "  {finding}{column}{repair}").unwrap();
            }
        }
    }
}

#[test]
fn every_file_is_told_in_these_words() {
    let mut text = String::new();
    for case in tables::cases().into_iter().chain(lines::cases()).chain(exports::cases()).chain(archives::cases()) {
        said(&case, &mut text);
    }
    for value in 7..40 {
        let shown = [BASE32.encode(&[value; 20]), HEXLOWER.encode(&[value; 20])]
            .iter()
            .any(|secret| text.contains(&secret[..16]));
        assert!(!shown, "a secret is shown");
    }
    golden::expect("tests/said/said.txt", &text);
}
