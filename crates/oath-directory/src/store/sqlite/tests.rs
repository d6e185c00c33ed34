mod faults;
mod killed;

use super::super::conformance;
use super::super::conformance::samples::commit;
use super::*;
use crate::audit::{Action, Actor, Event};
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
fn futures_that_are_dropped_harm_nobody() {
    let (_folder, path) = folder();
    let store = fresh(&path);
    for _ in 0..50 {
        let mut work = Box::pin(commit(&store, Changes::default()));
        let mut context = core::task::Context::from_waker(core::task::Waker::noop());
        // Sent, and not waited for.
        drop(work.as_mut().poll(&mut context));
    }
    pollster::block_on(commit(&store, Changes::default())).unwrap();
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
