use super::super::{Fault, StoreError, View};
use super::schema::{APPLICATION, FORMAT, SCHEMA};
use super::{Missing, fault, read};
use crate::private_file;
use core::fmt;
use core::fmt::Write as _;
use core::time::Duration;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags, TransactionBehavior};
use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// Where the database lies, and how it is opened.
#[derive(Debug)]
pub(super) struct Place {
    shown: PathBuf,
    /// Absolute: it must not begin with `file:` or `:`, which SQLite reads as more than a name, nor name another file when the
    /// working folder changes.
    path: PathBuf,
    patience: Duration,
}

/// What a database holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    Directory,
}

/// Files are opened one at a time within a process: POSIX drops all locks of a process on a file, those of SQLite too, when any
/// descriptor of it is closed.
static OPENING: Mutex<()> = Mutex::new(());

impl Place {
    /// Makes sure that there is a directory.
    pub(super) fn open(path: &Path, missing: Missing, patience: Duration) -> Result<Self, StoreError> {
        let mut place = Self { shown: path.to_owned(), path: path.to_owned(), patience };
        place.path = path::absolute(path).map_err(|error| place.io(&error))?;
        let _one_at_a_time = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = match fs::metadata(&place.path) {
            Ok(file) if file.is_dir() => return Err(place.fault(Fault::Corrupt, "is a folder, not a database")),
            // SQLite takes a file that is shorter than its smallest page for an empty one, and would write over it.
            Ok(file) if (1..512).contains(&file.len()) => {
                return Err(place.fault(Fault::Corrupt, "is not a SQLite database"));
            }
            Ok(_) => place.connect_to_read()?.holds,
            // `create` reports why the file cannot be made.
            Err(_) if missing == Missing::Create => Holds::Nothing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(place.missing()),
            Err(error) => return Err(place.io(&error)),
        };
        match (holds, missing) {
            (Holds::Directory, _) => {}
            (Holds::Nothing, Missing::Create) => place.create()?,
            (Holds::Nothing, Missing::Refuse) => return Err(place.fault(Fault::Corrupt, "is empty")),
        }
        Ok(place)
    }

    /// A file that exists, whatever its format.
    pub(super) fn raw(path: &Path) -> Result<(Self, Connection), StoreError> {
        let mut place = Self { shown: path.to_owned(), path: path.to_owned(), patience: Duration::from_secs(1) };
        place.path = path::absolute(path).map_err(|error| place.io(&error))?;
        if !place.exists() {
            return Err(place.missing());
        }
        let connection = place.connect(&place.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok((place, connection))
    }

    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }

    pub(super) const fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// A connection for the one that writes. Whatever changes the file is done here, not when it is opened.
    pub(super) fn connect_to_write(&self) -> Result<Connection, StoreError> {
        let connection = self.connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if connection.is_readonly(MAIN_DB).map_err(|error| self.sqlite(&error))? {
            return Err(self.fault(Fault::ReadOnly, "cannot be written"));
        }
        self.identify(&connection)?;
        self.write_ahead(&connection)?;
        connection
            .execute_batch(
                // A commit that was answered survives a loss of power; what is deleted is overwritten. An upload wants
                // its pages in memory; the log shrinks again after one.
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
                 PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 16777216;",
            )
            .map_err(|error| self.sqlite(&error))?;
        Ok(connection)
    }

    fn connect_to_read(&self) -> Result<Opened, StoreError> {
        let live = self.connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let read_only = live.is_readonly(MAIN_DB).map_err(|error| self.sqlite(&error))?;
        // Without the right to write, SQLite cannot make the files beside it through which processes that share it
        // agree. While no process writes, there is nothing to agree on.
        let frozen = !self.has_log() && (read_only || probe(&live).is_err_and(|error| fault::is_read_only(&error)));
        let connection = if frozen {
            drop(live);
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            self.connect(Path::new(&self.frozen_uri()), flags)?
        } else {
            live
        };
        connection.execute_batch("PRAGMA query_only = ON").map_err(|error| self.sqlite(&error))?;
        let holds = self.identify(&connection)?;
        Ok(Opened { connection, frozen, holds })
    }

    fn connect(&self, name: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
        let open = || {
            let mut connection = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_handler(Some(patient(self.patience)))?;
            connection.set_prepared_statement_cache_capacity(64);
            connection.execute_batch("PRAGMA trusted_schema = OFF")?;
            // One plan for a statement, whatever is bound to it: otherwise SQLite plans a sign-in's query anew for each name.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            Ok(connection)
        };
        open().map_err(|error| self.sqlite(&error))
    }

    /// Whether a writer left a file that belongs to the database and is not in the file.
    fn has_log(&self) -> bool {
        ["-wal", "-journal"].into_iter().any(|ending| {
            let mut name = self.path.clone().into_os_string();
            name.push(ending);
            fs::metadata(name).is_ok_and(|file| file.len() > 0)
        })
    }

    /// The name under which SQLite reads the file without any lock.
    fn frozen_uri(&self) -> String {
        let mut uri = "file:".to_owned();
        for byte in self.path.as_os_str().as_encoded_bytes() {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        uri.push_str("?immutable=1");
        uri
    }

    fn identify(&self, connection: &Connection) -> Result<Holds, StoreError> {
        let (application, format, tables) = probe(connection).map_err(|error| self.sqlite(&error))?;
        match (application, format, tables) {
            (0, 0, 0) => Ok(Holds::Nothing),
            (APPLICATION, FORMAT, _) => {
                // Its one row is there from the beginning.
                read::head(connection).map_err(|error| self.sqlite(&error))?;
                Ok(Holds::Directory)
            }
            (APPLICATION, 1..FORMAT, _) => Err(self.fault(
                Fault::Older,
                format_args!("has the format {format}, and this version uses the format {FORMAT}"),
            )),
            (APPLICATION, FORMAT.., _) => Err(self.fault(
                Fault::Newer,
                format_args!("has the format {format}, and this version knows the formats up to {FORMAT}"),
            )),
            _ => Err(self.fault(Fault::Corrupt, "is a SQLite database of something else, not a directory of tokens")),
        }
    }

    fn create(&self) -> Result<(), StoreError> {
        match private_file::create(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(self.io(&error)),
            Ok(_) | Err(_) => {}
        }
        let failed = |error| self.sqlite(&error);
        let mut connection = self.connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(failed)?;
        // Another process may have been faster.
        if self.identify(&transaction)? == Holds::Nothing {
            transaction.execute_batch(SCHEMA).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        self.write_ahead(&connection)
    }

    /// Switches to a write-ahead log, where that was not yet done.
    fn write_ahead(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut again = patient(self.patience);
        for count in 0.. {
            match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)) {
                // Here SQLite does not wait by itself.
                Err(error) if fault::is_busy(&error) && again(count) => {}
                Err(error) => return Err(self.sqlite(&error)),
                Ok(mode) if mode == "wal" => break,
                Ok(_) => return Err(self.fault(Fault::Other, "lies where SQLite cannot keep a write-ahead log")),
            }
        }
        Ok(())
    }
}

struct Opened {
    connection: Connection,
    frozen: bool,
    holds: Holds,
}

/// A connection for one that reads.
pub(super) struct Reader {
    place: Arc<Place>,
    connection: Connection,
    /// SQLite takes the file as one that never changes.
    frozen: bool,
}

impl Reader {
    pub(super) fn open(place: &Arc<Place>) -> Result<Self, StoreError> {
        let Opened { connection, frozen, .. } = place.connect_to_read()?;
        Ok(Self { place: Arc::clone(place), connection, frozen })
    }

    /// All that `query` reads is of one moment.
    pub(super) fn read<T>(&mut self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.renew()?;
        let read = || {
            let snapshot = self.snapshot()?;
            let found = query(&self.connection);
            drop(snapshot);
            found
        };
        read().map_err(|error| self.place.sqlite(&error))
    }

    /// Looks for several sign-ins within one snapshot: to begin and to end one costs as much as to look.
    pub(super) fn look<'a>(
        &mut self,
        names: impl Iterator<Item = &'a str>,
        mut tell: impl FnMut(Result<View, StoreError>),
    ) {
        let begun = self.renew().and_then(|()| self.snapshot().map_err(|error| self.place.sqlite(&error)));
        for name in names {
            tell(match &begun {
                Ok(_) => read::look(&self.connection, name).map_err(|error| self.place.sqlite(&error)),
                Err(error) => Err(error.clone()),
            });
        }
    }

    /// What is read until it is dropped is of one moment.
    fn snapshot(&self) -> rusqlite::Result<Snapshot<'_>> {
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Snapshot(&self.connection))
    }

    /// Writes a copy of the database into a new file.
    pub(super) fn backup(&mut self, path: &Path) -> Result<(), StoreError> {
        self.renew()?;
        let failed = |error: &io::Error| StoreError {
            fault: if error.kind() == io::ErrorKind::StorageFull { Fault::Full } else { Fault::Other },
            message: format!("the backup {} cannot be written: {error}", path.display()),
        };
        let absolute = path::absolute(path).map_err(|error| failed(&error))?;
        let name = absolute.to_str().ok_or_else(|| failed(&io::Error::other("its name is not valid Unicode")))?;
        let file = private_file::create(path).map_err(|error| failed(&error))?;
        let write = || {
            // The copy is a write to SQLite, if not to this database. It goes into a file that exists where that is empty.
            let writes = |are: bool| self.connection.pragma_update(None, "query_only", !are);
            let copied = writes(true).and_then(|()| self.connection.execute("VACUUM INTO ?1", [name]));
            writes(false).and(copied).map_err(|error| self.place.sqlite(&error))?;
            let lasting = file.sync_all().and_then(|()| private_file::sync_folder_of(&absolute));
            lasting.map_err(|error| failed(&error))
        };
        write().inspect_err(|_| drop(fs::remove_file(path)))
    }

    /// Opens a frozen file again: another process, which may write, may have written since the last time.
    fn renew(&mut self) -> Result<(), StoreError> {
        if self.frozen {
            *self = Self::open(&self.place)?;
        }
        Ok(())
    }
}

/// A transaction that only reads.
struct Snapshot<'a>(&'a Connection);

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written that could be lost. A transaction that SQLite has ended itself cannot be ended again.
        let _ = self.0.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("place", &self.place).finish_non_exhaustive()
    }
}

/// The mark of a directory, and its format.
pub(super) fn mark(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    probe(connection).map(|(application, format, _)| (application, format))
}

/// The marks of the file, and how many tables it has.
fn probe(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    connection.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Waits for a lock in small steps, so that all processes that want it come to it soon; SQLite's own way sleeps up to
/// 100 ms and lets the others by.
fn patient(limit: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |count| {
        if count == 0 {
            since = Instant::now();
        }
        thread::sleep(Duration::from_millis(count.clamp(1, 5).unsigned_abs().into()));
        since.elapsed() < limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file whose log was put away, as a backup is.
    fn settled(patience: Duration) -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&folder.path().join("oath.db"), Missing::Create, patience).unwrap();
        let connection = Connection::open(&place.path).unwrap();
        let mode: String = connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "delete");
        (folder, place)
    }

    fn reading(place: &Place) -> Connection {
        let other = Connection::open(&place.path).unwrap();
        other.execute_batch("BEGIN; SELECT * FROM users").unwrap();
        other
    }

    #[test]
    fn the_switch_to_a_log_waits_for_those_who_read_and_not_for_ever() {
        let (_folder, place) = settled(Duration::from_secs(30));
        let other = reading(&place);
        let ended = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            drop(other);
        });
        place.connect_to_write().unwrap();
        ended.join().unwrap();
        let (_folder, place) = settled(Duration::from_millis(50));
        let _other = reading(&place);
        assert_eq!(place.connect_to_write().unwrap_err().fault, Fault::Busy);
    }
}
