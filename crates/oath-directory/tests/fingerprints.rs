//! The key that recognises secrets rotates with the key that seals them: one secret is never two tokens, and what is spent stays
//! so.

mod support;

use oath_directory::model::{Fingerprint, State, Upload};
use oath_directory::store::{MemoryStore, Store};
use oath_directory::{Actor, Directory, KeyRing, Policy, UserKind};
use oath_totp::{CodeRun, Secret, UnixTime};
use pollster::block_on;
use std::thread;
use support::{NOW, secret, shown, two_codes, upn};

const NOON: UnixTime = UnixTime::from_secs(NOW);

/// A ring with these lines after the one that binds. The keys are visibly none.
fn ring(lines: &[&str]) -> KeyRing {
    let line = |line: &&str| {
        let name = line.split_whitespace().last().unwrap();
        format!("{line} {}\n", name.repeat(64))
    };
    let text: String = ["bind 0"].iter().chain(lines).map(line).collect();
    KeyRing::parse(&text.replace("bind 0 ", "bind ")).unwrap()
}

fn node(store: &MemoryStore, lines: &[&str]) -> Directory<MemoryStore> {
    Directory::new(store.clone(), ring(lines), Policy::default()).unwrap()
}

fn upload(node: &Directory<MemoryStore>, rows: &[(&str, &str, &Secret)]) -> Upload {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for (user, serial, secret) in rows {
        csv.push_str(&format!("{user},{serial},{},30,Contoso,Test\r\n", *secret.expose_base32()));
    }
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
    block_on(node.upload(&Actor::local_operator(), NOON, "tokens.csv", rows)).unwrap()
}

fn codes_of(node: &Directory<MemoryStore>, upload: &Upload) -> Vec<String> {
    let failures = block_on(node.failures(NOON, upload.id)).unwrap();
    failures.into_iter().map(|failure| failure.code).collect()
}

fn activate(node: &Directory<MemoryStore>, now: UnixTime, serial: &str, codes: impl Into<CodeRun>) -> bool {
    block_on(node.activate(&Actor::local_operator(), now, serial, &codes.into())).is_ok()
}

fn rotate(node: &Directory<MemoryStore>) -> u64 {
    let batch = block_on(node.reseal(&Actor::local_operator(), NOON, None)).unwrap();
    assert!(batch.damaged.is_empty());
    batch.sealed
}

fn states(store: &MemoryStore) -> Vec<State> {
    block_on(store.states(None, usize::MAX)).unwrap()
}

#[test]
fn what_is_known_and_what_is_spent_stays_so_across_a_rotation() {
    let (store, operator) = (MemoryStore::new(), Actor::local_operator());
    let one = node(&store, &["seal a"]);
    for name in ["alice", "bob"] {
        block_on(one.add_user(&operator, NOON, &upn(name), UserKind::Member, None)).unwrap();
    }
    let (alices, gone) = (secret(1), secret(2));
    upload(&one, &[("alice@example.com", "A", &alices), ("bob@example.com", "G", &gone)]);
    assert!(activate(&one, NOON, "A", two_codes(1, NOON)) && activate(&one, NOON, "G", two_codes(2, NOON)));
    block_on(one.unassign(&operator, NOON, "G")).unwrap();
    block_on(one.delete(&operator, NOON, "G")).unwrap();
    let before = states(&store);

    // Another key seals and recognises from now on.
    let two = node(&store, &["seal a", "seal b"]);
    let again = upload(&two, &[("alice@example.com", "A", &alices)]);
    assert_eq!((again.unchanged, again.failed), (1, 0));
    assert_eq!(codes_of(&two, &upload(&two, &[("", "B", &alices)])), ["secret-conflict"]);
    assert_eq!(codes_of(&two, &upload(&two, &[("", "A", &secret(3))])), ["serial-conflict"]);
    // The deleted token comes back: what was used stays used.
    assert_eq!(upload(&two, &[("bob@example.com", "G", &gone)]).imported, 1);
    assert!(!activate(&two, NOON, "G", two_codes(2, NOON)));
    assert_eq!(states(&store).len(), 2, "no second state for a secret");
    block_on(two.unassign(&operator, NOON, "G")).unwrap();
    block_on(two.delete(&operator, NOON, "G")).unwrap();

    assert_eq!((rotate(&two), rotate(&two)), (1, 0));
    let keys = ring(&["seal a", "seal b"]);
    let named: Vec<_> =
        states(&store).iter().map(|state| keys.recogniser_of(&state.fingerprint).unwrap().to_owned()).collect();
    assert_eq!(
        (named.iter().filter(|name| *name == "b").count(), named.len()),
        (1, 2),
        "the state of a deleted token stays"
    );
    let watermark = |states: &[State], print: &Fingerprint| {
        states.iter().find(|state| state.fingerprint == *print).unwrap().totp.last_step
    };
    let alice_a = ring(&["seal a"]).fingerprint(&alices).unwrap();
    let alice_b = ring(&["seal b"]).fingerprint(&alices).unwrap();
    assert_eq!(watermark(&states(&store), &alice_b), watermark(&before, &alice_a), "carried over");
    let verify = |node: &Directory<_>, ahead| {
        let now = UnixTime::from_secs(NOW + 30);
        block_on(node.verify(&operator, now, &upn("alice"), &shown(1, now, ahead))).is_ok()
    };
    assert!(!verify(&two, 0) && verify(&two, 1) && !verify(&two, 1));

    // The key that sealed is gone, and what it recognised by stays for the deleted token.
    let report = block_on(two.check_seals()).unwrap();
    let used: Vec<_> = report.keys.iter().map(|key| (&*key.name, key.tokens, key.recognised)).collect();
    assert_eq!(used, [("a", 0, 1), ("b", 1, 1)]);
    let mut retired = ring(&["seal a", "seal b"]);
    retired.retire("a").unwrap();
    let three = Directory::new(store.clone(), retired, Policy::default()).unwrap();
    assert_eq!(three.retired_key_names().collect::<Vec<_>>(), ["a"]);
    assert_eq!(upload(&three, &[("bob@example.com", "G", &gone)]).imported, 1);
    assert!(!activate(&three, NOON, "G", two_codes(2, NOON)));
    assert_eq!(codes_of(&three, &upload(&three, &[("", "H", &gone)])), ["secret-conflict"]);
    // It has a secret again, and can be moved: then nothing names the retired key.
    assert_eq!(rotate(&three), 1);
    let report = block_on(three.check_seals()).unwrap();
    let used: Vec<_> = report.keys.iter().map(|key| (&*key.name, key.tokens, key.recognised)).collect();
    assert_eq!(used, [("b", 2, 2), ("a", 0, 0)]);
    assert!(!activate(&node(&store, &["seal b"]), NOON, "G", two_codes(2, NOON)));
    assert!(block_on(three.verify_audit()).unwrap().is_ok());
}

#[test]
fn nodes_that_recognise_by_different_keys_make_no_secret_two_tokens() {
    let store = MemoryStore::new();
    block_on(node(&store, &["seal a"]).found(&Actor::local_operator(), NOON)).unwrap();
    for round in 0..40u64 {
        // The key is activated on one of them already.
        let nodes = [["seal b", "seal a"], ["seal a", "seal b"]];
        let imported: u64 = thread::scope(|scope| {
            let uploads: Vec<_> = nodes
                .iter()
                .enumerate()
                .map(|(number, lines)| {
                    let store = &store;
                    scope.spawn(move || {
                        let serial = format!("{round}-{number}");
                        upload(&node(store, lines), &[("", &serial, &secret(round))]).imported
                    })
                })
                .collect();
            uploads.into_iter().map(|upload| upload.join().unwrap()).sum()
        });
        assert_eq!(imported, 1, "round {round}");
    }
    assert_eq!(states(&store).len(), 40);
}

#[test]
fn each_code_signs_in_once_while_keys_rotate() {
    const STEPS: u64 = 120;
    let (store, operator) = (MemoryStore::new(), Actor::local_operator());
    let one = node(&store, &["seal a"]);
    block_on(one.add_user(&operator, NOON, &upn("alice"), UserKind::Member, None)).unwrap();
    upload(&one, &[("alice@example.com", "A", &secret(1))]);
    assert!(activate(&one, NOON, "A", two_codes(1, NOON)));
    let nodes = [node(&store, &["seal a", "seal b"]), node(&store, &["seal b", "seal a"])];
    thread::scope(|scope| {
        let rotation = scope.spawn(|| (0..60).map(|round: usize| rotate(&nodes[1 - round % 2])).sum::<u64>());
        for step in 2..STEPS {
            let now = UnixTime::from_secs(NOW + 30 * step);
            let code = shown(1, now, 0);
            let accepted = (0..3)
                .filter(|try_: &usize| block_on(nodes[try_ % 2].verify(&operator, now, &upn("alice"), &code)).is_ok());
            // Two neighbouring codes may be the same: then the later one is spent.
            let same = (1..=4).any(|ahead| shown(1, now, -ahead) == code);
            assert_eq!(accepted.count(), usize::from(!same), "step {step}");
            block_on(nodes[0].unlock_user(&operator, now, &upn("alice"))).unwrap();
        }
        assert!(rotation.join().unwrap() > 0);
    });
    assert_eq!(states(&store).len(), 1);
    assert!(block_on(one.verify_audit()).unwrap().is_ok());
}
