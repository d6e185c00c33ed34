//! Random sets of changes, on both stores side by side: the simple one says what the other has to answer.

use super::samples::{at, everything, failure, print, token, upload, user, version};
use crate::audit::{Action, Actor, Event};
use crate::model::{Attempts, State, Status, Token, User};
use crate::store::{Activations, Changes, CommitError, MemoryStore, Missing, SqliteStore, Write};
use oath_totp::TotpState;
use proptest::prelude::*;

/// Few keys, names and versions, so that they meet.
fn write<K: Clone + core::fmt::Debug + 'static, T: Clone + core::fmt::Debug + 'static>(
    key: impl Fn(u8) -> K + Clone + 'static,
    value: impl Fn(u8, u8) -> T + Clone + 'static,
) -> impl Strategy<Value = Write<K, T>> {
    (0..10u8, 0..3u8, 0..4u8, 0..4u64).prop_map(move |(kind, number, other, expected)| match kind {
        0..5 => Write::Insert(value(number, other)),
        5..7 => Write::Update(version(expected), value(number, other)),
        7..9 => Write::Unchanged(version(expected), key(number)),
        _ => Write::Delete(version(expected), key(number)),
    })
}

fn changes() -> impl Strategy<Value = Changes> {
    let few = 0..2usize;
    let users = write(|number| user(number).id, |number, other| User { id: user(number).id, ..user(other) });
    let tokens = write(
        |number| token(number).id,
        |number, other| Token {
            id: token(number).id,
            serial: token(number ^ (other & 1)).serial,
            status: Status::ALL[usize::from(other)],
            holder: Some(user(other).id),
            ..token(other)
        },
    );
    let states = write(print, |number, other| State {
        totp: TotpState { last_step: Some(other.into()), drift: other.into() },
        ..State::fresh(print(number))
    });
    let name = |number: u8| user(number).upn.key().to_owned();
    let gates = write(name, move |number, other| {
        super::samples::gate(&name(number), Attempts { failures: other.into(), ..Attempts::default() })
    });
    let settings = write(|_| (), |_, other| super::samples::settings(other));
    let bumps = prop::collection::vec((0..3u8).prop_map(name), 0..2usize);
    let activations = write(|_| (), |_, other| Activations((0..other).map(|second| at(second.into())).collect()));
    let uploads = write(u64::from, |number, _| upload(number.into()));
    let failures = (0..3u64, 0..9u64).prop_map(|(upload, line)| (upload, vec![failure(line, "")]));
    (
        prop::collection::vec(users, few.clone()),
        prop::collection::vec(gates, few.clone()),
        bumps,
        prop::option::weighted(0.2, settings),
        prop::collection::vec(tokens, few.clone()),
        prop::collection::vec(states, few.clone()),
        prop::option::weighted(0.2, activations),
        prop::collection::vec(uploads, few),
        prop::option::weighted(0.2, failures),
        0..3u64,
    )
        .prop_map(|(users, gates, bumps, settings, tokens, states, activations, uploads, failures, events)| {
            Changes {
                settings,
                users,
                gates,
                bumps,
                tokens,
                states,
                activations,
                uploads,
                failures: failures.into_iter().collect(),
                pruned: None,
                events: (0..events).map(|n| Event::new(at(n), &Actor::local_operator(), Action::Uploaded)).collect(),
            }
        })
}

fn answer(result: &Result<(), CommitError>) -> &'static str {
    match result {
        Ok(()) => "applied",
        Err(CommitError::Conflict) => "conflict",
        Err(CommitError::Store(_)) => "failed",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_answer_alike(history in prop::collection::vec(changes(), 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = SqliteStore::open(&folder.path().join("oath.db"), Missing::Create).unwrap();
        let memory = MemoryStore::new();
        pollster::block_on(async {
            for (index, changes) in history.into_iter().enumerate() {
                let expected = super::samples::commit(&memory, changes.clone()).await;
                let found = super::samples::commit(&sqlite, changes).await;
                prop_assert_eq!(answer(&found), answer(&expected), "at {}: {:?}", index, found);
            }
            prop_assert!(everything(&sqlite).await == everything(&memory).await);
            Ok(())
        })?;
    }
}
