//! Files of the formats 1 and 2, which the versions of those formats made, are brought forward.
#![cfg(feature = "sqlite")]

use oath_directory::audit::{Action, Chain};
use oath_directory::store::AnyStore;
use oath_directory::{Actor, Directory, Location, LocationError, MigrateOptions, Migrated, Policy, Status, TokenQuery};
use oath_totp::{Algorithm, Code, Digits, Secret, TimeStep, Totp, UnixTime};
use pollster::block_on;
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// Those of the golden directory.
const SECRETS: [&[u8]; 2] = [b"45678901234567890123", b"23456789012345678901"];

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(1_700_000_000 + seconds)
}

fn code(token: usize, at: UnixTime) -> Code {
    let key = Secret::from_bytes(SECRETS[token]).unwrap().key(Algorithm::Sha1).unwrap();
    Totp::new(key, Digits::Six, TimeStep::SECONDS_30).generate(at)
}

fn location(folder: &Path) -> Location {
    Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder)
}

/// A folder with the file of this format and its ring.
fn kit(format: i64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../testkit/directory/format-{format}"));
    for file in ["oath.db", "oath.keys"] {
        fs::copy(from.join(file), folder.path().join(file)).unwrap();
        #[cfg(unix)]
        fs::set_permissions(folder.path().join(file), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    folder
}

fn migrate(folder: &Path) -> Result<Migrated, LocationError> {
    migrate_with(folder, MigrateOptions { accept_unbound: true })
}

fn migrate_with(folder: &Path, options: MigrateOptions) -> Result<Migrated, LocationError> {
    block_on(location(folder).migrate(&Actor::local_operator(), at(200), options))
}

fn sign_in(directory: &Directory<AnyStore>, now: UnixTime) -> Result<String, &'static str> {
    let alice = "alice@example.com".parse().unwrap();
    let found = block_on(directory.verify(&Actor::local_operator(), now, &alice, &code(0, now)));
    found.map(|found| found.serial).map_err(|error| error.code())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_of_older_formats_are_brought_forward_and_kept() {
    for format in [1, 2] {
        let folder = kit(format);
        let folder = folder.path();
        let before = fs::read(folder.join("oath.db")).unwrap();
        // Both commands that need the directory say what to do, and leave it alone.
        let init = block_on(location(folder).create(&Actor::local_operator(), at(200), Policy::default()));
        for error in [block_on(location(folder).open()).unwrap_err(), init.unwrap_err()] {
            assert_eq!((error.code(), error.action().contains("oath migrate")), ("database-older", true), "{error}");
        }
        assert_eq!(fs::read(folder.join("oath.db")).unwrap(), before);

        let files = names(folder);
        let tried = block_on(location(folder).preview_migration(&Actor::local_operator(), at(200))).unwrap();
        assert_eq!((tried.from, tried.left.len(), tried.contents.tokens), (Some(format), 0, 3));
        assert_eq!((fs::read(folder.join("oath.db")).unwrap() == before, names(folder)), (true, files));

        let migrated = migrate(folder).unwrap();
        let former = folder.join(migrated.former.as_ref().unwrap());
        assert_eq!((migrated.from, migrated.format, migrated.left.len()), (Some(format), 3, 0));
        assert_eq!(fs::read(&former).unwrap().len(), before.len(), "the former file is kept");
        let again = migrate(folder).unwrap();
        assert_eq!((again.from, again.format, again.former), (None, 3, None));

        let directory = block_on(location(folder).open()).unwrap();
        let tokens = block_on(directory.tokens(&TokenQuery::default())).unwrap();
        assert_eq!(tokens.len(), 3);
        assert_eq!(tokens[0].token.status, Status::Activated, "format {format}");
        assert_eq!(tokens[2].token.status, Status::Available, "format {format}");
        assert_eq!(tokens[0].holder.as_ref().unwrap().upn.as_str(), "alice@example.com");
        // What was used stays used, and with it everything up to the migration.
        for seconds in [90, 120, 180] {
            assert_eq!(sign_in(&directory, at(seconds)), Err("rejected"), "format {format}: {seconds}");
        }
        assert_eq!(sign_in(&directory, at(400)).as_deref(), Ok("0000"), "format {format}");
        assert_eq!(sign_in(&directory, at(400)), Err("rejected"));

        assert!(block_on(directory.verify_audit()).unwrap().is_ok());
        let events = block_on(directory.events(Chain::FIRST, 0, usize::MAX)).unwrap();
        let count = |action| events.iter().filter(|logged| logged.event.action == action).count();
        assert_eq!((count(Action::DirectoryMigrated), count(Action::TokenImported)), (1, 3), "with the former log");
        assert!(block_on(directory.check_seals()).unwrap().damaged.is_empty());
    }
}

#[test]
fn a_file_without_macs_is_taken_over_only_when_the_caller_accepts_that() {
    // Of format 1, and of format 2 that was changed and marked as format 1.
    let changed = kit(2);
    let file = Connection::open(changed.path().join("oath.db")).unwrap();
    file.execute_batch("UPDATE tokens SET status = 'activated' WHERE serial = '0001'; PRAGMA user_version = 1")
        .unwrap();
    drop(file);
    for folder in [kit(1), changed] {
        let folder = folder.path();
        let before = (names(folder), fs::read(folder.join("oath.db")).unwrap());
        let error = migrate_with(folder, MigrateOptions::default()).unwrap_err();
        assert_eq!((error.code(), error.is_refusal()), ("database-unbound", true), "{error}");
        assert!(error.action().contains("--accept-unbound"), "{}", error.action());
        assert!((names(folder), fs::read(folder.join("oath.db")).unwrap()) == before, "nothing has changed");
        assert_eq!(migrate(folder).unwrap().from, Some(1));
    }
    // What the key ring binds needs no consent.
    assert_eq!(migrate_with(kit(2).path(), MigrateOptions::default()).unwrap().from, Some(2));
}

#[test]
fn what_was_changed_in_a_file_of_format_2_is_not_bound_anew() {
    let change = |sql: &str| {
        let folder = kit(2);
        Connection::open(folder.path().join("oath.db")).unwrap().execute_batch(sql).unwrap();
        let before = names(folder.path());
        let result = migrate(folder.path());
        if result.is_err() {
            assert_eq!(names(folder.path()), before, "nothing is left behind: {sql}");
            assert_eq!(block_on(location(folder.path()).open()).unwrap_err().code(), "database-older");
        }
        result.map(|migrated| migrated.left).map_err(|error| error.code().to_owned())
    };
    assert_eq!(change("UPDATE tokens SET status = 'activated' WHERE serial = '0001'"), Ok(vec!["0001".to_owned()]));
    assert_eq!(change("UPDATE states SET last_step = 0"), Err("key-ring-wrong".to_owned()), "all of them");
    assert_eq!(change("UPDATE users SET kind = 'guest'"), Err("user-damaged".to_owned()));
    assert_eq!(change("UPDATE events SET actor = 'mallory' WHERE sequence = 3"), Err("database-corrupt".to_owned()));
    assert_eq!(change("UPDATE settings SET floor = 7"), Err("key-ring-wrong".to_owned()));
    let end = "UPDATE audit_head SET hash = randomblob(32)";
    assert_eq!(change(end), Err("database-corrupt".to_owned()), "the end of the log");
}

#[test]
fn another_ring_a_file_in_use_and_a_broken_off_try_change_nothing() {
    let folder = kit(1);
    let folder = folder.path();
    let keys = fs::read_to_string(folder.join("oath.keys")).unwrap();
    fs::write(folder.join("oath.keys"), keys.replace("0202", "0303")).unwrap();
    assert_eq!(migrate(folder).unwrap_err().code(), "key-ring-wrong");
    fs::write(folder.join("oath.keys"), keys).unwrap();
    let other = Connection::open(folder.join("oath.db")).unwrap();
    let tables: i64 = other.query_row("SELECT count(*) FROM tokens", [], |row| row.get(0)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = migrate(folder).unwrap_err();
    assert_eq!((tables, busy.code()), (3, "database-busy"));
    assert!(busy.to_string().contains("must be stopped first"), "{busy}");
    drop(other);
    // What a killed process leaves.
    fs::write(folder.join("oath.db.new-00000000000000000000000000000000"), "half").unwrap();
    assert_eq!(migrate(folder).unwrap().from, Some(1));
    let kept = format!("oath.db.replaced-{}", at(200).as_secs());
    assert_eq!(names(folder), ["oath.db", &kept, "oath.keys"]);
}
