//! Real faults of a PostgreSQL server while sign-ins run: callers get an error or the outcome, and nothing happens twice.
#![cfg(all(feature = "postgres", unix))]

#[path = "support/nodes.rs"]
mod nodes;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/server.rs"]
mod server;

use self::nodes::{NOW, alice, open, sign_in, tenant, with_alice};
use self::proxy::{Cut, Proxy};
use self::server::Server;
use oath_directory::store::{Fault, PostgresStore};
use oath_directory::{Actor, Error, KeyRing, Refusal, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

/// Two nodes reach the server itself, one of them with statements that it keeps; two by a pooler in transaction mode.
#[test]
fn a_server_that_stops_while_sign_ins_run_accepts_no_code_twice_and_forgets_none() {
    const ROUNDS: usize = 200;
    const STOPS: usize = 3;
    let test = "a_server_that_stops_while_sign_ins_run_accepts_no_code_twice_and_forgets_none";
    let Some(mut server) = Server::start(test) else { return };
    let Some(pooler) = server.pooler(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, uri) = with_alice(&server.url(""), tenant(1));
    let app = uri.to_totp().unwrap();
    let (round, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let accepted: Vec<_> = (0..=ROUNDS).map(|_| AtomicUsize::new(0)).collect();
    let unknown: Vec<_> = (0..=ROUNDS).map(|_| AtomicUsize::new(0)).collect();
    let stops = thread::scope(|scope| {
        let urls = [server.url(""), server.url("&prepare=on"), pooler.url.clone(), pooler.url.clone()];
        for url in &urls {
            let directory = open(url, tenant(1), KeyRing::parse(&keys).unwrap());
            let (app, round, ended, accepted, unknown) = (&app, &round, &ended, &accepted, &unknown);
            scope.spawn(move || {
                // All nodes are in the same round: the first to end it begins the next.
                loop {
                    let now = round.load(SeqCst);
                    if now >= ROUNDS {
                        return ended.store(true, SeqCst);
                    }
                    // Far apart: no code is in the window of two rounds.
                    let result = sign_in(&directory, app, 10 + 20 * u64::try_from(now).unwrap());
                    match result {
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
        let mut stops = 0;
        // By the rounds and not by the clock: a fast machine is through in a second.
        for part in 1..=STOPS {
            while round.load(SeqCst) < ROUNDS * part / (STOPS + 1) && !ended.load(SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
            if !ended.load(SeqCst) {
                server.stop();
                stops += 1;
                thread::sleep(Duration::from_millis(100));
                server.resume();
            }
        }
        stops
    });
    assert_eq!(stops, STOPS, "the server was stopped {stops} times");
    let failed: usize = unknown.iter().map(|count| count.load(SeqCst)).sum();
    assert!(failed > 0, "no call failed");
    let mut told = 0;
    for (round, accepted) in accepted.iter().enumerate() {
        let at = NOW + 30 * (10 + 20 * u64::try_from(round).unwrap());
        let said = accepted.load(SeqCst);
        let kept = server.sql(&format!("SELECT count(*) FROM oath_events WHERE action = 'signed-in' AND at = {at}"));
        let kept: usize = kept.parse().unwrap();
        assert!(said <= 1 && kept <= 1 && said <= kept, "round {round}: {said} told, {kept} kept");
        assert!(kept == said || unknown[round].load(SeqCst) > 0, "round {round}: kept without a word");
        told += said;
    }
    assert!(told > ROUNDS / 2, "{told} of {ROUNDS} codes were accepted");
    let directory = open(&server.url(""), tenant(1), KeyRing::parse(&keys).unwrap());
    block_on(directory.verify_audit()).unwrap().unwrap();
}

#[test]
fn a_sign_in_whose_commit_is_cut_off_has_one_effect() {
    let Some(server) = Server::start("a_sign_in_whose_commit_is_cut_off_has_one_effect") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, uri) = with_alice(&server.url(""), tenant(1));
    let app = Arc::new(uri.to_totp().unwrap());
    let proxy = Proxy::start(&server.socket());
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port);
    let node = open(&url, tenant(1), KeyRing::parse(&keys).unwrap());
    let direct = Arc::new(open(&server.url(""), tenant(1), KeyRing::parse(&keys).unwrap()));
    let signed_in = || server.sql("SELECT count(*) FROM oath_events WHERE action = 'signed-in'");

    let cuts = [|| Cut::Before, || Cut::After(Box::new(|| {}))];
    for (round, cut) in (1..).zip(cuts.iter().cycle().take(8)) {
        proxy.cut(cut());
        let _ = sign_in(&node, &app, 20 * round).unwrap();
        assert!(proxy.has_cut());
        assert_eq!(signed_in(), round.to_string(), "accepted once, and told so");
        assert_eq!(sign_in(&node, &app, 20 * round), Err(Error::Refused(Refusal::Rejected)));
    }
    // Another sign-in of the same name in between: the outcome can no longer be recognised.
    let (other, its_app) = (Arc::clone(&direct), Arc::clone(&app));
    proxy.cut(Cut::After(Box::new(move || {
        let again = sign_in(&other, &its_app, 1000);
        assert_eq!(again, Err(Error::Refused(Refusal::Rejected)), "the first one was applied");
    })));
    assert_eq!(sign_in(&node, &app, 1000), Err(Error::OutcomeUnknown));
    assert!(proxy.has_cut());
    assert_eq!(signed_in(), "9");
    let _ = sign_in(&node, &app, 1020).unwrap();
    block_on(direct.verify_audit()).unwrap().unwrap();
}

#[test]
fn a_change_whose_commit_is_cut_off_is_made_once_or_not_and_its_caller_is_told() {
    let test = "a_change_whose_commit_is_cut_off_is_made_once_or_not_and_its_caller_is_told";
    let Some(server) = Server::start(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, _) = with_alice(&server.url(""), tenant(1));
    let proxy = Proxy::start(&server.socket());
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port);
    let node = open(&url, tenant(1), KeyRing::parse(&keys).unwrap());
    let add = |name: &str| {
        let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
        block_on(node.add_user(&actor, now, &name.parse().unwrap(), UserKind::Member, None))
    };
    for (name, cut, applied) in
        [("bob@example.com", Cut::Before, false), ("carol@example.com", Cut::After(Box::new(|| {})), true)]
    {
        proxy.cut(cut);
        let error = add(name).unwrap_err();
        assert!(matches!(&error, Error::Store(error) if error.fault == Fault::Unknown), "{error}");
        assert!(proxy.has_cut());
        let again = add(name);
        assert_eq!(matches!(&again, Err(Error::Refused(Refusal::UserExists { .. }))), applied, "{again:?}");
        assert_eq!(again.is_ok(), !applied);
    }
    assert_eq!(server.sql("SELECT count(*) FROM oath_users"), "3");
    assert_eq!(server.sql("SELECT count(*) FROM oath_events WHERE action = 'user-added'"), "3");
    assert_eq!(block_on(node.users()).unwrap().first().map(|user| user.upn.clone()), Some(alice()));
    block_on(node.verify_audit()).unwrap().unwrap();
}
