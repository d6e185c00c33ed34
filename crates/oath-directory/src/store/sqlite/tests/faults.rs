//! What is wrong with a file, and what is left of it.

use super::super::super::conformance::samples::{commit, full, token, user};
use super::*;
use crate::model::{Id, Token};
use crate::store::Write;
use std::fs;

/// Opening it fails, says what is said here with the path, and changes nothing.
fn refused(path: &Path, missing: Missing, fault: Fault, says: &str) {
    let before = fs::read(path).ok();
    let error = SqliteStore::open_with_patience(path, missing, Duration::from_millis(50)).unwrap_err();
    assert_eq!(error.fault, fault, "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("{}: ", path.display())) && text.contains(says), "{text}");
    assert_eq!(fs::read(path).ok(), before);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A closed directory with something in it.
fn made() -> (TempDir, PathBuf) {
    let (folder, path) = folder();
    let store = fresh(&path);
    pollster::block_on(commit(&store, full())).unwrap();
    let more = |number: u8| Token { id: Id::from_random(number.into()), ..token(number) };
    let tokens = (3..250).map(more).map(Write::Insert).collect();
    pollster::block_on(commit(&store, Changes { tokens, ..Changes::default() })).unwrap();
    drop(store);
    assert_eq!(names(folder.path()), ["oath.db"]);
    (folder, path)
}

fn users(listed: &[ListedUser]) -> Vec<crate::model::User> {
    listed.iter().map(|listed| listed.user.clone()).collect()
}

#[test]
fn a_missing_file_is_refused_or_made() {
    let (_folder, path) = folder();
    refused(&path, Missing::Refuse, Fault::Missing, "there is no such file");
    assert!(!path.exists());
    refused(&path.join("none").join("oath.db"), Missing::Create, Fault::Missing, "there is no such folder");
    drop(fresh(&path));
    assert!(SqliteStore::open(&path, Missing::Refuse).is_ok());
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_new_one() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = folder();
    let store = fresh(&path);
    pollster::block_on(commit(&store, full())).unwrap();
    assert_eq!(names(folder.path()), ["oath.db", "oath.db-shm", "oath.db-wal"]);
    for name in names(folder.path()) {
        let mode = fs::metadata(folder.path().join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_backup_is_whole_private_and_never_written_over_a_file() {
    let (folder, path) = made();
    let copy = folder.path().join("copy.db");
    let store = SqliteStore::open(&path, Missing::Refuse).unwrap();
    let tokens =
        |store: &SqliteStore| pollster::block_on(store.tokens(TokenFilter::default(), None, 1000)).unwrap().len();
    pollster::block_on(store.backup(copy.clone())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // What comes later is not in it, and the store still writes.
    let later = Token { id: Id::from_random(1000), ..token(251) };
    let changes = Changes { tokens: vec![Write::Insert(later)], ..Changes::default() };
    pollster::block_on(commit(&store, changes)).unwrap();
    let copied = SqliteStore::open(&copy, Missing::Refuse).unwrap();
    assert_eq!(tokens(&copied) + 1, tokens(&store));
    drop(copied);
    let before = fs::read(&copy).unwrap();
    let error = pollster::block_on(store.backup(copy.clone())).unwrap_err();
    assert!(error.to_string().contains("copy.db"), "{error}");
    assert_eq!(fs::read(&copy).unwrap(), before);
    assert!(pollster::block_on(store.backup(folder.path().join("none").join("copy.db"))).is_err());
}

#[test]
fn what_is_no_directory_is_refused_as_it_is() {
    let (folder, path) = folder();
    for missing in [Missing::Refuse, Missing::Create] {
        refused(folder.path(), missing, Fault::Corrupt, "is a folder");
        for content in ["serial,secret\n".repeat(200), "x".to_owned()] {
            fs::write(&path, content).unwrap();
            refused(&path, missing, Fault::Corrupt, "is not a SQLite database");
        }
        fs::remove_file(&path).unwrap();
        for marks in ["", "PRAGMA application_id = 7", "PRAGMA user_version = 1", "PRAGMA application_id = 0x4f415448"]
        {
            Connection::open(&path).unwrap().execute_batch(&format!("CREATE TABLE users (a); {marks}")).unwrap();
            refused(&path, missing, Fault::Corrupt, "is a SQLite database of something else");
            fs::remove_file(&path).unwrap();
        }
    }
    fs::write(&path, "").unwrap();
    refused(&path, Missing::Refuse, Fault::Corrupt, "is empty");
    drop(fresh(&path));
    assert!(SqliteStore::open(&path, Missing::Refuse).is_ok());
}

#[test]
fn a_newer_format_is_refused() {
    let (_folder, path) = made();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 4").unwrap();
    for missing in [Missing::Refuse, Missing::Create] {
        refused(&path, missing, Fault::Newer, "has the format 4, and this version knows the formats up to 3");
    }
}

#[test]
fn a_damaged_one_is_refused_at_once_or_where_the_damage_is() {
    let (_folder, path) = made();
    let whole = fs::read(&path).unwrap();
    for length in [whole.len() / 2, 4096, 1000] {
        fs::write(&path, &whole[..length]).unwrap();
        refused(&path, Missing::Refuse, Fault::Corrupt, "");
    }
    // Pages are overwritten one at a time; whatever reads them says so, and nothing panics.
    let pages = whole.len() / 4096;
    let mut found = 0;
    for page in 1..pages {
        let mut damaged = whole.clone();
        damaged[page * 4096..][..4096].fill(0xa5);
        fs::write(&path, damaged).unwrap();
        let faults = match SqliteStore::open(&path, Missing::Refuse) {
            Err(error) => vec![error.fault],
            Ok(store) => pollster::block_on(async {
                let wanted = Wanted {
                    users: vec![user(1).upn.key().to_owned()],
                    holdings: true,
                    activations: true,
                    next_upload: true,
                    ..Wanted::default()
                };
                [
                    store.tokens(TokenFilter::default(), None, 999).await.err(),
                    store.users(None, 999).await.err(),
                    store.view(wanted).await.err(),
                    store.failures(1, 0, 999).await.err(),
                    store.uploads(0, 999).await.err(),
                    store.events(Chain::FIRST, 0, 999).await.err(),
                ]
                .into_iter()
                .flatten()
                .map(|error| error.fault)
                .collect()
            }),
        };
        assert!(faults.iter().all(|fault| *fault == Fault::Corrupt), "{faults:?}");
        found += usize::from(!faults.is_empty());
    }
    assert!(found * 2 > pages, "damage was found in {found} of {pages} pages only");
}

#[test]
fn changed_tables_and_values_are_damage() {
    for change in [
        "DROP TABLE audit_head",
        "DELETE FROM audit_head",
        "DROP TABLE states",
        "UPDATE tokens SET algorithm = 'MD5'",
        "UPDATE tokens SET digits = 9",
        "UPDATE tokens SET step_x = 0",
        "UPDATE tokens SET fingerprint = x'00' WHERE serial = '001'",
    ] {
        let (_folder, path) = made();
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let tokens = |store: SqliteStore| pollster::block_on(store.tokens(TokenFilter::default(), None, 999));
        let error = SqliteStore::open(&path, Missing::Refuse).and_then(tokens).unwrap_err();
        assert_eq!(error.fault, Fault::Corrupt, "{change}: {error}");
    }
}

#[test]
fn another_writer_is_waited_for_and_readers_are_not_disturbed() {
    let (_folder, path) = made();
    let store = SqliteStore::open_with_patience(&path, Missing::Refuse, Duration::from_millis(80)).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let CommitError::Store(error) = pollster::block_on(commit(&store, Changes::default())).unwrap_err() else {
        panic!("a conflict")
    };
    assert_eq!(error.fault, Fault::Busy);
    assert!(error.message.ends_with("was locked by another process for more than 80ms"), "{error}");
    assert_eq!(pollster::block_on(store.users(None, 9)).unwrap().len(), 1);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(20));
            other.execute_batch("COMMIT").unwrap();
            drop(other);
        });
        pollster::block_on(commit(&store, Changes::default())).unwrap();
    });
}

#[test]
fn opening_and_reading_changes_nothing() {
    let (folder, path) = made();
    for mode in ["WAL", "DELETE"] {
        let set = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let sql = format!("PRAGMA journal_mode = {mode}");
        assert!(Connection::open(&path).unwrap().query_row(&sql, [], set).unwrap().eq_ignore_ascii_case(mode));
        let before = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
        for missing in [Missing::Refuse, Missing::Create] {
            let store = SqliteStore::open(&path, missing).unwrap();
            assert_eq!(users(&pollster::block_on(store.users(None, 9)).unwrap()), [user(1)]);
        }
        assert_eq!((fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap()), before);
        assert_eq!(names(folder.path()), ["oath.db"]);
    }
    let store = SqliteStore::open(&path, Missing::Refuse).unwrap();
    pollster::block_on(commit(&store, Changes::default())).unwrap();
}

#[test]
fn a_name_is_a_name_whatever_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let names_of_files = ["file:x?mode=memory", ":memory:", "a b%41#?.db", "ä '\".db"];
    for name in names_of_files {
        let store = fresh(&folder.path().join(name));
        pollster::block_on(commit(&store, full())).unwrap();
    }
    let mut expected = names_of_files.map(str::to_owned);
    expected.sort();
    assert_eq!(names(folder.path()), expected);
}

#[cfg(unix)]
mod rights {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const PLACE: &str = "OATH_DIRECTORY_TEST_READ_ONLY";
    /// Anybody but root, to whom modes do not apply.
    const NOBODY: u32 = 65534;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Not a test of its own: the process that may not write.
    #[test]
    fn reads_what_it_may_not_write() {
        let Some(path) = std::env::var_os(PLACE) else { return };
        let path = Path::new(&path);
        let before = names(path.parent().unwrap());
        let store = SqliteStore::open(path, Missing::Create).unwrap();
        pollster::block_on(async {
            for _ in 0..3 {
                assert_eq!(users(&store.users(None, 9).await.unwrap()), [user(1)]);
                let wanted = Wanted { users: vec![user(1).upn.key().to_owned()], holdings: true, ..Wanted::default() };
                assert_eq!(store.view(wanted).await.unwrap().tokens.len(), 1);
                let CommitError::Store(error) = commit(&store, Changes::default()).await.unwrap_err() else {
                    panic!("a conflict")
                };
                assert_eq!(error.fault, Fault::ReadOnly, "{error}");
                assert!(error.message.contains("oath.db"), "{error}");
            }
        });
        drop(store);
        assert_eq!(names(path.parent().unwrap()), before);
        let new = path.with_file_name("new.db");
        if fs::write(&new, "").is_err() {
            assert_eq!(SqliteStore::open(&new, Missing::Create).unwrap_err().fault, Fault::ReadOnly);
        } else {
            fs::remove_file(new).unwrap();
        }
    }

    fn as_somebody_else(path: &Path) {
        // Not by its path: the other user cannot reach it where a folder above it is closed, as `/root` is.
        let linux = cfg!(target_os = "linux");
        let test = if linux { "/proc/self/exe".into() } else { std::env::current_exe().unwrap() };
        let mut child = Command::new(test);
        child.args(["--exact", "store::sqlite::tests::faults::rights::reads_what_it_may_not_write", "--nocapture"]);
        child.env(PLACE, path);
        // Nobody but root may give a file to root.
        if chown(path, Some(0), None).is_ok() {
            child.uid(NOBODY).gid(NOBODY);
        }
        match child.output() {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && text.contains("1 passed"), "{text}");
            }
            Err(error) => panic!("the test could not be run as a user who may not write: {error}"),
        }
    }

    #[test]
    fn a_read_only_file_or_folder_can_be_read_and_says_why_it_cannot_be_written() {
        for (file, around) in [(0o444, 0o777), (0o644, 0o555), (0o444, 0o555)] {
            let (folder, path) = made();
            mode(&path, file);
            mode(folder.path(), around);
            as_somebody_else(&path);
            mode(folder.path(), 0o755);
        }
    }

    #[test]
    fn a_read_only_one_shows_what_a_writer_elsewhere_just_wrote() {
        let (folder, path) = folder();
        mode(folder.path(), 0o755);
        drop(fresh(&path));
        // The mode of the files beside it, which SQLite makes like this one.
        mode(&path, 0o644);
        let store = fresh(&path);
        pollster::block_on(commit(&store, full())).unwrap();
        let files = ["oath.db", "oath.db-shm", "oath.db-wal"];
        assert_eq!(names(folder.path()), files);
        // Without root's rights the reader is the same user. The writer keeps what it has open.
        let may_write = |files: &[&str], yes: bool| {
            files.iter().for_each(|file| mode(&folder.path().join(file), if yes { 0o644 } else { 0o444 }));
            mode(folder.path(), if yes { 0o755 } else { 0o555 });
        };
        may_write(&files, false);
        as_somebody_else(&path);
        may_write(&files, true);
        drop(store);
        may_write(&files[..1], false);
        as_somebody_else(&path);
        may_write(&files[..1], true);
    }
}
