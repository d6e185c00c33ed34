//! What a call has answered survives a loss of power: each file that it made is synced before it gets its name, and the folder
//! after that. A process that does all of it is watched through strace, which shows the calls to the system in their order.
#![cfg(all(feature = "sqlite", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a helper of tests is a test")]

use oath_directory::store::SqliteStore;
use oath_directory::{Actor, Location, Policy, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const CHILD: &str = "OATH_DURABLE_CHILD";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Not a test of its own: the process that is watched.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = Path::new(&folder);
    let location = Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder);
    let operator = Actor::local_operator();
    block_on(location.create(&operator, NOW, Policy::default())).unwrap();
    let directory = block_on(location.open()).unwrap();
    fs::write(folder.join("before-user"), "").unwrap();
    let user = "alice@example.com".parse().unwrap();
    block_on(directory.add_user(&operator, NOW, &user, UserKind::Member, None)).unwrap();
    fs::write(folder.join("after-user"), "").unwrap();
    block_on(location.backup(Path::new("backup.db"))).unwrap();
    fs::write(folder.join("after-backup"), "").unwrap();
    let store = directory.store().as_store::<SqliteStore>().unwrap();
    block_on(store.backup(folder.join("copy.db"))).unwrap();
    fs::write(folder.join("after-copy"), "").unwrap();
    block_on(directory.export_audit_to(UnixTime::from_secs(1_700_000_001), &folder.join("log.jsonl"))).unwrap();
}

/// The calls in their order, each as one line: `-y` writes the path of a file descriptor beside it.
fn trace() -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("trace");
    let watched = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-s",
            "4096",
            "-e",
            "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2,openat,open",
            "-o",
        ])
        .arg(&log)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(CHILD, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let lines = fs::read_to_string(&log).unwrap_or_default();
    if watched.is_err() || !lines.contains("exited with") {
        assert!(std::env::var_os("CI").is_none(), "strace is missing or may not watch");
        // On standard error itself: what `eprintln!` says is shown for tests that fail only.
        std::io::stderr().write_all(b"NOT RUN: durable: strace is missing or may not watch\n").unwrap();
        return None;
    }
    assert!(watched.unwrap().success(), "{lines}");
    // A call that another thread interrupts has two lines; the second has the outcome.
    Some(lines.lines().map(|line| line.replace(&folder.path().display().to_string(), "")).collect())
}

#[test]
fn what_was_answered_is_on_the_disk() {
    let Some(lines) = trace() else { return };
    let text = lines.join("\n");
    let first = |from: usize, what: &str, fits: &dyn Fn(&str) -> bool| {
        let found = lines.iter().skip(from).position(|line| fits(line));
        from + found.unwrap_or_else(|| panic!("{what}, after line {from} of\n{text}"))
    };
    let sync = |line: &str, file: &str| {
        (line.contains("fsync(") || line.contains("fdatasync(")) && line.contains(&format!("<{file}"))
    };
    let folder = |line: &str| line.contains("fsync(") && line.contains("<>");

    // The ring, before the name under which it is looked for; then that name; then the database.
    let named = first(0, "the ring gets its name", &|line| line.contains("link") && line.contains("\"/oath.keys\""));
    let synced = first(0, "the ring is synced", &|line| sync(line, "/oath.keys.new-"));
    assert!(synced < named, "the ring is synced before it gets its name\n{text}");
    let lasting = first(named, "the folder is synced", &folder);
    let database =
        first(0, "the database gets its name", &|line| line.contains("link") && line.contains("\"/oath.db\""));
    assert!(lasting < database, "the name of the ring lasts before there is a database\n{text}");
    let lasting = first(database, "the folder is synced", &folder);

    // A change, before it is answered.
    let (before, after) = ("\"/before-user\"", "\"/after-user\"");
    let begun = first(lasting, "the change begins", &|line| line.contains(before));
    let answered = first(begun, "the change is answered", &|line| line.contains(after));
    let synced = first(begun, "the log of the database is synced", &|line| sync(line, "/oath.db-wal"));
    assert!(synced < answered, "a change is synced before it is answered\n{text}");

    // A copy.
    let synced = first(answered, "the backup is synced", &|line| sync(line, "/backup.db"));
    let answered = first(answered, "the backup is answered", &|line| line.contains("\"/after-backup\""));
    assert!(synced < answered, "a backup is synced before it is answered\n{text}");

    // The same by the store itself, which gives the copy its name at once.
    let synced = first(answered, "the copy is synced", &|line| sync(line, "/copy.db"));
    let lasting = first(synced, "the folder is synced", &folder);
    let answered = first(answered, "the copy is answered", &|line| line.contains("\"/after-copy\""));
    assert!(lasting < answered, "a copy and its name last before it is answered\n{text}");

    // Exported events, before others may be deleted from the database.
    let synced = first(answered, "the file of events is synced", &|line| sync(line, "/.oath-"));
    let named = first(synced, "it gets its name", &|line| line.contains("\"/log.jsonl\""));
    first(named, "the folder is synced", &folder);
}
