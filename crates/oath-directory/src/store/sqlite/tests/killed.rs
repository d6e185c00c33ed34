//! A process that is killed in the middle of a commit.

use super::super::super::conformance::samples::{commit, print, token, upload};
use super::super::super::conformance::verify;
use super::*;
use crate::audit::{Action, Actor, Event};
use crate::model::{Fingerprint, Id, State, Token};
use crate::store::Write;
use core::hash::BuildHasher;
use oath_totp::{TotpState, UnixTime};
use std::hash::RandomState;
use std::io::Read;
use std::process::{Command, Stdio};

const PLACE: &str = "OATH_DIRECTORY_TEST_KILLED";
const TOKENS: u64 = 3000;

fn large(number: u64) -> Changes {
    let print = |index: u64| {
        let mut bytes = print(0).0;
        bytes[..8].copy_from_slice(&index.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        Fingerprint(bytes)
    };
    let indexes = || (number * TOKENS..).take(usize::try_from(TOKENS).unwrap());
    let token = |index: u64| Token {
        id: Id::from_random(u128::from(index)),
        serial: index.to_string(),
        fingerprint: print(index),
        ..token(0)
    };
    let totp = TotpState { last_step: Some(number), drift: 0 };
    let event = Event::new(UnixTime::from_secs(number), &Actor::local_operator(), Action::Uploaded);
    Changes {
        tokens: indexes().map(|index| Write::Insert(token(index))).collect(),
        states: indexes().map(|index| Write::Insert(State { totp, ..State::fresh(print(index)) })).collect(),
        uploads: vec![Write::Insert(upload(number))],
        events: vec![event; 3],
        ..Changes::default()
    }
}

/// Not a test of its own: the process that is killed.
#[test]
fn commits_until_it_is_killed() {
    let Some(path) = std::env::var_os(PLACE) else { return };
    let store = SqliteStore::open(Path::new(&path), Missing::Refuse).unwrap();
    pollster::block_on(async {
        loop {
            let next = store.view(Wanted { next_upload: true, ..Wanted::default() }).await.unwrap().next_upload;
            commit(&store, large(next)).await.unwrap();
        }
    });
}

#[test]
fn a_process_killed_within_a_commit_leaves_all_or_nothing_of_it() {
    let (_folder, path) = folder();
    drop(fresh(&path));
    for round in 0..10u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::sqlite::tests::killed::commits_until_it_is_killed", "--nocapture"])
            .env(PLACE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It has begun when it says that it runs a test.
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 8]).unwrap();
        thread::sleep(Duration::from_millis(RandomState::new().hash_one(round) % 400));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "it ended before it was killed");
        pollster::block_on(all_or_nothing(&path));
    }
}

async fn all_or_nothing(path: &Path) {
    let store = SqliteStore::open(path, Missing::Refuse).unwrap();
    let uploads = u64::try_from(store.uploads(0, usize::MAX).await.unwrap().len()).unwrap();
    let tokens = store.tokens(TokenFilter::default(), None, usize::MAX).await.unwrap();
    assert_eq!(u64::try_from(tokens.len()).unwrap(), uploads * TOKENS);
    for listed in tokens {
        let number = listed.token.serial.parse::<u64>().unwrap() / TOKENS;
        assert_eq!(listed.state.totp.last_step, Some(number));
    }
    assert_eq!(verify(&store).await.events, uploads * 3);
    drop(store);
    let connection = Connection::open(path).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}
