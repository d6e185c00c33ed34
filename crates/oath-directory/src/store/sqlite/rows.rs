use crate::audit::Chain;
use crate::model::{Fingerprint, Id};
use crate::store::cells::{Cells, Record};
use rusqlite::types::{FromSql, Type, ValueRef};
use rusqlite::{Error, Result};

/// The columns of a user, in the order in which the record reads them.
macro_rules! user_columns {
    () => {
        "users.version, users.id, users.upn, users.kind, users.display_name, users.enabled, \
         users.object_id, users.roles, users.recovery, users.mac"
    };
}
/// The columns of a token, in the order in which the record reads them.
macro_rules! token_columns {
    () => {
        "tokens.version, tokens.id, tokens.kind, tokens.serial, tokens.manufacturer, tokens.model, tokens.algorithm, \
         tokens.digits, tokens.step_x, tokens.step_t0, tokens.sealed_under, tokens.sealed, tokens.fingerprint, \
         tokens.status, tokens.holder, tokens.replaces, tokens.created, tokens.import, \
         tokens.mac"
    };
}
/// The columns of a state, in the order in which the record reads them.
macro_rules! state_columns {
    () => {
        "states.version, states.fingerprint, states.last_step, states.drift, states.last_used, states.failures, \
         states.last_failure, states.locked_until, states.mac"
    };
}
/// The columns of a gate, in the order in which the record reads them.
macro_rules! gate_columns {
    () => {
        "gates.version, gates.name, gates.failures, gates.last_failure, gates.locked_until, gates.last_request, \
         gates.known"
    };
}
/// The columns of the settings, in the order in which the record reads them.
macro_rules! settings_columns {
    () => {
        "settings.version, settings.ring, settings.floor, settings.backup_end, settings.policy, settings.mac"
    };
}
/// The columns of an upload, in the order in which the record reads them.
macro_rules! upload_columns {
    () => {
        "version, id, file, at, expires, rows, imported, unchanged, failed, digest, finished, taken_back"
    };
}
pub(super) use {gate_columns, settings_columns, state_columns, token_columns, upload_columns, user_columns};

/// How many columns [`settings_columns`], [`gate_columns`], [`user_columns`], [`token_columns`] and [`state_columns`] are.
pub(super) const SETTINGS_WIDTH: usize = 6;
pub(super) const GATE_WIDTH: usize = 7;
pub(super) const USER_WIDTH: usize = 10;
pub(super) const TOKEN_WIDTH: usize = 19;
pub(super) const STATE_WIDTH: usize = 9;

/// A row of SQLite's.
pub(super) struct Row<'row, 'statement> {
    row: &'row rusqlite::Row<'statement>,
    next: usize,
}

impl<'row, 'statement> Row<'row, 'statement> {
    pub(super) const fn of(row: &'row rusqlite::Row<'statement>) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: FromSql>(&mut self) -> Result<T> {
        let cell = self.row.get(self.next);
        self.next = self.next.saturating_add(1);
        cell
    }

    /// A record of a LEFT JOIN, whose first column cannot be null where there is one.
    pub(super) fn maybe<T: Record>(&mut self, width: usize) -> Result<Option<T>> {
        if self.row.get_ref(self.next)? == ValueRef::Null {
            self.next = self.next.saturating_add(width);
            return Ok(None);
        }
        T::read(self).map(Some)
    }
}

impl Cells for Row<'_, '_> {
    type Error = Error;

    fn unreadable(&self, why: String) -> Error {
        Error::FromSqlConversionFailure(self.next.saturating_sub(1), Type::Text, why.into())
    }

    fn maybe_number(&mut self) -> Result<Option<i64>> {
        self.take()
    }

    fn maybe_text(&mut self) -> Result<Option<String>> {
        self.take()
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        self.take()
    }

    fn flag(&mut self) -> Result<bool> {
        self.take()
    }

    fn maybe_id<T>(&mut self) -> Result<Option<Id<T>>> {
        Ok(self.take::<Option<[u8; 16]>>()?.map(Id::from_bytes))
    }

    fn fingerprint(&mut self) -> Result<Fingerprint> {
        self.take().map(Fingerprint)
    }

    fn chain(&mut self) -> Result<Chain> {
        Ok(Chain::FIRST)
    }
}
