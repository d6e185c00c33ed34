//! The one gate: parallel guesses, lost connections, wrong clocks, contention.

mod support;

use core::pin::Pin;
use core::task::{Context, Waker};
use oath_directory::audit::Action;
use oath_directory::store::{Changes, Fault, MemoryStore, Store};
use oath_directory::{Error, Policy, Refusal, Source, Status, UserKind, UserQuery};
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
    at_once_from(setup, &codes.iter().map(|code| (code.clone(), None)).collect::<Vec<_>>())
}

/// The same, each from its source.
fn at_once_from(setup: &Setup<Probe>, codes: &[(Code, Option<Source>)]) -> Vec<Result<String, Error>> {
    let probe = setup.directory.store();
    probe.gather.store(probe.counts().0 + codes.len() + 1, SeqCst);
    let user = upn("alice");
    let mut calls: Vec<_> = codes
        .iter()
        .map(|(code, source)| {
            let (actor, now) = (&setup.operator, setup.now);
            Some(Box::pin(setup.directory.verify_from(actor, now, &user, code, source.as_ref())))
        })
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
fn a_sign_in_that_finds_no_room_is_not_tried_again() {
    let setup = with_token(Probe::default());
    setup.directory.store().full.store(1, SeqCst);
    let right = shown(1, setup.now, 0);
    assert!(matches!(setup.verify("alice", &right), Err(Error::Store(error)) if error.fault == Fault::Full));
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

fn source(name: &str) -> Source {
    Source::new(name).unwrap()
}

fn from(setup: &Setup<impl Store>, name: &str, source: Option<&Source>, code: &Code) -> Result<String, Error> {
    let upn = upn(name);
    let found = setup.directory.verify_from(&setup.operator, setup.now, &upn, code, source);
    block_on(found).map(|signed_in| signed_in.serial)
}

fn is_locked(answer: &Result<String, Error>) -> bool {
    matches!(answer, Err(Error::Refused(Refusal::Locked { .. })))
}

#[test]
fn guesses_of_strangers_lock_strangers_and_not_a_device_that_the_user_signed_in_from() {
    let mut setup = with_token(MemoryStore::new());
    let (laptop, other) = (source("laptop"), source("other"));
    assert!(from(&setup, "alice", Some(&laptop), &shown(1, setup.now, 0)).is_ok());
    for guess in 0..10 {
        let strange = if guess % 2 == 0 { None } else { Some(&other) };
        assert!(!is_locked(&from(&setup, "alice", strange, &wrong())), "{guess}");
    }
    setup.later(29);
    for strange in [None, Some(&other), Some(&source("a third"))] {
        assert!(is_locked(&from(&setup, "alice", strange, &shown(1, setup.now, 0))));
    }
    let details = block_on(setup.directory.user(setup.now, &upn("alice"))).unwrap();
    assert_eq!((details.failures, details.wait, details.known_sources), (10, Some(1), 1));
    let list = |locked| {
        let users = setup.directory.users_after(setup.now, UserQuery { locked }, None, 2);
        block_on(users).unwrap().into_iter().map(|user| (user.user.upn.to_string(), user.failures)).collect::<Vec<_>>()
    };
    assert_eq!(list(true), [("alice@example.com".to_owned(), 10)]);
    assert_eq!(list(false).len(), 2, "two at the most");
    assert!(from(&setup, "alice", Some(&laptop), &shown(1, setup.now, 0)).is_ok(), "her own device is not locked");
    assert!(is_locked(&from(&setup, "alice", None, &wrong())), "and strangers get no new tries by her sign-in");
}

#[test]
fn wrong_codes_from_a_known_device_lock_it_alone_and_unlocking_ends_all_locks() {
    let mut setup = with_token(MemoryStore::new());
    let laptop = source("laptop");
    assert!(from(&setup, "alice", Some(&laptop), &shown(1, setup.now, 0)).is_ok());
    setup.later(90);
    for _ in 0..10 {
        assert!(!is_locked(&from(&setup, "alice", Some(&laptop), &wrong())));
    }
    assert!(is_locked(&from(&setup, "alice", Some(&laptop), &wrong())));
    let locked = || {
        let users = setup.directory.users_after(setup.now, UserQuery { locked: true }, None, 9);
        block_on(users)
            .unwrap()
            .into_iter()
            .map(|user| user.locked_until.unwrap().as_secs() - setup.now.as_secs())
            .collect::<Vec<_>>()
    };
    assert_eq!(locked(), [30], "the list shows the lock of the device");
    assert!(!is_locked(&from(&setup, "alice", None, &wrong())));
    block_on(setup.directory.unlock_user(&setup.operator, setup.now, &upn("alice"))).unwrap();
    assert_eq!(setup.actions().pop().unwrap().event.detail["failures"], "11");
    assert!(locked().is_empty());
    assert!(from(&setup, "alice", Some(&laptop), &shown(1, setup.now, 0)).is_ok());
}

#[test]
fn eight_devices_are_known_for_ninety_days_and_the_oldest_gives_its_place() {
    let mut setup = with_token(MemoryStore::new());
    let devices: Vec<Source> = (0..9).map(|number| source(&format!("device {number}"))).collect();
    let is_known = |setup: &Setup, device: &Source| {
        let directory = &setup.directory;
        for _ in 0..12 {
            let _ = block_on(directory.verify_from(&setup.operator, setup.now, &upn("alice"), &wrong(), None));
        }
        let answer = from(setup, "alice", Some(device), &wrong());
        block_on(directory.unlock_user(&setup.operator, setup.now, &upn("alice"))).unwrap();
        !is_locked(&answer)
    };
    for device in &devices {
        setup.later(86_400);
        assert!(!is_known(&setup, device));
        assert!(from(&setup, "alice", Some(device), &shown(1, setup.now, 0)).is_ok());
    }
    let known = |setup: &Setup| devices.iter().map(|device| is_known(setup, device)).collect::<Vec<_>>();
    assert_eq!(known(&setup), [false, true, true, true, true, true, true, true, true]);
    assert_eq!(block_on(setup.directory.user(setup.now, &upn("alice"))).unwrap().known_sources, 8);
    // Seven days were between the first of these and the last.
    setup.later(82 * 86_400);
    assert_eq!(known(&setup).iter().filter(|known| **known).count(), 8);
    setup.later(2 * 86_400);
    assert_eq!(known(&setup).iter().filter(|known| **known).count(), 6);
    // Another name knows none of them, and a user who comes after the first one neither.
    assert!(!is_known(&setup, &devices[0]));
    block_on(setup.directory.remove_user(&setup.operator, setup.now, &upn("alice"))).unwrap();
    assert!(!devices.iter().any(|device| is_known_of_nobody(&setup, device)));
}

/// Whether a device has attempts of its own at the name of a user who is gone.
fn is_known_of_nobody(setup: &Setup, device: &Source) -> bool {
    for _ in 0..12 {
        let _ = from(setup, "alice", None, &wrong());
    }
    !is_locked(&from(setup, "alice", Some(device), &wrong()))
}

#[test]
fn guesses_at_once_from_several_sources_get_the_tries_of_serial_ones() {
    for right_at in [0, 7, 13, 14, 28, 29, 40, 99] {
        let (mut together, mut serial) = (with_token(Probe::default()), with_token(MemoryStore::new()));
        let laptop = source("laptop");
        assert!(from(&together, "alice", Some(&laptop), &shown(1, together.now, 0)).is_ok());
        assert!(from(&serial, "alice", Some(&laptop), &shown(1, serial.now, 0)).is_ok());
        together.later(90);
        serial.later(90);
        // Of three guesses one comes from her device, one from another and one from nowhere.
        let codes: Vec<_> = (0..100)
            .map(|guess| {
                let code = if guess == right_at { shown(1, together.now, 0) } else { wrong() };
                (code, [Some(laptop.clone()), Some(source("other")), None][guess % 3].clone())
            })
            .collect();
        let expected: Vec<_> =
            codes.iter().map(|(code, source)| from(&serial, "alice", source.as_ref(), code)).collect();
        assert_eq!(at_once_from(&together, &codes), expected, "{right_at}");
        let tried = |from_laptop: bool| {
            let of = |(index, answer): (usize, &Result<String, Error>)| {
                (index % 3 == 0) == from_laptop && !is_locked(answer)
            };
            expected.iter().enumerate().filter(|found| of(*found)).count()
        };
        if right_at == 99 {
            assert_eq!((tried(true), tried(false)), (10, 10), "each budget has its ten");
        }
    }
}

#[test]
fn names_that_nobody_has_answer_and_cost_the_same_from_every_source() {
    let setup = Setup::on(Probe::default(), Policy::default());
    let laptop = source("laptop");
    let mut all = Vec::new();
    for name in ["alice", "nobody"] {
        let before = setup.directory.store().counts();
        let answers: Vec<_> =
            (0..24).map(|guess| from(&setup, name, [Some(&laptop), None][guess % 2], &wrong())).collect();
        let after = setup.directory.store().counts();
        all.push((after.0 - before.0, after.1 - before.1, answers));
    }
    assert_eq!(all[0], all[1]);
}

#[test]
fn a_source_is_kept_as_a_keyed_hash_and_shown_nowhere() {
    let setup = with_token(MemoryStore::new());
    let laptop = source("cookie-of-the-laptop");
    assert!(from(&setup, "alice", Some(&laptop), &shown(1, setup.now, 0)).is_ok());
    let wanted = oath_directory::store::Wanted { users: vec!["alice@example.com".to_owned()], ..Default::default() };
    let view = block_on(setup.directory.store().view(wanted)).unwrap();
    assert_eq!(view.gates[0].value.known.len(), 1);
    let shown = format!("{laptop:?} {view:?} {:?}", setup.actions());
    assert!(shown.starts_with("Source([elided])") && !shown.contains("cookie-of-the-laptop"), "{shown}");
    assert!(Source::new("").is_none());
}
