//! Changes of the key ring's file: the new ring is complete under a name of its own, the log tells of it, and then it takes the
//! place of the former one. A process that is killed leaves one of the two, whole.

use super::link::{Temporary, io_failed, remove_left_overs, replace, temporary, write_keys};
use super::{Location, LocationError};
use crate::audit::{Action, Actor};
use crate::directory::Directory;
use crate::error::Error;
use crate::keys::{KeyRing, KeyRingError};
use crate::private_file;
use crate::store::AnyStore;
use oath_totp::UnixTime;
use std::fs;

impl Location {
    /// Adds a new sealing key to the ring, and returns its name. It does not seal yet: give the ring to all processes that use
    /// the directory first, so that each of them can open what is sealed under it.
    ///
    /// # Errors
    /// [`LocationError`]; the ring is unchanged then.
    pub async fn add_key(&self, actor: &Actor, now: UnixTime) -> Result<String, LocationError> {
        self.keys_are_a_file()?;
        self.ask(actor, now).await?;
        let directory = self.open().await?;
        let mut ring = self.read_keys()?;
        let name = ring.add().map_err(|error| self.keys_failed(error))?;
        self.write_ring(&directory, &ring, (actor, now), Action::KeyAdded, &name).await?;
        Ok(name)
    }

    /// Makes a key of the ring the one that seals from now on. Tokens that are sealed under others still open, and are sealed
    /// again by [`Directory::reseal`].
    ///
    /// # Errors
    /// [`KeyRingError::Unknown`]; [`LocationError`].
    pub async fn activate_key(&self, actor: &Actor, now: UnixTime, name: &str) -> Result<(), LocationError> {
        self.keys_are_a_file()?;
        self.ask(actor, now).await?;
        let directory = self.open().await?;
        let mut ring = self.read_keys()?;
        if ring.sealing_name() == name {
            return Ok(());
        }
        ring.activate(name).map_err(|error| self.keys_failed(error))?;
        self.write_ring(&directory, &ring, (actor, now), Action::KeyActivated, name).await
    }

    /// Removes a key under which no token is sealed any more. Backups in which there are such tokens then need the former ring.
    ///
    /// Returns how many secrets of deleted tokens are recognised by it. Where there are any, the key is retired: it opens nothing
    /// any more, but the ring goes on to recognise by it, so that codes that were used are not good again when such a secret is
    /// uploaded once more. A retired key can be removed when it recognises none.
    ///
    /// Only the directory of this location is asked. Where directories of other tenants have the same ring, all of them must
    /// have been rotated before.
    ///
    /// # Errors
    /// [`KeyRingError::Unknown`], [`KeyRingError::Seals`], [`KeyRingError::Used`], [`KeyRingError::Recognises`];
    /// [`LocationError`].
    pub async fn remove_key(&self, actor: &Actor, now: UnixTime, name: &str) -> Result<u64, LocationError> {
        self.keys_are_a_file()?;
        self.ask(actor, now).await?;
        let directory = self.open().await?;
        let mut ring = self.read_keys()?;
        let retired = ring.retired_names().any(|other| other == name);
        // What cannot be done is refused before anything is counted.
        ring.remove(name).map_err(|error| self.keys_failed(error))?;
        let report = directory.check_seals().await.map_err(|error| self.database_failed(error))?;
        let found = report.keys.into_iter().find(|key| key.name == name);
        let (tokens, secrets) = found.map_or((0, 0), |key| (key.tokens, key.recognised));
        let name_of = || name.to_owned();
        if tokens > 0 {
            return Err(self.keys_failed(KeyRingError::Used { name: name_of(), tokens }));
        }
        if retired && secrets > 0 {
            return Err(self.keys_failed(KeyRingError::Recognises { name: name_of(), secrets }));
        }
        // Counting takes long in a large directory: a key that was added meanwhile must stay.
        ring = self.read_keys()?;
        let gone = if secrets > 0 { ring.retire(name) } else { ring.remove(name) };
        gone.map_err(|error| self.keys_failed(error))?;
        self.write_ring(&directory, &ring, (actor, now), Action::KeyRemoved, name).await?;
        Ok(secrets)
    }

    async fn write_ring(
        &self,
        directory: &Directory<AnyStore>,
        ring: &KeyRing,
        (actor, now): (&Actor, UnixTime),
        action: Action,
        name: &str,
    ) -> Result<(), LocationError> {
        let failed = |error| io_failed("the key ring cannot be written", &self.keys, error);
        // Where the name is a link, the file that it leads to is the ring.
        let keys = fs::canonicalize(self.keys_path()).map_err(failed)?;
        let made = temporary(&keys).map_err(|error| self.keys_failed(error))?;
        let _temporary = Temporary([made.clone()]);
        write_keys(&made, ring).and_then(|()| private_file::give_to_owner_of(&keys, &made)).map_err(failed)?;
        directory.log_key(actor, now, action, name).await.map_err(|error: Error| self.database_failed(error))?;
        replace(&made, &keys).map_err(failed)?;
        remove_left_overs(&keys);
        Ok(())
    }
}
