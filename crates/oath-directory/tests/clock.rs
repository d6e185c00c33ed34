//! A clock that goes back and forth while sign-ins run: no code is good twice, and when it is right again, so is everything.

mod support;

use oath_directory::store::MemoryStore;
use oath_directory::{Actor, Policy};
use oath_totp::UnixTime;
use pollster::block_on;
use proptest::prelude::*;
use std::collections::BTreeSet;
use support::{NOW, Setup, secret, shown, two_codes};

/// How far the clock jumps, in seconds, and whether the code is right.
fn jumps() -> impl Strategy<Value = Vec<(i64, bool)>> {
    let far = prop_oneof![
        4 => 0..90_i64,
        2 => -600..600_i64,
        1 => -100_000_000..100_000_000_i64,
    ];
    prop::collection::vec((far, prop::bool::weighted(0.7)), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_code_is_good_twice_and_nobody_stays_locked_out(jumps in jumps()) {
        let mut setup = Setup::on(MemoryStore::default(), Policy::default());
        setup.upload(&[("alice", "A", &secret(1))]);
        setup.activate("A", two_codes(1, setup.now)).unwrap();
        let mut accepted = BTreeSet::new();
        let mut clock = NOW + 300;
        for (jump, right) in jumps {
            clock = clock.saturating_add_signed(jump).max(NOW / 2);
            setup.now = UnixTime::from_secs(clock);
            // A wrong one is one of the far future.
            let code = shown(1, setup.now, if right { 0 } else { 5_000_000 });
            if setup.verify("alice", &code).is_ok() {
                prop_assert!(accepted.insert(code.to_string() + &(clock / 30).to_string()), "accepted twice");
                prop_assert!(setup.verify("alice", &code).is_err(), "accepted again at once");
            }
        }
        // The clock is set right: later than all but what it showed when it was ahead.
        setup.now = UnixTime::from_secs(NOW + 40_000_000);
        block_on(setup.directory.reset_token(&Actor::local_operator(), setup.now, "A")).unwrap();
        // No wait is longer than the longest one from now on.
        setup.later(Policy::default().longest_wait.as_secs() + 300);
        let code = shown(1, setup.now, 0);
        prop_assert!(setup.verify("alice", &code).is_ok(), "locked out");
        prop_assert!(setup.verify("alice", &code).is_err());
        prop_assert!(block_on(setup.directory.verify_audit()).unwrap().is_ok());
    }
}

#[test]
fn an_event_at_a_time_that_was_given_keeps_that_of_the_clock_too() {
    let setup = Setup::on(MemoryStore::default(), Policy::default());
    let given = Actor::local_operator().while_the_clock_shows(UnixTime::from_secs(NOW + 7));
    for actor in [&given, &setup.operator] {
        block_on(setup.directory.checkpoint(actor, setup.now)).unwrap();
    }
    let clocks: Vec<_> =
        setup.actions().iter().rev().take(2).map(|logged| logged.event.detail.get("clock").cloned()).collect();
    assert_eq!(clocks, [None, Some((NOW + 7).to_string())]);
}
