//! The one gate: parallel guesses, lost connections, wrong clocks, contention.

mod support;

use core::pin::Pin;
use core::task::{Context, Waker};
use oath_directory::audit::Action;
use oath_directory::store::{Changes, MemoryStore, Store};
use oath_directory::{Error, Policy, Refusal, Status, UserKind};
use oath_totp::{Code, UnixTime};
use pollster::block_on;
use std::sync::atomic::Ordering::SeqCst;
use support::{NOW, Probe, Setup, code, secret, shown, two_codes, upn};

const YEAR: u64 = 365 * 86_400;

fn wrong() -> Code {
    "000000".parse().unwrap()
}

/// Alice holds an activated token.
fn with_token<S: Store>(store: S) -> Setup<S> {
    let mut setup = Setup::on(store, Policy::default());
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(90);
    setup
}

fn count(setup: &Setup<impl Store>, action: Action) -> usize {
    setup.actions().into_iter().filter(|logged| logged.event.action == action).count()
}

/// Answers to codes that all look before any of them writes. They write in the order of the codes.
fn at_once(setup: &Setup<Probe>, codes: &[Code]) -> Vec<Result<String, Error>> {
    let probe = setup.directory.store();
    probe.gather.store(probe.counts().0 + codes.len() + 1, SeqCst);
    let user = upn("alice");
    let mut calls: Vec<_> = codes
        .iter()
        .map(|code| Some(Box::pin(setup.directory.verify(&setup.operator, setup.now, &user, code))))
        .collect();
    let mut answers: Vec<_> = codes.iter().map(|_| None).collect();
    for round in 0.. {
        if answers.iter().all(Option::is_some) {
            break;
        }
        if round == 1 {
            // All have looked.
            probe.reads.fetch_add(1, SeqCst);
        }
        for (call, answer) in calls.iter_mut().zip(&mut answers) {
            let Some(future) = call else { continue };
            let polled = Pin::new(future).as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let core::task::Poll::Ready(found) = polled {
                (*answer, *call) = (Some(found.map(|signed_in| signed_in.serial)), None);
            }
        }
    }
    answers.into_iter().map(Option::unwrap).collect()
}

#[test]
fn a_thousand_guesses_at_once_get_the_tries_that_they_get_one_after_the_other() {
    for right_at in [0, 5, 9, 10, 11, 999] {
        let mut codes = vec![wrong(); 1000];
        let (together, serial) = (with_token(Probe::default()), with_token(MemoryStore::new()));
        codes[right_at] = shown(1, together.now, 0);
        let expected: Vec<_> = codes.iter().map(|code| serial.verify("alice", code)).collect();
        assert_eq!(expected[right_at].is_ok(), right_at < 10);
        assert!(at_once(&together, &codes) == expected, "the right one at {right_at}");
        for action in [Action::SignedIn, Action::SignInRejected] {
            assert_eq!(count(&together, action), count(&serial, action), "the right one at {right_at}");
        }
    }
}

#[test]
fn the_same_code_at_once_signs_in_once() {
    let setup = with_token(Probe::default());
    let right = shown(1, setup.now, 0);
    let answers = at_once(&setup, &vec![right; 8]);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
}

#[test]
fn a_token_that_is_taken_back_at_that_moment_does_not_sign_in() {
    type Change = fn(&Setup<Probe>);
    let changes: [(&str, Change); 6] = [
        ("renamed", |setup| {
            let (from, to) = (upn("alice"), upn("carol"));
            block_on(setup.directory.rename_user(&setup.operator, setup.now, &from, &to)).map(drop).unwrap();
        }),
        ("disabled", |setup| {
            block_on(setup.directory.enable_user(&setup.operator, setup.now, &upn("alice"), false)).map(drop).unwrap();
        }),
        ("removed", |setup| {
            block_on(setup.directory.remove_user(&setup.operator, setup.now, &upn("alice"))).map(drop).unwrap();
        }),
        ("deactivated", |setup| {
            block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).map(drop).unwrap();
        }),
        ("unassigned", |setup| block_on(setup.directory.unassign(&setup.operator, setup.now, "A")).map(drop).unwrap()),
        ("resynchronized", |setup| {
            let codes = [shown(1, setup.now, 0), shown(1, setup.now, 1)].into();
            block_on(setup.directory.resync(&setup.operator, setup.now, "A", &codes)).map(drop).unwrap();
        }),
    ];
    for (what, change) in changes {
        let setup = with_token(Probe::default());
        let probe = setup.directory.store();
        probe.gather.store(probe.counts().0 + 2, SeqCst);
        let (user, right) = (upn("alice"), shown(1, setup.now, 0));
        let mut call = Box::pin(setup.directory.verify(&setup.operator, setup.now, &user, &right));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "it has looked");
        change(&setup);
        assert_eq!(block_on(call).map(drop), Err(Error::Refused(Refusal::Rejected)), "{what}");
    }
}

#[test]
fn a_lost_connection_charges_nobody_twice_and_accepts_nothing_twice() {
    for before in [false, true] {
        let setup = with_token(Probe::default());
        let probe = setup.directory.store();
        let lose = || if before { &probe.lost_before } else { &probe.lost_after };
        lose().store(2, SeqCst);
        assert_eq!(setup.verify("alice", &wrong()), Err(Error::Refused(Refusal::Rejected)));
        lose().store(2, SeqCst);
        assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
        lose().store(0, SeqCst);
        assert_eq!((count(&setup, Action::SignedIn), count(&setup, Action::SignInRejected)), (1, 1));
        for _ in 0..10 {
            assert_eq!(setup.verify("alice", &wrong()), Err(Error::Refused(Refusal::Rejected)), "ten are free again");
        }
        assert!(matches!(setup.verify("alice", &wrong()), Err(Error::Refused(Refusal::Locked { .. }))));
    }
}

#[test]
fn a_connection_that_was_lost_while_others_wrote_is_an_error_and_no_grant() {
    let setup = with_token(Probe::default());
    let probe = setup.directory.store();
    probe.lost_before.store(1, SeqCst);
    let (user, right) = (upn("alice"), shown(1, setup.now, 0));
    probe.gather.store(probe.counts().0 + 2, SeqCst);
    let mut call = Box::pin(setup.directory.verify(&setup.operator, setup.now, &user, &right));
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    probe.reads.fetch_add(1, SeqCst);
    probe.meddle.store(1, SeqCst);
    assert_eq!(block_on(call).map(drop), Err(Error::OutcomeUnknown));
    assert_eq!(count(&setup, Action::SignedIn), 0);
    assert_eq!(setup.verify("alice", &right).unwrap(), "A", "the code is not spent");
}

#[test]
fn nothing_is_tried_without_end() {
    let setup = with_token(Probe::default());
    let probe = setup.directory.store();
    probe.conflicts.store(usize::MAX, SeqCst);
    let before = probe.counts().1;
    assert_eq!(setup.verify("alice", &wrong()), Err(Error::Contention));
    assert!(probe.counts().1 - before <= 64);
    let before = probe.counts().1;
    let user = block_on(setup.directory.add_user(&setup.operator, setup.now, &upn("new"), UserKind::Member, None));
    assert_eq!(user.map(drop), Err(Error::Contention));
    assert!(probe.counts().1 - before <= 64);
}

#[test]
fn uploads_at_once_with_an_expired_status_all_succeed() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.later(31 * 86_400);
    let setup = &setup;
    std::thread::scope(|scope| {
        for number in 2..8 {
            scope.spawn(move || setup.upload(&[("", &format!("S{number}"), &secret(number))]));
        }
    });
    assert_eq!(count(setup, Action::UploadDeleted), 1);
    assert_eq!(block_on(setup.directory.uploads(setup.now)).unwrap().len(), 6);
}

#[test]
fn a_clock_that_was_a_year_ahead_locks_nobody_out_when_it_is_set_right() {
    let mut setup = with_token(MemoryStore::new());
    setup.upload(&[("bob", "B", &secret(2))]);
    let present = setup.now;
    setup.later(YEAR);
    for _ in 0..11 {
        let _ = setup.verify("alice", &wrong());
        let _ = setup.activate("B", wrong());
    }
    setup.now = present;
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    assert_eq!(setup.activate("B", two_codes(2, setup.now)), Ok(1));
    // And the count begins anew.
    for _ in 0..10 {
        assert_eq!(setup.verify("alice", &wrong()), Err(Error::Refused(Refusal::Rejected)));
    }
    let locked = setup.verify("alice", &wrong());
    assert_eq!(locked, Err(Error::Refused(Refusal::Locked { retry_after: 30 })));
}

#[test]
fn activations_of_the_future_do_not_count() {
    let policy = Policy { activations: Some(1), ..Policy::default() };
    let mut setup = Setup::on(MemoryStore::new(), policy);
    setup.upload(&[("alice", "A", &secret(1)), ("alice", "B", &secret(2)), ("alice", "C", &secret(3))]);
    setup.later(YEAR);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.now = UnixTime::from_secs(NOW);
    setup.activate("B", two_codes(2, setup.now)).unwrap();
    let found = block_on(setup.directory.activate(&setup.operator, setup.now, "C", &two_codes(3, setup.now).into()));
    let refusal = Refusal::TooManyActivations { limit: 1, period: 300, retry_after: 300 };
    assert_eq!(found, Err(Error::Refused(refusal)));
}

#[test]
fn a_token_that_a_clock_ahead_used_up_is_reset_and_its_used_codes_stay_used() {
    let mut setup = with_token(MemoryStore::new());
    let present = setup.now;
    let used = shown(1, setup.now, 0);
    assert_eq!(setup.verify("alice", &used).unwrap(), "A");
    setup.later(YEAR);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    setup.now = UnixTime::from_secs(present.as_secs() + 30);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), Err(Error::Refused(Refusal::Rejected)));
    block_on(setup.directory.reset_token(&setup.operator, setup.now, "A")).unwrap();
    for ahead in -2..=2 {
        let answer = setup.verify("alice", &shown(1, setup.now, ahead));
        assert_eq!(answer, Err(Error::Refused(Refusal::Rejected)), "{ahead}: what a sign-in could accept is used");
    }
    setup.later(90);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
}

#[test]
fn after_a_restore_all_codes_up_to_then_are_refused() {
    let mut setup = with_token(MemoryStore::new());
    // Used, and forgotten with the database: here it was never used, which looks the same.
    let forgotten = shown(1, setup.now, 1);
    block_on(setup.directory.restored(&setup.operator, setup.now)).unwrap();
    for ahead in -2..=2 {
        assert_eq!(setup.verify("alice", &shown(1, setup.now, ahead)), Err(Error::Refused(Refusal::Rejected)));
    }
    setup.upload(&[("bob", "B", &secret(2))]);
    assert_eq!(setup.activate("B", shown(2, setup.now, 0)), Err("next-code-needed"), "an activation is no way around");
    let resync = [shown(1, setup.now, 0), shown(1, setup.now, 1)].into();
    let found = block_on(setup.directory.resync(&setup.operator, setup.now, "A", &resync)).map(drop).map_err(code);
    assert_eq!(found, Err("wrong-code"));
    setup.later(120);
    assert_eq!(setup.verify("alice", &forgotten), Err(Error::Refused(Refusal::Rejected)));
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    // An earlier moment does not lower it.
    let floor = setup.now;
    block_on(setup.directory.restored(&setup.operator, floor)).unwrap();
    block_on(setup.directory.restored(&setup.operator, UnixTime::from_secs(NOW))).unwrap();
    assert_eq!(count(&setup, Action::DirectoryRestored), 2);
    setup.later(30);
    assert_eq!(setup.verify("alice", &shown(1, floor, 0)), Err(Error::Refused(Refusal::Rejected)));
}

#[test]
fn changes_that_matter_to_no_sign_in_leave_the_gate_alone() {
    let setup = with_token(MemoryStore::new());
    let version = || {
        let view =
            block_on(setup.directory.store().look(upn("alice").key().to_owned(), oath_directory::store::Fresh::Latest));
        view.unwrap().gates[0].version
    };
    let before = version();
    block_on(setup.directory.add_user(&setup.operator, setup.now, &upn("new"), UserKind::Member, None)).unwrap();
    setup.upload(&[("bob", "B", &secret(2)), ("", "C", &secret(3))]);
    assert_eq!(version(), before);
    block_on(setup.directory.assign(&setup.operator, setup.now, "C", &upn("alice"))).unwrap();
    assert_eq!(version(), before.next());
}

#[test]
fn a_deactivated_token_is_not_one_that_was_never_activated() {
    let mut setup = Setup::new();
    let alice = upn("alice");
    let enroll = |setup: &Setup| block_on(setup.directory.enroll(&setup.operator, setup.now, &alice)).unwrap();
    let app = enroll(&setup);
    let totp = app.uri.to_totp().unwrap();
    let codes = |setup: &Setup| {
        let next = UnixTime::from_secs(setup.now.as_secs() + 30);
        [totp.generate(setup.now), totp.generate(next)].into()
    };
    let confirm = |setup: &Setup| {
        block_on(setup.directory.confirm(&setup.operator, setup.now, &alice, &codes(setup))).map(drop).map_err(code)
    };
    confirm(&setup).unwrap();
    let delete =
        |setup: &Setup| block_on(setup.directory.delete(&setup.operator, setup.now, &app.serial)).map_err(code);
    assert_eq!(delete(&setup), Err("wrong-status"), "an app that signs in is not deleted");
    block_on(setup.directory.deactivate(&setup.operator, setup.now, &app.serial)).unwrap();
    let status = |setup: &Setup| block_on(setup.directory.token(&app.serial)).unwrap().token.status;
    assert_eq!(status(&setup), Status::Deactivated);
    setup.later(90);
    assert_eq!(confirm(&setup), Err("nothing-to-confirm"), "a user does not activate it again");
    assert_ne!(enroll(&setup).serial, app.serial);
    assert_eq!(status(&setup), Status::Deactivated, "nor is it replaced as one that never signed in");
    assert_eq!(setup.activate(&app.serial, wrong()), Err("next-code-needed"));
    assert_eq!(status(&setup), Status::Deactivated);
    block_on(setup.directory.activate(&setup.operator, setup.now, &app.serial, &codes(&setup))).unwrap();
    assert_eq!(status(&setup), Status::Activated);
    block_on(setup.directory.deactivate(&setup.operator, setup.now, &app.serial)).unwrap();
    assert_eq!(delete(&setup), Ok(()));
}

#[test]
fn a_settings_record_that_is_gone_is_damage_and_not_a_new_directory() {
    let setup = with_token(MemoryStore::new());
    let store = setup.directory.store();
    let read = block_on(store.view(Default::default())).unwrap().settings.unwrap();
    let settings = Some(oath_directory::store::Write::Delete(read.version, ()));
    let key = oath_directory::KeyRing::generate().unwrap();
    block_on(store.commit(Changes { settings, ..Changes::default() }, key.audit_key())).unwrap();
    let error = setup.verify("alice", &shown(1, setup.now, 0)).unwrap_err();
    assert_eq!(error.code(), "database-corrupt");
}

/// Polls two calls, both of which read before one of them writes.
fn both<A, B>(setup: &Setup<Probe>, one: impl Future<Output = A>, two: impl Future<Output = B>) -> (A, B) {
    let probe = setup.directory.store();
    probe.gather.store(probe.counts().0 + 3, SeqCst);
    let (mut one, mut two) = (Box::pin(one), Box::pin(two));
    let mut context = Context::from_waker(Waker::noop());
    assert!(one.as_mut().poll(&mut context).is_pending() && two.as_mut().poll(&mut context).is_pending());
    probe.reads.fetch_add(1, SeqCst);
    (block_on(one), block_on(two))
}

#[test]
fn two_tokens_at_once_do_not_both_become_the_fifth() {
    let setup = Setup::on(Probe::default(), Policy::default());
    let secrets: Vec<_> = (0..6).map(secret).collect();
    let rows: Vec<_> =
        (0..6).map(|n| (if n < 4 { "alice" } else { "" }, ["A", "B", "C", "D", "E", "F"][n], &secrets[n])).collect();
    assert_eq!(setup.upload(&rows).imported, 6);
    let user = upn("alice");
    let assign = |serial| setup.directory.assign(&setup.operator, setup.now, serial, &user);
    let (one, two) = both(&setup, assign("E"), assign("F"));
    assert!(one.is_ok());
    assert_eq!(two.map(drop).map_err(code), Err("user-full"));
}

#[test]
fn a_token_that_is_taken_back_at_that_moment_is_not_resynchronized() {
    let setup = with_token(Probe::default());
    let (directory, operator, now) = (&setup.directory, &setup.operator, setup.now);
    let codes = [shown(1, now, 0), shown(1, now, 1)].into();
    let (taken, found) =
        both(&setup, directory.unassign(operator, now, "A"), directory.resync(operator, now, "A", &codes));
    assert!(taken.is_ok());
    assert_eq!(found.map(drop).map_err(code), Err("wrong-status"));
}

#[test]
fn wrong_codes_for_a_resynchronization_cost_attempts_too() {
    let setup = with_token(MemoryStore::new());
    let resync = || {
        let codes = [wrong(), wrong()].into();
        block_on(setup.directory.resync(&setup.operator, setup.now, "A", &codes)).map(drop).map_err(code)
    };
    for _ in 0..10 {
        assert_eq!(resync(), Err("wrong-code"));
    }
    assert_eq!(resync(), Err("locked"));
    assert_eq!(count(&setup, Action::ResynchronizationFailed), 10);
}

#[test]
fn a_recorded_drift_never_exceeds_what_a_resynchronization_searches() {
    let mut setup = Setup::on(MemoryStore::new(), Policy { radius: 2, ..Policy::default() });
    setup.upload(&[("alice", "A", &secret(1))]);
    let codes = [shown(1, setup.now, 1), shown(1, setup.now, 2)];
    assert_eq!(setup.activate("A", codes), Ok(2));
    for _ in 0..3 {
        setup.later(300);
        setup.verify("alice", &shown(1, setup.now, 4)).unwrap();
        assert_eq!(block_on(setup.directory.token("A")).unwrap().state.totp.drift, 2);
    }
}
