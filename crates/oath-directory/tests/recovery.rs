//! Recovery codes: issued once, good once, by the gate and the attempts of all sign-ins.

mod support;

use oath_directory::audit::Action;
use oath_directory::store::{MemoryStore, Store, Wanted};
use oath_directory::{Clock, Error, Policy, Recovered, RecoveryCode, Refusal, Source};
use oath_totp::{Code, UnixTime};
use pollster::block_on;
use std::sync::atomic::Ordering::SeqCst;
use support::{Probe, Setup, code, secret, shown, two_codes, upn};

fn issue<S: Store>(setup: &Setup<S>, name: &str) -> Vec<RecoveryCode> {
    block_on(setup.directory.issue_recovery(&setup.operator, setup.now, &upn(name))).unwrap()
}

fn recover<S: Store>(setup: &Setup<S>, name: &str, code: &RecoveryCode) -> Result<usize, Error> {
    let name = upn(name);
    let found = setup.directory.verify_recovery(&setup.operator, setup.now, &name, code, None);
    block_on(found).map(|Recovered { left }| left)
}

fn left<S: Store>(setup: &Setup<S>, name: &str) -> usize {
    block_on(setup.directory.recovery(&upn(name))).unwrap().left
}

fn wrong() -> RecoveryCode {
    RecoveryCode::from_typed("AAAA-AAAA-AAAA").unwrap()
}

const REJECTED: Result<usize, Error> = Err(Error::Refused(Refusal::Rejected));

#[test]
fn each_code_signs_in_once_and_for_its_user_alone() {
    let setup = Setup::new();
    let codes = issue(&setup, "alice");
    let bobs = issue(&setup, "bob");
    assert_eq!((codes.len(), left(&setup, "alice")), (10, 10));
    for (used, code) in codes.iter().enumerate() {
        assert_eq!(recover(&setup, "bob", code), REJECTED, "another user's");
        assert_eq!(recover(&setup, "alice", code), Ok(9 - used));
        assert_eq!(recover(&setup, "alice", code), REJECTED, "it was used");
    }
    assert_eq!((left(&setup, "alice"), left(&setup, "bob")), (0, 10));
    assert_eq!(block_on(setup.directory.recovery(&upn("alice"))).unwrap().issued, None);
    block_on(setup.directory.unlock_user(&setup.operator, setup.now, &upn("bob"))).unwrap();
    assert_eq!(recover(&setup, "bob", &bobs[3]), Ok(9));
    let events = setup.actions();
    let signed_in: Vec<_> = events.iter().filter(|logged| logged.event.action == Action::SignedIn).collect();
    assert_eq!(signed_in.len(), 11);
    assert_eq!((&*signed_in[0].event.detail["by"], &*signed_in[0].event.detail["left"]), ("recovery-code", "9"));
    block_on(setup.directory.verify_audit()).unwrap().unwrap();
}

#[test]
fn new_codes_take_the_place_of_old_ones_and_a_reset_takes_all() {
    let setup = Setup::new();
    let old = issue(&setup, "alice");
    let new = issue(&setup, "alice");
    assert_eq!(recover(&setup, "alice", &old[0]), REJECTED);
    assert_eq!(recover(&setup, "alice", &new[0]), Ok(9));
    let reset = || block_on(setup.directory.reset_recovery(&setup.operator, setup.now, &upn("alice"))).unwrap();
    assert_eq!((reset(), reset()), (9, 0));
    assert_eq!(recover(&setup, "alice", &new[1]), REJECTED);
    let reset = setup.actions().into_iter().filter(|logged| logged.event.action == Action::RecoveryReset);
    assert_eq!(reset.map(|logged| logged.event.detail["codes"].clone()).collect::<Vec<_>>(), ["9"]);
    let nobody = upn("nobody");
    let unknown = block_on(setup.directory.issue_recovery(&setup.operator, setup.now, &nobody)).map(drop).map_err(code);
    assert_eq!(unknown, Err("user-unknown"));
}

#[test]
fn wrong_codes_of_both_kinds_share_the_attempts_and_the_right_one_ends_the_count() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(90);
    let codes = issue(&setup, "alice");
    let wrong_code: Code = "000000".parse().unwrap();
    for guess in 0..10 {
        if guess % 2 == 0 {
            assert_eq!(recover(&setup, "alice", &wrong()), REJECTED);
        } else {
            assert_eq!(setup.verify("alice", &wrong_code), Err(Error::Refused(Refusal::Rejected)));
        }
    }
    let locked = Error::Refused(Refusal::Locked { retry_after: 30 });
    assert_eq!(recover(&setup, "alice", &codes[0]), Err(locked.clone()));
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), Err(locked));
    assert_eq!(left(&setup, "alice"), 10, "a code that is not read is not used");
    setup.later(30);
    assert_eq!(recover(&setup, "alice", &codes[0]), Ok(9));
    assert_eq!(block_on(setup.directory.user(setup.now, &upn("alice"))).unwrap().failures, 0);
}

#[test]
fn a_disabled_user_a_removed_one_and_a_restored_directory_have_no_codes() {
    let mut setup = Setup::new();
    let codes = issue(&setup, "alice");
    let enable = |setup: &Setup, may| {
        block_on(setup.directory.enable_user(&setup.operator, setup.now, &upn("alice"), may)).unwrap();
    };
    enable(&setup, false);
    assert_eq!(recover(&setup, "alice", &codes[0]), REJECTED);
    let disabled = block_on(setup.directory.issue_recovery(&setup.operator, setup.now, &upn("alice"))).map(drop);
    assert_eq!(disabled.map_err(code), Err("user-disabled"));
    enable(&setup, true);
    assert_eq!(recover(&setup, "alice", &codes[0]), Ok(9));
    let renamed = block_on(setup.directory.rename_user(&setup.operator, setup.now, &upn("alice"), &upn("alicia")));
    renamed.unwrap();
    assert_eq!(recover(&setup, "alicia", &codes[1]), Ok(8), "they follow the user");
    // The database of a backup has forgotten which were used.
    block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
    assert_eq!((recover(&setup, "alicia", &codes[2]), left(&setup, "alicia")), (REJECTED, 0));
    assert_eq!(setup.actions().pop().unwrap().event.detail["reason"], "issued-before-restore");
    setup.later(1);
    let codes = issue(&setup, "alicia");
    assert_eq!(recover(&setup, "alicia", &codes[0]), Ok(9));
    block_on(setup.directory.remove_user(&setup.operator, setup.now, &upn("alicia"))).unwrap();
    block_on(setup.directory.add_user(&setup.operator, setup.now, &upn("alicia"), Default::default(), None)).unwrap();
    assert_eq!((recover(&setup, "alicia", &codes[1]), left(&setup, "alicia")), (REJECTED, 0));
}

#[test]
fn codes_of_before_a_restore_are_refused_whatever_the_clocks_said() {
    const YEAR: u64 = 365 * 24 * 60 * 60;
    let mut setup = Setup::new();
    let restore =
        |setup: &Setup| block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Checked)).unwrap();
    // Issued while the clock was a year ahead.
    let present = setup.now;
    setup.later(YEAR);
    let ahead = issue(&setup, "alice");
    assert_eq!(recover(&setup, "alice", &ahead[0]), Ok(9));
    setup.now = present;
    restore(&setup);
    for _ in 0..3 {
        assert_eq!((recover(&setup, "alice", &ahead[1]), left(&setup, "alice")), (REJECTED, 0));
        setup.later(YEAR);
    }
    // Issued after a restore, and before another one whose clock is not later.
    for back in [0, 1, 3600, YEAR] {
        let codes = issue(&setup, "alice");
        assert_eq!(recover(&setup, "alice", &codes[0]), Ok(9));
        setup.now = UnixTime::from_secs(setup.now.as_secs() - back);
        restore(&setup);
        assert_eq!((recover(&setup, "alice", &codes[1]), left(&setup, "alice")), (REJECTED, 0), "{back}");
    }
    // Issued after a restore by a clock that is slow: they are good.
    setup.now = UnixTime::from_secs(setup.now.as_secs() - 3600);
    let codes = issue(&setup, "alice");
    assert_eq!((recover(&setup, "alice", &codes[0]), left(&setup, "alice")), (Ok(9), 9));
}

#[test]
fn one_code_typed_many_times_at_once_signs_in_once() {
    let setup = Setup::on(Probe::default(), Policy { free_attempts: 100, ..Policy::default() });
    let codes = issue(&setup, "alice");
    let (probe, alice) = (setup.directory.store(), upn("alice"));
    probe.gather.store(probe.counts().0 + 20, SeqCst);
    let call = || setup.directory.verify_recovery(&setup.operator, setup.now, &alice, &codes[0], None);
    let mut calls: Vec<_> = (0..20).map(|_| Box::pin(call())).collect();
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    let mut answers = Vec::new();
    while !calls.is_empty() {
        calls.retain_mut(|call| match call.as_mut().poll(&mut context) {
            core::task::Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            core::task::Poll::Pending => true,
        });
    }
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert_eq!(left(&setup, "alice"), 9);
}

#[test]
fn a_lost_connection_is_no_second_use() {
    let setup = Setup::on(Probe::default(), Policy::default());
    let codes = issue(&setup, "alice");
    setup.directory.store().lost_after.store(1, SeqCst);
    assert_eq!(recover(&setup, "alice", &codes[0]), Ok(9), "it was applied, and the gate says so");
    assert_eq!(left(&setup, "alice"), 9);
    setup.directory.store().lost_before.store(1, SeqCst);
    assert_eq!(recover(&setup, "alice", &codes[1]), Ok(8));
    assert_eq!(recover(&setup, "alice", &codes[1]), REJECTED);
}

#[test]
fn names_that_nobody_has_answer_and_cost_the_same() {
    let setup = Setup::on(Probe::default(), Policy::default());
    issue(&setup, "alice");
    let mut all = Vec::new();
    for name in ["alice", "bob", "nobody"] {
        let before = setup.directory.store().counts();
        let answers: Vec<_> = (0..12).map(|_| recover(&setup, name, &wrong())).collect();
        let after = setup.directory.store().counts();
        all.push((after.0 - before.0, after.1 - before.1, answers));
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    assert_eq!((all[0].0, all[0].1), (12, 10));
}

#[test]
fn a_known_device_has_attempts_of_its_own_and_a_recovery_makes_one_known() {
    let setup = Setup::new();
    let codes = issue(&setup, "alice");
    let (laptop, alice) = (Source::new("laptop"), upn("alice"));
    let from =
        |code| block_on(setup.directory.verify_recovery(&setup.operator, setup.now, &alice, code, laptop.as_ref()));
    assert!(from(&codes[0]).is_ok());
    for _ in 0..10 {
        recover(&setup, "alice", &wrong()).unwrap_err();
    }
    assert!(matches!(recover(&setup, "alice", &codes[1]), Err(Error::Refused(Refusal::Locked { .. }))));
    assert!(from(&codes[1]).is_ok());
}

#[test]
fn a_hash_that_another_writer_put_there_is_refused_and_no_code_is_shown_anywhere() {
    let setup = Setup::new();
    let codes = issue(&setup, "alice");
    recover(&setup, "alice", &codes[0]).unwrap();
    recover(&setup, "alice", &wrong()).unwrap_err();
    let wanted = Wanted { users: vec!["alice@example.com".to_owned()], ..Wanted::default() };
    let view = block_on(setup.directory.store().view(wanted.clone())).unwrap();
    let shown = format!("{view:?} {codes:?} {:?}", setup.actions());
    for code in &codes {
        let text = code.expose_text();
        assert!(!shown.contains(&**text) && !shown.contains(&text.replace('-', "")), "{shown}");
    }
    assert!(shown.contains("Recovery(9 codes)") && shown.contains("RecoveryCode([elided])"), "{shown}");
    // Bob's hashes moved to Alice: they are bound to her record and to her id.
    let bobs = issue(&setup, "bob");
    let of_bob = Wanted { users: vec!["bob@example.com".to_owned()], ..Wanted::default() };
    let bob = block_on(setup.directory.store().view(of_bob)).unwrap().users.pop().unwrap().value;
    let alice = block_on(setup.directory.store().view(wanted)).unwrap().users.pop().unwrap();
    let moved = oath_directory::model::User { recovery: bob.recovery, ..alice.value };
    let write = oath_directory::store::Write::Update(alice.version, moved);
    let changes = oath_directory::store::Changes { users: vec![write], ..Default::default() };
    let key = oath_directory::KeyRing::generate().unwrap();
    block_on(setup.directory.store().commit(changes, key.audit_key())).unwrap();
    assert_eq!(recover(&setup, "alice", &bobs[0]), REJECTED);
    assert_eq!(setup.actions().pop().unwrap().event.detail["reason"], "damaged-user");
}

#[test]
fn the_policy_says_how_many() {
    let setup = Setup::on(MemoryStore::new(), Policy { recovery_codes: 32, ..Policy::default() });
    assert_eq!((issue(&setup, "alice").len(), left(&setup, "alice")), (32, 32));
}
