//! Segments of the audit log are exported, verified and pruned, and nothing can hide behind a pruning.

mod support;

use oath_directory::audit::{Action, Chain, Event, Head, Segment, Tampered};
use oath_directory::store::{Changes, MemoryStore, Store};
use oath_directory::{AuditReport, KeyRing, Policy, Pruned, Refusal, SegmentsError};
use oath_totp::UnixTime;
use pollster::block_on;
use support::{Setup, secret, upn};

/// With some 2,800 events: three for the users, then those of four uploads, one every thousand seconds.
fn setup() -> Setup {
    setup_of(&KeyRing::generate().unwrap().expose_text())
}

/// The same events whenever it is called with the same keys.
fn setup_of(keys: &str) -> Setup {
    let mut setup = Setup::on_ring(MemoryStore::default(), KeyRing::parse(keys).unwrap(), Policy::default());
    for batch in 0..4u64 {
        setup.later(1000);
        let secrets: Vec<_> = (0..700).map(|n| (format!("S{batch}{n:03}"), secret(batch * 1000 + n))).collect();
        let rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("", serial.as_str(), secret)).collect();
        assert_eq!(setup.upload(&rows).imported, 700);
    }
    setup
}

/// Without the key ring: events would not verify.
fn commit(setup: &Setup, changes: Changes) {
    block_on(setup.directory.store().commit(changes, KeyRing::generate().unwrap().audit_key())).unwrap();
}

fn at(setup: &Setup, seconds: u64) -> UnixTime {
    UnixTime::from_secs(setup.now.as_secs() - seconds)
}

fn verify(setup: &Setup) -> Result<AuditReport, Tampered> {
    block_on(setup.directory.verify_audit()).unwrap()
}

fn export(setup: &Setup, until: UnixTime) -> (Vec<u8>, Vec<Segment>) {
    let mut file = Vec::new();
    let segments = block_on(setup.directory.export_audit(until, &mut file)).unwrap();
    (file, segments)
}

fn prune(setup: &Setup, file: &[u8]) -> Result<Pruned, SegmentsError> {
    let preview = block_on(setup.directory.preview_pruning(file));
    let pruned = block_on(setup.directory.prune_audit(&setup.operator, setup.now, file));
    let comes_to = |result: &Result<Pruned, SegmentsError>| result.as_ref().map_err(ToString::to_string).cloned();
    assert_eq!(comes_to(&preview), comes_to(&pruned), "a preview comes to the same");
    pruned
}

fn held(setup: &Setup) -> Vec<u64> {
    setup.actions().iter().map(|audit| audit.sequence).collect()
}

fn refusal(error: SegmentsError) -> Refusal {
    match error {
        SegmentsError::Directory(oath_directory::Error::Refused(refusal)) => refusal,
        other => panic!("{other}"),
    }
}

#[test]
fn a_pruned_log_verifies_from_its_new_beginning_and_says_so() {
    let setup = setup();
    let before = verify(&setup).unwrap();
    assert!(before.beginnings.is_empty());
    let noted = before.heads[0];
    let (first, segments) = export(&setup, at(&setup, 1000));
    let [segment] = segments[..] else { panic!("{segments:?}") };
    // The events of the first three thousands, and those before them.
    assert_eq!(segment.before, Head::empty(Chain::FIRST));
    let end = segment.end;
    assert!((2100..=2150).contains(&end.events), "{end}");
    assert_eq!(block_on(setup.directory.verify_segments(&*first, &[end])).unwrap(), segments);
    assert_eq!(verify(&setup).unwrap(), before, "an export changes nothing");

    let pruned = prune(&setup, &first).unwrap();
    assert_eq!(pruned, Pruned { events: end.events, beginnings: vec![end] });
    let after = verify(&setup).unwrap();
    assert_eq!(after.beginnings, [end]);
    assert_eq!(after.events, noted.events + 1 - end.events, "and the event that tells of it");
    assert_eq!(held(&setup).first(), Some(&(end.events + 1)));
    let told = setup.actions().pop().unwrap().event;
    assert_eq!((told.action, told.pruned_ends()), (Action::AuditPruned, vec![end]));
    // What was noted down before is held, or in the file.
    assert_eq!(block_on(setup.directory.contains(noted)).unwrap(), Ok(()));
    assert_eq!(block_on(setup.directory.contains(end)).unwrap(), Ok(()));
    let gone = Head { events: 5, ..end };
    let error = block_on(setup.directory.contains(gone)).unwrap_err();
    let expected = Refusal::EventPruned { chain: Chain::FIRST, sequence: 5, first: end.events + 1 };
    assert_eq!(error, expected.into());
    let missing = block_on(setup.directory.verify_segments(&*first, &[gone])).unwrap_err();
    assert!(matches!(missing, SegmentsError::Tampered(Tampered::Changed { sequence: 5, .. })), "{missing}");
    assert_eq!(
        block_on(setup.directory.verify_segments(&*first, &[])).unwrap(),
        segments,
        "it still fits the database"
    );

    // Again, which changes nothing; and the next segment, after which the first stands apart from the database.
    let events = verify(&setup).unwrap().heads[0].events;
    assert_eq!(prune(&setup, &first).unwrap(), Pruned::default());
    assert_eq!(verify(&setup).unwrap().heads[0].events, events);
    let (second, segments) = export(&setup, at(&setup, 0));
    assert_eq!(segments[0].before, end);
    let both = [first.clone(), second.clone()].concat();
    assert_eq!(block_on(setup.directory.verify_segments(&*both, &[])).unwrap().len(), 2);
    // What is wrong in the second of two files is named by that file and its line.
    let files = [&*first, &second[..second.len() - 1]];
    assert_eq!(block_on(setup.directory.verify_segment_files(files, &[end])).unwrap().len(), 2);
    let text = core::str::from_utf8(&second).unwrap();
    let changed = text.replacen("token-imported", "token-assigned", 1);
    let line = text.lines().position(|line| line.contains("token-imported")).unwrap();
    let error = block_on(setup.directory.verify_segment_files([&*first, changed.as_bytes()], &[])).unwrap_err();
    let SegmentsError::File(error) = error else { panic!("{error}") };
    assert_eq!((error.file, error.line), (1, u64::try_from(line).unwrap() + 1), "{error}");
    prune(&setup, &second).unwrap();
    let end = segments[0].end;
    assert_eq!(verify(&setup).unwrap().beginnings, [end]);
    let apart = block_on(setup.directory.verify_segments(&*first, &[])).unwrap_err();
    let last = segment.end.events;
    assert_eq!(refusal(apart), Refusal::SegmentsApart { chain: Chain::FIRST, last, first: end.events + 1 });
    assert_eq!(block_on(setup.directory.verify_segments(&*both, &[])).unwrap().len(), 2);
    // Of three files the middle one is missed.
    let (third, _) = export(&setup, at(&setup, 0));
    let without = block_on(setup.directory.verify_segment_files([&*first, &*third], &[])).unwrap_err();
    assert_eq!(refusal(without), Refusal::SegmentsApart { chain: Chain::FIRST, last, first: end.events + 1 });
    assert_eq!(block_on(setup.directory.verify_segment_files([&*first, &*second, &*third], &[])).unwrap().len(), 3);
    // Nothing of before a time is in no file.
    assert!(export(&setup, UnixTime::from_secs(1)).1.is_empty());
    // The directory goes on.
    block_on(setup.directory.add_user(
        &setup.operator,
        setup.now,
        &upn("carol"),
        oath_directory::UserKind::Member,
        None,
    ))
    .unwrap();
    assert!(verify(&setup).is_ok());
}

#[test]
fn nothing_is_pruned_that_the_file_does_not_verifiably_hold() {
    let keys = KeyRing::generate().unwrap().expose_text();
    let setup = setup_of(&keys);
    let (file, _) = export(&setup, at(&setup, 1000));
    let all = held(&setup);
    let text = core::str::from_utf8(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without_end = lines[..lines.len() - 1].join("\n");
    let without_one = text.replacen(&format!("{}\n", lines[700]), "", 1);
    let changed = text.replacen("token-imported", "token-assigned", 1);
    for file in [without_end, without_one, changed, String::new()] {
        assert!(matches!(prune(&setup, file.as_bytes()), Err(SegmentsError::File(_))));
    }
    // Of another directory.
    let other = Setup::new();
    let (foreign, _) = export(&other, at(&other, 0));
    assert!(prune(&setup, &foreign).is_err());
    // One that begins later than the database.
    prune(&setup, &export(&setup, at(&setup, 3000)).0).unwrap();
    let (later, segments) = export(&setup, at(&setup, 2000));
    let copy = setup_of(&keys);
    let apart = refusal(prune(&copy, &later).unwrap_err());
    let first = segments[0].before.events + 1;
    assert_eq!(apart, Refusal::SegmentsApart { chain: Chain::FIRST, last: 0, first });
    assert_eq!(held(&copy).len(), all.len());
}

#[test]
fn a_writer_of_the_database_hides_nothing_as_pruned() {
    // Events are deleted, and no event tells of it.
    let setup = setup();
    let end = |number: usize| {
        let audit = &setup.actions()[number - 1];
        Head { chain: Chain::FIRST, events: audit.sequence, hash: audit.hash }
    };
    commit(&setup, Changes { pruned: Some(end(10)), ..Changes::default() });
    assert_eq!(verify(&setup), Err(Tampered::Missing { chain: Chain::FIRST, sequence: 1 }));
    // One tells of some, and more are deleted.
    let setup = self::setup();
    prune(&setup, &export(&setup, at(&setup, 3000)).0).unwrap();
    let recorded = verify(&setup).unwrap().beginnings[0].events;
    let (chain, sequence) = (Chain::FIRST, recorded + 1);
    let next = setup.actions()[0].clone();
    assert_eq!(next.sequence, sequence);
    commit(&setup, Changes { pruned: Some(Head { chain, events: sequence, hash: next.hash }), ..Changes::default() });
    assert_eq!(verify(&setup), Err(Tampered::Missing { chain, sequence }));
    // Nor does an event that someone without the ring writes.
    let told = Event::pruned(setup.now, &setup.operator, &[verify_end(&setup)]);
    let sequence = verify_end(&setup).events + 1;
    commit(&setup, Changes { events: vec![told], ..Changes::default() });
    assert_eq!(verify(&setup), Err(Tampered::Changed { chain, sequence }));
}

fn verify_end(setup: &Setup) -> Head {
    block_on(setup.directory.store().heads()).unwrap()[0]
}

#[test]
fn a_pruning_that_is_broken_off_goes_on() {
    for polls in 1.. {
        let setup = setup();
        let (file, segments) = export(&setup, at(&setup, 1000));
        let mut call = Box::pin(setup.directory.prune_audit(&setup.operator, setup.now, &*file));
        let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        let ended = (0..polls).any(|_| call.as_mut().poll(&mut context).is_ready());
        drop(call);
        assert!(verify(&setup).is_ok(), "{polls}");
        prune(&setup, &file).unwrap();
        assert_eq!(verify(&setup).unwrap().beginnings, [segments[0].end], "{polls}");
        let told = setup.actions().iter().filter(|audit| audit.event.action == Action::AuditPruned).count();
        assert_eq!(told, 1, "{polls}");
        if ended {
            assert!(polls > 3, "it is broken off in between");
            break;
        }
    }
}

/// Files that were exported before a restore, and those after it.
#[test]
fn files_of_another_past_are_not_taken_for_those_of_this_one() {
    let keys = KeyRing::generate().unwrap().expose_text();
    let (one, other) =
        (setup_of(&keys), Setup::on_ring(MemoryStore::default(), KeyRing::parse(&keys).unwrap(), Policy::default()));
    let add = |setup: &Setup, number: usize| {
        let name = upn(&format!("user{number}"));
        let kind = oath_directory::UserKind::Member;
        block_on(setup.directory.add_user(&setup.operator, setup.now, &name, kind, None)).map(drop).unwrap();
    };
    let (first, segments) = export(&one, at(&one, 3000));
    let end = segments[0].end;
    // As many events, and other ones.
    for number in held(&other).len()..usize::try_from(end.events).unwrap() {
        add(&other, number);
    }
    let changed = |file: &[u8], setup: &Setup| match block_on(setup.directory.verify_segments(file, &[])).unwrap_err() {
        SegmentsError::Tampered(Tampered::Changed { sequence, .. }) => sequence,
        error => panic!("{error}"),
    };
    assert_eq!(changed(&first, &other), end.events);
    let (others, segments) = export(&other, other.now);
    assert_eq!(segments[0].end.events, end.events);
    prune(&other, &others).unwrap();
    let (later, segments) = export(&other, other.now);
    prune(&other, &later).unwrap();
    assert_eq!((segments[0].before.events, verify(&other).unwrap().beginnings[0]), (end.events, segments[0].end));
    assert!(block_on(other.directory.verify_segments(&*[others, later.clone()].concat(), &[])).is_ok());
    assert_eq!(changed(&[first, later].concat(), &other), end.events);
}

#[test]
fn files_that_overlap_or_follow_each_other_are_verified_and_pruned_together() {
    let keys = KeyRing::generate().unwrap().expose_text();
    let (setup, copy) = (setup_of(&keys), setup_of(&keys));
    let (first, _) = export(&setup, at(&setup, 3000));
    let (whole, _) = export(&setup, at(&setup, 1000));
    assert_eq!(block_on(setup.directory.verify_segments(&*[first.clone(), whole].concat(), &[])).unwrap().len(), 2);
    prune(&setup, &first).unwrap();
    let (second, segments) = export(&setup, at(&setup, 1000));
    let end = segments[0].end;
    // The copy has the same events, of which none was pruned.
    let pruned = prune(&copy, &[first, second].concat()).unwrap();
    assert_eq!(pruned, Pruned { events: end.events, beginnings: vec![end] });
}
