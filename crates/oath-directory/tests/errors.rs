//! Every error in the words that people and scripts read: `errors.txt` holds code, message and action. With
//! `OATH_WRITE_EXPECTED=1` it is written anew, to be read by a person.

#[path = "../../oath-seeds/tests/support/golden.rs"]
mod golden;

use oath_directory::audit::segment::{SegmentError, SegmentFault};
use oath_directory::audit::{Chain, Tampered};
use oath_directory::bulk::{self, BulkFile, BulkFileError, BulkReport, RowError};
use oath_directory::model::{Tag, TokenId, Upload};
use oath_directory::report::Age;
use oath_directory::rights::{Operation, Role, UnknownRole};
use oath_directory::store::{Fault, StoreError};
use oath_directory::user_file::UserFileError;
use oath_directory::{
    Error, KeyRingError, Leavers, MalformedRecoveryCode, MalformedUpn, PolicyError, Refusal, SegmentsError, Status,
    UnknownLeavers, UploadError,
};
use oath_seeds::ReadError;
use oath_totp::{CodeError, UnixTime};
use std::error::Error as _;
use std::fmt::{Display, Write as _};
use std::io;

fn refusals() -> Vec<Refusal> {
    let (serial, upn) = (|| "1".to_owned(), || "a@b.c".to_owned());
    let which = |serials: &[&str]| Refusal::WhichSoftware {
        upn: upn(),
        serials: serials.iter().map(|serial| (*serial).to_owned()).collect(),
    };
    let chain = Chain::FIRST;
    vec![
        Refusal::Rejected,
        Refusal::WrongCode { serial: serial() },
        Refusal::NextCodeNeeded { serial: serial(), within: 600 },
        Refusal::NextCodeNeeded { serial: serial(), within: 90 },
        Refusal::RestoredRecently { serial: serial(), within: 3600 },
        Refusal::Ambiguous { serial: serial() },
        Refusal::Locked { retry_after: 59 },
        Refusal::Locked { retry_after: 60 },
        Refusal::Locked { retry_after: 61 },
        Refusal::Locked { retry_after: 1800 },
        Refusal::Locked { retry_after: 0 },
        Refusal::TooManyActivations { limit: 20, period: 86_400, retry_after: 120 },
        Refusal::Denied { actor: "a@b.c".to_owned(), operation: Operation::ALL[0] },
        Refusal::Upn(MalformedUpn::Empty),
        Refusal::UnknownUser { upn: upn() },
        Refusal::UserExists { upn: upn() },
        Refusal::Guest { upn: upn() },
        Refusal::Disabled { upn: upn() },
        Refusal::OtherObject { upn: upn() },
        Refusal::ObjectTwice { upn: upn() },
        Refusal::ManyLeavers { leavers: 7, users: 20 },
        Refusal::UserFull { upn: upn(), limit: 5 },
        Refusal::NothingToConfirm { upn: upn() },
        which(&[]),
        which(&["1"]),
        which(&["1", "2"]),
        Refusal::UnknownToken { serial: serial() },
        Refusal::Held { serial: serial(), holder: upn() },
        Refusal::WrongStatus { serial: serial(), status: Status::Activated, expected: "assigned", action: "do that" },
        Refusal::Software { serial: serial() },
        Refusal::WeakSecret { serial: serial() },
        Refusal::Damaged { serial: serial() },
        Refusal::DamagedUser { upn: upn() },
        Refusal::Policy(PolicyError::Unknown { name: "x".to_owned(), similar: Some("y") }),
        Refusal::Policy(PolicyError::Unknown { name: "x".to_owned(), similar: None }),
        Refusal::Policy(PolicyError::Value { name: "x", expected: "1 to 5".to_owned() }),
        Refusal::PolicyChanged,
        Refusal::UploadFinished { id: 3 },
        Refusal::OtherFile { id: 3 },
        Refusal::EventPruned { chain, sequence: 2, first: 5 },
        Refusal::ClockBehind { now: UnixTime::from_secs(100), newest: UnixTime::from_secs(160) },
        Refusal::SegmentsApart { chain, last: 3, first: 7 },
        Refusal::UnknownUpload { id: 3 },
    ]
}

fn faults() -> Vec<Fault> {
    vec![
        Fault::Missing,
        Fault::Busy,
        Fault::ReadOnly,
        Fault::Corrupt,
        Fault::Newer,
        Fault::Older,
        Fault::Full,
        Fault::Unreachable,
        Fault::Denied,
        Fault::Unknown,
        Fault::Other,
    ]
}

fn key_ring_errors() -> Vec<KeyRingError> {
    let name = || "k".to_owned();
    vec![
        KeyRingError::Incomplete,
        KeyRingError::Lacking { key: name(), serial: "1".to_owned() },
        KeyRingError::Damaged { serial: "1".to_owned() },
        KeyRingError::Unknown { name: name() },
        KeyRingError::Seals { name: name() },
        KeyRingError::Used { name: name(), tokens: 2 },
        KeyRingError::Recognises { name: name(), secrets: 2 },
        KeyRingError::Foreign,
        KeyRingError::NoRandomness,
    ]
}

#[test]
fn every_error_is_told_in_these_words() {
    let mut out = String::new();
    let mut told = |code: &str, message: &dyn Display, action: &str| {
        writeln!(out, "{code}\n  {message}\n  {action}").unwrap();
    };
    for refusal in refusals() {
        let error = Error::Refused(refusal.clone());
        assert_eq!(
            (error.code(), error.action(), error.to_string()),
            (refusal.code(), refusal.action(), refusal.to_string())
        );
        let row = RowError::Refused(refusal);
        assert_eq!((error.code(), error.action(), error.to_string()), (row.code(), row.action(), row.to_string()));
        told(error.code(), &error, error.action());
    }
    for fault in faults() {
        let error = Error::Store(StoreError { fault, message: "the disk hums".to_owned() });
        assert_eq!(error.to_string(), "the disk hums");
        told(error.code(), &error, error.action());
    }
    for error in key_ring_errors() {
        let error = Error::Keys(error);
        told(error.code(), &error, error.action());
    }
    for error in [Error::Contention, Error::OutcomeUnknown] {
        told(error.code(), &error, error.action());
    }
    let code = || CodeError::Length { found: 3 };
    for error in [RowError::SerialEmpty, RowError::Code(code()), RowError::NextCode(code())] {
        told(error.code(), &error, error.action());
    }
    let operations =
        [bulk::Operation::Assign, bulk::Operation::Activate, bulk::Operation::Unassign, bulk::Operation::Delete];
    for operation in operations {
        let error = BulkFileError::NoColumn { column: "serial number", operation };
        told(error.code(), &error, error.action());
        assert_eq!(bulk::Operation::from_name(operation.name()), Some(operation));
    }
    assert_eq!(bulk::Operation::from_name("x"), None);
    for error in [BulkFileError::NotText("binary".to_owned()), BulkFileError::Malformed { line: 3 }] {
        told(error.code(), &error, error.action());
    }
    let found = || "x".to_owned();
    for error in [
        UserFileError::NotText(found()),
        UserFileError::NoUserPrincipalName,
        UserFileError::Malformed { line: 3 },
        UserFileError::UserType { line: 3, found: found() },
        UserFileError::YesOrNo { line: 3, found: found() },
    ] {
        told(error.code(), &error, error.action());
    }
    for error in [MalformedRecoveryCode::Character, MalformedRecoveryCode::Length] {
        told("", &error, error.action());
    }
    for error in
        [MalformedUpn::Empty, MalformedUpn::TooLong, MalformedUpn::At, MalformedUpn::Character { index: 2, found: ' ' }]
    {
        told("", &error, "");
    }
    let (chain, other) = (Chain::FIRST, Chain(7));
    let tampered = [
        Tampered::Missing { chain, sequence: 5 },
        Tampered::Changed { chain, sequence: 6 },
        Tampered::Changed { chain: other, sequence: 8 },
    ];
    for one in tampered {
        told("", &one, one.action());
    }
    assert_eq!(tampered.map(|one| (one.chain() == chain, one.sequence())), [(true, 5), (true, 6), (false, 8)]);
    for fault in [
        SegmentFault::Io(io::Error::other("gone")),
        SegmentFault::Malformed("a hash has 64 hexadecimal digits".to_owned()),
        SegmentFault::Tampered(tampered[0]),
        SegmentFault::Unsealed,
    ] {
        told("", &SegmentsError::File(SegmentError { file: 0, line: 3, fault }), "");
    }
    for error in [
        SegmentsError::Directory(Error::Contention),
        SegmentsError::Tampered(tampered[1]),
        SegmentsError::Io(io::Error::other("full")),
    ] {
        told("", &error, "");
    }
    told("", &UnknownLeavers, "");
    told("", &UnknownRole, "");
    told("", &"x".parse::<TokenId>().unwrap_err(), "");
    assert_eq!(Age::ALL.map(Age::name), ["under 1 year", "1 to 2 years", "2 to 4 years", "4 years and more"]);
    assert_eq!(operations.map(bulk::Operation::name), ["assign", "activate", "unassign", "delete"]);
    golden::expect("tests/errors.txt", &out);
}

#[test]
fn names_are_read_back() {
    for (name, leavers) in [("keep", Leavers::Keep), ("disable", Leavers::Disable), ("remove", Leavers::Remove)] {
        assert_eq!(name.parse(), Ok(leavers));
    }
    assert_eq!("leave".parse::<Leavers>(), Err(UnknownLeavers));
    for role in Role::ALL {
        assert_eq!(role.name().to_uppercase().parse(), Ok(role));
    }
}

#[test]
fn the_cause_of_an_error_is_its_source() {
    let source = |error: Error| error.source().map(ToString::to_string);
    assert_eq!(source(Error::Refused(Refusal::Rejected)), Some(Refusal::Rejected.to_string()));
    let store = StoreError { fault: Fault::Full, message: "full".to_owned() };
    assert_eq!(source(Error::Store(store)).as_deref(), Some("full"));
    assert_eq!(source(Error::Keys(KeyRingError::Foreign)), Some(KeyRingError::Foreign.to_string()));
    assert_eq!(source(Error::Contention), None);
    let unread = UploadError::Unread { error: ReadError::Changed, taken: None };
    assert_eq!(unread.to_string(), ReadError::Changed.to_string());
    assert_eq!(unread.source().unwrap().to_string(), ReadError::Changed.to_string());
    let directory = UploadError::Directory(Error::Contention);
    assert_eq!(directory.to_string(), Error::Contention.to_string());
    assert_eq!(directory.source().unwrap().to_string(), Error::Contention.to_string());
    let at = UnixTime::from_secs(1);
    let (rows, imported, digest) = (7, 7, Tag([0; 16]));
    let (unchanged, failed, taken_back, finished) = (0, 0, 0, false);
    let file = "f".to_owned();
    let upload =
        Upload { id: 3, file, at, expires: at, rows, imported, unchanged, failed, digest, finished, taken_back };
    let unread = UploadError::Unread { error: ReadError::Changed, taken: Some(Box::new(upload)) };
    let text = unread.to_string();
    assert!(text.ends_with("; 7 rows before were taken by upload 3, which can be resumed"), "{text}");
}

#[test]
fn reports_of_parts_are_added() {
    let mut report = BulkReport { done: 1, unchanged: 2, failed: 3, left: 4, retry_after: None };
    report.add(BulkReport { done: 10, unchanged: 20, failed: 30, left: 40, retry_after: Some(5) });
    assert_eq!(report, BulkReport { done: 11, unchanged: 22, failed: 33, left: 44, retry_after: Some(5) });
    report.add(BulkReport { retry_after: Some(9), ..BulkReport::default() });
    assert_eq!(report.retry_after, Some(5));
    let file = |rows: &str| {
        let text = ["serial number\n", rows].concat();
        BulkFile::read(text.as_bytes(), bulk::Operation::Delete).unwrap()
    };
    assert_eq!((file("").len(), file("").is_empty()), (0, true));
    assert_eq!((file("1\n2\n").len(), file("1\n2\n").is_empty()), (2, false));
}
