//! A directory on a PostgreSQL server: how it is made, opened and named, and that no password is shown.

#[path = "../../oath-directory/tests/support/server.rs"]
mod server;
mod support;

use server::Server;
use std::fs;
use support::{Desk, Ended};

/// Runs `oath` on the database of this URL.
fn run(desk: &Desk, url: &str, words: &str) -> Ended {
    desk.run_with(words, "", &[("OATH_DB", url)])
}

#[track_caller]
fn fails(ended: &Ended, status: i32, code: &str, holds: &[&str]) {
    assert_eq!((ended.status, ended.out.as_str()), (status, ""), "{ended:?}");
    assert!(ended.err.starts_with(&format!("error[{code}]: ")), "{ended:?}");
    assert!(ended.err.contains("\n  where: ") && ended.err.contains("\n  to do: "), "{ended:?}");
    assert!(!ended.err.contains("not-to-be-shown"), "{ended:?}");
    for part in holds {
        assert!(ended.err.contains(part), "it does not say {part:?}: {ended:?}");
    }
}

#[track_caller]
fn done(ended: Ended) -> String {
    assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{ended:?}");
    ended.out
}

#[test]
fn a_directory_on_a_server_is_made_once_and_belongs_to_its_key_ring() {
    let Some(mut server) = Server::start("a_directory_on_a_server_is_made_once_and_belongs_to_its_key_ring") else {
        return;
    };
    let (url, desk) = (server.url(""), Desk::on_sqlite());
    fails(&run(&desk, &url, "users list"), 2, "database-missing", &["oath init"]);
    let created = done(run(&desk, &url, "init"));
    assert!(created.contains("postgres://") && created.contains("oath.keys"), "{created}");
    assert!(!created.contains("not-to-be-shown"), "{created}");
    done(run(&desk, &url, "users add alice@example.com"));
    assert!(done(run(&desk, &url, "users list")).contains("alice@example.com"));
    assert_eq!(desk.snapshot().len(), 1, "nothing but the key ring lies in the folder");

    fails(&run(&desk, &url, "init"), 1, "directory-exists", &["postgres://"]);
    // Another tenant of the same server has another directory, and another key ring.
    let other = server.url("&tenant=00000000000000000000000000000001");
    fails(&run(&desk, &other, "users list"), 2, "database-missing", &["tenant 00000000000000000000000000000001"]);
    fails(&run(&desk, &other, "init"), 1, "key-ring-exists", &["oath.keys", "never overwritten"]);
    done(run(&desk, &other, "init --keys other.keys"));
    assert!(!done(run(&desk, &other, "users list --keys other.keys")).contains("alice"));
    fails(&run(&desk, &url, "users list --keys other.keys"), 2, "key-ring-wrong", &["other.keys"]);

    // Another machine needs a copy of the key ring.
    let second = Desk::on_sqlite();
    for words in ["users list", "init"] {
        fails(&run(&second, &url, words), 2, "key-ring-missing", &["oath.keys", "restore it from its copy"]);
    }
    fs::copy(desk.path("oath.keys"), second.path("oath.keys")).unwrap();
    assert!(done(run(&second, &url, "users list")).contains("alice@example.com"));

    server.stop();
    fails(&run(&desk, &url, "users list"), 2, "database-unreachable", &["see whether the server runs"]);
}

#[test]
fn an_init_on_a_server_goes_on_where_it_was_killed() {
    let Some(server) = Server::start("an_init_on_a_server_goes_on_where_it_was_killed") else { return };
    let (url, desk) = (server.url(""), Desk::on_sqlite());
    done(run(&desk, &url, "init"));
    let ring = fs::read_to_string(desk.path("oath.keys")).unwrap();
    let id = server.sql("SELECT encode(ring, 'hex') FROM oath_settings");
    let made = format!("oath.keys.new-{id}");
    // The ring alone; the ring with both its names; half a ring; the tenant is tied to the ring and both names are left.
    for (files, founded, kept) in
        [(vec![&*made], false, false), (vec![&made, "oath.keys"], false, true), (vec![&made, "oath.keys"], true, true)]
    {
        let desk = Desk::on_sqlite();
        for file in files {
            desk.write_private(file, &ring);
        }
        if !founded {
            server.sql("DELETE FROM oath_settings; DELETE FROM oath_events; DELETE FROM oath_heads");
        }
        let ended = run(&desk, &url, "init");
        assert_eq!(ended.status, i32::from(founded), "{ended:?}");
        assert_eq!(fs::read_to_string(desk.path("oath.keys")).unwrap() == ring, kept);
        done(run(&desk, &url, "users list"));
        assert_eq!(desk.snapshot().len(), 1, "left-overs are removed");
        assert_eq!(server.sql("SELECT count(*) FROM oath_events"), "1");
    }
}

#[test]
fn of_many_that_make_a_directory_on_a_server_at_once_one_does() {
    let Some(server) = Server::start("of_many_that_make_a_directory_on_a_server_at_once_one_does") else { return };
    for tenant in 1..=3 {
        let url = &server.url(&format!("&tenant={tenant:032x}"));
        // Two machines with two processes each.
        let desks = [Desk::on_sqlite(), Desk::on_sqlite()];
        let made = std::thread::scope(|scope| {
            let runs: Vec<_> =
                desks.iter().chain(&desks).map(|desk| scope.spawn(move || (desk, run(desk, url, "init")))).collect();
            let ended: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
            ended.into_iter().filter(|(_, ended)| ended.status == 0).map(|(desk, _)| desk).collect::<Vec<_>>()
        });
        let first = made.first().expect("one has made it");
        done(run(first, url, "users add alice@example.com"));
        for desk in &desks {
            let rings: Vec<_> = desk.snapshot().into_iter().map(|(name, _)| name).collect();
            let own = desk.path("") == first.path("");
            assert_eq!(rings, if own { vec!["oath.keys"] } else { Vec::new() }, "a ring that seals nothing is removed");
        }
        assert_eq!(server.sql(&format!("SELECT count(*) FROM oath_events WHERE tenant = '{tenant:032x}'")), "2");
    }
}

#[test]
fn the_password_comes_from_the_environment_or_a_file_and_is_never_shown() {
    let Some(server) = Server::start("the_password_comes_from_the_environment_or_a_file_and_is_never_shown") else {
        return;
    };
    let desk = Desk::on_sqlite();
    let url = server.user_with_password("keeper", "not-to-be-shown");
    let with_password = url.replace("keeper@", "keeper:not-to-be-shown@");
    fails(
        &desk.run(&format!("users list --db {with_password}"), ""),
        2,
        "password-shown",
        &["change the password", "OATH_DB", "PGPASSWORD", "PGPASSFILE"],
    );
    fails(&desk.run(&format!("users list --db {url}&password=not-to-be-shown"), ""), 2, "password-shown", &[]);
    for wrong in ["x?tenant=not-to-be-shown", "x?sslmode=not-to-be-shown", "me:not-to-be-shown@[::1"] {
        fails(&desk.run(&format!("users list --db postgres://{wrong}"), ""), 2, "usage", &["postgres://user@host"]);
    }
    done(run(&desk, &with_password, "init"));

    let list = format!("users list --db {url}");
    fails(&desk.run(&list, ""), 2, "database-denied", &["PGPASSWORD", "PGPASSFILE"]);
    done(desk.run_with(&list, "", &[("PGPASSWORD", "not-to-be-shown")]));
    fails(&desk.run_with(&list, "", &[("PGPASSWORD", "wrong")]), 2, "database-denied", &["28P01"]);
    desk.write_private("passwords", "# of the tests\nelsewhere:*:*:*:wrong\n*:5432:postgres:keeper:not-to-be-shown\n");
    done(desk.run_with(&list, "", &[("PGPASSFILE", "passwords")]));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(desk.path("passwords"), mode).unwrap();
        let open = desk.run_with(&list, "", &[("PGPASSFILE", "passwords")]);
        fails(&open, 2, "database-failed", &["passwords", "expected 600"]);
    }
}
