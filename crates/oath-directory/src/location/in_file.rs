//! How a directory in a file comes to be: database and key ring are complete under names of their own first, then linked to
//! their names. A link fails where a file of that name exists, so that nothing is ever overwritten.
//!
//! A process may be killed at any point. The names carry the id of the key ring, and the ring is linked before the database:
//! 1. neither is linked: the next call begins again;
//! 2. the ring is linked: the next call finds the database that belongs to it, and links that;
//! 3. both are linked: the directory is there, and files of other names are left-overs.

use super::link::{Temporary, beside, io_failed, is_there, link, remove_left_overs, write_keys};
use super::{Location, LocationError};
use crate::audit::Actor;
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{KeyRing, same};
use crate::policy::Policy;
use crate::store::{AnyStore, Missing, SqliteStore, Store, Wanted};
use oath_totp::UnixTime;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

impl Location {
    pub(super) async fn create_in_file(
        &self,
        path: &Path,
        actor: &Actor,
        now: UnixTime,
        policy: Policy,
    ) -> Result<Directory<AnyStore>, LocationError> {
        let (database, keys) = (self.folder.join(path), self.keys_path());
        let there = is_there(&database, "the database cannot be looked up", path)?;
        let ring_there = is_there(&keys, "the key ring cannot be looked up", &self.keys)?;
        match (there, ring_there) {
            (true, false) => Err(self.keys_missing()),
            (true, true) => {
                // One that cannot be opened is not called a directory.
                self.open().await?;
                // Those of a process that was killed after it linked both.
                remove_left_overs(&database);
                remove_left_overs(&keys);
                Err(self.directory_exists())
            }
            (false, true) => {
                let made = beside(&database, self.read_keys()?.id());
                if !is_there(&made, "the database cannot be looked up", path)? {
                    return Err(LocationError::KeyRingExists { keys: self.keys.clone() });
                }
                self.link_database(&made, path, false).await?;
                self.open().await
            }
            (false, false) => {
                let ring = KeyRing::generate().map_err(|error| self.keys_failed(error))?;
                if let Err(error) = self.make(ring, path, (actor, now), policy).await {
                    // A process that was faster has removed what this one was about to link.
                    let lost = database.exists() && keys.exists();
                    return Err(if lost { self.directory_exists() } else { error });
                }
                self.open().await
            }
        }
    }

    async fn make(
        &self,
        ring: KeyRing,
        path: &Path,
        by: (&Actor, UnixTime),
        policy: Policy,
    ) -> Result<(), LocationError> {
        let id = ring.id();
        let (keys, database) = (beside(&self.keys_path(), id), beside(&self.folder.join(path), id));
        // Removed whatever comes of it: linked, they have their other names.
        let _temporary = Temporary([keys.clone(), database.clone()]);
        write_keys(&keys, &ring).map_err(|error| io_failed("the key ring cannot be created", &self.keys, error))?;
        founded(&database, ring, by, policy).await.map_err(|error| self.database_failed(error))?;
        self.link_ring(&keys)?;
        self.link_database(&database, path, true).await
    }

    /// Gives the database its name. Another process that goes on with this one may have done so already: then it is the same
    /// file. Where it is another file, the ring that this call made belongs to nothing.
    async fn link_database(&self, made: &Path, path: &Path, our_ring: bool) -> Result<(), LocationError> {
        let database = self.folder.join(path);
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
            ErrorKind::AlreadyExists => self.directory_exists(),
            _ => io_failed("the database cannot be created", path, error),
        })
    }
}

async fn founded(
    database: &Path,
    ring: KeyRing,
    (actor, now): (&Actor, UnixTime),
    policy: Policy,
) -> Result<(), Error> {
    let directory = Directory::new(SqliteStore::open(database, Missing::Create)?, ring, policy)?;
    directory.found(actor, now).await
}

async fn belongs_to(database: &Path, ring: &KeyRing) -> bool {
    let Ok(store) = SqliteStore::open(database, Missing::Refuse) else { return false };
    let view = store.view(Wanted::default()).await;
    view.is_ok_and(|view| view.settings.is_some_and(|settings| same(settings.value.ring, ring.id())))
}
