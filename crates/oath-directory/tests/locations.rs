//! Where a directory lies: the names of its database and its key ring, and what is said where one of them cannot be used.

#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../../oath-seeds/tests/support/golden.rs"]
mod golden;

use oath_directory::store::{Fault, StoreError};
use oath_directory::{Actor, Clock, DatabaseUrl, Error, KeyRing, Location, LocationError, MalformedUrl, Policy};
use oath_totp::UnixTime;
use pollster::block_on;
use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

const AT: UnixTime = UnixTime::from_secs(1_700_000_000);

/// A directory in a folder, and its location.
fn made(folder: &Path) -> Location {
    let location = Location::new("oath.db".parse().unwrap(), None).within(folder);
    drop(block_on(location.create(&Actor::local_operator(), AT, Policy::default())).unwrap());
    location
}

#[test]
fn a_database_is_named_by_a_url_or_a_path() {
    let url: DatabaseUrl = "sqlite:a/oath.db".parse().unwrap();
    assert_eq!(
        (url.to_string().as_str(), url.place().as_str(), url.has_password()),
        ("sqlite:a/oath.db", "a/oath.db", false)
    );
    assert_eq!(DatabaseUrl::from(PathBuf::from("a/oath.db")).to_string(), "sqlite:a/oath.db");
    let location = Location::new(url.clone(), None);
    assert_eq!(location.database_path(), Some(PathBuf::from("a/oath.db")));
    assert_eq!(location.keys(), Path::new("a/oath.keys"));
    let location = Location::new(url, Some("ring".into())).within(Path::new("/b"));
    assert_eq!(location.database_path(), Some(PathBuf::from("/b/a/oath.db")));
    assert_eq!(location.keys(), Path::new("ring"));
    let said = |text: &str| text.parse::<DatabaseUrl>().unwrap_err();
    assert_eq!(
        (said(""), said("sqlite:"), said("mysql://host/x")),
        (MalformedUrl::Empty, MalformedUrl::Empty, MalformedUrl::Scheme)
    );
    let text = said("").to_string();
    assert!(text.starts_with("the URL of the database names no file; expected sqlite:FILE"), "{text}");
    let text = said("mysql://host/x").to_string();
    assert!(text.starts_with("the URL of the database is of an unknown kind; expected sqlite:FILE"), "{text}");
}

/// The ring from a program: what it prints is the ring, or a reason says why not.
#[test]
fn a_key_ring_from_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    let ring = folder.path().join("oath.keys");
    let with = |words: &str| Location::new(location.database().clone(), Some(words.into())).within(folder.path());
    let opened = |words: &str| {
        block_on(with(words).open()).map(drop).map_err(|error| (error.code().to_owned(), error.to_string()))
    };
    let cat = format!("command:cat {}", ring.display());
    assert_eq!(opened(&cat), Ok(()));
    for (words, why) in [
        ("command:", "the program cannot be run: "),
        ("command:/nowhere/program", "the program cannot be run: "),
        ("command:false", "the program ended with the exit status 1"),
        ("command:head -c 70000 /dev/zero", "what it gives is longer than any key ring (65536 bytes)"),
        ("command:printf \\377", "what it gives is no text"),
        ("env:OATH_TEST_NO_SUCH_VARIABLE", "the variable is not set"),
    ] {
        let (code, text) = opened(words).unwrap_err();
        assert_eq!(code, "key-provider-failed", "{words}");
        assert!(text.contains(why), "{words}: {text}");
    }
    // As long as can be read, and no ring.
    assert_eq!(opened("command:head -c 65535 /dev/zero").unwrap_err().0, "key-ring-malformed");
    assert_eq!(opened("command:true").unwrap_err().0, "key-ring-incomplete");
    // It is read, and never changed.
    let added = block_on(with(&cat).add_key(&Actor::local_operator(), AT));
    assert_eq!(added.unwrap_err().code(), "key-ring-read-only");
    let removed = block_on(with(&cat).remove_key(&Actor::local_operator(), AT, "second"));
    assert_eq!(removed.unwrap_err().code(), "key-ring-read-only");
}

#[test]
fn each_error_names_its_place_and_what_to_do() {
    let (database, keys, file) = (|| "oath.db".to_owned(), || PathBuf::from("oath.keys"), || PathBuf::from("b.db"));
    let store = StoreError { fault: Fault::Full, message: "full".to_owned() };
    let errors = [
        LocationError::DirectoryExists { database: database() },
        LocationError::KeyRingExists { keys: keys() },
        LocationError::KeyRingOpen { keys: keys(), mode: 0o644 },
        LocationError::KeyRingMissing { keys: keys(), database: database() },
        LocationError::KeyRingReadOnly { keys: keys() },
        LocationError::KeyProvider { keys: keys(), what: "why".to_owned() },
        LocationError::FileExists { file: file() },
        LocationError::LogInTheWay { file: file() },
        LocationError::OnServer { database: database() },
        LocationError::Unbound { database: database() },
        LocationError::Io { what: "it cannot be read", place: file(), error: io::Error::other("gone") },
        LocationError::Directory { place: database(), error: Error::Store(store) },
    ];
    let said: Vec<_> = errors
        .iter()
        .map(|error| {
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            let refusal = if error.is_refusal() { ", a refusal" } else { "" };
            format!(
                "{} at {}{refusal}: {error}; to do: {}; source: {source}",
                error.code(),
                error.place(),
                error.action()
            )
        })
        .collect();
    golden::expect("tests/locations.txt", &(said.join("\n") + "\n"));
}

/// A key that seals nothing and recognises nothing goes; one that does stays.
#[test]
fn a_key_is_removed_when_nothing_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    let actor = Actor::local_operator();
    let code = |result: Result<u64, LocationError>| result.map_err(|error| error.code().to_owned());
    let first = names(&location).remove(0);
    let second = block_on(location.add_key(&actor, AT)).unwrap();
    let mut both = vec![first.clone(), second.clone()];
    both.sort();
    let mut held = names(&location);
    held.sort();
    assert_eq!(held, both);
    assert_eq!(code(block_on(location.remove_key(&actor, AT, &first))), Err("key-in-use".to_owned()), "it seals");
    assert_eq!(code(block_on(location.remove_key(&actor, AT, "third"))), Err("key-unknown".to_owned()));
    assert_eq!(code(block_on(location.remove_key(&actor, AT, &second))), Ok(0));
    assert_eq!(names(&location), [first]);
}

/// What is there is never overwritten, by a backup or by a restore.
#[test]
fn a_backup_and_a_restore_overwrite_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    let code = |error: LocationError| error.code().to_owned();
    let backup = |name: &str| block_on(location.backup(Path::new(name))).map_err(code);
    assert_eq!(backup("b.db"), Ok(()));
    let before = fs::read(folder.path().join("b.db")).unwrap();
    assert_eq!(backup("b.db"), Err("file-exists".to_owned()));
    assert_eq!(backup("oath.db"), Err("file-exists".to_owned()));
    assert_eq!(fs::read(folder.path().join("b.db")).unwrap(), before);
    let restore = |replacing: bool| {
        let actor = Actor::local_operator();
        block_on(location.restore(Path::new("b.db"), replacing, &actor, AT, Clock::Unchecked)).map_err(code)
    };
    assert_eq!(restore(false).map(drop), Err("directory-exists".to_owned()));
    let former = restore(true).unwrap().former.unwrap();
    assert!(folder.path().join(&former).exists(), "{former:?}");
    fs::remove_file(folder.path().join("oath.db")).unwrap();
    assert_eq!(restore(false).unwrap().former, None);
    assert!(restore(true).unwrap().former.is_some());
}

fn names(location: &Location) -> Vec<String> {
    let ring = fs::read_to_string(location.database_path().unwrap().with_file_name("oath.keys")).unwrap();
    KeyRing::parse(&ring).unwrap().names().map(str::to_owned).collect()
}
