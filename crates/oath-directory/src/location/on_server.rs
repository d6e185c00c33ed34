//! How a directory on a server comes to be: first the tables, then the key ring, then the first change, which ties the tenant to
//! the ring.
//!
//! A process may be killed at any point. The ring is complete under a name that carries its id, then linked to its name, and
//! has both names until the tenant is tied to it:
//! 1. it is not linked: the next call begins again;
//! 2. it has both names, and the tenant is tied to no ring: the next call goes on with this ring;
//! 3. the tenant is tied to the ring: the directory is there, and files of other names are left-overs.

use super::link::{beside, io_failed, is_there, remove_left_overs, write_keys};
use super::{Location, LocationError};
use crate::audit::Actor;
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{KeyRing, KeyRingError};
use crate::policy::Policy;
use crate::store::{AnyStore, Fault, PostgresStore, PostgresUrl, Store, StoreError, Wanted};
use oath_totp::UnixTime;
use std::fs;

impl Location {
    pub(super) async fn create_on_server(
        &self,
        url: &PostgresUrl,
        actor: &Actor,
        now: UnixTime,
        policy: Policy,
    ) -> Result<Directory<AnyStore>, LocationError> {
        let prepared = PostgresStore::migrate(url.expose_url());
        let store = prepared.and_then(|()| PostgresStore::open(url.expose_url(), url.tenant()));
        let store = store.map_err(|error| self.database_failed(error))?;
        let founded = is_founded(&store).await.map_err(|error| self.database_failed(error))?;
        let keys = self.keys_path();
        let looked_up = "the key ring cannot be looked up";
        let (ring, ours) = match (founded, is_there(&keys, looked_up, &self.keys)?) {
            (true, false) => return Err(self.keys_missing()),
            (true, true) => {
                // One that cannot be opened is not called a directory.
                self.open().await?;
                // That of a process that was killed after it tied the tenant.
                remove_left_overs(&keys);
                return Err(self.directory_exists());
            }
            (false, true) => {
                let ring = self.read_keys()?;
                if !is_there(&beside(&keys, ring.id()), looked_up, &self.keys)? {
                    return Err(LocationError::KeyRingExists { keys: self.keys.clone() });
                }
                (ring, false)
            }
            (false, false) => (self.new_ring()?, true),
        };
        let directory = Directory::new(AnyStore::new(store), ring, policy).map_err(|error| self.keys_failed(error))?;
        match tie(&directory, actor, now).await {
            Ok(()) => {
                remove_left_overs(&keys);
                Ok(directory)
            }
            // Another process was faster, and has another ring: this one seals nothing.
            Err(Error::Keys(KeyRingError::Foreign)) => {
                if ours {
                    let _ = fs::remove_file(&keys);
                    remove_left_overs(&keys);
                }
                Err(self.directory_exists())
            }
            Err(error) => Err(self.database_failed(error)),
        }
    }

    /// A ring with both names.
    fn new_ring(&self) -> Result<KeyRing, LocationError> {
        let ring = KeyRing::generate().map_err(|error| self.keys_failed(error))?;
        let made = beside(&self.keys_path(), ring.id());
        write_keys(&made, &ring).map_err(|error| io_failed("the key ring cannot be created", &self.keys, error))?;
        self.link_ring(&made).inspect_err(|_| drop(fs::remove_file(&made)))?;
        Ok(ring)
    }
}

async fn tie(directory: &Directory<AnyStore>, actor: &Actor, now: UnixTime) -> Result<(), Error> {
    directory.found(actor, now).await?;
    directory.check_ring().await
}

async fn is_founded(store: &PostgresStore) -> Result<bool, StoreError> {
    Ok(store.view(Wanted::default()).await?.settings.is_some())
}

/// The store of a tenant whose directory exists: the first operation on an empty one would found it.
pub(super) async fn open(url: &PostgresUrl) -> Result<AnyStore, StoreError> {
    let store = PostgresStore::open(url.expose_url(), url.tenant())?;
    if is_founded(&store).await? {
        return Ok(AnyStore::new(store));
    }
    let message = format!("{url}: holds no directory of the tenant {}", url.tenant());
    Err(StoreError { fault: Fault::Missing, message })
}
