//! What a restore or a migration would come to: the checks of the operation itself, on files that are not changed.

use super::link::{Temporary, io_failed, temporary, with_end};
use super::{DatabaseUrl, Location, LocationError};
use crate::audit::Actor;
use crate::decide::unlock::{not_behind, raised};
use crate::directory::{Directory, newest_event};
use crate::error::Error;
use crate::model::Clock;
use crate::policy::Policy;
use crate::store::{Fault, SqliteStore, Store, StoreError, TokenFilter};
use oath_totp::UnixTime;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What a database holds, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Users.
    pub users: u64,
    /// Tokens.
    pub tokens: u64,
    /// Events of the audit log, pruned ones among them.
    pub events: u64,
    /// When the last event was written; `None` where the database holds none.
    pub last_event: Option<UnixTime>,
}

/// What a restore would put in the place of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestorePreview {
    /// The backup.
    pub backup: Contents,
    /// The database that it would replace; `None` where there is none.
    pub replaced: Option<Contents>,
    /// Up to when codes would be refused: the time of the restore, or later where the backup refuses later codes already.
    pub refused_until: UnixTime,
}

/// What a migration would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationPreview {
    /// The format of the file; `None` where there is nothing to do.
    pub from: Option<i64>,
    /// The serial numbers of tokens that would be left out.
    pub left: Vec<String>,
    /// What the migrated database would hold.
    pub contents: Contents,
}

/// How many records are read at once.
const PAGE: usize = 1000;

impl Contents {
    pub(super) async fn of(store: &impl Store) -> Result<Self, StoreError> {
        let mut contents = Self::default();
        let mut after = None;
        loop {
            let page = store.users(after, PAGE).await?;
            contents.users = contents.users.saturating_add(page.len().try_into().unwrap_or(u64::MAX));
            let Some(last) = page.last() else { break };
            after = Some(last.user.upn.key().to_owned());
        }
        let mut after = None;
        loop {
            let page = store.tokens(TokenFilter::default(), after, PAGE).await?;
            contents.tokens = contents.tokens.saturating_add(page.len().try_into().unwrap_or(u64::MAX));
            let Some(last) = page.last() else { break };
            after = Some(last.token.serial.clone());
        }
        for head in store.heads().await? {
            contents.events = contents.events.saturating_add(head.events);
        }
        contents.last_event = newest_event(store).await?;
        Ok(contents)
    }
}

impl Location {
    /// What [`restore`](Self::restore) would come to: the same checks of the names, of the backup and of the key ring. Nothing is
    /// written. Whether another process has the database open is found out by the restore.
    ///
    /// # Errors
    /// As [`restore`](Self::restore).
    pub async fn preview_restore(
        &self,
        backup: &Path,
        replacing: bool,
        actor: &Actor,
        now: UnixTime,
        clock: Clock,
    ) -> Result<RestorePreview, LocationError> {
        let there = self.may_restore(backup, replacing)?;
        if there {
            self.ask(actor, now).await?;
        }
        let shown = backup.to_string_lossy();
        let copied = self.backup_that_fits(backup).await?;
        let failed =
            |place: &str, error: StoreError| LocationError::Directory { place: place.to_owned(), error: error.into() };
        let contents = Contents::of(copied.store()).await.map_err(|error| failed(&shown, error))?;
        let replaced = if there {
            let path = self.database_file()?;
            let store = self.opened(&self.folder.join(path), path)?;
            Some(Contents::of(&store).await.map_err(|error| self.database_failed(error))?)
        } else {
            None
        };
        not_behind(now, contents.last_event.unwrap_or_default(), clock)
            .map_err(|refusal| self.database_failed(Error::from(refusal)))?;
        let floor = copied.refused_until().await.map_err(|error| self.database_failed(error))?;
        Ok(RestorePreview { backup: contents, replaced, refused_until: raised(floor, now) })
    }

    /// What [`migrate`](Self::migrate) would come to, by a migration of a copy that is deleted afterwards. The database is not
    /// changed. Whether another process has it open is found out by the migration. Tables on a server are not tried: where they
    /// are of an older version, the error says so.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn preview_migration(&self, actor: &Actor, now: UnixTime) -> Result<MigrationPreview, LocationError> {
        let older = match (self.open().await, &self.database) {
            (Ok(directory), _) => {
                self.ask(actor, now).await?;
                let contents = Contents::of(directory.store()).await.map_err(|error| self.database_failed(error))?;
                return Ok(MigrationPreview { from: None, left: Vec::new(), contents });
            }
            (Err(LocationError::Directory { error: Error::Store(error), .. }), DatabaseUrl::Sqlite(path))
                if error.fault == Fault::Older =>
            {
                path
            }
            (Err(error), _) => return Err(error),
        };
        let database = self.folder.join(older);
        let [copy, made] = [temporary(&database), temporary(&database)];
        let (copy, made) = (copy.map_err(|e| self.keys_failed(e))?, made.map_err(|e| self.keys_failed(e))?);
        let _temporary = Temporary([copy.clone(), made.clone()]);
        for end in ["", "-wal"] {
            match fs::copy(with_end(&database, end), with_end(&copy, end)) {
                Err(error) if end.is_empty() || error.kind() != ErrorKind::NotFound => {
                    return Err(io_failed("the database cannot be copied", older, error));
                }
                _ => {}
            }
        }
        let former = SqliteStore::former(&copy).map_err(|error| self.database_failed(error))?;
        let Some(former) = former else {
            return Err(io_failed("the database cannot be copied", older, ErrorKind::InvalidData.into()));
        };
        let (directory, left) = self.taken_over(&former, &made, actor, now).await?;
        let contents = Contents::of(directory.store()).await.map_err(|error| self.database_failed(error))?;
        Ok(MigrationPreview { from: Some(former.format), left, contents })
    }

    /// The backup, whose secrets the key ring opens.
    pub(super) async fn backup_that_fits(&self, backup: &Path) -> Result<Directory<SqliteStore>, LocationError> {
        let failed = |error: Error| match error {
            Error::Keys(error) => self.keys_failed(error),
            error => LocationError::Directory { place: backup.to_string_lossy().into_owned(), error },
        };
        let store = self.opened(&self.folder.join(backup), backup)?;
        let directory = Directory::new(store, self.read_keys()?, Policy::default()).map_err(failed)?;
        directory.check_ring().await.map_err(failed)?;
        directory.check_keys_held().await.map_err(failed)?;
        Ok(directory)
    }
}
