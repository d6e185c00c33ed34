//! Uploads as jobs: in chunks, broken off, resumed, and what they never do unasked.

mod support;

use core::task::{Context, Waker};
use oath_directory::audit::Action;
use oath_directory::model::{Undone, Upload};
use oath_directory::{Error, Refusal, Status, UploadError, UploadOptions};
use oath_seeds::{Options, ReadError, Reader, Row, Target};
use pollster::block_on;
use std::fmt::Write as _;
use support::{Setup, secret, shown, two_codes, upn};

const ROWS: u64 = 1300;

fn rows(of: core::ops::Range<u64>) -> Vec<Result<Row, ReadError>> {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for number in of {
        // Every hundredth row fails.
        let user = if number % 100 == 7 { "nobody@example.com" } else { "" };
        write!(csv, "{user},S{number:05},{},30,Contoso,Test\r\n", *secret(number).expose_base32()).unwrap();
    }
    let options = Options::default().target(Target::Inventory);
    Reader::new(csv.as_bytes(), &options).unwrap().collect()
}

fn tokens(setup: &Setup) -> usize {
    block_on(setup.directory.tokens(&Default::default())).unwrap().len()
}

fn resume(setup: &Setup, id: u64, rows: Vec<Result<Row, ReadError>>) -> Result<Upload, Error> {
    let options = UploadOptions::default();
    block_on(setup.directory.resume_upload(&setup.operator, setup.now, id, options, rows)).map_err(
        |error| match error {
            UploadError::Directory(error) => error,
            other => panic!("{other}"),
        },
    )
}

#[test]
fn an_upload_that_is_broken_off_shows_how_far_it_came_and_is_resumed() {
    let whole = Setup::new();
    let expected = block_on(whole.directory.upload(&whole.operator, whole.now, "t.csv", rows(0..ROWS))).unwrap();
    assert_eq!((expected.rows, expected.imported, expected.failed), (ROWS, ROWS - 13, 13));
    assert!(expected.finished);
    for polls in 1.. {
        let setup = Setup::new();
        let mut call = Box::pin(setup.directory.upload(&setup.operator, setup.now, "t.csv", rows(0..ROWS)));
        let ended = (0..polls).any(|_| call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        drop(call);
        let uploads = block_on(setup.directory.uploads(setup.now)).unwrap();
        let Some(broken) = uploads.first() else { continue };
        if ended {
            assert!(polls > 2, "it is broken off at least once");
            break;
        }
        assert!(!broken.finished && broken.rows < ROWS && broken.rows > 0, "{broken:?}");
        assert_eq!(u64::try_from(tokens(&setup)).unwrap(), broken.imported, "no half row, none that is not counted");
        let failures = block_on(setup.directory.failures(setup.now, broken.id)).unwrap();
        assert_eq!(u64::try_from(failures.len()).unwrap(), broken.failed);

        let other = Err(Error::Refused(Refusal::OtherFile { id: broken.id }));
        assert_eq!(resume(&setup, broken.id, rows(1..ROWS)), other);
        assert_eq!(resume(&setup, broken.id, rows(0..9)), other, "a shorter one");
        assert_eq!(resume(&setup, 99, rows(0..ROWS)), Err(Error::Refused(Refusal::UnknownUpload { id: 99 })));
        let resumed = resume(&setup, broken.id, rows(0..ROWS)).unwrap();
        assert_eq!(
            (resumed.rows, resumed.imported, resumed.failed),
            (expected.rows, expected.imported, expected.failed)
        );
        assert!(resumed.finished && resumed.unchanged == 0);
        assert_eq!(tokens(&setup), tokens(&whole));
        let lines = |setup: &Setup, id| setup.failures(&Upload { id, ..expected.clone() });
        assert_eq!(lines(&setup, resumed.id), lines(&whole, expected.id));
        let finished = Err(Error::Refused(Refusal::UploadFinished { id: resumed.id }));
        assert_eq!(resume(&setup, resumed.id, rows(0..ROWS)), finished);
        assert!(block_on(setup.directory.verify_audit()).unwrap().is_ok());
    }
}

#[test]
fn the_same_file_again_changes_nothing_also_after_one_was_broken_off() {
    let setup = Setup::new();
    let mut call = Box::pin(setup.directory.upload(&setup.operator, setup.now, "t.csv", rows(0..ROWS)));
    for _ in 0..2 {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop(call);
    let taken = block_on(setup.directory.uploads(setup.now)).unwrap()[0].imported;
    let again = block_on(setup.directory.upload(&setup.operator, setup.now, "t.csv", rows(0..ROWS))).unwrap();
    assert_eq!((again.unchanged, again.imported), (taken, ROWS - 13 - taken));
}

/// The rows before the error are taken, and the upload goes on with the same file once it can be read.
#[test]
fn a_file_that_breaks_off_leaves_an_upload_that_is_resumed() {
    let whole = Setup::new();
    let expected = block_on(whole.directory.upload(&whole.operator, whole.now, "t.csv", rows(0..ROWS))).unwrap();
    for taken in [0, 1, 199, 200, 201, 400, ROWS] {
        let setup = Setup::new();
        let broken = || rows(0..taken).into_iter().chain([Err(ReadError::Changed)]).chain(rows(0..5));
        let call = setup.directory.upload(&setup.operator, setup.now, "t.csv", broken());
        let Err(UploadError::Unread { error: ReadError::Changed, taken: upload }) = block_on(call) else {
            panic!("not read to its end, {taken}")
        };
        let found: Vec<_> = block_on(setup.directory.uploads(setup.now)).unwrap();
        assert_eq!(found.first(), upload.as_deref(), "{taken}");
        let Some(upload) = upload else {
            assert_eq!(taken, 0);
            continue;
        };
        assert_eq!((upload.rows, upload.finished), (taken, false));
        let options = UploadOptions::default();
        let call = setup.directory.resume_upload(&setup.operator, setup.now, upload.id, options, broken());
        let Err(UploadError::Unread { taken: Some(again), .. }) = block_on(call) else { panic!("{taken}") };
        assert_eq!((again.rows, again.finished), (taken, false), "broken off again at the same place");
        let resumed = resume(&setup, upload.id, rows(0..ROWS)).unwrap();
        assert_eq!((resumed.rows, resumed.imported, resumed.failed), (ROWS, expected.imported, expected.failed));
        let call = setup.directory.preview_upload(&setup.operator, setup.now, options, broken());
        assert!(matches!(block_on(call), Err(UploadError::Unread { taken: None, .. })), "{taken}");
    }
}

/// Rows in more than two chunks, of which each needs what a chunk before it would have written: tokens that are there by then, a
/// user who is full by then. And one row of each other kind.
#[test]
fn a_preview_comes_to_what_the_upload_comes_to_and_writes_nothing() {
    let setup = Setup::new();
    let held = secret(9001);
    setup.upload(&[("bob", "HELD", &held), ("", "FREE", &secret(9002)), ("", "OLD", &secret(9003))]);
    let row = |user: &str, serial: &str, secret: &oath_totp::Secret| {
        format!("{user},{serial},{},30,Contoso,Test\r\n", *secret.expose_base32())
    };
    let mut files = vec![String::new(); 3];
    for (file, text) in files.iter_mut().enumerate() {
        for number in 0..600u64 {
            // The third file is the first again: its rows are known by then.
            let number = u64::try_from(file % 2).unwrap() * 600 + number;
            let user = if number % 200 == 0 { "alice@example.com" } else { "" };
            text.push_str(&row(user, &format!("S{number:05}"), &secret(number)));
        }
    }
    files.push(
        [
            row("alice@example.com", "FULL", &secret(7000)),
            row("nobody@example.com", "X1", &secret(7001)),
            row("guest@example.com", "X2", &secret(7002)),
            row("alice@example.com", "HELD", &held),
            row("bob@example.com", "FREE", &secret(9002)),
            row("bob@example.com", "OLD", &secret(7003)),
            row("", "X3", &secret(9003)),
            row("", "S00001", &secret(7004)),
            row("", "X4", &oath_totp::Secret::from_bytes(&[1; 10]).unwrap()),
            "bob@example.com,X5,notbase32!,30,Contoso,Test\r\n".to_owned(),
        ]
        .concat(),
    );
    let rows = || {
        files.iter().flat_map(|text| {
            let csv = format!("upn,serial number,secret key,time interval,manufacturer,model\r\n{text}");
            let options = Options::default().target(Target::Inventory);
            Reader::new(csv.as_bytes(), &options).unwrap().collect::<Vec<_>>()
        })
    };
    for assign_known in [false, true] {
        let options = UploadOptions { assign_known, ..UploadOptions::default() };
        let before = (tokens(&setup), block_on(setup.directory.verify_audit()).unwrap().unwrap().events);
        let preview = block_on(setup.directory.preview_upload(&setup.operator, setup.now, options, rows())).unwrap();
        let after = (tokens(&setup), block_on(setup.directory.verify_audit()).unwrap().unwrap().events);
        assert_eq!(before, after, "nothing is written");
        let upload =
            block_on(setup.directory.upload_with(&setup.operator, setup.now, "t.csv", options, rows())).unwrap();
        let counted = (upload.rows, upload.imported, upload.unchanged, upload.failed);
        assert_eq!((preview.rows, preview.imported, preview.unchanged, preview.failed), counted);
        let failures = block_on(setup.directory.failures(setup.now, upload.id)).unwrap();
        assert_eq!(preview.failures, failures);
        if !assign_known {
            let codes: Vec<&str> = failures.iter().map(|failure| failure.code.as_str()).collect();
            let expected = [
                // Alice's sixth token of the two files, and the same again.
                "user-full",
                "user-full",
                "user-unknown",
                "user-guest",
                "token-held",
                "token-known",
                "serial-conflict",
                "secret-conflict",
                "serial-conflict",
                "secret-weak",
                "secret-illegal-character",
            ];
            assert_eq!((counted, &codes[..]), ((1810, 1199, 600, 11), &expected[..]));
        }
    }
}

#[test]
fn a_failure_names_its_place_in_a_document() {
    let setup = Setup::new();
    let token = |serial: &str, secret: &str| {
        format!(
            r#"{{"serialNumber":"{serial}","manufacturer":"C","model":"M","secretKey":"{secret}","timeIntervalInSeconds":30,"hashFunction":"hmacsha1"}}"#
        )
    };
    let json = format!(r#"{{"value":[{},{}]}}"#, token("1", &secret(1).expose_base32()), token("2", "!!"));
    let rows = Reader::new(json.as_bytes(), &Options::default().target(Target::Inventory)).unwrap();
    let upload = block_on(setup.directory.upload(&setup.operator, setup.now, "t.json", rows)).unwrap();
    let failures = block_on(setup.directory.failures(setup.now, upload.id)).unwrap();
    let places: Vec<_> = failures.iter().map(|failure| (failure.place.as_str(), failure.line)).collect();
    assert_eq!(places, [("device 2", None)]);
    assert_eq!(failures[0].code, "secret-illegal-character");
}

#[test]
fn an_upload_gives_a_token_back_to_nobody_unless_asked() {
    let setup = Setup::new();
    let one = secret(1);
    let row = [("alice", "A", &one)];
    assert_eq!(setup.upload(&row).imported, 1);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    block_on(setup.directory.unassign(&setup.operator, setup.now, "A")).unwrap();
    let upload = setup.upload(&row);
    assert_eq!(setup.failures(&upload), [(2, "token-known".to_owned())]);
    let message = block_on(setup.directory.failures(setup.now, upload.id)).unwrap()[0].message.clone();
    assert!(message.contains("alice@example.com") && message.contains("Token A"), "{message}");
    assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::Available);
    let options = UploadOptions { assign_known: true, ..UploadOptions::default() };
    let csv = format!(
        "upn,serial number,secret key,time interval,manufacturer,model\r\nalice@example.com,A,{},30,Contoso,Test\r\n",
        *one.expose_base32()
    );
    let rows = Reader::new(csv.as_bytes(), &Options::default()).unwrap();
    let upload = block_on(setup.directory.upload_with(&setup.operator, setup.now, "t.csv", options, rows)).unwrap();
    assert_eq!(upload.imported, 1);
    assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::Assigned);
}

/// A stock and two users' tokens by one upload, and one by another.
fn with_two_uploads() -> (Setup, Upload) {
    let setup = Setup::new();
    let secrets: Vec<_> = (0..1200).map(|number| (format!("S{number:05}"), secret(number))).collect();
    let mut rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("", serial.as_str(), secret)).collect();
    for (row, user) in rows.iter_mut().zip(["alice", "alice", "bob"]) {
        row.0 = user;
    }
    let upload = setup.upload(&rows);
    assert_eq!(upload.imported, 1200);
    assert_eq!(setup.upload(&[("", "OTHER", &secret(9001)), ("", "S00700", &secret(700))]).unchanged, 1);
    (setup, upload)
}

fn undo(setup: &Setup, upload: &Upload, dry_run: bool) -> Undone {
    block_on(setup.directory.undo_upload(&setup.operator, setup.now, upload.id, dry_run)).unwrap()
}

fn serials(setup: &Setup) -> Vec<String> {
    let tokens = block_on(setup.directory.tokens(&Default::default())).unwrap();
    tokens.into_iter().map(|listed| listed.token.serial).collect()
}

#[test]
fn undoing_an_upload_takes_back_what_nothing_has_changed_since() {
    let (setup, upload) = with_two_uploads();
    setup.activate("S00000", two_codes(0, setup.now)).unwrap();
    let (operator, directory) = (&setup.operator, &setup.directory);
    block_on(directory.assign(operator, setup.now, "S00900", &upn("bob"))).unwrap();
    block_on(directory.assign(operator, setup.now, "S00901", &upn("bob"))).unwrap();
    block_on(directory.unassign(operator, setup.now, "S00901")).unwrap();
    let before = setup.actions().len();
    let expected = Undone { taken_back: 1197, kept: ["S00000", "S00900", "S00901"].map(str::to_owned).to_vec() };
    assert_eq!(undo(&setup, &upload, true), expected);
    assert_eq!((setup.actions().len(), tokens(&setup)), (before, 1201), "a dry run changes nothing");

    assert_eq!(undo(&setup, &upload, false), expected);
    assert_eq!(serials(&setup), ["OTHER", "S00000", "S00900", "S00901"]);
    let events: Vec<_> = setup.actions().split_off(before).into_iter().map(|audit| audit.event).collect();
    assert_eq!(events.len(), 1198);
    let deleted =
        events.iter().filter(|event| event.action == Action::TokenDeleted && event.detail["reason"] == "undone");
    assert_eq!(deleted.count(), 1197);
    let alices = events.iter().find(|event| event.serial == "S00001").unwrap();
    assert_eq!(alices.upn, "alice@example.com");
    let last = events.last().unwrap();
    assert_eq!((last.action, &*last.detail["taken-back"], &*last.detail["kept"]), (Action::UploadUndone, "1197", "3"));
    let status = block_on(directory.upload_status(setup.now, upload.id)).unwrap();
    assert_eq!((status.taken_back, status.imported), (1197, 1200));
    assert!(block_on(directory.verify_audit()).unwrap().is_ok());

    // Once more, which changes nothing.
    let all = setup.actions().len();
    assert_eq!(undo(&setup, &upload, false), Undone { taken_back: 0, ..expected });
    assert_eq!(setup.actions().len(), all);
    let unknown = block_on(directory.undo_upload(operator, setup.now, 99, false)).unwrap_err();
    assert_eq!(unknown, Refusal::UnknownUpload { id: 99 }.into());
}

#[test]
fn what_was_spent_of_a_secret_stays_spent_when_its_upload_is_undone() {
    let setup = Setup::new();
    let one = secret(1);
    let first = setup.upload(&[("alice", "A", &one)]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    block_on(setup.directory.unassign(&setup.operator, setup.now, "A")).unwrap();
    assert_eq!(undo(&setup, &first, false).kept, ["A"]);
    block_on(setup.directory.delete(&setup.operator, setup.now, "A")).unwrap();
    // The token of the second upload was never used, its secret was.
    let second = setup.upload(&[("alice", "A", &one)]);
    assert_eq!(undo(&setup, &second, false).taken_back, 1);
    assert_eq!(setup.upload(&[("alice", "A", &one)]).imported, 1);
    assert!(setup.activate("A", shown(1, setup.now, 0)).is_err(), "that code was used");
}

#[test]
fn an_undoing_that_is_broken_off_goes_on_and_ends_as_one_in_one_go() {
    for polls in 1.. {
        let (setup, upload) = with_two_uploads();
        block_on(setup.directory.assign(&setup.operator, setup.now, "S00900", &upn("bob"))).unwrap();
        let mut call = Box::pin(setup.directory.undo_upload(&setup.operator, setup.now, upload.id, false));
        let ended = (0..polls).any(|_| call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        drop(call);
        let status = block_on(setup.directory.upload_status(setup.now, upload.id)).unwrap();
        let gone = u64::try_from(1201 - tokens(&setup)).unwrap();
        assert_eq!(status.taken_back, gone, "what is gone is counted");
        let rest = undo(&setup, &upload, false);
        assert_eq!((gone + rest.taken_back, rest.kept.len()), (1199, 1));
        assert_eq!(serials(&setup), ["OTHER", "S00900"]);
        let told: Vec<_> = setup.actions().into_iter().filter(|at| at.event.action == Action::UploadUndone).collect();
        let [told] = &told[..] else { panic!("after {polls} polls: {told:?}") };
        assert_eq!((&*told.event.detail["taken-back"], &*told.event.detail["kept"]), ("1199", "1"));
        if ended {
            assert!(polls > 2, "it is broken off at least once");
            break;
        }
    }
}

/// The upload of these rows, which stops after some chunks.
fn broken_off(setup: &Setup, rows: Vec<Result<Row, ReadError>>) -> Upload {
    let mut call = Box::pin(setup.directory.upload(&setup.operator, setup.now, "t.csv", rows));
    for _ in 0..2 {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop(call);
    block_on(setup.directory.uploads(setup.now)).unwrap().remove(0)
}

#[test]
fn an_upload_that_was_broken_off_and_undone_is_not_resumed() {
    let setup = Setup::new();
    let broken = broken_off(&setup, rows(0..ROWS));
    assert_eq!(undo(&setup, &broken, false).taken_back, broken.imported);
    assert_eq!(tokens(&setup), 0);
    let finished = Err(Error::Refused(Refusal::UploadFinished { id: broken.id }));
    assert_eq!(resume(&setup, broken.id, rows(0..ROWS)), finished);
    let again = block_on(setup.directory.upload(&setup.operator, setup.now, "t.csv", rows(0..ROWS))).unwrap();
    assert_eq!(again.imported, ROWS - 13);
}

#[test]
fn an_upload_that_brought_nothing_yet_is_ended_by_undoing_it() {
    let setup = Setup::new();
    let secrets: Vec<_> = (0..ROWS).map(|number| (format!("S{number:05}"), secret(number))).collect();
    let rows = || {
        let rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("nobody", serial.as_str(), secret)).collect();
        support::rows(&rows)
    };
    let broken = broken_off(&setup, rows());
    assert_eq!((broken.finished, broken.imported), (false, 0));
    assert_eq!(undo(&setup, &broken, true), Undone::default());
    assert!(
        !block_on(setup.directory.upload_status(setup.now, broken.id)).unwrap().finished,
        "a dry run changes nothing"
    );
    assert_eq!(undo(&setup, &broken, false), Undone::default());
    let finished = Err(Error::Refused(Refusal::UploadFinished { id: broken.id }));
    assert_eq!(resume(&setup, broken.id, rows()), finished);
}
