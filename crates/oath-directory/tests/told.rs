//! What the log is told of each change, and rules whose violation no answer shows: found by small changes of the code that no other
//! test saw (`cargo xtask mutants`).

#![allow(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod support;

use oath_directory::audit::Action;
use oath_directory::rights::{Role, Roles};
use oath_directory::store::MemoryStore;
use oath_directory::{Actor, Directory, KeyRing, Policy, UserKind};
use oath_totp::{Secret, UnixTime};
use pollster::block_on;
use support::{NOW, Setup, code, secret, shown, two_codes, upn};

#[test]
fn each_event_of_a_token_names_its_holder_of_that_moment() {
    let mut setup = Setup::new();
    setup.upload(&[("", "A", &secret(1))]);
    let before = setup.actions().len();
    let alice = upn("alice");
    block_on(setup.directory.assign(&setup.operator, setup.now, "A", &alice)).unwrap();
    let wrong = [shown(2, setup.now, 0), shown(2, setup.now, 1)];
    assert_eq!(setup.activate("A", wrong), Err("wrong-code"));
    block_on(setup.directory.unlock_token(&setup.operator, setup.now, "A")).unwrap();
    let attempts = block_on(setup.directory.token("A")).unwrap().state.attempts;
    assert_eq!(attempts.failures, 0, "unlocking forgets the wrong codes");
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(600);
    let resync = |setup: &Setup, codes: [oath_totp::Code; 2]| {
        let found = block_on(setup.directory.resync(&setup.operator, setup.now, "A", &codes.into()));
        found.map(drop).map_err(code)
    };
    assert_eq!(resync(&setup, [shown(2, setup.now, 0), shown(2, setup.now, 1)]), Err("wrong-code"));
    assert_eq!(resync(&setup, two_codes(1, setup.now)), Ok(()));
    block_on(setup.directory.reset_token(&setup.operator, setup.now, "A")).unwrap();
    block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
    block_on(setup.directory.unassign(&setup.operator, setup.now, "A")).unwrap();
    block_on(setup.directory.delete(&setup.operator, setup.now, "A")).unwrap();

    let events = setup.actions().split_off(before);
    let told: Vec<_> = events.iter().map(|logged| (logged.event.action, logged.event.upn.as_str())).collect();
    let name = alice.as_str();
    let expected = [
        (Action::TokenAssigned, name),
        (Action::ActivationFailed, name),
        (Action::TokenUnlocked, name),
        (Action::TokenActivated, name),
        (Action::ResynchronizationFailed, name),
        (Action::TokenResynchronized, name),
        (Action::TokenReset, name),
        (Action::TokenDeactivated, name),
        (Action::TokenUnassigned, name),
        (Action::TokenDeleted, ""),
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|logged| logged.event.serial == "A"), "{events:?}");
}

#[test]
fn a_drift_found_by_one_code_never_exceeds_what_two_codes_search() {
    let policy = Policy { radius: 3, activation_radius_one_code: 2, ..Policy::default() };
    for ahead in [1, -1] {
        let mut setup = Setup::on(MemoryStore::new(), policy.clone());
        setup.upload(&[("alice", "A", &secret(1))]);
        let run = |setup: &Setup, at: i64| [shown(1, setup.now, at), shown(1, setup.now, at + 1)];
        let first = if ahead > 0 { run(&setup, 2) } else { run(&setup, -3) };
        assert_eq!(setup.activate("A", first).map(i64::abs), Ok(if ahead > 0 { 3 } else { 2 }));
        // Each time the clock is found as far as one code looks, around where it was found before.
        for _ in 0..3 {
            setup.later(900);
            block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
            let drift = block_on(setup.directory.token("A")).unwrap().state.totp.drift;
            assert_eq!(setup.activate("A", shown(1, setup.now, drift + 2 * ahead)), Ok(3 * ahead));
        }
    }
}

#[test]
fn a_role_that_a_user_has_is_given_and_taken_once() {
    for role in Role::ALL {
        let one = Roles::NONE.with(role);
        assert!(one.has(role) && one.any());
        assert_eq!(one.with(role), one, "{role}");
        assert_eq!(one.without(role), Roles::NONE, "{role}");
        assert_eq!(one.without(role).without(role), Roles::NONE, "{role}");
        for other in Role::ALL.into_iter().filter(|other| *other != role) {
            let both = one.with(other);
            assert!(both.has(role) && both.has(other), "{role} and {other}");
            assert_eq!((both.without(other), both.without(role)), (one, Roles::NONE.with(other)));
            assert_eq!(Roles::from_bits(both.bits()), Some(both));
        }
        assert_eq!(Roles::from_bits(one.bits()), Some(one), "{role}");
    }
}

/// A ring with a key for each letter, the last of which seals. The keys are visibly none.
fn ring(names: &[&str]) -> KeyRing {
    let seals: String = names.iter().map(|name| format!("seal {name} {}\n", name.repeat(64))).collect();
    KeyRing::parse(&format!("bind {}\n{seals}", "0".repeat(64))).unwrap()
}

/// A token whose secret was known before is sealed under the new key, and recognised under the old one until it is sealed again.
#[test]
fn a_token_that_only_the_old_key_recognises_is_moved_to_the_new_one() {
    let (store, now, operator) = (MemoryStore::new(), UnixTime::from_secs(NOW), Actor::local_operator());
    let node = |names: &[&str]| Directory::new(store.clone(), ring(names), Policy::default()).unwrap();
    let upload = |node: &Directory<MemoryStore>, secret: &Secret| {
        let head = "upn,serial number,secret key,time interval,manufacturer,model";
        let csv = format!("{head}\r\n,A,{},30,Contoso,Test\r\n", *secret.expose_base32());
        let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
        let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
        assert_eq!(block_on(node.upload(&operator, now, "tokens.csv", rows)).unwrap().imported, 1);
    };
    let old = node(&["a"]);
    block_on(old.add_user(&operator, now, &upn("alice"), UserKind::Member, None)).unwrap();
    upload(&old, &secret(1));
    block_on(old.delete(&operator, now, "A")).unwrap();
    let new = node(&["a", "b"]);
    upload(&new, &secret(1));
    let token = || block_on(new.token("A")).unwrap().token;
    assert_eq!(token().sealed.key, "b");
    assert_eq!(ring(&["a", "b"]).recogniser_of(&token().fingerprint), Some("a"));
    let reseal = || block_on(new.reseal(&operator, now, None)).unwrap().sealed;
    assert_eq!((reseal(), reseal()), (1, 0));
    assert_eq!(ring(&["a", "b"]).recogniser_of(&token().fingerprint), Some("b"));
}

#[test]
fn a_log_that_was_pruned_twice_and_holds_both_prunings_verifies() {
    let mut setup = Setup::new();
    for name in ["carol", "dave"] {
        setup.later(1000);
        block_on(setup.directory.add_user(&setup.operator, setup.now, &upn(name), UserKind::Member, None)).unwrap();
    }
    setup.later(1000);
    for until in [500, 1500] {
        let mut file = Vec::new();
        block_on(setup.directory.export_audit(UnixTime::from_secs(NOW + until), &mut file)).unwrap();
        block_on(setup.directory.prune_audit(&setup.operator, setup.now, &*file)).unwrap();
        let report = block_on(setup.directory.verify_audit()).unwrap();
        assert!(report.is_ok(), "{report:?}");
        setup.later(1);
    }
    let prunings = setup.actions().iter().filter(|logged| logged.event.action == Action::AuditPruned).count();
    assert_eq!(prunings, 2);
}

/// The label and the fields of a segment's seal: a file that an older version exported must verify, and is written the same today.
#[cfg(feature = "sqlite")]
#[test]
fn the_log_of_the_golden_directory_is_exported_as_before() {
    use oath_directory::store::{Missing, SqliteStore};
    let kit = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/directory");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oath.db");
    std::fs::copy(kit.join("oath.db"), &path).unwrap();
    let keys = KeyRing::parse(&std::fs::read_to_string(kit.join("oath.keys")).unwrap()).unwrap();
    let store = SqliteStore::open(&path, Missing::Refuse).unwrap();
    let directory = Directory::new(store, keys, Policy::default()).unwrap();
    let mut file = Vec::new();
    block_on(directory.export_audit(UnixTime::from_secs(NOW + 1_000_000), &mut file)).unwrap();
    if std::env::var_os("OATH_WRITE_EXPECTED").is_some() {
        std::fs::write(kit.join("segment"), &file).unwrap();
    }
    let expected = std::fs::read(kit.join("segment")).unwrap();
    assert!(!expected.is_empty());
    assert_eq!(String::from_utf8(file).unwrap(), String::from_utf8(expected.clone()).unwrap());
    let segments = block_on(directory.verify_segments(&*expected, &[])).unwrap();
    assert_eq!(segments.len(), 1);
}
