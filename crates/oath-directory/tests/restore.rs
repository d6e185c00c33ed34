//! Backups are whole, and a restored directory accepts no code that was good before.
#![cfg(feature = "sqlite")]

#[path = "support/children.rs"]
mod children;
mod support;

use oath_directory::store::AnyStore;
use oath_directory::{
    Actor, Clock, Directory, Location, LocationError, MigrateOptions, Policy, RestorePreview, UserKind,
};
use oath_totp::{Totp, UnixTime};
use pollster::block_on;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::names;

const CHILD: &str = "OATH_RESTORE_CHILD";
const NOW: u64 = 1_700_000_000;
const SECRET: &str = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX";
/// When the restored directory comes back.
const RESTORED: u64 = NOW + 3600;

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

fn location(folder: &Path) -> Location {
    Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder)
}

fn open(folder: &Path) -> Directory<AnyStore> {
    block_on(location(folder).open()).unwrap()
}

fn add(directory: &Directory<AnyStore>, name: &str) {
    let user = format!("{name}@example.com").parse().unwrap();
    block_on(directory.add_user(&Actor::local_operator(), at(NOW), &user, UserKind::Member, None)).unwrap();
}

fn signs_in(directory: &Directory<AnyStore>, seconds: u64) -> bool {
    let code = Totp::from_base32(SECRET).unwrap().generate(at(seconds));
    let alice = "alice@example.com".parse().unwrap();
    block_on(directory.verify(&Actor::local_operator(), at(seconds), &alice, &code)).is_ok()
}

fn restore(folder: &Path, replacing: bool) -> Result<Option<PathBuf>, LocationError> {
    let operator = Actor::local_operator();
    let restored = block_on(location(folder).restore(
        Path::new("backup.db"),
        replacing,
        &operator,
        at(RESTORED),
        Clock::Unchecked,
    ))?;
    assert_eq!(restored.refused_until, at(RESTORED));
    Ok(restored.former)
}

/// A directory with Alice and her activated token, its backup, and Bob, who came after the backup.
fn furnished() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let operator = Actor::local_operator();
    let directory = block_on(location(folder.path()).create(&operator, at(NOW), Policy::default())).unwrap();
    add(&directory, "alice");
    let csv = format!(
        "upn,serial number,secret key,time interval,manufacturer,model\r\nalice@example.com,1,{SECRET},30,Contoso,T\r\n"
    );
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &oath_seeds::Options::default()).unwrap();
    block_on(directory.upload(&operator, at(NOW), "tokens.csv", rows)).unwrap();
    let code = Totp::from_base32(SECRET).unwrap().generate(at(NOW));
    block_on(directory.activate(&operator, at(NOW), "1", &code.into())).unwrap();
    block_on(location(folder.path()).backup(Path::new("backup.db"))).unwrap();
    add(&directory, "bob");
    folder
}

/// The directory is the restored one, and refuses what was good up to then.
fn is_restored(folder: &Path) {
    let directory = open(folder);
    assert_eq!(block_on(directory.users()).unwrap().len(), 1, "the backup knows Alice only");
    assert!(block_on(directory.verify_audit()).unwrap().is_ok());
    assert!(!signs_in(&directory, RESTORED), "the code of the moment may have been used");
    assert!(signs_in(&directory, RESTORED + 90));
}

#[test]
fn a_backup_is_private_and_never_written_over_a_file() {
    let folder = furnished();
    let backup = folder.path().join("backup.db");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&backup.metadata().unwrap().permissions()) & 0o777, 0o600);
    assert_eq!(names(folder.path()), ["backup.db", "oath.db", "oath.keys"]);
    let before = fs::read(&backup).unwrap();
    let again = block_on(location(folder.path()).backup(Path::new("backup.db")));
    assert!(matches!(again, Err(LocationError::FileExists { .. })), "{again:?}");
    assert_eq!(fs::read(&backup).unwrap(), before);
    let nowhere = block_on(location(folder.path()).backup(Path::new("missing/backup.db")));
    assert!(nowhere.is_err());
    assert_eq!(names(folder.path()), ["backup.db", "oath.db", "oath.keys"]);
}

#[test]
fn a_code_that_was_good_before_is_refused_after_a_restore() {
    let folder = furnished();
    let database = folder.path().join("oath.db");
    fs::remove_file(&database).unwrap();
    // As the backup was, without a restore, it would accept a code that was used since.
    fs::copy(folder.path().join("backup.db"), &database).unwrap();
    assert!(signs_in(&open(folder.path()), RESTORED));
    fs::remove_file(&database).unwrap();
    assert_eq!(restore(folder.path(), false).unwrap(), None);
    is_restored(folder.path());
    assert_eq!(names(folder.path()), ["backup.db", "oath.db", "oath.keys"]);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&database.metadata().unwrap().permissions()) & 0o777, 0o600);
}

/// A server runs an operation on whatever thread is free.
#[test]
fn what_a_location_does_can_be_sent_to_another_thread() {
    fn sent(future: impl Future + Send) {
        drop(future);
    }
    let (location, operator, now) = (location(Path::new(".")), Actor::local_operator(), at(NOW));
    let backup = Path::new("backup.db");
    sent(location.create(&operator, now, Policy::default()));
    sent(location.backup(backup));
    sent(location.restore(backup, true, &operator, now, Clock::Unchecked));
    sent(location.preview_restore(backup, true, &operator, now, Clock::Unchecked));
    sent(location.migrate(&operator, now, MigrateOptions::default()));
    sent(location.preview_migration(&operator, now));
}

/// The same checks as a restore, and nothing is written.
#[test]
fn a_preview_says_what_a_restore_would_replace() {
    let folder = furnished();
    let files = || names(folder.path()).into_iter().map(|name| fs::read(folder.path().join(name)).unwrap()).collect();
    let before: Vec<Vec<u8>> = files();
    let preview = |replacing, actor: &Actor| {
        block_on(location(folder.path()).preview_restore(
            Path::new("backup.db"),
            replacing,
            actor,
            at(RESTORED),
            Clock::Unchecked,
        ))
    };
    let operator = Actor::local_operator();
    assert!(matches!(preview(false, &operator), Err(LocationError::DirectoryExists { .. })));
    let RestorePreview { backup, replaced, refused_until } = preview(true, &operator).unwrap();
    assert_eq!(refused_until, at(RESTORED));
    let replaced = replaced.unwrap();
    assert_eq!((backup.users, backup.tokens, replaced.users, replaced.tokens), (1, 1, 2, 1));
    assert_eq!((replaced.events - backup.events, replaced.last_event), (1, Some(at(NOW))));
    assert!(before == files() && names(folder.path()) == ["backup.db", "oath.db", "oath.keys"]);
    fs::remove_file(folder.path().join("oath.db")).unwrap();
    assert_eq!(preview(false, &operator).unwrap().replaced, None);
    // Another ring does not open the backup.
    fs::remove_file(folder.path().join("oath.keys")).unwrap();
    drop(block_on(location(folder.path()).create(&operator, at(NOW), Policy::default())).unwrap());
    assert_eq!(preview(true, &operator).unwrap_err().code(), restore(folder.path(), true).unwrap_err().code());
}

#[test]
fn the_former_database_is_kept_under_another_name() {
    let folder = furnished();
    assert!(matches!(restore(folder.path(), false), Err(LocationError::DirectoryExists { .. })));
    let former = restore(folder.path(), true).unwrap().unwrap();
    assert_eq!(former, Path::new("oath.db.replaced-1700003600"));
    is_restored(folder.path());
    // A second one of the same moment takes another name.
    let second = restore(folder.path(), true).unwrap().unwrap();
    assert_eq!(second, Path::new("oath.db.replaced-1700003600-2"));
    is_restored(folder.path());
    let kept = [&*former.to_string_lossy(), &*second.to_string_lossy()].map(str::to_owned);
    assert_eq!(
        names(folder.path()),
        [&["backup.db", "oath.db"].map(str::to_owned)[..], &kept, &["oath.keys".to_owned()]].concat()
    );
    fs::remove_file(folder.path().join("oath.db")).unwrap();
    fs::rename(folder.path().join(former), folder.path().join("oath.db")).unwrap();
    assert_eq!(block_on(open(folder.path()).users()).unwrap().len(), 2, "what came after the backup");
}

#[test]
fn what_cannot_be_restored_changes_nothing() {
    let folder = furnished();
    let refused = |code: &str| {
        let before = names(folder.path());
        let error = restore(folder.path(), true).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(names(folder.path()), before);
    };
    let file = |name: &str| folder.path().join(name);
    // Another ring.
    let other = furnished();
    fs::rename(file("oath.keys"), file("aside")).unwrap();
    fs::copy(other.path().join("oath.keys"), file("oath.keys")).unwrap();
    refused("key-ring-wrong");
    // The ring of the directory, which has lost the key of the tokens.
    let text = fs::read_to_string(file("aside")).unwrap();
    let name = text.lines().find_map(|line| line.strip_prefix("seal ")).unwrap().split(' ').next().unwrap();
    fs::write(file("oath.keys"), text.replace(name, "another")).unwrap();
    refused("key-ring-wrong");
    fs::remove_file(file("oath.keys")).unwrap();
    fs::rename(file("aside"), file("oath.keys")).unwrap();
    // Another process that has the database open.
    let database = open(folder.path());
    let error = restore(folder.path(), true).unwrap_err();
    assert_eq!(error.code(), "database-busy", "{error}");
    assert!(error.to_string().contains("must be stopped first"), "{error}");
    drop(database);
    // What is no backup.
    fs::rename(file("backup.db"), file("aside")).unwrap();
    refused("file-failed");
    fs::write(file("backup.db"), "no database").unwrap();
    refused("database-corrupt");
    fs::remove_file(file("backup.db")).unwrap();
    fs::rename(file("aside"), file("backup.db")).unwrap();
    // The log of a database that is gone.
    fs::rename(file("oath.db"), file("aside")).unwrap();
    fs::write(file("oath.db-wal"), "log").unwrap();
    refused("log-in-the-way");
    fs::remove_file(file("oath.db-wal")).unwrap();
    fs::rename(file("aside"), file("oath.db")).unwrap();
    assert_eq!(block_on(open(folder.path()).users()).unwrap().len(), 2);
}

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let _ = restore(Path::new(&folder), true);
}

#[test]
fn a_killed_restore_leaves_the_former_database_or_the_restored_one() {
    let (mut former, mut restored) = (0, 0);
    for round in 0..children::times(14, 1000) {
        let folder = furnished();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child"])
            .env(CHILD, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(RandomState::new().hash_one(round) % 60_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let users = block_on(open(folder.path()).users()).unwrap().len();
        if users == 2 {
            former += 1;
            restore(folder.path(), true).unwrap();
        } else {
            restored += 1;
        }
        is_restored(folder.path());
        if users == 2 {
            assert!(!names(folder.path()).iter().any(|name| name.contains(".new-")), "{:?}", names(folder.path()));
        }
    }
    assert_eq!(former + restored, children::times(14, 1000));
}
