//! An upload that another operation overtakes at each of its reads comes to what the two come to one after the other: no user
//! gets a sixth token, no secret becomes two tokens, and no token is given to a user who has gone or may not sign in.

mod support;

use core::cell::Cell;
use oath_directory::audit::{Action, Chain};
use oath_directory::model::Upload;
use oath_directory::store::MemoryStore;
use oath_directory::{Actor, Directory, KeyRing, Policy, TokenQuery};
use oath_totp::UnixTime;
use pollster::block_on;
use support::{NOW, Probe, Setup, secret, upn};

/// Users, serial numbers, and the numbers of secrets.
type Rows<'a> = &'a [(&'a str, &'a str, u64)];
type Node<S> = Directory<S>;

/// The keys are visibly none.
fn ring(names: [&str; 2]) -> KeyRing {
    let seals = names.map(|name| format!("seal {name} {}\n", name.repeat(64)));
    KeyRing::parse(&format!("bind {}\n{}", "0".repeat(64), seals.concat())).unwrap()
}

async fn upload<S: oath_directory::store::Store>(node: &Node<S>, rows: Rows<'_>) -> Upload {
    let secrets: Vec<_> = rows.iter().map(|(.., number)| secret(*number)).collect();
    let rows: Vec<_> = rows.iter().zip(&secrets).map(|((user, serial, _), secret)| (*user, *serial, secret)).collect();
    let rows = support::rows(&rows);
    let operator = Actor::local_operator();
    node.upload(&operator, UnixTime::from_secs(NOW), "tokens.csv", rows).await.unwrap()
}

/// So many tokens of no user come before the rows: a chunk of their own, which gives the upload its number. Two uploads that both
/// begin cannot have one number, so that only in a later chunk nothing else makes them conflict.
const BEFORE: u64 = 200;

/// Uploads the rows on one node. Another node, whose ring has the keys in this order, does something at the moment after the
/// first read of the upload, then in another directory after the second, and so on. Each time `check` is told of both.
fn at_each_read<T>(
    names: [&str; 2],
    rows: Rows<'_>,
    meanwhile: impl Fn(&Node<MemoryStore>) -> T,
    check: impl Fn(&Node<MemoryStore>, Upload, T),
) {
    for number in 1.. {
        let store = MemoryStore::new();
        let other = Setup::on_ring(store.clone(), ring(["a", "b"]), Policy::default()).directory;
        let four = [("alice", "A", 0), ("alice", "B", 1), ("alice", "C", 2), ("alice", "D", 3)];
        assert_eq!(block_on(upload(&other, &four)).imported, 4);
        let other = Directory::new(store.clone(), ring(names), Policy::default()).unwrap();
        let probe = Probe::on(store);
        let node = Directory::new(probe, ring(["a", "b"]), Policy::default()).unwrap();
        let before = (0..BEFORE).map(|number| format!("before {number}")).collect::<Vec<_>>();
        let mut all: Vec<_> = (100..).zip(&before).map(|(number, serial)| ("", &**serial, number)).collect();
        all.extend(rows);
        let mut done = None;
        let Some(upload) = node.store().overtaken(number, upload(&node, &all), || done = Some(meanwhile(&other)))
        else {
            assert!(number > 2, "it reads for each chunk");
            return;
        };
        check(&other, upload, done.unwrap());
        assert!(block_on(other.verify_audit()).unwrap().is_ok());
    }
}

fn held(node: &Node<MemoryStore>, user: &str) -> usize {
    block_on(node.tokens(&TokenQuery { upn: Some(upn(user)), ..TokenQuery::default() })).unwrap().len()
}

#[test]
fn two_uploads_do_not_both_give_a_user_the_fifth_token() {
    let one = |node: &Node<MemoryStore>| block_on(upload(node, &[("alice", "F", 6)])).imported;
    at_each_read(["a", "b"], &[("alice", "E", 5)], one, |node, upload, other| {
        assert_eq!((upload.imported + other - BEFORE, held(node, "alice")), (1, 5));
    });
}

#[test]
fn two_nodes_that_recognise_by_different_keys_do_not_both_import_a_secret() {
    let one = |node: &Node<MemoryStore>| block_on(upload(node, &[("", "F", 5)])).imported;
    at_each_read(["b", "a"], &[("", "E", 5)], one, |node, upload, other| {
        assert_eq!(upload.imported + other - BEFORE, 1);
        assert_eq!(block_on(node.token("E")).is_ok(), block_on(node.token("F")).is_err());
    });
}

#[test]
fn no_token_is_given_to_a_user_who_leaves_at_that_moment() {
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    let remove = |node: &Node<MemoryStore>| block_on(node.remove_user(&operator, now, &upn("bob"))).map(drop).unwrap();
    let disable =
        |node: &Node<MemoryStore>| block_on(node.enable_user(&operator, now, &upn("bob"), false)).map(drop).unwrap();
    let rows: Rows<'_> = &[("bob", "E", 5), ("", "F", 6)];
    let refusals = Cell::new(0);
    let in_order = |node: &Node<MemoryStore>, upload: Upload, (): ()| {
        let events = block_on(node.events(Chain::FIRST, 0, usize::MAX)).unwrap();
        let of_bob = events.iter().filter(|logged| logged.event.upn == upn("bob").as_str());
        let actions: Vec<_> = of_bob.map(|logged| logged.event.action).collect();
        let gone = actions.iter().position(|action| matches!(action, Action::UserRemoved | Action::UserDisabled));
        let given = actions.iter().rposition(|action| *action == Action::TokenAssigned);
        assert!(given < gone, "{actions:?}");
        match given {
            Some(_) => assert_eq!((upload.imported - BEFORE, upload.failed), (2, 0)),
            None => {
                assert_eq!((upload.imported - BEFORE, upload.failed), (1, 1));
                assert!(block_on(node.token("E")).is_err());
            }
        }
        refusals.set(refusals.get() + usize::from(given.is_none()));
    };
    at_each_read(["a", "b"], rows, remove, in_order);
    at_each_read(["a", "b"], rows, disable, in_order);
    assert!(refusals.get() >= 4, "{refusals:?}");
}
