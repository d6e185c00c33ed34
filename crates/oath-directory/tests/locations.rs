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

/// A key that recognises secrets of deleted tokens is retired first, and a retired one goes when it recognises none.
#[test]
fn a_key_that_recognises_is_retired() {
    use oath_directory::store::AnyStore;
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    let actor = Actor::local_operator();
    let first = names(&location).remove(0);
    let open = || -> oath_directory::Directory<AnyStore> { block_on(location.open()).unwrap() };
    let [one, two] = [(); 2].map(|()| oath_totp::Secret::generate_bytes(20).unwrap().expose_base32().to_string());
    let csv = format!(
        "upn,serial number,secret key,time interval,manufacturer,model\r\n\
         ,A,{one},30,Contoso,T\r\n,B,{two},30,Contoso,T\r\n"
    );
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
    assert_eq!(block_on(open().upload(&actor, AT, "t.csv", rows)).unwrap().imported, 2);
    let second = block_on(location.add_key(&actor, AT)).unwrap();
    block_on(location.activate_key(&actor, AT, &second)).unwrap();
    let remove = |name: &str| block_on(location.remove_key(&actor, AT, name)).map_err(|error| error.to_string());
    let used = remove(&first).unwrap_err();
    assert!(used.contains("2 tokens"), "{used}");
    block_on(open().delete(&actor, AT, "A")).unwrap();
    assert_eq!(block_on(open().reseal(&actor, AT, None)).unwrap().sealed, 1);
    assert_eq!(remove(&first), Ok(1), "the secret of A");
    assert_eq!(names(&location), [second.as_str()]);
    let recognises = remove(&first).unwrap_err();
    assert!(recognises.contains('1'), "{recognises}");
    // Retired ones of which nothing is there.
    let keys = folder.path().join("oath.keys");
    let text = fs::read_to_string(&keys).unwrap();
    fs::write(&keys, format!("{text}recognise third {}\nrecognise fourth {}\n", "03".repeat(32), "04".repeat(32)))
        .unwrap();
    assert_eq!(remove("third"), Ok(0));
    let ring = KeyRing::parse(&fs::read_to_string(&keys).unwrap()).unwrap();
    assert_eq!(ring.retired_names().collect::<Vec<_>>(), [first.as_str(), "fourth"]);
}

#[test]
fn a_ring_that_is_not_there_or_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    let keys = folder.path().join("oath.keys");
    let opened = || block_on(location.open()).map(drop).map_err(|error| error.code().to_owned());
    let ring = fs::read(&keys).unwrap();
    fs::remove_file(&keys).unwrap();
    assert_eq!(opened(), Err("key-ring-missing".to_owned()));
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        fs::DirBuilder::new().mode(0o700).create(&keys).unwrap();
        let error = block_on(location.open()).unwrap_err();
        assert!(error.to_string().contains("the key ring cannot be read"), "{error}");
        fs::remove_dir(&keys).unwrap();
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&keys).unwrap();
        io::Write::write_all(&mut file, &ring).unwrap();
    }
    assert_eq!(opened(), Ok(()));
    // Of a variable that is set, and is no ring.
    let of_path = Location::new(location.database().clone(), Some("env:PATH".into())).within(folder.path());
    assert_eq!(block_on(of_path.open()).unwrap_err().code(), "key-ring-malformed");
}

/// A symbolic link to a missing file does not exist for `try_exists`, and still takes the name.
#[test]
fn what_comes_into_the_way_at_the_last_moment_is_not_overwritten() {
    use std::os::unix::fs::symlink;
    let code = |error: LocationError| error.code().to_owned();
    let (actor, policy) = (Actor::local_operator(), Policy::default);
    for (name, why) in [("oath.db", "directory-exists"), ("oath.keys", "key-ring-exists")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        symlink("nowhere", &path).unwrap();
        let location = Location::new("oath.db".parse().unwrap(), None).within(folder.path());
        let created = block_on(location.create(&actor, AT, policy())).map(drop);
        assert_eq!(created.map_err(code), Err(why.to_owned()));
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [name], "nothing is left behind");
        fs::remove_file(&path).unwrap();
        assert!(block_on(location.create(&actor, AT, policy())).is_ok());
    }
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    block_on(location.backup(Path::new("b.db"))).unwrap();
    symlink("nowhere", folder.path().join("c.db")).unwrap();
    assert_eq!(block_on(location.backup(Path::new("c.db"))).map_err(code), Err("file-exists".to_owned()));
    fs::remove_file(folder.path().join("oath.db")).unwrap();
    symlink("nowhere", folder.path().join("oath.db")).unwrap();
    let restored = block_on(location.restore(Path::new("b.db"), false, &actor, AT, Clock::Unchecked)).map(drop);
    assert_eq!(restored.map_err(code), Err("directory-exists".to_owned()));
}

/// A migration and its preview refuse a missing file, and a file that is no directory, as opening it does.
#[test]
fn only_an_older_database_is_migrated() {
    use oath_directory::MigrateOptions;
    use oath_directory::store::{Missing, SqliteStore};
    let folder = tempfile::tempdir().unwrap();
    let location = made(folder.path());
    let actor = Actor::local_operator();
    let all = || {
        let opened = block_on(location.open()).map(drop).unwrap_err();
        let previewed = block_on(location.preview_migration(&actor, AT)).map(drop).unwrap_err();
        let migrated = block_on(location.migrate(&actor, AT, MigrateOptions::default())).map(drop).unwrap_err();
        assert_eq!(opened.to_string(), previewed.to_string());
        (opened.code().to_owned(), migrated.code().to_owned())
    };
    let path = folder.path().join("oath.db");
    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (a)").unwrap();
    assert_eq!(all(), ("database-corrupt".to_owned(), "database-corrupt".to_owned()));
    fs::remove_file(&path).unwrap();
    assert_eq!(all(), ("database-missing".to_owned(), "database-missing".to_owned()));
    // Below a file.
    fs::write(&path, "").unwrap();
    for missing in [Missing::Refuse, Missing::Create] {
        let error = SqliteStore::open(&path.join("oath.db"), missing).unwrap_err();
        assert!(error.message.contains("Not a directory"), "{error}");
    }
}

fn names(location: &Location) -> Vec<String> {
    let ring = fs::read_to_string(location.database_path().unwrap().with_file_name("oath.keys")).unwrap();
    KeyRing::parse(&ring).unwrap().names().map(str::to_owned).collect()
}
