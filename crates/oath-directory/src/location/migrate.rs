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

/// What a migration may do beyond taking over what the key ring binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigrateOptions {
    /// Takes over a file that is marked as format 1, where no MAC binds users, tokens, used codes and the log to the key ring:
    /// what stands in the file is taken as it is. A person who could write to a file of a later format can have marked it as
    /// format 1, so that no MAC is checked.
    pub accept_unbound: bool,
}

/// What a migration came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The format that the directory had; `None` where there was nothing to do, as it has the one of this version already.
    pub from: Option<i64>,
    /// The format that it has now. Files and servers count theirs apart.
    pub format: i64,
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
    /// [`LocationError::Unbound`]: a file of format 1, without [`MigrateOptions::accept_unbound`]. [`LocationError`]: no
    /// directory, one of a newer version or of a format that cannot be brought forward, one that another process has open,
    /// another key ring. Nothing has changed then.
    pub async fn migrate(
        &self,
        actor: &Actor,
        now: UnixTime,
        options: MigrateOptions,
    ) -> Result<Migrated, LocationError> {
        let nothing = |format| Migrated { from: None, format, former: None, left: Vec::new() };
        let path = match &self.database {
            DatabaseUrl::Sqlite(path) => path,
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => {
                let format = PostgresStore::FORMAT;
                let found = PostgresStore::format(url.expose_url()).map_err(|error| self.database_failed(error))?;
                // Where there are no tables none are made: to open the directory says that there is none.
                if found.is_some() {
                    PostgresStore::migrate(url.expose_url()).map_err(|error| self.database_failed(error))?;
                }
                drop(self.open().await?);
                self.ask(actor, now).await?;
                return Ok(Migrated { from: found.filter(|found| *found < format), ..nothing(format) });
            }
        };
        let database = self.folder.join(path);
        let unbound = SqliteStore::is_unbound(&database).map_err(|error| self.database_failed(error))?;
        if unbound && !options.accept_unbound {
            return Err(LocationError::Unbound { database: self.database.place() });
        }
        let Some(former) = SqliteStore::former(&database).map_err(|error| self.database_failed(error))? else {
            drop(self.open().await?);
            self.ask(actor, now).await?;
            return Ok(nothing(SqliteStore::FORMAT));
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
        let (from, format) = (Some(former.format), SqliteStore::FORMAT);
        drop(former);
        remove_left_overs(&database);
        let former = Some(path.with_file_name(kept.file_name().unwrap_or_default()));
        Ok(Migrated { from, format, former, left })
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
