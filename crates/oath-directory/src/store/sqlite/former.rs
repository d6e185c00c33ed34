//! Files of the formats 1 and 2, as far as a migration reads them. A column that a record of today has and they have not is a
//! constant.

use super::access::{Place, mark};
use super::rows::Row;
use super::schema::{APPLICATION, FORMAT};
use super::{Fault, SqliteStore, StoreError};
use crate::audit::{AuditEvent, Head};
use crate::model::{Settings, State, Token, User};
use crate::store::cells::Record as _;
use rusqlite::{Connection, Params};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Stands where a record has no MAC.
const NO_MAC: &str = "zeroblob(16)";

/// A file of an older format, which no other process can open while this lives.
pub(crate) struct Former {
    place: Place,
    /// Locked for each read, so that a migration can go on in another thread.
    connection: Mutex<Connection>,
    /// 1 or 2.
    pub(crate) format: i64,
}

impl SqliteStore {
    /// The format of the files that this version reads and writes.
    pub const FORMAT: i64 = FORMAT;

    /// Whether the file is marked as format 1, in which no MAC binds the records. It is left as it is.
    pub(crate) fn is_unbound(path: &Path) -> Result<bool, StoreError> {
        let (place, connection) = Place::raw(path)?;
        let marked = mark(&connection).map_err(|error| place.sqlite(&error))?;
        Ok(marked == (APPLICATION, 1))
    }

    /// The file, where it has an older format; `None` where it has that of this version.
    pub(crate) fn former(path: &Path) -> Result<Option<Former>, StoreError> {
        let (place, connection) = Place::raw(path)?;
        let (application, format) = mark(&connection).map_err(|error| place.sqlite(&error))?;
        if application != APPLICATION || !(1..FORMAT).contains(&format) {
            return Ok(None);
        }
        let alone = || {
            connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
            let mode: String = connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
            connection.execute_batch("BEGIN EXCLUSIVE")?;
            Ok(mode == "delete")
        };
        match alone() {
            Ok(true) => Ok(Some(Former { place, connection: Mutex::new(connection), format })),
            Err(error) if !super::fault::is_busy(&error) => Err(place.sqlite(&error)),
            Ok(false) | Err(_) => {
                Err(place.fault(Fault::Busy, "is open in another process, which must be stopped first"))
            }
        }
    }
}

impl Former {
    /// `None` before the first change of format 2, and in format 1, which has none.
    pub(crate) fn settings(&self) -> Result<Option<Settings>, StoreError> {
        if self.format == 1 {
            return Ok(None);
        }
        let found = self.all("SELECT ring, floor, 0, '', mac FROM settings", [], |cells| Settings::read(cells));
        found.map(|mut found| found.pop())
    }

    /// In the order of their keys, after `after`; at most `limit`.
    pub(crate) fn users(&self, after: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        let (own, mac) = if self.format == 1 { ("1, NULL", NO_MAC) } else { ("enabled, object_id", "mac") };
        let sql = format!(
            "SELECT id, upn, kind, display_name, {own}, 0, x'', {mac} FROM users WHERE key > ?1 ORDER BY key LIMIT ?2"
        );
        self.all(&sql, (after, limit), |cells| User::read(cells))
    }

    /// In the order of their serial numbers, after `after`, with the states of their secrets; at most `limit`.
    pub(crate) fn tokens(&self, after: &str, limit: u32) -> Result<Vec<(Token, State)>, StoreError> {
        // A state that is missing begins anew in format 1, and is damage in format 2.
        let mac = |column| if self.format == 1 { NO_MAC.to_owned() } else { format!("coalesce({column}, {NO_MAC})") };
        let sql = format!(
            "SELECT t.id, t.kind, t.serial, t.manufacturer, t.model, t.algorithm, t.digits, t.step_x, t.step_t0,
                 t.sealed_under, t.sealed, t.fingerprint, t.status, t.holder, NULL, t.created, NULL, {},
                 t.fingerprint, s.last_step, coalesce(s.drift, 0), s.last_used, 0, NULL, NULL, {}
             FROM tokens AS t LEFT JOIN states AS s ON s.fingerprint = t.fingerprint
             WHERE t.serial > ?1 ORDER BY t.serial LIMIT ?2",
            mac("t.mac"),
            mac("s.mac"),
        );
        self.all(&sql, (after, limit), |cells| Ok((Token::read(cells)?, State::read(cells)?)))
    }

    /// After the one with this number; at most `limit`.
    pub(crate) fn events(&self, after: u64, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let sql = "SELECT sequence, at, actor, action, upn, serial, detail, hash FROM events
                   WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
        self.all(sql, (after.cast_signed(), limit), |cells| AuditEvent::read(cells))
    }

    pub(crate) fn head(&self) -> Result<Head, StoreError> {
        let found = self.all("SELECT events, hash FROM audit_head", [], |cells| Head::read(cells))?;
        found.into_iter().next().ok_or_else(|| self.place.fault(Fault::Corrupt, "has no end of its log"))
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        mut read: impl FnMut(&mut Row<'_, '_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let found = || {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(parameters, |row| read(&mut Row::of(row)))?.collect::<rusqlite::Result<Vec<T>>>()
        };
        found().map_err(|error: rusqlite::Error| self.place.sqlite(&error))
    }
}
