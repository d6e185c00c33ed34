//! A synchronous standby is promoted while sign-ins run: callers get an error or the outcome, never a grant that is not kept, and
//! no code is good at both servers.
#![cfg(all(feature = "postgres", unix))]

#[path = "support/nodes.rs"]
mod nodes;
#[path = "support/server.rs"]
mod server;

use self::nodes::{NOW, alice, open, sign_in, tenant, with_alice};
use self::server::Server;
use oath_directory::store::PostgresStore;
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, Refusal};
use oath_totp::UnixTime;
use pollster::block_on;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

/// The time of a round: no code is in the window of two.
fn of(round: usize) -> u64 {
    10 + 20 * u64::try_from(round).unwrap()
}

/// How often the server kept a sign-in of this round.
fn kept(server: &Server, round: usize) -> usize {
    let at = NOW + 30 * of(round);
    let sql = format!("SELECT count(*) FROM oath_events WHERE action = 'signed-in' AND at = {at}");
    server.sql(&sql).parse().unwrap()
}

#[test]
fn a_standby_that_takes_over_while_sign_ins_run_accepts_no_code_twice_and_forgets_none() {
    const ROUNDS: usize = 160;
    let test = "a_standby_that_takes_over_while_sign_ins_run_accepts_no_code_twice_and_forgets_none";
    let Some(mut primary) = Server::start(test) else { return };
    PostgresStore::migrate(&primary.url("")).unwrap();
    let (keys, uri) = with_alice(&primary.url(""), tenant(1));
    let standby = primary.synchronous_standby();
    let url = primary.url_of_both(&standby);
    let app = uri.to_totp().unwrap();
    let round = AtomicUsize::new(0);
    let counts = || (0..=ROUNDS).map(|_| AtomicUsize::new(0)).collect::<Vec<_>>();
    let (accepted, unknown) = (counts(), counts());
    thread::scope(|scope| {
        for _ in 0..3 {
            let directory = open(&url, tenant(1), KeyRing::parse(&keys).unwrap());
            let (app, round, accepted, unknown) = (&app, &round, &accepted, &unknown);
            scope.spawn(move || {
                // All nodes are in the same round: the first to end it begins the next.
                loop {
                    let now = round.load(SeqCst);
                    if now >= ROUNDS {
                        return;
                    }
                    match sign_in(&directory, app, of(now)) {
                        Ok(_) => drop(accepted[now].fetch_add(1, SeqCst)),
                        Err(Error::Refused(Refusal::Rejected)) => {}
                        Err(Error::OutcomeUnknown | Error::Store(_) | Error::Contention) => {
                            unknown[now].fetch_add(1, SeqCst);
                            thread::sleep(Duration::from_millis(20));
                        }
                        Err(error) => panic!("{error}"),
                    }
                    let _ = round.compare_exchange(now, now + 1, SeqCst, SeqCst);
                }
            });
        }
        while round.load(SeqCst) < ROUNDS / 2 {
            thread::sleep(Duration::from_millis(1));
        }
        primary.stop();
        standby.promote();
    });
    let mut told = 0;
    for (round, accepted) in accepted.iter().enumerate() {
        let (said, kept) = (accepted.load(SeqCst), kept(&standby, round));
        assert!(said <= 1 && kept <= 1 && said <= kept, "round {round}: {said} told, {kept} kept");
        assert!(kept == said || unknown[round].load(SeqCst) > 0, "round {round}: kept without a word");
        told += said;
    }
    assert!(told > ROUNDS * 2 / 3, "{told} of {ROUNDS} codes were accepted");
    let after: usize = accepted[ROUNDS * 3 / 4..].iter().map(|count| count.load(SeqCst)).sum();
    assert!(after > 0, "nobody was let in by the new server");
    let directory = open(&standby.url(""), tenant(1), KeyRing::parse(&keys).unwrap());
    block_on(directory.verify_audit()).unwrap().unwrap();
}

/// The old server goes on and does not know that it has lost its place.
#[test]
fn a_server_whose_standby_was_promoted_lets_nobody_in() {
    let test = "a_server_whose_standby_was_promoted_lets_nobody_in";
    let Some(primary) = Server::start(test) else { return };
    PostgresStore::migrate(&primary.url("")).unwrap();
    let (keys, uri) = with_alice(&primary.url(""), tenant(1));
    let app = uri.to_totp().unwrap();
    let standby = primary.synchronous_standby();
    let patient = |url: &str| {
        let store = PostgresStore::open_with_patience(url, tenant(1), Duration::from_millis(700)).unwrap();
        let policy = Policy { free_attempts: u32::MAX, ..Policy::default() };
        Directory::new(store, KeyRing::parse(&keys).unwrap(), policy).unwrap()
    };
    let old = patient(&primary.url(""));
    let _ = sign_in(&old, &app, 10).unwrap();
    standby.promote();
    for round in [20, 30] {
        let result = sign_in(&old, &app, round);
        assert!(matches!(result, Err(Error::Store(_) | Error::OutcomeUnknown)), "{result:?}");
    }
    let new = patient(&standby.url(""));
    let now = UnixTime::from_secs(NOW + 300);
    let again = block_on(new.verify(&Actor::local_operator(), now, &alice(), &app.generate(now)));
    assert_eq!(again, Err(Error::Refused(Refusal::Rejected)), "what was told by the old one is used at the new one");
    // The codes that brought an error are good, at the new server and once.
    for round in [20, 30] {
        let _ = sign_in(&new, &app, round).unwrap();
        assert_eq!(sign_in(&new, &app, round), Err(Error::Refused(Refusal::Rejected)));
    }
    block_on(new.verify_audit()).unwrap().unwrap();
}
