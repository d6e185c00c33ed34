//! How the two files of a directory come to be: complete under names of their own first, then linked to their names. A link
//! fails where a file of that name exists, so that nothing is ever overwritten.
//!
//! A process may be killed at any point. The names carry the id of the key ring, and the ring is linked before the database:
//! 1. neither is linked: the next call begins again;
//! 2. the ring is linked: the next call finds the database that belongs to it, and links that;
//! 3. both are linked: the directory is there, and files of other names are left-overs.

use super::{Files, FilesError};
use crate::audit::Actor;
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{KeyRing, same};
use crate::model::Tag;
use crate::policy::Policy;
use crate::private_file;
use crate::store::{Missing, SqliteStore, Store, Wanted};
use oath_totp::UnixTime;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

impl Files {
    /// Creates the key ring and the database, or neither. Goes on where a process was killed in the middle of it.
    ///
    /// # Errors
    /// [`FilesError`]; a file that is there already is never overwritten.
    pub async fn create(
        &self,
        actor: &Actor,
        now: UnixTime,
        policy: Policy,
    ) -> Result<Directory<SqliteStore>, FilesError> {
        let (database, keys) = (self.database_path(), self.keys_path());
        let exists = |path: &Path, what, shown: &Path| path.try_exists().map_err(|error| io_failed(what, shown, error));
        let there = exists(&database, "the database cannot be looked up", &self.database)?;
        let ring_there = exists(&keys, "the key ring cannot be looked up", &self.keys)?;
        match (there, ring_there) {
            (true, false) => Err(self.keys_missing()),
            (true, true) => {
                // One that cannot be opened is not called a directory.
                self.open(policy).await?;
                // Those of a process that was killed after it linked both.
                remove_left_overs(&database);
                remove_left_overs(&keys);
                Err(FilesError::DirectoryExists { database: self.database.clone() })
            }
            (false, true) => {
                let made = beside(&database, self.read_keys()?.id());
                if !exists(&made, "the database cannot be looked up", &self.database)? {
                    return Err(FilesError::KeyRingExists { keys: self.keys.clone() });
                }
                self.link_database(&made, false).await?;
                self.open(policy).await
            }
            (false, false) => {
                let ring = KeyRing::generate().map_err(|error| self.failed(&self.keys, error))?;
                if let Err(error) = self.make(ring, actor, now).await {
                    // A process that was faster has removed what this one was about to link.
                    let lost = database.exists() && keys.exists();
                    return Err(if lost {
                        FilesError::DirectoryExists { database: self.database.clone() }
                    } else {
                        error
                    });
                }
                self.open(policy).await
            }
        }
    }

    async fn make(&self, ring: KeyRing, actor: &Actor, now: UnixTime) -> Result<(), FilesError> {
        let id = ring.id();
        let (keys, database) = (beside(&self.keys_path(), id), beside(&self.database_path(), id));
        // Removed whatever comes of it: linked, they have their other names.
        let _temporary = Temporary([keys.clone(), database.clone()]);
        write_keys(&keys, &ring).map_err(|error| io_failed("the key ring cannot be created", &self.keys, error))?;
        let founded = founded(&database, ring, actor, now).await;
        founded.map_err(|error| self.failed(&self.database, error))?;
        match link(&keys, &self.keys_path()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists || !keys.exists() => {
                return Err(FilesError::KeyRingExists { keys: self.keys.clone() });
            }
            Err(error) => return Err(io_failed("the key ring cannot be created", &self.keys, error)),
        }
        self.link_database(&database, true).await
    }

    /// Gives the database its name. Another process that goes on with this one may have done so already: then it is the same
    /// file. Where it is another file, the ring that this call made belongs to nothing.
    async fn link_database(&self, made: &Path, our_ring: bool) -> Result<(), FilesError> {
        let database = self.database_path();
        let Err(error) = link(made, &database) else {
            remove_left_overs(&database);
            remove_left_overs(&self.keys_path());
            return Ok(());
        };
        if let Ok(ring) = self.read_keys()
            && belongs_to(&database, &ring).await
        {
            return Ok(());
        }
        if our_ring {
            let _ = fs::remove_file(self.keys_path());
        }
        Err(match error.kind() {
            ErrorKind::AlreadyExists => FilesError::DirectoryExists { database: self.database.clone() },
            _ => io_failed("the database cannot be created", &self.database, error),
        })
    }
}

/// Files that this process made, and that go with it.
struct Temporary([PathBuf; 2]);

impl Drop for Temporary {
    fn drop(&mut self) {
        for made in &self.0 {
            for end in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(with_end(made, end));
            }
        }
    }
}

/// What comes before the id in the name of a file that is being made.
const MARK: &str = ".new-";

/// The name of a file until it is complete and linked.
fn beside(path: &Path, id: Tag) -> PathBuf {
    with_end(path, &format!("{MARK}{id}"))
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(end);
    PathBuf::from(name)
}

fn io_failed(what: &'static str, place: &Path, error: io::Error) -> FilesError {
    FilesError::Io { what, place: place.to_owned(), error }
}

async fn founded(database: &Path, ring: KeyRing, actor: &Actor, now: UnixTime) -> Result<(), Error> {
    let directory = Directory::new(SqliteStore::open(database, Missing::Create)?, ring, Policy::default())?;
    directory.found(actor, now).await
}

async fn belongs_to(database: &Path, ring: &KeyRing) -> bool {
    let Ok(store) = SqliteStore::open(database, Missing::Refuse) else { return false };
    let view = store.view(Wanted::default()).await;
    view.is_ok_and(|view| view.settings.is_some_and(|settings| same(settings.value.ring, ring.id())))
}

/// Written to the disk before anything is sealed under it.
fn write_keys(path: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut file = private_file::create(path)?;
    file.write_all(ring.expose_text().as_bytes())?;
    file.sync_all()?;
    sync_folder(path);
    Ok(())
}

/// A second name for a complete file, which must not exist; lasting.
fn link(made: &Path, name: &Path) -> io::Result<()> {
    fs::hard_link(made, name)?;
    sync_folder(name);
    Ok(())
}

/// Makes the name of a file lasting. Where folders cannot be opened (Windows), it is.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Removes what killed processes left. One that is at work under the same name has lost: this directory has the name.
fn remove_left_overs(path: &Path) {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { return };
    let start = format!("{name}{MARK}");
    for entry in fs::read_dir(folder_of(path)).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&start) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
