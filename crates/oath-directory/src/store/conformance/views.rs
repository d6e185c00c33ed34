//! What a view holds.

use super::samples::{TALLY, at, commit, gate, held, print, settings, token, user};
use crate::model::{Attempts, Fingerprint, State, Token};
use crate::store::{Activations, Changes, Fresh, Store, View, Wanted, Write};
use core::fmt::Debug;

pub(super) async fn hold_what_was_asked_for_and_nothing_else(store: &impl Store) {
    fill(store).await;
    let wanted = Wanted::default;
    let name = |number: u8| user(number).upn.key().to_owned();

    // A user without what it holds; attempts also of a name that nobody has.
    let users = vec![name(1), name(1), "nobody@example.com".to_owned(), name(9)];
    expect(store, Wanted { users: users.clone(), ..wanted() }, [1], ["nobody@example.com", &name(1)], [], []).await;
    for (number, tokens, states) in [(1, &[1, 2][..], &[1][..]), (2, &[3], &[3])] {
        let view = store.look(name(number), Fresh::Recent).await.unwrap();
        same(view.tokens.iter().map(|found| found.value.id), tokens.iter().map(|number| token(*number).id));
        same(view.states.iter().map(|found| found.value.fingerprint), states.iter().map(|number| print(*number)));
    }
    for key in [name(3), "nobody@example.com".to_owned()] {
        let wanted = Wanted { users: vec![key.clone()], holdings: true, ..wanted() };
        let user: &[u8] = if key == name(3) { &[3] } else { &[] };
        let view = store.look(key, Fresh::Recent).await.unwrap();
        same(view.users.iter().map(|found| found.value.id), user.iter().map(|number| super::samples::user(*number).id));
        assert_eq!(view.tokens, store.view(wanted).await.unwrap().tokens);
    }
    // With what it holds, also a secret that has no state yet.
    let view =
        expect(store, Wanted { users, holdings: true, ..wanted() }, [1], ["nobody@example.com", &name(1)], [1, 2], [1])
            .await;
    assert_eq!((view.activations, view.next_upload), (None, 0));
    // The name is looked up folded, as it is, not by pattern.
    expect(store, Wanted { users: vec!["User1@example.com".to_owned(), "%".to_owned()], ..wanted() }, [], [], [], [])
        .await;

    // Tokens bring their holders, but not what these hold beside.
    let serials = vec![token(1).serial, token(1).serial, token(4).serial, "none".to_owned()];
    expect(store, Wanted { serials: serials.clone(), ..wanted() }, [1], [], [1, 4], [1, 4]).await;
    expect(store, Wanted { serials, holdings: true, ..wanted() }, [1], [], [1, 4], [1, 4]).await;
    // A token whose holder does not exist.
    expect(store, Wanted { serials: vec![token(5).serial], ..wanted() }, [], [], [5], []).await;

    // A state outlives its token.
    let fingerprints = vec![print(3), print(6), print(6), print(99)];
    expect(store, Wanted { fingerprints, ..wanted() }, [2], [], [3], [3, 6]).await;

    // The same things by all ways stand there once.
    let all = Wanted {
        users: vec![name(1), name(2), name(3)],
        holdings: true,
        serials: vec![token(1).serial, token(3).serial],
        fingerprints: vec![print(1), print(3)],
        activations: true,
        next_upload: true,
        upload: Some(7),
    };
    let view = expect(store, all, [1, 2, 3], [&name(1), &name(2)], [1, 2, 3], [1, 3]).await;
    assert_eq!(view.activations.unwrap().value, Activations(vec![at(3), at(1)]));
    assert_eq!(view.next_upload, 1);
    let view = expect(store, wanted(), [], [], [], []).await;
    assert_eq!((view.activations, view.next_upload), (None, 0));
}

pub(super) async fn of_an_empty_directory_are_empty(store: &impl Store) {
    let wanted = Wanted {
        users: vec![String::new(), "a@b".to_owned()],
        holdings: true,
        serials: vec![String::new()],
        fingerprints: vec![print(0)],
        activations: true,
        next_upload: true,
        upload: Some(1),
    };
    let view = expect(store, wanted, [], [], [], []).await;
    assert_eq!((view.activations, view.next_upload), (None, 1));
}

/// Users 1 to 3. The first holds the tokens 1 and 2, the second 3, the third none; 4 is held by nobody, 5 by somebody
/// who does not exist; 6 was deleted. Of 1, 3, 4 and 6 there are states.
async fn fill(store: &impl Store) {
    let users = [1, 2, 3].map(|number| Write::Insert(user(number))).into();
    let named = |number: u8| user(number).upn.key().to_owned();
    let tally = |name: String, attempts: Attempts| Write::Insert(gate(&name, attempts));
    let gates = vec![
        tally(named(1), TALLY),
        tally(named(2), Attempts::default()),
        tally("nobody@example.com".to_owned(), TALLY),
    ];
    let tokens = [held(1, 1), held(2, 1), held(3, 2), token(4), held(5, 77), token(6)].map(Write::Insert).into();
    let states = [1, 3, 4, 6].map(|number| Write::Insert(State::fresh(print(number)))).into();
    let activations = Some(Write::Insert(Activations(vec![at(3), at(1)])));
    commit(
        store,
        Changes {
            settings: Some(Write::Insert(settings(1))),
            users,
            gates,
            tokens,
            states,
            activations,
            ..Changes::default()
        },
    )
    .await
    .unwrap();
    let tokens = vec![Write::Delete(super::samples::version(1), token(6).id)];
    commit(store, Changes { tokens, ..Changes::default() }).await.unwrap();
}

async fn expect<const U: usize, const A: usize, const T: usize, const S: usize>(
    store: &impl Store,
    wanted: Wanted,
    users: [u8; U],
    gates: [&str; A],
    tokens: [u8; T],
    states: [u8; S],
) -> View {
    let view = store.view(wanted.clone()).await.unwrap();
    if let ([name], true, [], []) = (&*wanted.users, wanted.holdings, &*wanted.serials, &*wanted.fingerprints) {
        // What a sign-in looks at is the same.
        let looked = store.look(name.clone(), Fresh::Latest).await.unwrap();
        same(looked.users.iter().map(|found| found.value.id), view.users.iter().map(|found| found.value.id));
        same(looked.gates.iter().map(|found| &found.value.name), view.gates.iter().map(|found| &found.value.name));
        same(looked.tokens.iter().map(|found| found.value.id), view.tokens.iter().map(|found| found.value.id));
        let prints = |view: &View| view.states.iter().map(|found| found.value.fingerprint).collect::<Vec<_>>();
        same(prints(&looked).into_iter(), prints(&view));
        assert_eq!(looked.settings, view.settings);
        assert!(looked.settings.is_some());
    }
    same(view.users.iter().map(|found| found.value.id), users.map(|number| user(number).id));
    same(view.gates.iter().map(|gate| gate.value.name.as_str()), gates);
    same(view.tokens.iter().map(|found| found.value.id), tokens.map(|number| token(number).id));
    let prints = view.states.iter().map(|found| found.value.fingerprint);
    same(prints.map(|Fingerprint(bytes)| bytes), states.map(|number| print(number).0));
    for found in &view.tokens {
        let expected: Vec<Token> = [held(1, 1), held(2, 1), held(3, 2), token(4), held(5, 77)].into();
        assert!(expected.contains(&found.value));
    }
    view
}

/// The order means nothing.
fn same<T: Ord + Debug>(found: impl Iterator<Item = T>, expected: impl IntoIterator<Item = T>) {
    let (mut found, mut expected) = (found.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}
