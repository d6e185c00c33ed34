mod faults;
mod killed;

use super::super::conformance;
use super::super::conformance::samples::commit;
use super::*;
use crate::audit::{Action, Actor, Chain, Event};
use core::cell::Cell;
use oath_totp::UnixTime;
use std::path::PathBuf;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oath.db");
    (folder, path)
}

fn fresh(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Missing::Create).unwrap()
}

#[test]
fn it_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let number = Cell::new(0);
    pollster::block_on(conformance::all(|| {
        number.set(number.get() + 1);
        fresh(&folder.path().join(format!("{}.db", number.get())))
    }));
}

#[test]
fn it_loses_no_update() {
    let (_folder, path) = folder();
    conformance::race(&fresh(&path), |work| pollster::block_on(work));
}

#[test]
fn what_was_committed_is_there_when_it_is_opened_again() {
    let (_folder, path) = folder();
    conformance::race(&fresh(&path), |work| pollster::block_on(work));
    let head = pollster::block_on(fresh(&path).heads()).unwrap();
    assert_eq!(head[0].events, 200);
    let again = SqliteStore::open(&path, Missing::Refuse).unwrap();
    assert_eq!(pollster::block_on(again.heads()).unwrap(), head);
}

#[test]
fn eight_handles_on_one_file_make_one_directory_at_once() {
    let (_folder, path) = folder();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| pollster::block_on(fresh(&path).heads()).unwrap());
        }
    });
    assert!(pollster::block_on(fresh(&path).users(None, 9)).unwrap().is_empty());
}

#[test]
fn changes_that_are_not_waited_for_are_done_whole_or_not_at_all() {
    let (_folder, path) = folder();
    let store = fresh(&path);
    let changes = |second: u64| {
        let event = Event::new(UnixTime::from_secs(second), &Actor::local_operator(), Action::SignedIn);
        Changes { events: vec![event; 3], bumps: vec![format!("{second:02}")], ..Changes::default() }
    };
    for second in 0..50 {
        let mut work = Box::pin(commit(&store, changes(second)));
        let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        // Sent, and not waited for.
        drop(work.as_mut().poll(&mut context));
    }
    pollster::block_on(commit(&store, changes(50))).unwrap();
    let events = pollster::block_on(conformance::verify(&store)).events;
    let logged = pollster::block_on(store.events(Chain::FIRST, 0, usize::MAX)).unwrap();
    let done: Vec<_> = logged.chunks(3).map(|three| three[0].event.at.as_secs()).collect();
    assert_eq!(usize::try_from(events).unwrap(), 3 * done.len(), "{logged:?}");
    assert!(
        logged.chunks(3).all(|three| three.iter().all(|logged| logged.event.at == three[0].event.at)),
        "{logged:?}"
    );
    assert!(done.is_sorted() && done.last() == Some(&50), "in their order: {done:?}");
    for second in 0..=50 {
        let view = pollster::block_on(store.look(format!("{second:02}"), Fresh::Latest)).unwrap();
        assert_eq!(view.gates.len(), usize::from(done.contains(&second)), "{second}: {done:?}");
    }
}

#[test]
fn connections_that_write_at_the_same_time_take_turns() {
    let (_folder, path) = folder();
    drop(fresh(&path));
    let event = Event::new(UnixTime::from_secs(1), &Actor::local_operator(), Action::SignedIn);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let store = fresh(&path);
                for _ in 0..25 {
                    let events = vec![event.clone()];
                    pollster::block_on(commit(&store, Changes { events, ..Changes::default() })).unwrap();
                }
            });
        }
    });
    assert_eq!(pollster::block_on(conformance::verify(&fresh(&path))).events, 100);
}

#[test]
fn what_is_answered_is_on_the_disk_and_what_is_deleted_is_overwritten() {
    let (_folder, path) = folder();
    let place = Place::open(&path, Missing::Create, Duration::from_secs(1)).unwrap();
    let connection = place.connect_to_write().unwrap();
    for (pragma, expected) in [("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)] {
        let found: i64 = connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).unwrap();
        assert_eq!(found, expected, "{pragma}");
    }
}
