//! What a restore, and a reset of a token, refuse: all codes that were good before, whatever the clock of the token.

mod support;

use oath_directory::audit::Action;
use oath_directory::store::MemoryStore;
use oath_directory::{Clock, Error, Policy, Refusal};
use oath_totp::{Code, UnixTime};
use pollster::block_on;
use proptest::prelude::*;
use support::{NOW, Setup, code, secret, shown, totp, two_codes, upn};

const YEAR: u64 = 365 * 24 * 60 * 60;
/// What a sign-in looks ahead, and how far one code activates.
const AHEAD: u64 = 2;
const NEAR: u64 = 60;

/// Alice with an activated token.
fn with_token() -> Setup {
    let mut setup = Setup::on(MemoryStore::new(), Policy::default());
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(90);
    setup
}

fn count(setup: &Setup, action: Action) -> usize {
    setup.actions().into_iter().filter(|logged| logged.event.action == action).count()
}

#[test]
fn a_token_that_a_clock_ahead_used_up_is_reset_and_its_used_codes_stay_used() {
    let mut setup = with_token();
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
    let mut setup = with_token();
    // Used, and forgotten with the database: here it was never used, which looks the same.
    let forgotten = shown(1, setup.now, 1);
    block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
    for ahead in -2..=2 {
        assert_eq!(setup.verify("alice", &shown(1, setup.now, ahead)), Err(Error::Refused(Refusal::Rejected)));
    }
    setup.upload(&[("bob", "B", &secret(2))]);
    assert_eq!(setup.activate("B", shown(2, setup.now, 0)), Err("restored-recently"), "an activation is no way around");
    let resync = [shown(1, setup.now, 0), shown(1, setup.now, 1)].into();
    let found = block_on(setup.directory.resync(&setup.operator, setup.now, "A", &resync)).map(drop).map_err(code);
    assert_eq!(found, Err("wrong-code"));
    setup.later(120);
    assert_eq!(setup.verify("alice", &forgotten), Err(Error::Refused(Refusal::Rejected)));
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    // An earlier moment does not lower it.
    let floor = setup.now;
    block_on(setup.directory.restored(&setup.operator, floor, Clock::Unchecked)).unwrap();
    let raised = block_on(setup.directory.restored(&setup.operator, UnixTime::from_secs(NOW), Clock::Checked)).unwrap();
    assert_eq!(raised.as_secs(), floor.as_secs() + 1, "and the caller is told");
    assert_eq!(count(&setup, Action::DirectoryRestored), 3, "each restore leaves an event");
    setup.later(30);
    assert_eq!(setup.verify("alice", &shown(1, floor, 0)), Err(Error::Refused(Refusal::Rejected)));
}

#[test]
fn a_restore_while_the_clock_was_ahead_is_put_right_and_the_codes_of_the_past_stay_refused() {
    let mut setup = with_token();
    let forgotten = shown(1, setup.now, 1);
    let present = setup.now;
    let wrong = UnixTime::from_secs(present.as_secs() + YEAR);
    assert_eq!(block_on(setup.directory.restored(&setup.operator, wrong, Clock::Unchecked)).unwrap(), wrong);
    let codes = block_on(setup.directory.issue_recovery(&setup.operator, wrong, &upn("alice"))).unwrap();
    let refused_until = |setup: &Setup| block_on(setup.directory.user(setup.now, &upn("alice"))).unwrap().refused_until;
    let lower =
        |setup: &Setup| block_on(setup.directory.lower_floor(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
    setup.later(3600);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), Err(Error::Refused(Refusal::Rejected)));
    assert_eq!(setup.actions().pop().unwrap().event.detail["reason"], "restored");
    assert_eq!(refused_until(&setup), Some(wrong));
    assert_eq!(lower(&setup), Some(wrong));
    assert_eq!((refused_until(&setup), lower(&setup)), (None, None), "a second time there is nothing to lower");
    let events: Vec<_> =
        setup.actions().into_iter().filter(|logged| logged.event.action == Action::FloorLowered).collect();
    let [event] = &*events else { panic!("one event: {events:?}") };
    let moments = [&event.event.detail["from"], &event.event.detail["floor"]];
    assert_eq!(moments, [&wrong.as_secs().to_string(), &setup.now.as_secs().to_string()]);
    for ahead in -2..=2 {
        assert_eq!(
            setup.verify("alice", &shown(1, setup.now, ahead)),
            Err(Error::Refused(Refusal::Rejected)),
            "{ahead}"
        );
    }
    let alice = upn("alice");
    let recovered = setup.directory.verify_recovery(&setup.operator, setup.now, &alice, &codes[0], None);
    assert_eq!(block_on(recovered).map(drop), Err(Error::Refused(Refusal::Rejected)), "it may have been used, too");
    block_on(setup.directory.unlock_user(&setup.operator, setup.now, &alice)).unwrap();
    setup.later(120);
    assert_eq!(setup.verify("alice", &forgotten), Err(Error::Refused(Refusal::Rejected)));
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    // What is not in the future stays.
    let floor = block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
    assert_eq!((floor, lower(&setup)), (setup.now, None));
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 2)), Err(Error::Refused(Refusal::Rejected)));
}

#[test]
fn a_clock_that_is_behind_neither_sets_a_floor_nor_lowers_one() {
    let mut setup = with_token();
    let at = |after: u64| UnixTime::from_secs(NOW + after);
    let restored = |setup: &Setup, now, clock| block_on(setup.directory.restored(&setup.operator, now, clock));
    let lower = |setup: &Setup, now, clock| block_on(setup.directory.lower_floor(&setup.operator, now, clock));
    let behind = |now, newest| Error::Refused(Refusal::ClockBehind { now, newest });
    assert_eq!(block_on(setup.directory.refused_until()).unwrap(), UnixTime::default());
    // The newest event of the backup is a sign-in. A restore by an earlier clock would leave its code good.
    setup.now = at(3600);
    let used = shown(1, setup.now, 0);
    assert_eq!(setup.verify("alice", &used).unwrap(), "A");
    assert_eq!(block_on(setup.directory.last_event()).unwrap(), Some(at(3600)));
    assert_eq!(restored(&setup, at(3599), Clock::Unchecked), Err(behind(at(3599), at(3600))));
    assert_eq!(count(&setup, Action::DirectoryRestored), 0, "nothing has changed");
    assert_eq!(restored(&setup, at(7200), Clock::Unchecked), Ok(at(7200)));
    // A clock that is behind takes the floor for one in the future.
    for now in [at(0), at(3599)] {
        assert_eq!(lower(&setup, now, Clock::Unchecked), Err(behind(now, at(3600))));
    }
    assert_eq!(block_on(setup.directory.refused_until()).unwrap(), at(7200), "nothing has changed");
    assert_eq!(lower(&setup, at(3600), Clock::Unchecked), Ok(Some(at(7200))));
    assert_eq!(block_on(setup.directory.refused_until()).unwrap(), at(3600));
    setup.now = at(3660);
    assert_eq!(setup.verify("alice", &used), Err(Error::Refused(Refusal::Rejected)), "what was used stays used");
    setup.now = at(3780);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
}

#[test]
fn events_of_a_clock_that_was_ahead_do_not_bind_one_that_was_checked() {
    let setup = with_token();
    let at = |after: u64| UnixTime::from_secs(NOW + after);
    let restored = |now, clock| block_on(setup.directory.restored(&setup.operator, now, clock));
    let lower = |now, clock| block_on(setup.directory.lower_floor(&setup.operator, now, clock));
    // The clock is a year ahead before the backup and at the restore.
    block_on(setup.directory.unlock_token(&setup.operator, at(YEAR), "A")).unwrap();
    block_on(setup.directory.checkpoint(&setup.operator, at(YEAR))).unwrap();
    assert_eq!(restored(at(YEAR + 60), Clock::Unchecked), Ok(at(YEAR + 60)));
    assert!(matches!(lower(at(300), Clock::Unchecked), Err(Error::Refused(Refusal::ClockBehind { .. }))));
    assert_eq!(lower(at(300), Clock::Checked), Ok(Some(at(YEAR + 60))));
    // At a restore by the right clock the same events are later than now, and no end of a backup.
    block_on(setup.directory.checkpoint(&setup.operator, at(YEAR))).unwrap();
    assert!(matches!(restored(at(600), Clock::Unchecked), Err(Error::Refused(Refusal::ClockBehind { .. }))));
    assert_eq!(restored(at(600), Clock::Checked), Ok(at(600)));
}

#[test]
fn a_reset_of_a_token_whose_clock_is_ahead_leaves_no_used_code_good() {
    const DRIFT: i64 = 40;
    let mut setup = with_token();
    setup.upload(&[("bob", "B", &secret(2))]);
    let codes = [shown(2, setup.now, DRIFT), shown(2, setup.now, DRIFT + 1)];
    setup.activate("B", codes).unwrap();
    setup.later(300);
    let used = setup.now;
    assert_eq!(setup.verify("bob", &shown(2, used, DRIFT)).unwrap(), "B");
    block_on(setup.directory.reset_token(&setup.operator, setup.now, "B")).unwrap();
    for _ in 0..=DRIFT {
        assert_eq!(setup.verify("bob", &shown(2, used, DRIFT)), Err(Error::Refused(Refusal::Rejected)));
        block_on(setup.directory.unlock_user(&setup.operator, setup.now, &upn("bob"))).unwrap();
        setup.later(30);
    }
    setup.later(90);
    assert_eq!(setup.verify("bob", &shown(2, setup.now, 0)).unwrap(), "B");
}

/// A drift that the backup may know.
fn drift() -> impl Strategy<Value = i64> {
    prop_oneof![-2880..=2879_i64, -70..=70_i64, -5..=5_i64]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_code_that_was_good_before_a_restore_is_accepted_after_it(drift in drift(), number in 0..1000_u64) {
        let policy = Policy { free_attempts: u32::MAX, activation_attempts: u32::MAX, ..Policy::default() };
        let mut setup = Setup::on(MemoryStore::new(), policy);
        setup.upload(&[("alice", "A", &secret(number))]);
        let drift = setup.activate("A", [shown(number, setup.now, drift), shown(number, setup.now, drift + 1)]).unwrap();
        setup.later(3600);
        let restored = setup.now.as_secs() / 30;
        let at = |step: u64| totp(number).generate_at_step(step);
        let run = |step: u64| [at(step), at(step + 1)];
        // The last step whose code a sign-in accepted at the restore, and the last that one code activated by.
        let ahead = u64::try_from(drift).unwrap_or(0);
        let (signed_in, activated) = (restored + ahead + AHEAD, restored + ahead + NEAR);
        // By chance some codes are those of later steps, too.
        let later: Vec<Code> = (signed_in + 1..signed_in + 200).map(at).collect();
        let only_before = |step: u64| !later.contains(&at(step));
        block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
        for _ in 0..8 {
            for step in signed_in - 8..=signed_in {
                if only_before(step) {
                    prop_assert_eq!(setup.verify("alice", &at(step)), Err(Error::Refused(Refusal::Rejected)));
                }
                let resync = run(step).into();
                let found = block_on(setup.directory.resync(&setup.operator, setup.now, "A", &resync));
                prop_assert_eq!(found.map(drop).map_err(code), Err("wrong-code"));
            }
            setup.later(30);
        }
        // The codes of after the restore sign in.
        let now = (setup.now.as_secs() / 30).checked_add_signed(drift).unwrap();
        if now > signed_in {
            prop_assert_eq!(setup.verify("alice", &at(now)).unwrap(), "A");
        }
        block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
        for _ in 0..13 {
            for step in [signed_in - 7, signed_in - 1, signed_in] {
                prop_assert!(setup.activate("A", run(step)).is_err(), "by two codes");
            }
            for step in [signed_in, signed_in + 1, restored + NEAR, activated - 30, activated - 1, activated] {
                // By chance a code is that of a later moment, too.
                if (activated + 1..activated + 300).all(|later| at(later) != at(step)) {
                    let answer = setup.activate("A", at(step));
                    let refused = matches!(answer, Err("restored-recently" | "next-code-needed" | "ambiguous"));
                    prop_assert!(refused, "{:?}", answer);
                }
            }
            setup.later(300);
        }
        let now = (setup.now.as_secs() / 30).checked_add_signed(drift).unwrap();
        prop_assert!(now > activated || drift < 0);
        if now > activated {
            // A code that fits two moments by chance asks for the next one.
            let found = setup.activate("A", at(now));
            prop_assert!(matches!(found, Ok(_) | Err("ambiguous")), "{:?}", found);
        }
    }
}
