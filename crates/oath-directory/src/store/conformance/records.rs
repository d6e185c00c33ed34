//! Compare and set, for each kind of record.

use super::end;
use super::samples::{self, ODD_TEXTS, TALLY, at, commit, gate, key, print, token, upload, user, version};
use crate::audit::{Action, Actor, Event};
use crate::model::{
    Attempts, Fingerprint, Gate, Id, Sealed, Settings, State, Status, Tag, Token, TokenId, TokenKind, Upload, User,
    UserId, UserKind, Versioned,
};
use crate::store::{Activations, Changes, CommitError, Fresh, Pass, Store, Wanted, Write};
use core::fmt::Debug;
use oath_totp::{Algorithm, Digits, TimeStep, TotpState};

pub(super) async fn users(store: &impl Store) {
    let named = |text: &str| User { display_name: Some(text.to_owned()), ..user(1) };
    let mut values = vec![user(1), User { kind: UserKind::Guest, mac: Tag([0; 16]), ..user(1) }];
    values.push(User { upn: "USER1@example.COM".parse().unwrap(), ..user(1) });
    values.extend(ODD_TEXTS.map(named));
    let set = |write: Write<UserId, User>| Changes { users: vec![write], ..Changes::default() };
    compare_and_set(store, &user(1).id, &values, set, async || {
        let key = user(1).upn.key().to_owned();
        store.view(Wanted { users: vec![key], ..Wanted::default() }).await.unwrap().users.pop()
    })
    .await;
}

pub(super) async fn gates(store: &impl Store) {
    for name in ["nobody@example.com", "", "O'Ne\0il\n日本", "0012"] {
        let mut values = tallies().map(|tally| gate(name, tally)).to_vec();
        values.push(Gate { last_request: None, ..gate(name, TALLY) });
        values.push(Gate { known: Vec::new(), ..gate(name, TALLY) });
        let set = |write: Write<String, Gate>| Changes { gates: vec![write], ..Changes::default() };
        compare_and_set(store, &name.to_owned(), &values, set, async || {
            let wanted = Wanted { users: vec![name.to_owned()], ..Wanted::default() };
            let found = store.view(wanted).await.unwrap().gates.pop();
            let looked = store.look(name.to_owned(), Fresh::Latest).await.unwrap().gates.pop();
            assert_eq!(looked, found);
            found
        })
        .await;
    }
}

/// A bump makes a gate, or a version more of the one that is there, and a sign-in that has read it before conflicts.
pub(super) async fn bumps(store: &impl Store) {
    let name = "alice@example.com";
    let find = async || store.look(name.to_owned(), Fresh::Latest).await.unwrap().gates.pop();
    let bump = async || commit(store, Changes { bumps: vec![name.to_owned()], ..Changes::default() }).await.unwrap();
    let pass = async |gate: Write<String, Gate>| {
        let event = Event::new(at(1), &Actor::local_operator(), Action::SignedIn);
        store.pass(Pass { gate, states: Vec::new(), events: vec![event] }, &key()).await
    };
    bump().await;
    let fresh = Gate { name: name.to_owned(), ..Gate::default() };
    assert_eq!(find().await, Some(Versioned { version: version(1), value: fresh }));
    assert!(matches!(pass(Write::Insert(gate(name, TALLY))).await, Err(CommitError::Conflict)));
    pass(Write::Update(version(1), gate(name, TALLY))).await.unwrap();
    bump().await;
    assert_eq!(find().await, Some(Versioned { version: version(3), value: gate(name, TALLY) }));
    assert!(matches!(pass(Write::Update(version(2), gate(name, TALLY))).await, Err(CommitError::Conflict)));
    assert_eq!(end(store).await.events, 1, "a pass that conflicts leaves no event");
}

/// A pass is whole or nothing, compares the states too, and of two that compare the same version one is applied.
pub(super) async fn passes(store: &impl Store) {
    let state = |step| State { totp: TotpState { last_step: Some(step), drift: 0 }, ..State::fresh(print(1)) };
    commit(store, Changes { states: vec![Write::Insert(state(1))], ..Changes::default() }).await.unwrap();
    let pass = async |gate: Write<String, Gate>, states| {
        let event = Event::new(at(1), &Actor::local_operator(), Action::SignedIn);
        store.pass(Pass { gate, states, events: vec![event] }, &key()).await
    };
    let (one, two) = (gate("a@x", TALLY), gate("b@x", TALLY));
    pass(Write::Insert(one.clone()), vec![Write::Update(version(1), state(2))]).await.unwrap();
    let refused = [
        (Write::Insert(one.clone()), version(2)),
        (Write::Update(version(2), one.clone()), version(2)),
        (Write::Update(version(1), one.clone()), version(1)),
        (Write::Insert(two), version(3)),
    ];
    for (gate, found) in refused {
        let result = pass(gate, vec![Write::Update(found, state(9))]).await;
        assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
    }
    let view = store.view(Wanted { fingerprints: vec![print(1)], ..Wanted::default() }).await.unwrap();
    assert_eq!(view.states, [Versioned { version: version(2), value: state(2) }]);
    assert!(store.look("b@x".to_owned(), Fresh::Recent).await.unwrap().gates.is_empty());
    assert_eq!(end(store).await.events, 1);
}

pub(super) async fn settings(store: &impl Store) {
    let values =
        [samples::settings(1), Settings { floor: at(u64::MAX), backup_end: at(u64::MAX), ..samples::settings(2) }];
    let set = |write: Write<(), Settings>| Changes { settings: Some(write), ..Changes::default() };
    compare_and_set(store, &(), &values, set, async || {
        let found = store.view(Wanted::default()).await.unwrap().settings;
        assert_eq!(store.look("a@x".to_owned(), Fresh::Latest).await.unwrap().settings, found);
        found
    })
    .await;
}

pub(super) async fn too_many_changes_are_refused(store: &impl Store) {
    let changes = |count| Changes { bumps: (0..count).map(|n| n.to_string()).collect(), ..Changes::default() };
    assert!(matches!(commit(store, changes(Changes::MOST + 1)).await, Err(CommitError::Store(_))));
    assert!(store.look("0".to_owned(), Fresh::Latest).await.unwrap().gates.is_empty());
    commit(store, changes(Changes::MOST)).await.unwrap();
}

fn tallies() -> [Attempts; 4] {
    [
        Attempts::default(),
        TALLY,
        Attempts { failures: u32::MAX, last_failure: Some(at(u64::MAX)), locked_until: None },
        Attempts { failures: 0, last_failure: Some(at(0)), locked_until: Some(at(1 << 63)) },
    ]
}

pub(super) async fn tokens(store: &impl Store) {
    let mut values = vec![token(1), Token { holder: Some(user(1).id), kind: TokenKind::Software, ..token(1) }];
    values.extend(Status::ALL.map(|status| Token { status, ..token(1) }));
    for (algorithm, digits) in Algorithm::ALL.into_iter().zip(Digits::ALL) {
        let mut value = token(1);
        value.parameters.algorithm = algorithm;
        value.parameters.digits = digits;
        value.parameters.time_step = TimeStep::new(u32::MAX, u64::MAX).unwrap();
        value.created = at(u64::MAX);
        values.push(value);
    }
    for text in ODD_TEXTS {
        let own = || text.to_owned();
        let sealed = Sealed { key: own(), bytes: text.bytes().rev().collect() };
        values.push(Token { serial: own(), manufacturer: own(), model: own(), sealed, ..token(1) });
    }
    let set = |write: Write<TokenId, Token>| Changes { tokens: vec![write], ..Changes::default() };
    compare_and_set(store, &token(1).id, &values, set, async || {
        let wanted = Wanted { fingerprints: vec![token(1).fingerprint], ..Wanted::default() };
        let found = store.view(wanted).await.unwrap().tokens.pop()?;
        let wanted = Wanted { serials: vec![found.value.serial.clone()], ..Wanted::default() };
        assert_eq!(store.view(wanted).await.unwrap().tokens.pop(), Some(found.clone()));
        Some(found)
    })
    .await;
}

pub(super) async fn states(store: &impl Store) {
    let fresh = State::fresh(print(1));
    let mut values = vec![fresh.clone()];
    for (last_step, drift) in [(None, 0), (Some(0), 1), (Some(u64::MAX), i64::MIN), (Some(1 << 63), i64::MAX)] {
        let totp = TotpState { last_step, drift };
        values.push(State { totp, last_used: last_step.map(at), ..fresh.clone() });
    }
    values.extend(tallies().map(|attempts| State { attempts, ..fresh.clone() }));
    let set = |write: Write<Fingerprint, State>| Changes { states: vec![write], ..Changes::default() };
    compare_and_set(store, &print(1), &values, set, async || {
        let wanted = Wanted { fingerprints: vec![print(1)], ..Wanted::default() };
        store.view(wanted).await.unwrap().states.pop()
    })
    .await;
}

pub(super) async fn activations(store: &impl Store) {
    let lists = [vec![], vec![at(0), at(u64::MAX), at(7), at(7)], (0..200).map(at).collect()];
    let set = |write: Write<(), Activations>| Changes { activations: Some(write), ..Changes::default() };
    compare_and_set(store, &(), &lists.map(Activations), set, async || {
        store.view(Wanted { activations: true, ..Wanted::default() }).await.unwrap().activations
    })
    .await;
}

pub(super) async fn uploads(store: &impl Store) {
    let most = u64::MAX;
    let mut values = vec![upload(1)];
    let open = Upload { digest: Tag([9; 16]), finished: false, ..upload(1) };
    values.push(Upload {
        at: at(most),
        rows: most,
        imported: most,
        unchanged: most,
        failed: most,
        taken_back: most,
        ..open
    });
    values.extend(ODD_TEXTS.map(|text| Upload { file: text.to_owned(), ..upload(1) }));
    let set = |write: Write<u64, Upload>| Changes { uploads: vec![write], ..Changes::default() };
    compare_and_set(store, &1, &values, set, async || {
        let found = store.view(Wanted { upload: Some(1), ..Wanted::default() }).await.unwrap().upload;
        let listed = store.uploads(0, 9).await.unwrap().pop();
        assert_eq!(listed, found.as_ref().map(|found| found.value.clone()));
        found
    })
    .await;
}

/// Goes through the life of one record. All `values` are of the same key.
async fn compare_and_set<K: Clone, T: Clone + PartialEq + Debug>(
    store: &impl Store,
    key: &K,
    values: &[T],
    set: impl Fn(Write<K, T>) -> Changes,
    find: impl AsyncFn() -> Option<Versioned<T>>,
) {
    let [first, .., last] = values else { panic!("two values at least") };
    let refused = async |write: Write<K, T>, stays: Option<(u64, &T)>| {
        let result = commit(store, set(write)).await;
        assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
        assert_eq!(
            find().await,
            stays.map(|(number, value)| Versioned { version: version(number), value: value.clone() })
        );
    };
    let applied = async |write: Write<K, T>, becomes: Option<(u64, &T)>| {
        commit(store, set(write)).await.unwrap();
        assert_eq!(
            find().await,
            becomes.map(|(number, value)| Versioned { version: version(number), value: value.clone() })
        );
    };

    for wrong in [0, 1, u64::MAX] {
        refused(Write::Update(version(wrong), last.clone()), None).await;
        refused(Write::Delete(version(wrong), key.clone()), None).await;
        refused(Write::Unchanged(version(wrong), key.clone()), None).await;
    }
    applied(Write::Insert(first.clone()), Some((1, first))).await;
    refused(Write::Insert(last.clone()), Some((1, first))).await;
    for wrong in [0, 2, u64::MAX] {
        refused(Write::Update(version(wrong), last.clone()), Some((1, first))).await;
        refused(Write::Delete(version(wrong), key.clone()), Some((1, first))).await;
        refused(Write::Unchanged(version(wrong), key.clone()), Some((1, first))).await;
    }
    applied(Write::Unchanged(version(1), key.clone()), Some((1, first))).await;
    let mut current = (1, first);
    for value in values {
        applied(Write::Update(version(current.0), value.clone()), Some((current.0 + 1, value))).await;
        refused(Write::Update(version(current.0), first.clone()), Some((current.0 + 1, value))).await;
        current = (current.0 + 1, value);
    }
    refused(Write::Delete(version(current.0 - 1), key.clone()), Some(current)).await;
    applied(Write::Delete(version(current.0), key.clone()), None).await;
    refused(Write::Update(version(current.0), last.clone()), None).await;
    applied(Write::Insert(last.clone()), Some((1, last))).await;
    applied(Write::Delete(version(1), key.clone()), None).await;
}

pub(super) async fn what_is_unique_stays_unique(store: &impl Store) {
    let users = |users| Changes { users, ..Changes::default() };
    let tokens = |tokens| Changes { tokens, ..Changes::default() };
    let refused = async |changes: Changes| {
        let result = commit(store, changes).await;
        assert!(matches!(result, Err(CommitError::Conflict)), "{result:?}");
    };
    let applied = async |changes: Changes| commit(store, changes).await.unwrap();
    applied(users(vec![Write::Insert(user(1)), Write::Insert(user(2))])).await;
    applied(tokens(vec![Write::Insert(token(1)), Write::Insert(token(2))])).await;

    let same_name = User { upn: "uSER1@EXAMPLE.com".parse().unwrap(), ..user(2) };
    let third = |user: &User| User { id: Id::from_random(3), ..user.clone() };
    refused(users(vec![Write::Insert(third(&same_name))])).await;
    refused(users(vec![Write::Update(version(1), same_name.clone())])).await;
    let same_serial = Token { serial: token(1).serial, ..token(2) };
    let same_secret = Token { fingerprint: token(1).fingerprint, ..token(2) };
    for token in [same_serial.clone(), same_secret] {
        refused(tokens(vec![Write::Insert(Token { id: Id::from_random(3), ..token.clone() })])).await;
        refused(tokens(vec![Write::Update(version(1), token)])).await;
    }

    // Changes come one after the other: what was given up before in the same set is free.
    let renamed = User { upn: "other@example.com".parse().unwrap(), ..user(1) };
    applied(users(vec![Write::Update(version(1), renamed), Write::Update(version(1), same_name)])).await;
    applied(tokens(vec![Write::Delete(version(1), token(1).id), Write::Update(version(1), same_serial)])).await;
    applied(tokens(vec![Write::Insert(Token { serial: token(2).serial, ..token(1) })])).await;
    // A leading zero, another case or a space at the end make another serial number.
    for (number, serial) in [(10, "1"), (11, "a1"), (12, "A1"), (13, "a1 "), (14, "")] {
        applied(tokens(vec![Write::Insert(Token { serial: serial.to_owned(), ..token(number) })])).await;
    }
}

pub(super) async fn versions_grow_by_one_also_within_one_set(store: &impl Store) {
    let step = |last_step| State { totp: TotpState { last_step, drift: 0 }, ..State::fresh(print(1)) };
    let states = vec![
        Write::Insert(step(None)),
        Write::Update(version(1), step(Some(1))),
        Write::Unchanged(version(2), print(1)),
        Write::Update(version(2), step(Some(2))),
    ];
    commit(store, Changes { states, ..Changes::default() }).await.unwrap();
    let wanted = Wanted { fingerprints: vec![print(1)], ..Wanted::default() };
    let found = store.view(wanted).await.unwrap().states;
    assert_eq!(found, [Versioned { version: version(3), value: step(Some(2)) }]);
}
