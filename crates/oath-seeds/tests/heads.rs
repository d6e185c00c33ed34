//! The head of a file: which format it shows, what a header may look like, and what is no seed file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{Field, Finding, Format, Kind, Options, ReadError, Reader, Row, SeedFile, Severity, read, recognise};

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn rows_of(text: &str) -> (Vec<Row>, Vec<Finding>) {
    let mut reader = Reader::new(text.as_bytes(), &Options::default()).unwrap();
    let mut about = reader.take_findings();
    let rows: Vec<Row> = reader.by_ref().map(Result::unwrap).collect();
    about.extend(reader.take_findings());
    (rows, about)
}

fn refused(bytes: &[u8]) -> Finding {
    match read(bytes, &Options::default()) {
        Err(ReadError::Refused(finding)) => *finding,
        other => panic!("expected a refusal: {other:?}"),
    }
}

/// The header in all its forms, and what is said of it.
#[test]
fn headers() {
    let row = format!("a@b.c,1,{SECRET},60,C,M\n");
    let read = |header: &str, row: &str| {
        let (rows, about) = rows_of(&format!("{header}\n{row}"));
        assert!(rows[0].record.is_some(), "{rows:?}");
        about.iter().map(|f| (f.kind, f.severity, f.field)).collect::<Vec<_>>()
    };
    let spelled = (Kind::HeaderSpelling, Severity::Note, Some(Field::TimeInterval));
    assert_eq!(read(HEADER, &row), []);
    assert_eq!(read("UPN,Serial Number,Secret Key,Time Interval,Manufacturer,Model", &row), []);
    assert_eq!(
        read("upn , serial number,secret key,timeinterval,manufacturer,model,,", &row),
        [spelled, (Kind::SurroundingSpace, Severity::Note, None)]
    );
    assert_eq!(read("\"upn\",\"serial number\",\"secret key\",\"time interval\",\"manufacturer\",\"model\"", &row), []);
    assert_eq!(
        read("model,upn,serial number,secret key,time interval,manufacturer", &format!("M,a@b.c,1,{SECRET},60,C")),
        [(Kind::HeaderOrder, Severity::Note, None)]
    );
    for separator in [";", "\t"] {
        assert_eq!(
            read(&HEADER.replace(',', separator), &row.replace(',', separator)),
            [(Kind::Separator, Severity::Warning, None)]
        );
    }
    let (_, about) = rows_of(&format!("{HEADER},Batch,{SECRET}\n{},7,x\n", row.trim()));
    assert_eq!((about[0].kind, about[0].severity), (Kind::ColumnUnknown, Severity::Warning));
    assert!(about[0].message.contains("\"Batch\", column 8") && !about[0].message.contains(SECRET), "{}", about[0]);
    let (rows, _) = rows_of(&format!("\"{HEADER}\"\n\"{}\"\n", row.trim()));
    assert_eq!(rows[0].findings[0].kind, Kind::RowInOneCell);
}

#[test]
fn an_empty_table_is_told() {
    let SeedFile { records, findings, .. } = read(HEADER.as_bytes(), &Options::default()).unwrap();
    assert!(records.is_empty());
    assert_eq!((findings[0].kind, findings[0].severity), (Kind::NoRows, Severity::Warning));
}

/// An `OpenPGP` message is opened where the build can, and then the beginning of one is a damaged message.
const CUT_OFF_OPENPGP: Kind = if cfg!(feature = "openpgp") { Kind::Malformed } else { Kind::EncryptedFile };

#[test]
fn files_that_are_none_are_refused_by_name() {
    let hex = "3132333435363738393031323334353637383930";
    let cases: Vec<(Vec<u8>, Kind, &str)> = vec![
        (b"".to_vec(), Kind::EmptyFile, "empty"),
        (b" \r\n \n".to_vec(), Kind::EmptyFile, "empty"),
        (b"PK\x03\x04\x14\0\x06\0".to_vec(), Kind::NotASeedFile, "Excel"),
        (b"%PDF-1.7\n".to_vec(), Kind::NotASeedFile, "PDF"),
        (b"\x89PNG\r\n\x1a\n\0".to_vec(), Kind::NotASeedFile, "PNG"),
        (vec![7, 0, 1, 2, 3, 4, 5], Kind::NotASeedFile, "binary"),
        (b"\x85\x01\x0c\x03\0\x01\x02".to_vec(), CUT_OFF_OPENPGP, "OpenPGP"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQ".to_vec(), CUT_OFF_OPENPGP, "OpenPGP"),
        (b"[1,2]".to_vec(), Kind::NotASeedFile, "JSON"),
        (b"<?xml version=\"1.0\"?><x/>".to_vec(), Kind::NotASeedFile, "XML"),
        (b"<!DOCTYPE html><html>".to_vec(), Kind::NotASeedFile, "web page"),
        (b"# nothing\n\n".to_vec(), Kind::HeaderMissing, "no header"),
        (b"\xff\xfe\0\0u\0\0\0".to_vec(), Kind::EncodingUnsupported, "UTF-32"),
        (b"hello world\nfoo\n".to_vec(), Kind::HeaderMissing, "not the header"),
        (format!("a@b.c,1234567,{SECRET},60,Contoso,HardwareKey\n").into(), Kind::HeaderMissing, "looks like a token"),
        (b"userPrincipalName,displayName\na@b.c,A".to_vec(), Kind::OtherFormat, "list of users"),
        (
            b"upn,serial number,secret key,manufacturer,model,Intervall".to_vec(),
            Kind::HeaderColumnMissing,
            "\"time interval\". It has \"Intervall\"",
        ),
        (format!("{HEADER},UPN").into(), Kind::HeaderColumnTwice, "\"upn\" twice"),
        (
            format!("{HEADER},1234567,2234567abcdef2234567abcdef,60,Contoso,HardwareKey").into(),
            Kind::HeaderHoldsData,
            "line break",
        ),
        (vec![b'x'; 70_000], Kind::NotASeedFile, "far longer than a header"),
    ];
    for (bytes, kind, message) in cases {
        let finding = refused(&bytes);
        let shown = format!("{finding} {finding:?}");
        assert_eq!((finding.kind, finding.severity), (kind, Severity::Error), "{shown}");
        assert!(finding.message.contains(message), "{message:?} in {shown}");
        assert!(!finding.action.is_empty());
        assert!(!shown.contains(&SECRET[..8]) && !shown.contains(&hex[..8]) && !shown.contains("2234567"), "{shown}");
    }
}

#[test]
fn formats_are_known_by_their_head() {
    let hex = "3132333435363738393031323334353637383930";
    let cases: Vec<(String, Format)> = vec![
        (
            "{\"@context\":\"#$delta\",\"value\":[{\"secretKey\":\"A\",\"serialNumber\":\"1\"}]}".to_owned(),
            Format::GraphJson,
        ),
        ("<?xml version=\"1.0\"?><KeyContainer/>".to_owned(), Format::Pskc),
        ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ".to_owned(), Format::OtpauthLines),
        ("# version: 2\nusername".to_owned(), Format::PrivacyIdeaCsv),
        (format!("serial number,secret key,time interval,manufacturer,model\n1,{SECRET},60,C,M"), Format::DeepnetCsv),
        (format!("1234567,{hex},totp,6,30"), Format::PrivacyIdeaCsv),
        (format!("1234567;Feitian;TOTP;{hex};6;30"), Format::MultiOtpCsv),
        (format!("1234567,{hex}"), Format::DuoCsv),
    ];
    for (text, format) in cases {
        assert_eq!(recognise(&text).unwrap().format, format, "{text}");
    }
}
