//! Bringing a directory of an older version forward.
//!
//! A file is written anew under a name of its own, complete, and then takes the name of the former one, which is kept. A process
//! that is killed leaves the former one as it was; the next call begins again. Tables on a server are changed in place, one
//! statement after the other, each of which may be repeated.

use super::link::{Temporary, remove_left_overs, temporary};
use super::{DatabaseUrl, Location, LocationError};
use crate::audit::Actor;
use crate::directory::Directory;
use crate::policy::Policy;
use crate::private_file;
#[cfg(feature = "postgres")]
use crate::store::PostgresStore;
use crate::store::{Former, Missing, SqliteStore};
use oath_totp::UnixTime;
use std::path::{Path, PathBuf};

/// What a migration came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The format that the file had; `None` where it has the one of this version already, and on a server.
    pub from: Option<i64>,
    /// The name under which the former file is kept.
    pub former: Option<PathBuf>,
    /// The serial numbers of tokens that were left out, because their secret does not open or their record was changed by
    /// something other than the directory. They are in the former file.
    pub left: Vec<String>,
}

impl Location {
    /// Brings a directory of an older version forward: a file of the formats 1 and 2, or the tables on a server. A directory of
    /// this version is left as it is. All processes that have a file open must be stopped first.
    ///
    /// Codes up to now are refused afterwards, as after a restore, because not all states of secrets can be taken over.
    /// [`Directory::policy`] is the default one. Backups of the former format need the version that made them.
    ///
    /// # Errors
    /// [`LocationError`]: no directory, one of a newer version, one that another process has open, another key ring. Nothing has
    /// changed then.
    pub async fn migrate(&self, actor: &Actor, now: UnixTime) -> Result<Migrated, LocationError> {
        let nothing = Migrated { from: None, former: None, left: Vec::new() };
        let path = match &self.database {
            DatabaseUrl::Sqlite(path) => path,
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => {
                PostgresStore::migrate(url.expose_url()).map_err(|error| self.database_failed(error))?;
                drop(self.open().await?);
                self.ask(actor, now).await?;
                return Ok(nothing);
            }
        };
        let database = self.folder.join(path);
        let Some(former) = SqliteStore::former(&database).map_err(|error| self.database_failed(error))? else {
            drop(self.open().await?);
            self.ask(actor, now).await?;
            return Ok(nothing);
        };
        let made = temporary(&database).map_err(|error| self.keys_failed(error))?;
        let _temporary = Temporary([made.clone()]);
        let (directory, left) = self.taken_over(&former, &made, actor, now).await?;
        // Closes the files: everything then lies in one.
        drop(directory);
        private_file::give_to_owner_of(&database, &made).map_err(|error| {
            super::link::io_failed("the database cannot be given to the owner of the former", path, error)
        })?;
        // The former file is locked until the new one has its name.
        let kept = Self::keep_and_replace(&made, &database, now)?;
        let from = Some(former.format);
        drop(former);
        remove_left_overs(&database);
        Ok(Migrated { from, former: Some(path.with_file_name(kept.file_name().unwrap_or_default())), left })
    }

    /// A new file with the records of a former one, and the serial numbers of those that were left out.
    pub(super) async fn taken_over(
        &self,
        former: &Former,
        made: &Path,
        actor: &Actor,
        now: UnixTime,
    ) -> Result<(Directory<SqliteStore>, Vec<String>), LocationError> {
        let store = SqliteStore::open(made, Missing::Create).map_err(|error| self.database_failed(error))?;
        let directory = Directory::new(store, self.read_keys()?, Policy::default());
        let directory = directory.map_err(|error| self.database_failed(error))?;
        let left = directory.take_over(former, actor, now).await.map_err(|error| self.directory_failed(error))?;
        Ok((directory, left))
    }
}
