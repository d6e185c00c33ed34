//! What is listed, and in which order.

use super::samples::{
    ODD_TEXTS, TALLY, at, commit, failure, failures, full, gate, held, print, token, upload, user, version,
};
use crate::model::{Import, State, Status, Token, Upload, UploadFailure, User};
use crate::store::{Changes, Store, TokenFilter, Wanted, Write};
use oath_totp::TotpState;

pub(super) async fn go_on_after_the_last_one(store: &impl Store) {
    let names = ["b@x", "A@x", "a.b@x", "á@x", "Z@x", "_@x", "aa@x", "1@x", "日@x"];
    let user =
        |(number, name): (usize, &str)| User { upn: name.parse().unwrap(), ..user(u8::try_from(number).unwrap()) };
    let users: Vec<_> = names.into_iter().enumerate().map(user).collect();
    let gates: Vec<_> = users.iter().step_by(2).map(|user| gate(user.upn.key(), TALLY)).collect();
    let tokens: Vec<_> = ODD_TEXTS
        .into_iter()
        .chain(["a", "B", "aa", "10", "9", "09"])
        .enumerate()
        .map(|(number, serial)| Token { serial: serial.to_owned(), ..token(u8::try_from(number).unwrap()) })
        .collect();
    let changes = Changes {
        users: users.iter().cloned().map(Write::Insert).collect(),
        gates: gates.iter().cloned().map(Write::Insert).collect(),
        tokens: tokens.iter().cloned().map(Write::Insert).collect(),
        ..Changes::default()
    };
    commit(store, changes).await.unwrap();

    let mut keys: Vec<_> = users.iter().map(|user| user.upn.key().to_owned()).collect();
    keys.sort();
    let mut serials: Vec<_> = tokens.into_iter().map(|token| token.serial).collect();
    serials.sort();
    for limit in [1, 2, 5, usize::MAX] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.users(after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.user.upn.key().to_owned());
            for listed in page {
                let expected = gates.iter().find(|gate| gate.name == listed.user.upn.key());
                assert_eq!(listed.gate.as_ref(), expected, "each user stands beside the gate of the name");
                found.push(listed.user.upn.key().to_owned());
            }
            assert!(found.len() <= keys.len(), "it begins again");
        }
        assert_eq!(found, keys);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.tokens(TokenFilter::default(), after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.token.serial.clone());
            found.extend(page.into_iter().map(|listed| listed.token.serial));
            assert!(found.len() <= serials.len(), "it begins again");
        }
        assert_eq!(found, serials);
    }
    assert!(store.users(None, 0).await.unwrap().is_empty());
    assert!(store.tokens(TokenFilter::default(), None, 0).await.unwrap().is_empty());
    // After one that does not exist, too.
    let behind = store.tokens(TokenFilter::default(), Some("0".to_owned()), 1).await.unwrap();
    assert_eq!(behind[0].token.serial, "0012");
}

pub(super) async fn are_filtered(store: &impl Store) {
    let active = |number, holder| Token { status: Status::Activated, ..held(number, holder) };
    let tokens = [token(1), held(2, 1), active(3, 1), active(4, 2), token(5), held(6, 77)];
    let used = State {
        totp: TotpState { last_step: Some(u64::MAX), drift: -3 },
        last_used: Some(at(9)),
        ..State::fresh(print(3))
    };
    let changes = Changes {
        users: vec![Write::Insert(user(1)), Write::Insert(user(2))],
        tokens: tokens.map(Write::Insert).into(),
        states: vec![Write::Insert(used.clone())],
        ..Changes::default()
    };
    commit(store, changes).await.unwrap();

    let (one, two) = (user(1).upn.key().to_owned(), user(2).upn.key().to_owned());
    type Case<'a> = (Option<Status>, Option<&'a str>, Option<u8>, &'a [u8]);
    let cases: [Case<'_>; 14] = [
        (None, None, None, &[1, 2, 3, 4, 5, 6]),
        (Some(Status::Available), None, None, &[1, 5]),
        (Some(Status::Assigned), None, None, &[2, 6]),
        (Some(Status::Activated), None, None, &[3, 4]),
        (Some(Status::FailedActivation), None, None, &[]),
        (Some(Status::Deactivated), None, None, &[]),
        (None, Some(&one), None, &[2, 3]),
        (None, Some(&two), None, &[4]),
        (None, Some("nobody@example.com"), None, &[]),
        (None, None, Some(4), &[4]),
        (None, None, Some(9), &[]),
        (Some(Status::Activated), Some(&one), None, &[3]),
        (Some(Status::Activated), Some(&one), Some(3), &[3]),
        (Some(Status::Assigned), Some(&two), Some(4), &[]),
    ];
    for (status, holder, serial, expected) in cases {
        let filter = TokenFilter {
            status,
            holder: holder.map(str::to_owned),
            serial: serial.map(|number| token(number).serial),
            upload: None,
        };
        let found = store.tokens(filter.clone(), None, 9).await.unwrap();
        let expected: Vec<_> = expected.iter().map(|number| token(*number).id).collect();
        assert_eq!(found.iter().map(|listed| listed.token.id).collect::<Vec<_>>(), expected, "{filter:?}");
        for listed in &found {
            let state =
                if listed.token.id == token(3).id { used.clone() } else { State::fresh(listed.token.fingerprint) };
            assert_eq!(listed.state, state);
            let holder = [user(1), user(2)].into_iter().find(|user| Some(user.id) == listed.token.holder);
            assert_eq!(listed.holder, holder);
        }
        if let [first, .., last] = found.as_slice() {
            let behind = store.tokens(filter.clone(), Some(first.token.serial.clone()), 9).await.unwrap();
            assert_eq!(behind.len(), found.len() - 1);
            assert_eq!(behind.last().unwrap().token, last.token);
        }
    }
}

pub(super) async fn tokens_are_listed_by_their_upload(store: &impl Store) {
    let import = |number: u8| match number {
        1 | 3 => Some(Import { upload: 4, changed: number == 3 }),
        2 => Some(Import { upload: 5, changed: false }),
        _ => None,
    };
    let tokens = (1..=4u8).map(|number| Write::Insert(Token { import: import(number), ..token(number) })).collect();
    commit(store, Changes { tokens, ..Changes::default() }).await.unwrap();
    for (upload, expected) in [(4, &[1u8, 3][..]), (5, &[2]), (6, &[]), (u64::MAX, &[])] {
        let filter = TokenFilter { upload: Some(upload), ..TokenFilter::default() };
        let found = store.tokens(filter.clone(), None, 9).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|listed| (listed.token.serial, listed.token.import)).collect();
        let expected: Vec<_> = expected.iter().map(|number| (token(*number).serial, import(*number))).collect();
        assert_eq!(found, expected, "{upload}");
        let behind = store.tokens(filter, Some(token(1).serial), 9).await.unwrap();
        assert_eq!(behind.len(), expected.iter().filter(|(serial, _)| *serial > token(1).serial).count());
    }
}

pub(super) async fn refused_rows_go_with_their_upload(store: &impl Store) {
    commit(store, full()).await.unwrap();
    // In the order of the file, not of their numbers.
    assert_eq!(failures(store, 1).await, [failure(2, "x"), failure(1, "y")]);
    let mut rows: Vec<_> = ODD_TEXTS.into_iter().map(|text| failure(u64::MAX, text)).collect();
    rows.push(UploadFailure { place: "KeyPackage 3".to_owned(), line: None, ..failure(1, "last") });
    let uploads = vec![Write::Insert(upload(3)), Write::Insert(upload(2))];
    let (first, second) = rows.split_at(4);
    let changes = Changes { uploads, failures: vec![(2, first.to_vec())], ..Changes::default() };
    commit(store, changes).await.unwrap();
    let changes = Changes { failures: vec![(2, second.to_vec())], ..Changes::default() };
    commit(store, changes).await.unwrap();
    assert_eq!(failures(store, 2).await, rows);
    assert_eq!(failures(store, 3).await, []);
    assert_eq!(failures(store, u64::MAX).await, []);
    let page = async |skip, limit| store.failures(2, skip, limit).await.unwrap();
    assert_eq!((page(0, 2).await, page(2, 3).await), (rows[..2].to_vec(), rows[2..5].to_vec()));
    assert_eq!((page(0, 0).await, page(u64::MAX, 1).await), (vec![], vec![]));
    let ids = |uploads: Vec<Upload>| uploads.into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(store.uploads(1, 1).await.unwrap()), [2]);
    assert_eq!(ids(store.uploads(3, 9).await.unwrap()), [0; 0]);
    assert_eq!(ids(store.uploads(u64::MAX, 9).await.unwrap()), [0; 0]);
    assert_eq!(ids(store.uploads(0, usize::MAX).await.unwrap()), [1, 2, 3]);

    let uploads = vec![Write::Delete(version(1), 1), Write::Update(version(1), Upload { rows: 9, ..upload(2) })];
    commit(store, Changes { uploads, ..Changes::default() }).await.unwrap();
    assert_eq!(failures(store, 1).await, []);
    assert_eq!(failures(store, 2).await, rows, "a changed upload keeps its rows");
    assert_eq!(ids(store.uploads(0, usize::MAX).await.unwrap()), [2, 3]);
    let uploads = vec![Write::Insert(upload(1))];
    commit(store, Changes { uploads, ..Changes::default() }).await.unwrap();
    assert_eq!(failures(store, 1).await, [], "rows of another upload of that number");
}

pub(super) async fn numbers_of_uploads_are_not_given_again(store: &impl Store) {
    let next = async || store.view(Wanted { next_upload: true, ..Wanted::default() }).await.unwrap().next_upload;
    let set = async |write| commit(store, Changes { uploads: vec![write], ..Changes::default() }).await;
    assert_eq!(next().await, 1);
    set(Write::Insert(upload(1))).await.unwrap();
    set(Write::Insert(upload(2))).await.unwrap();
    assert_eq!(next().await, 3);
    set(Write::Delete(version(1), 2)).await.unwrap();
    set(Write::Delete(version(1), 1)).await.unwrap();
    assert_eq!(next().await, 3);
    assert!(set(Write::Unchanged(version(1), 7)).await.is_err());
    assert_eq!(next().await, 3);
}

pub(super) async fn states_come_in_the_order_of_their_fingerprints(store: &impl Store) {
    let mut prints = [print(0), print(0x0a), print(0x90), print(0xa0), print(0xff)];
    let states = prints.iter().map(|print| Write::Insert(State::fresh(*print))).collect();
    commit(store, Changes { states, ..Changes::default() }).await.unwrap();
    prints.sort();
    for limit in [1, 2, 9] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.states(after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.fingerprint);
            found.extend(page.into_iter().map(|state| state.fingerprint));
            assert!(found.len() <= prints.len(), "it begins again");
        }
        assert_eq!(found, prints);
    }
    assert!(store.states(None, 0).await.unwrap().is_empty());
    assert_eq!(store.states(Some(print(0x0b)), 1).await.unwrap()[0].fingerprint, print(0x90));
}
