//! A disk that is really full: a small file system in memory, in a namespace of its own.
#![cfg(all(feature = "sqlite", target_os = "linux"))]

#[path = "support/children.rs"]
mod children;

use oath_directory::store::{Fault, Missing, SqliteStore};
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, Refusal, Upn, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

const NOW: u64 = 1_700_000_000;
const TASK: &str = "OATH_TEST_TASK";

/// Writes until nothing more fits.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [65_536, 512, 1] {
        while file.write_all(&vec![0; size]).and_then(|()| file.flush()).is_ok() {}
    }
}

/// Not a test of its own: what runs where the disk is small.
#[test]
fn child() {
    let Some(words) = children::task() else { return };
    let folder = Path::new(&words[0]);
    let store = SqliteStore::open(&folder.join("oath.db"), Missing::Create).unwrap();
    let policy = Policy { free_attempts: u32::MAX, ..Policy::default() };
    let directory = Directory::new(store, KeyRing::generate().unwrap(), policy).unwrap();
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    let alice: Upn = "alice@example.com".parse().unwrap();
    block_on(directory.add_user(&operator, now, &alice, UserKind::Member, None)).unwrap();
    let app = block_on(directory.enroll(&operator, now, &alice)).unwrap().uri.to_totp().unwrap();
    let codes = [app.generate_at_step(NOW / 30 - 1), app.generate(now)].into();
    let _ = block_on(directory.confirm(&operator, now, &alice, &codes)).unwrap();
    let at = |turn: u64| UnixTime::from_secs(NOW + 300 * turn);
    let sign_in = |turn| block_on(directory.verify(&operator, at(turn), &alice, &app.generate(at(turn)))).map(drop);
    sign_in(1).unwrap();

    // Sign-ins go on until the log has no room, then fail, and none is granted that is not kept.
    fill(&folder.join("other"));
    let (mut granted, mut failed) = (1, None);
    for turn in 2..2000 {
        match sign_in(turn) {
            Ok(()) => granted += 1,
            Err(Error::Store(error)) => {
                assert_eq!(error.fault, Fault::Full, "{error}");
                failed = Some(turn);
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    let failed = failed.expect("the disk was never full");
    for _ in 0..3 {
        assert!(matches!(sign_in(failed), Err(Error::Store(_))));
        assert_eq!(block_on(directory.users()).unwrap().len(), 1, "reads go on");
        assert_eq!(block_on(directory.verify_audit()).unwrap().unwrap().events, 4 + granted);
    }
    fs::remove_file(folder.join("other")).unwrap();
    // The code that could not be kept is still good, once, and those that were granted are not.
    sign_in(failed).unwrap();
    for turn in [1, failed - 1, failed] {
        assert_eq!(sign_in(turn), Err(Error::Refused(Refusal::Rejected)));
    }
    assert_eq!(block_on(directory.verify_audit()).unwrap().unwrap().events, 4 + granted + 4);
    println!("done {granted}");
}

#[test]
fn a_full_disk_grants_nothing_reads_go_on_and_with_room_so_do_sign_ins() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=1m none "$1" && exec "$2" --exact child --nocapture"#;
    let run = |flags: &str| {
        Command::new("unshare")
            .args([flags, "sh", "-c", script, "sh"])
            .args([folder.path(), &std::env::current_exe().unwrap()])
            .env(TASK, folder.path())
            .output()
    };
    // An ordinary user becomes root of a namespace of users; root may have been denied that.
    let tried = ["-Urm", "-m"].into_iter().map(run);
    let Some(output) = tried.flatten().find(|output| String::from_utf8_lossy(&output.stdout).contains("begun")) else {
        let note = "NOT RUN: a_full_disk_grants_nothing_reads_go_on_and_with_room_so_do_sign_ins: no file system can be mounted \
                    here (unshare)\n";
        return std::io::stderr().write_all(note.as_bytes()).unwrap();
    };
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("done "), "{text}");
}
