//! Backups of a directory in a file, and their return.
//!
//! A restored database has forgotten which codes were used since the backup. Therefore it is completed under a name of its
//! own, with the floor raised that refuses every code up to now, before it gets the name under which it is looked for. A
//! process may be killed at any point: the name then stands for the former database or for the restored one, both whole.

use super::link::{Temporary, io_failed, is_there, link, remove_left_overs, replace, temporary, with_end};
use super::{Location, LocationError};
use crate::audit::Actor;
use crate::directory::Directory;
use crate::model::Clock;
use crate::policy::Policy;
use crate::private_file;
use crate::store::{Missing, SqliteStore};
use oath_totp::UnixTime;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A database that a backup has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The name under which the database is kept that was there; `None` where there was none.
    pub former: Option<PathBuf>,
    /// When the newest event of the backup was written; `None` where it holds none.
    pub last_event: Option<UnixTime>,
    /// Codes up to this moment are refused. It is later than the time of the restore where the backup refused later codes already.
    pub refused_until: UnixTime,
}

impl Location {
    /// Writes a copy of the database into a new file, readable by its owner only, as of one moment and while others read and
    /// write. The file is complete or not there. The key ring is not part of it.
    ///
    /// # Errors
    /// [`LocationError::FileExists`]; [`LocationError::OnServer`]; [`LocationError`] as for [`open`](Self::open).
    pub async fn backup(&self, file: &Path) -> Result<(), LocationError> {
        let database = self.database_file()?;
        let copy = self.folder.join(file);
        let exists = || LocationError::FileExists { file: file.to_owned() };
        if is_there(&copy, "the backup cannot be looked up", file)? {
            return Err(exists());
        }
        // With the key ring: a directory that cannot be used is not worth a backup, which would look like one.
        let directory = self.open().await?;
        let Some(store) = directory.store().as_store::<SqliteStore>() else { return Err(self.on_server()) };
        let made = temporary(&copy).map_err(|error| self.keys_failed(error))?;
        let _temporary = Temporary([made.clone()]);
        store.backup(made.clone()).await.map_err(|error| LocationError::Directory {
            place: database.to_string_lossy().into_owned(),
            error: error.into(),
        })?;
        link(&made, &copy).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(),
            _ => io_failed("the backup cannot be created", file, error),
        })?;
        remove_left_overs(&copy);
        Ok(())
    }

    /// Puts a backup in the place of the database, and refuses every code up to now. With `replacing`, a database that is there
    /// is kept under another name; processes that have it open must be stopped first.
    ///
    /// # Errors
    /// [`LocationError`]: a database that is there, or that another process has open; a backup that belongs to another key
    /// ring, or that was sealed under a key that the ring does not hold; a backup with an event that is later than `now`
    /// ([`Refusal::ClockBehind`](crate::Refusal::ClockBehind)), unless the clock was checked. Nothing has changed then.
    pub async fn restore(
        &self,
        backup: &Path,
        replacing: bool,
        actor: &Actor,
        now: UnixTime,
        clock: Clock,
    ) -> Result<Restored, LocationError> {
        let there = self.may_restore(backup, replacing)?;
        if there {
            self.ask(actor, now).await?;
        }
        let path = self.database_file()?;
        let database = self.folder.join(path);
        let made = temporary(&database).map_err(|error| self.keys_failed(error))?;
        let _temporary = Temporary([made.clone()]);
        self.copy_that_fits(backup, &made).await?;
        let copied = Directory::new(self.opened(&made, path)?, self.read_keys()?, Policy::default());
        let copied = copied.map_err(|error| self.database_failed(error))?;
        let last_event = copied.last_event().await.map_err(|error| self.database_failed(error))?;
        let refused_until = copied.restored(actor, now, clock).await.map_err(|error| self.database_failed(error))?;
        // Closes the files: everything then lies in one.
        drop(copied);
        if there {
            private_file::give_to_owner_of(&database, &made)
                .map_err(|error| io_failed("the database cannot be given to the owner of the former", path, error))?;
        }
        let former = if there { Some(self.take_the_place(&made, &database, now)?) } else { None };
        if former.is_none() {
            link(&made, &database).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => self.directory_exists(),
                _ => io_failed("the database cannot be created", path, error),
            })?;
        }
        remove_left_overs(&database);
        let former = former.map(|name| path.with_file_name(name.file_name().unwrap_or_default()));
        Ok(Restored { former, last_event, refused_until })
    }

    /// Whether a backup may be restored, as far as the names of the files tell. Returns whether there is a database already.
    pub(super) fn may_restore(&self, backup: &Path, replacing: bool) -> Result<bool, LocationError> {
        let path = self.database_file()?;
        let database = self.folder.join(path);
        if !is_there(&self.folder.join(backup), "the backup cannot be looked up", backup)? {
            return Err(io_failed("the backup cannot be read", backup, io::Error::from(ErrorKind::NotFound)));
        }
        let there = is_there(&database, "the database cannot be looked up", path)?;
        if there && !replacing {
            return Err(self.directory_exists());
        }
        if !there {
            refuse_logs(&database, path)?;
        }
        Ok(there)
    }

    /// Copies the backup, where the key ring opens all of it.
    async fn copy_that_fits(&self, backup: &Path, made: &Path) -> Result<(), LocationError> {
        let directory = self.backup_that_fits(backup).await?;
        directory.store().backup(made.to_owned()).await.map_err(|error| LocationError::Directory {
            place: backup.to_string_lossy().into_owned(),
            error: error.into(),
        })
    }

    /// Keeps the former database under another name, and gives its name to the new one.
    fn take_the_place(&self, made: &Path, database: &Path, now: UnixTime) -> Result<PathBuf, LocationError> {
        SqliteStore::settle(database).map_err(|error| self.database_failed(error))?;
        Self::keep_and_replace(made, database, now)
    }

    /// The same for a database that no process can open, and whose log is empty.
    pub(super) fn keep_and_replace(made: &Path, database: &Path, now: UnixTime) -> Result<PathBuf, LocationError> {
        let mut former = with_end(database, &format!(".replaced-{}", now.as_secs()));
        let mut kept = link(database, &former);
        for number in 2..1000 {
            if kept.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
                former = with_end(database, &format!(".replaced-{}-{number}", now.as_secs()));
                kept = link(database, &former);
            }
        }
        kept.map_err(|error| io_failed("the former database cannot be kept under this name", &former, error))?;
        replace(made, database)
            .map_err(|error| io_failed("the former database cannot be replaced", database, error))?;
        Ok(former)
    }

    pub(super) fn opened(&self, file: &Path, shown: &Path) -> Result<SqliteStore, LocationError> {
        SqliteStore::open(file, Missing::Refuse).map_err(|error| LocationError::Directory {
            place: shown.to_string_lossy().into_owned(),
            error: error.into(),
        })
    }
}

/// A log without its database would be taken for that of the restored one, and would damage it.
fn refuse_logs(database: &Path, shown: &Path) -> Result<(), LocationError> {
    for end in ["-wal", "-journal"] {
        let shown = with_end(shown, end);
        if is_there(&with_end(database, end), "a log of the database cannot be looked up", &shown)? {
            return Err(LocationError::LogInTheWay { file: shown });
        }
    }
    Ok(())
}
