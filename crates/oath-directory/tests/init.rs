//! How the two files of a directory come to be, and that nothing which was there is lost.
#![cfg(feature = "sqlite")]

#[path = "support/children.rs"]
mod children;
mod support;

use oath_directory::{Actor, Directory, KeyRing, Location, LocationError, Policy, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::names;

const CHILD: &str = "OATH_INIT_CHILD";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn location(folder: &Path) -> Location {
    Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder)
}

fn create(folder: &Path) -> Result<(), LocationError> {
    block_on(location(folder).create(&Actor::local_operator(), NOW, Policy::default())).map(drop)
}

/// The directory opens with its ring, can be written, and its log is whole.
fn works(folder: &Path) {
    let directory = block_on(location(folder).open()).unwrap();
    let user = "alice@example.com".parse().unwrap();
    block_on(directory.add_user(&Actor::local_operator(), NOW, &user, UserKind::Member, None)).unwrap();
    assert_eq!(block_on(directory.verify_audit()).unwrap().unwrap().events, 2);
    drop(directory);
    assert_eq!(names(folder), ["oath.db", "oath.keys"]);
}

#[test]
fn a_directory_is_made_once_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path()).unwrap();
    let before = fs::read(folder.path().join("oath.keys")).unwrap();
    assert!(matches!(create(folder.path()), Err(LocationError::DirectoryExists { .. })));
    assert_eq!(fs::read(folder.path().join("oath.keys")).unwrap(), before);
    works(folder.path());
}

#[test]
fn a_key_ring_of_another_directory_and_a_database_without_its_ring_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path()).unwrap();
    let (database, keys) = (folder.path().join("oath.db"), folder.path().join("oath.keys"));
    let aside = folder.path().join("aside");
    fs::rename(&database, &aside).unwrap();
    assert!(matches!(create(folder.path()), Err(LocationError::KeyRingExists { .. })));
    fs::rename(&aside, &database).unwrap();
    fs::rename(&keys, &aside).unwrap();
    assert!(matches!(create(folder.path()), Err(LocationError::KeyRingMissing { .. })));
    fs::rename(&aside, &keys).unwrap();
    works(folder.path());
}

/// Every state that a kill can leave, made by hand.
#[test]
fn init_goes_on_from_every_state_that_a_kill_can_leave() {
    let made = tempfile::tempdir().unwrap();
    create(made.path()).unwrap();
    let ring = KeyRing::parse(&fs::read_to_string(made.path().join("oath.keys")).unwrap()).unwrap();
    let id = ring.id();
    let (database, keys) = (format!("oath.db.new-{id}"), format!("oath.keys.new-{id}"));
    let whole = ["oath.db", "oath.keys"];
    type State<'a> = &'a [(&'a str, &'a str)];
    let states: [State<'_>; 6] = [
        &[(whole[1], &keys), (whole[0], &database), (whole[1], whole[1]), (whole[0], whole[0])],
        &[(whole[1], &keys)],
        &[(whole[1], &keys), (whole[0], &database)],
        &[(whole[1], &keys), (whole[0], &database), (whole[1], whole[1])],
        &[(whole[0], &database), (whole[1], whole[1])],
        &[(whole[1], &keys)],
    ];
    for state in states {
        let folder = tempfile::tempdir().unwrap();
        for (from, to) in state {
            fs::copy(made.path().join(from), folder.path().join(to)).unwrap();
        }
        let linked = state.iter().any(|(_, to)| *to == "oath.keys");
        match create(folder.path()) {
            Ok(()) => {}
            Err(LocationError::DirectoryExists { .. }) => assert_eq!(state.len(), 4, "all was done"),
            Err(error) => panic!("{error}"),
        }
        let kept =
            fs::read(made.path().join("oath.keys")).unwrap() == fs::read(folder.path().join("oath.keys")).unwrap();
        assert_eq!(kept, linked, "a ring that has its name stays the ring");
        works(folder.path());
    }
    // Half of a key ring under its temporary name.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(&keys), "recognise 00").unwrap();
    create(folder.path()).unwrap();
    works(folder.path());
}

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let _ = create(Path::new(&folder));
}

#[test]
fn a_killed_init_is_finished_by_the_next_one() {
    for round in 0..children::times(25, 1000) {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child"])
            .env(CHILD, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(RandomState::new().hash_one(round) % 30_000));
        child.kill().unwrap();
        child.wait().unwrap();
        match create(folder.path()) {
            Ok(()) | Err(LocationError::DirectoryExists { .. }) => works(folder.path()),
            Err(error) => panic!("{error}: {:?}", names(folder.path())),
        }
    }
}

#[test]
fn of_many_that_make_a_directory_at_once_none_destroys_it() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| match create(folder.path()) {
                    Ok(()) | Err(LocationError::DirectoryExists { .. } | LocationError::KeyRingExists { .. }) => {}
                    Err(error) => panic!("{error}"),
                });
            }
        });
        works(folder.path());
    }
}

#[cfg(unix)]
#[test]
fn a_key_ring_that_others_can_read_is_refused_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    create(folder.path()).unwrap();
    let mode = |mode| fs::set_permissions(folder.path().join("oath.keys"), fs::Permissions::from_mode(mode)).unwrap();
    for open in [0o640, 0o604, 0o666] {
        mode(open);
        let error = block_on(location(folder.path()).open()).unwrap_err();
        assert_eq!(error.code(), "key-ring-open");
        assert!(error.to_string().contains(&format!("{open:o}")) && error.action().contains("chmod 600"), "{error}");
    }
    mode(0o400);
    assert!(block_on(location(folder.path()).open()).is_ok());
}

#[test]
fn an_empty_directory_knows_its_ring() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path()).unwrap();
    let keys = folder.path().join("oath.keys");
    fs::remove_file(&keys).unwrap();
    let other = tempfile::tempdir().unwrap();
    create(other.path()).unwrap();
    fs::copy(other.path().join("oath.keys"), &keys).unwrap();
    let error = block_on(location(folder.path()).open()).unwrap_err();
    assert_eq!(error.code(), "key-ring-wrong");
    // Nor by the other way in.
    let store = oath_directory::store::SqliteStore::open(
        &folder.path().join("oath.db"),
        oath_directory::store::Missing::Refuse,
    );
    let ring = KeyRing::parse(&fs::read_to_string(keys).unwrap()).unwrap();
    let directory = Directory::new(store.unwrap(), ring, Policy::default()).unwrap();
    let user = "alice@example.com".parse().unwrap();
    let added = block_on(directory.add_user(&Actor::local_operator(), NOW, &user, UserKind::Member, None));
    assert_eq!(added.unwrap_err().code(), "key-ring-wrong");
}
