//! Uploads as jobs: in chunks, broken off, resumed, and what they never do unasked.

mod support;

use core::task::{Context, Waker};
use oath_directory::model::Upload;
use oath_directory::{Error, Refusal, Status, UploadOptions};
use oath_seeds::{Options, Reader, Row, Target};
use pollster::block_on;
use std::fmt::Write as _;
use support::{Setup, secret, two_codes};

const ROWS: u64 = 1300;

fn rows(of: core::ops::Range<u64>) -> Vec<Row> {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for number in of {
        // Every hundredth row fails.
        let user = if number % 100 == 7 { "nobody@example.com" } else { "" };
        write!(csv, "{user},S{number:05},{},30,Contoso,Test\r\n", *secret(number).expose_base32()).unwrap();
    }
    let options = Options::default().target(Target::Inventory);
    Reader::new(csv.as_bytes(), &options).unwrap().map(Result::unwrap).collect()
}

fn tokens(setup: &Setup) -> usize {
    block_on(setup.directory.tokens(&Default::default())).unwrap().len()
}

fn resume(setup: &Setup, id: u64, rows: Vec<Row>) -> Result<Upload, Error> {
    block_on(setup.directory.resume_upload(&setup.operator, setup.now, id, UploadOptions::default(), rows))
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
    let options = UploadOptions { assign_known: true };
    let csv = format!(
        "upn,serial number,secret key,time interval,manufacturer,model\r\nalice@example.com,A,{},30,Contoso,Test\r\n",
        *one.expose_base32()
    );
    let rows = Reader::new(csv.as_bytes(), &Options::default()).unwrap().map(Result::unwrap);
    let upload = block_on(setup.directory.upload_with(&setup.operator, setup.now, "t.csv", options, rows)).unwrap();
    assert_eq!(upload.imported, 1);
    assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::Assigned);
}
