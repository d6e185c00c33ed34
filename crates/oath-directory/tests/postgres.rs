//! The store on a PostgreSQL server that the tests start and stop. Where PostgreSQL is not installed they say that they were
//! not run.
#![cfg(feature = "postgres")]

#[path = "support/nodes.rs"]
mod nodes;
#[path = "support/server.rs"]
mod server;

use self::nodes::{NOW, alice, open, sign_in, tenant, with_alice};
use self::server::Server;
use oath_directory::store::{Fault, Fresh, PostgresStore, Store as _, StoreError, conformance};
use oath_directory::{Actor, Error, KeyRing, Policy, Refusal};
use oath_totp::{TotpState, UnixTime};
use pollster::block_on;
use std::cell::Cell;
use std::sync::{Barrier, Mutex};
use std::thread;

const LEVELS: [&str; 3] = ["read%20committed", "repeatable%20read", "serializable"];

fn at_level(level: &str) -> String {
    format!("&options=-c%20default_transaction_isolation%3D{}", level.replace("%20", "%5C%20"))
}

#[test]
fn it_conforms_at_every_level_of_isolation() {
    let Some(server) = Server::start("it_conforms_at_every_level_of_isolation") else { return };
    let missing = PostgresStore::open(&server.url(""), tenant(1)).unwrap_err();
    assert_eq!(missing.fault, Fault::Missing, "{missing}");
    for _ in 0..5 {
        server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| PostgresStore::migrate(&server.url("")).unwrap());
            }
        });
    }
    let number = Cell::new(0);
    for level in LEVELS {
        let url = server.url(&at_level(level));
        block_on(conformance::all(|| {
            number.set(number.get() + 1);
            PostgresStore::open(&url, tenant(number.get())).unwrap()
        }));
        number.set(number.get() + 1);
        conformance::race(&PostgresStore::open(&url, tenant(number.get())).unwrap(), |work| block_on(work));
    }
    server.sql("UPDATE oath_format SET version = 1");
    let error = PostgresStore::migrate(&server.url("")).unwrap_err();
    assert!(error.fault == Fault::Corrupt && error.message.contains("format 1"), "{error}");
    server.sql("UPDATE oath_format SET version = 99");
    for error in [
        PostgresStore::open(&server.url(""), tenant(1)).unwrap_err(),
        PostgresStore::migrate(&server.url("")).unwrap_err(),
    ] {
        assert_eq!(error.fault, Fault::Newer, "{error}");
    }
}

#[test]
fn of_four_nodes_with_the_same_code_one_lets_in() {
    const NODES: usize = 4;
    const ROUNDS: u64 = 60;
    let Some(server) = Server::start("of_four_nodes_with_the_same_code_one_lets_in") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    for (number, level) in (1..).zip(LEVELS) {
        let url = server.url(&at_level(level));
        let (keys, uri) = with_alice(&url, tenant(number));
        let app = uri.to_totp().unwrap();
        let (barrier, accepted) = (Barrier::new(NODES), Mutex::new(vec![0; 1 + usize::try_from(ROUNDS).unwrap()]));
        thread::scope(|scope| {
            for _ in 0..NODES {
                let directory = open(&url, tenant(number), KeyRing::parse(&keys).unwrap());
                let (app, barrier, accepted) = (&app, &barrier, &accepted);
                scope.spawn(move || {
                    for round in 1..=ROUNDS {
                        let now = UnixTime::from_secs(NOW + 30 * round);
                        let code = app.generate(now);
                        barrier.wait();
                        match block_on(directory.verify(&Actor::local_operator(), now, &alice(), &code)) {
                            Ok(_) => accepted.lock().unwrap()[usize::try_from(round).unwrap()] += 1,
                            Err(Error::Refused(Refusal::Rejected)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
        });
        // Two neighbouring codes of this secret may be the same: then the later one is a replay for everybody.
        let (mut state, accepted) = (TotpState::NEW, accepted.into_inner().unwrap());
        for round in 1..=ROUNDS {
            let now = UnixTime::from_secs(NOW + 30 * round);
            let right = app.verify(&app.generate(now), now, Policy::default().window, &state);
            if let Ok(found) = &right {
                state = found.next;
            }
            let found = accepted[usize::try_from(round).unwrap()];
            assert_eq!(found, usize::from(right.is_ok()), "{level}: round {round}: {accepted:?}");
        }
        let directory = open(&url, tenant(number), KeyRing::parse(&keys).unwrap());
        block_on(directory.verify_audit()).unwrap().unwrap();
        let events = server.sql(&format!("SELECT count(*) FROM oath_events WHERE tenant = '{}'", tenant(number)));
        let answers = u64::try_from(NODES).unwrap() * ROUNDS;
        assert_eq!(events, (4 + answers).to_string(), "{level}: an event for each answer");
    }
}

#[test]
fn what_the_server_gives_up_is_done_again_and_done_once() {
    let Some(server) = Server::start("what_the_server_gives_up_is_done_again_and_done_once") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, uri) = with_alice(&server.url(""), tenant(1));
    // Two of three writes fail, of every table that a sign-in writes and also at COMMIT.
    server.sql("CREATE SEQUENCE injected");
    server.sql(
        "CREATE FUNCTION inject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('injected') % 3 <> 0 THEN RAISE EXCEPTION 'injected' USING ERRCODE = TG_ARGV[0]; END IF;
             RETURN NEW; END $$",
    );
    let app = uri.to_totp().unwrap();
    let directory = open(&server.url(""), tenant(1), KeyRing::parse(&keys).unwrap());
    let wheres = [
        ("CREATE TRIGGER t BEFORE INSERT OR UPDATE ON oath_gates", "40001"),
        ("CREATE TRIGGER t BEFORE INSERT OR UPDATE ON oath_states", "40P01"),
        ("CREATE TRIGGER t BEFORE INSERT ON oath_events", "40001"),
        ("CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON oath_heads INITIALLY DEFERRED", "40001"),
    ];
    let mut round = 0;
    for (place, code) in wheres {
        server.sql(
            &format!("{place} FOR EACH ROW EXECUTE FUNCTION inject('{code}')")
                .replace("INITIALLY DEFERRED FOR", "DEFERRABLE INITIALLY DEFERRED FOR"),
        );
        for _ in 0..10 {
            round += 2;
            let _ = sign_in(&directory, &app, round).unwrap();
        }
        server.sql(&format!(
            "DROP TRIGGER t ON {}",
            place.split_whitespace().find(|word| word.starts_with("oath_")).unwrap()
        ));
    }
    assert_eq!(server.sql("SELECT count(*) FROM oath_events WHERE action = 'signed-in'"), "40");
    block_on(directory.verify_audit()).unwrap().unwrap();
}

#[test]
fn a_server_that_stops_lets_nobody_in_and_one_that_is_back_goes_on() {
    let Some(mut server) = Server::start("a_server_that_stops_lets_nobody_in_and_one_that_is_back_goes_on") else {
        return;
    };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, uri) = with_alice(&server.url(""), tenant(1));
    let app = uri.to_totp().unwrap();
    let directory = open(&server.url(""), tenant(1), KeyRing::parse(&keys).unwrap());
    let sign_in = |round: u64| sign_in(&directory, &app, round);
    let _ = sign_in(2).unwrap();
    server.stop();
    for round in [4, 6] {
        let error = sign_in(round).unwrap_err();
        assert!(matches!(error, Error::Store(_) | Error::OutcomeUnknown), "{error}");
        assert!(!format!("{error} {error:?}").contains("not-to-be-shown"), "{error:?}");
    }
    server.resume();
    let _ = sign_in(8).unwrap();
    assert!(matches!(sign_in(8), Err(Error::Refused(Refusal::Rejected))));
    // All its connections at once, and the next call is served by new ones.
    server
        .sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'oath-directory'");
    let _ = sign_in(10).unwrap();
    assert_eq!(server.sql("SELECT count(*) FROM oath_events WHERE action = 'signed-in'"), "3");
    block_on(directory.verify_audit()).unwrap().unwrap();
}

#[test]
fn it_conforms_behind_a_pooler_that_changes_connections() {
    let test = "it_conforms_behind_a_pooler_that_changes_connections";
    let Some(server) = Server::start(test) else { return };
    let Some(pooler) = server.pooler(test) else { return };
    PostgresStore::migrate(&pooler.url).unwrap();
    let number = Cell::new(0);
    block_on(conformance::all(|| {
        number.set(number.get() + 1);
        PostgresStore::open(&pooler.url, tenant(number.get())).unwrap()
    }));
    conformance::race(&PostgresStore::open(&pooler.url, tenant(99)).unwrap(), |work| block_on(work));
}

#[test]
fn it_conforms_with_statements_that_the_server_keeps() {
    let Some(server) = Server::start("it_conforms_with_statements_that_the_server_keeps") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (url, number) = (server.url("&prepare=on"), Cell::new(0));
    block_on(conformance::all(|| {
        number.set(number.get() + 1);
        PostgresStore::open(&url, tenant(number.get())).unwrap()
    }));
    conformance::race(&PostgresStore::open(&url, tenant(99)).unwrap(), |work| block_on(work));
}

#[test]
fn statements_that_the_server_keeps_are_prepared_again_after_a_table_was_changed() {
    let test = "statements_that_the_server_keeps_are_prepared_again_after_a_table_was_changed";
    let Some(server) = Server::start(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, uri) = with_alice(&server.url(""), tenant(1));
    let app = uri.to_totp().unwrap();
    let directory = open(&server.url("&prepare=on"), tenant(1), KeyRing::parse(&keys).unwrap());
    for round in [2, 4, 6] {
        let _ = sign_in(&directory, &app, round).unwrap();
    }
    // The kept statements give columns of another type now: the server refuses them.
    for table in ["oath_users ALTER COLUMN upn", "oath_gates ALTER COLUMN name"] {
        server.sql(&format!("ALTER TABLE {table} TYPE varchar"));
    }
    for round in [8, 10] {
        let _ = sign_in(&directory, &app, round).unwrap();
    }
    assert_eq!(server.sql("SELECT count(*) FROM oath_events WHERE action = 'signed-in'"), "5");
    block_on(directory.verify_audit()).unwrap().unwrap();
}

#[test]
fn behind_a_pooler_without_prepared_statements_the_error_names_the_option() {
    let test = "behind_a_pooler_without_prepared_statements_the_error_names_the_option";
    let Some(server) = Server::start(test) else { return };
    let Some(pooler) = server.pooler(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let url = format!("{}&prepare=on", pooler.url);
    let store = PostgresStore::open(&url, tenant(1)).unwrap();
    // Many at a time, so that the pooler changes the connections.
    let failed = thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..200).find_map(|_| block_on(store.users(None, 9)).err())))
            .chain((0..8).map(|_| {
                scope.spawn(|| {
                    let look = || block_on(store.look(alice().key().to_owned(), Fresh::Latest)).err();
                    (0..200).find_map(|_| look())
                })
            }))
            .collect();
        readers.into_iter().filter_map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(failed.iter().all(|error| error.message.contains("take prepare=on out of the URL")), "{failed:?}");
    assert!(!failed.is_empty());
}

#[test]
fn it_speaks_tls_and_trusts_only_a_certificate_of_this_name() {
    let Some(mut server) = Server::start("it_speaks_tls_and_trusts_only_a_certificate_of_this_name") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let signer = server.restart_with_tls();
    let url = |host: &str, options: &str| {
        format!("postgres://postgres@{host}:{}/postgres?{options}&connect_timeout=5", server.port())
    };
    let signer = format!("sslrootcert={}", signer.display());
    for mode in ["", "&sslmode=require", "&sslmode=verify-full"] {
        let store = PostgresStore::open(&url("localhost", &format!("{signer}{mode}")), tenant(1)).unwrap();
        assert!(block_on(store.users(None, 1)).unwrap().is_empty());
        let plain = server.sql(
            "SELECT count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE application_name = 'oath-directory'",
        );
        let all = server.sql("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'oath-directory'");
        assert_eq!((&*plain, &*all), ("0", "t"), "{mode}");
    }
    // A signer that the machine does not know; another name than that of the certificate.
    for wrong in [url("localhost", "sslmode=require"), url("127.0.0.1", &format!("{signer}&sslmode=require"))] {
        let error = PostgresStore::open(&wrong, tenant(1)).unwrap_err();
        assert_eq!(error.fault, Fault::Unreachable, "{error}");
        assert!(error.message.contains("certificate"), "{error}");
    }
}

#[test]
fn tls_that_is_asked_for_is_not_given_up() {
    let Some(server) = Server::start("tls_that_is_asked_for_is_not_given_up") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    // The server does not speak TLS on a socket.
    let error = PostgresStore::open(&server.url("&sslmode=require"), tenant(1)).unwrap_err();
    assert_eq!(error.fault, Fault::Unreachable, "{error}");
}

#[test]
fn tenants_do_not_see_each_other() {
    let Some(server) = Server::start("tenants_do_not_see_each_other") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let _first = with_alice(&server.url(""), tenant(1));
    let other = PostgresStore::open(&server.url(""), tenant(2)).unwrap();
    assert!(block_on(other.users(None, 9)).unwrap().is_empty());
    assert!(block_on(other.heads()).unwrap().is_empty());
    let seen = block_on(other.look(alice().key().to_owned(), Fresh::Latest)).unwrap();
    assert!(seen.users.is_empty() && seen.gates.is_empty() && seen.settings.is_none());
    // The same names and numbers again.
    let _second = with_alice(&server.url(""), tenant(2));
}

#[test]
fn rows_of_one_tenant_are_refused_in_another_with_the_same_ring() {
    let Some(server) = Server::start("rows_of_one_tenant_are_refused_in_another_with_the_same_ring") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, uri) = with_alice(&server.url(""), tenant(1));
    let other = open(&server.url(""), tenant(2), KeyRing::parse(&keys).unwrap());
    block_on(other.found(&Actor::local_operator(), UnixTime::from_secs(NOW))).unwrap();
    let copy = |table: &str| {
        let (from, to) = (tenant(1), tenant(2));
        server.sql(&format!(
            "CREATE TEMP TABLE c AS SELECT * FROM {table} WHERE tenant = '{from}'; UPDATE c SET tenant = '{to}';
             DELETE FROM {table} WHERE tenant = '{to}'; INSERT INTO {table} SELECT * FROM c"
        ));
    };
    ["oath_users", "oath_tokens", "oath_states"].into_iter().for_each(copy);
    let app = uri.to_totp().unwrap();
    assert!(matches!(sign_in(&other, &app, 2), Err(Error::Refused(Refusal::Rejected))));
    copy("oath_settings");
    assert_eq!(sign_in(&other, &app, 4).unwrap_err().code(), "database-corrupt");
    let _ = sign_in(&open(&server.url(""), tenant(1), KeyRing::parse(&keys).unwrap()), &app, 6).unwrap();
}

#[test]
fn a_password_is_in_no_error() {
    for url in [
        "postgres://me:hunter2@/x?host=%2Fno%2Fsuch%2Ffolder",
        "postgres://me:hunter2@[::1/x",
        "postgres://me:hunter2@127.0.0.1:1/x",
        "postgres://me:hunter2@127.0.0.1:port/x",
        "postgres://me:hunter2@127.0.0.1/x?sslmode=hunter2",
        "postgres://me:hunter2@127.0.0.1/x?hunter2=hunter2",
        "postgres://me:hunter2@127.0.0.1/x?sslrootcert=/no/such/file",
        "mysql://me:hunter2@127.0.0.1/x",
    ] {
        let error: StoreError = PostgresStore::open(url, tenant(1)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
