//! A file that is read twice gives what one that is held in memory gives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{Kind, Options, ReadError, Reader, Row, Severity, Target};
use oath_totp::Secret;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model\n";

fn row(serial: &str, secret: u16, end: &str) -> String {
    let bytes = [&secret.to_be_bytes()[..], &[7; 18]].concat();
    format!(",{serial},{},30,C,M{end}\n", *Secret::from_bytes(&bytes).unwrap().expose_base32())
}

fn shown(rows: &[Row]) -> Vec<String> {
    let shown = |row: &Row| {
        let secret = row.record.as_ref().map(|record| record.secret.expose_base32().to_string());
        format!("{:?} {:?} {:?} {secret:?} {:?}", row.place, row.upn(), row.serial(), row.findings)
    };
    rows.iter().map(shown).collect()
}

/// Compares the two ways of reading; returns how many rows there are, where the file can be read to its end.
fn compare(file: &[u8], options: &Options) -> Option<usize> {
    let reader = || Reader::new(file, options);
    let held = reader().and_then(Reader::rows);
    let again = reader().and_then(|first| first.whole(reader));
    let (Ok((rows, findings)), again) = (held, again) else {
        assert!(reader().and_then(|first| first.whole(reader)).is_err());
        return None;
    };
    let again = again.unwrap();
    let warnings = rows.iter().flat_map(|row| &row.findings).chain(&findings);
    let warnings = warnings.filter(|finding| finding.severity == Severity::Warning).count();
    let survey = again.survey();
    assert_eq!((survey.rows, survey.warnings), (rows.len().try_into().unwrap(), warnings.try_into().unwrap()));
    assert_eq!(survey.findings, findings);
    assert_eq!(shown(&again.collect::<Result<Vec<_>, _>>().unwrap()), shown(&rows));
    Some(rows.len())
}

#[test]
fn every_file_of_the_testkit_reads_alike_in_both_ways() {
    let mut rows = 0;
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/seeds")).unwrap() {
        let Ok(files) = fs::read_dir(folder.unwrap().path()) else { continue };
        for file in files {
            let path = file.unwrap().path();
            if !path.to_string_lossy().ends_with(".expected.json") {
                for target in [Target::Entra, Target::Inventory] {
                    rows += compare(&fs::read(&path).unwrap(), &Options::default().target(target)).unwrap_or_default();
                }
            }
        }
    }
    assert!(rows > 500, "{rows}");
}

#[test]
fn a_column_that_is_damaged_late_refuses_its_first_rows() {
    let mut file = HEADER.to_owned();
    // The secret of 23001 stands twice, under a serial number that is not doubtful, too.
    for number in 0..100u16 {
        file.push_str(&row(&format!("23{number:03}"), number, ""));
    }
    file.push_str(&row("0999", 1, ""));
    file.push_str(&row("\"2,31E+12\"", 200, ""));
    file.push_str(&row("24001", 201, ""));
    file.push_str(&row("000042", 202, ""));
    let options = Options::default().target(Target::Inventory);
    assert_eq!(compare(file.as_bytes(), &options), Some(104));
    let reader = || Reader::new(file.as_bytes(), &options);
    let records = reader().unwrap().whole(reader).unwrap().filter(|row| row.as_ref().unwrap().record.is_some());
    assert_eq!(records.count(), 1);
}

/// Rows that were handed out cannot be refused any more: they are counted, and the first one is named.
#[test]
fn a_column_that_is_damaged_late_is_told_at_the_end_of_the_rows() {
    let options = Options::default().target(Target::Inventory);
    // More than are read ahead.
    let early: String = (0..300u16).map(|number| row(&format!("23{number:03}"), number, "")).collect();
    let read = |file: String| {
        let mut reader = Reader::new(file.as_bytes(), &options).unwrap();
        let rows = reader.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
        let findings = reader.take_findings();
        let told = findings.into_iter().find(|finding| finding.kind == Kind::SerialColumnDamaged);
        (rows.iter().filter(|row| row.record.is_some()).count(), reader.doubtful(), told)
    };
    let rounded = row("2.31E+12", 500, "");
    let (records, doubtful, told) = read(format!("{HEADER}{early}{rounded}"));
    let told = told.unwrap();
    assert_eq!((records, told.place.line()), (usize::try_from(doubtful).unwrap(), Some(2)));
    assert!((1..300).contains(&doubtful), "{doubtful}");
    let expected = format!("the first in line 302, and {doubtful} serial numbers before it may lack");
    assert!(told.message.contains(&expected), "{told}");
    assert_eq!(read(format!("{HEADER}{early}")), (300, 0, None));
    // Nothing was handed out that has to be told.
    assert_eq!(read(format!("{HEADER}{rounded}{early}")), (0, 0, None));
}

#[test]
fn a_file_that_changes_between_the_readings_is_found_out_at_its_end() {
    let first: String = (0..500).fold(HEADER.to_owned(), |file, n| file + &row(&format!("S{n:04}"), n, ""));
    let options = Options::default().target(Target::Inventory);
    type Change = fn(&str) -> String;
    let changes: [(&str, Change); 5] = [
        ("a row more", |file| file.to_owned() + &row("S9999", 9999, "")),
        ("a row less", |file| file.rsplit_once(",S0499,").unwrap().0.to_owned()),
        ("another serial number", |file| file.replace("S0300", "S1300")),
        ("another secret", |file| file.replace(&row("S0300", 300, ""), &row("S0300", 3000, ""))),
        ("another model", |file| file.replacen(",M\n", ",N\n", 1)),
    ];
    for (what, change) in changes {
        let second = change(&first);
        let whole = Reader::new(first.as_bytes(), &options).unwrap();
        let rows: Vec<_> = whole.whole(|| Reader::new(second.as_bytes(), &options)).unwrap().collect();
        let (last, before) = rows.split_last().unwrap();
        assert!(matches!(last, Err(ReadError::Changed)), "{what}: {last:?}");
        assert!(before.iter().all(Result::is_ok) && before.len() >= 499, "{what}");
    }
}

/// Bytes, then an error or the end.
struct Input<'a>(&'a [u8], bool);

impl Read for Input<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 if self.1 => Err(io::Error::other("the stick was pulled out")),
            read => Ok(read),
        }
    }
}

#[test]
fn an_error_in_the_first_reading_gives_no_row_and_one_in_the_second_ends_it() {
    let file: String = (0..5000).fold(HEADER.to_owned(), |mut file, n| {
        write!(file, "{}", row(&format!("S{n:04}"), n, "")).unwrap();
        file
    });
    let options = Options::default().target(Target::Inventory);
    let reader = |fails| Reader::new(Input(file.as_bytes(), fails), &options);
    assert!(matches!(reader(true).unwrap().whole(|| reader(false)), Err(ReadError::Io(_))));
    let mut rows = reader(false).unwrap().whole(|| reader(true)).unwrap();
    let taken = rows.by_ref().take_while(Result::is_ok).count();
    assert!((4900..=5000).contains(&taken), "{taken}");
    assert!(rows.next().is_none(), "the error was the last");
}
