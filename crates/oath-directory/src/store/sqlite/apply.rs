use super::fault::is_taken;
use super::read;
use crate::audit::{AuditKey, Chain, Event, Head};
use crate::model::{
    Attempts, Fingerprint, Gate, Import, RequestId, Settings, State, Token, TokenId, Upload, UploadFailure, User,
    UserId, Version,
};
use crate::store::names::{digits_count, known_of, times_of, token_kind_name};
use crate::store::{Activations, Changes, Pass, Write};
use oath_totp::UnixTime;
use rusqlite::{Connection, Error, Result as Sqlite, Statement, ToSql, params};

/// Why a set of changes was not applied.
#[derive(Debug)]
pub(super) enum Refused {
    Conflict,
    Failed(Error),
}

impl Refused {
    /// After something was written, a conflict is as bad as a failure: the transaction cannot go on.
    fn within(self) -> Self {
        match self {
            Self::Conflict => Self::Failed(Error::QueryReturnedNoRows),
            failed @ Self::Failed(_) => failed,
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        if is_taken(&error) { Self::Conflict } else { Self::Failed(error) }
    }
}

/// Applies changes one after the other, up to the first that is refused: what was applied before that one is for the
/// caller to roll back.
pub(super) fn apply(connection: &Connection, changes: &Changes, key: &AuditKey, log: &mut Log) -> Result<(), Refused> {
    changes.settings.iter().try_for_each(|write| settings(connection, write))?;
    changes.users.iter().try_for_each(|write| user(connection, write))?;
    changes.gates.iter().try_for_each(|write| gate(connection, write))?;
    changes.bumps.iter().try_for_each(|name| bump(connection, name))?;
    changes.tokens.iter().try_for_each(|write| token(connection, write))?;
    changes.states.iter().try_for_each(|write| state(connection, write))?;
    changes.activations.iter().try_for_each(|write| activations(connection, write))?;
    changes.uploads.iter().try_for_each(|write| upload(connection, write))?;
    changes.failures.iter().try_for_each(|(upload, rows)| failures(connection, *upload, rows))?;
    changes.pruned.iter().try_for_each(|end| prune(connection, *end))?;
    log.append(connection, &changes.events, key).map_err(Refused::Failed)
}

/// Deletes the events up to this one, where the log begins before it.
fn prune(connection: &Connection, end: Head) -> Result<(), Refused> {
    let events = number(end.events)?;
    let sql = "UPDATE audit_beginning SET events = ?1, hash = ?2 WHERE events < ?1";
    let begins_before = connection.prepare_cached(sql)?.execute(params![events, end.hash.0])?;
    if begins_before == 0 || end.chain != Chain::FIRST {
        return Err(Refused::Conflict);
    }
    connection.prepare_cached("DELETE FROM events WHERE sequence <= ?1")?.execute([events])?;
    Ok(())
}

/// Ends a sign-in. What it compares is looked at before anything is written: where it is refused for a conflict, there is
/// nothing to roll back.
pub(super) fn pass(connection: &Connection, pass: &Pass, key: &AuditKey, log: &mut Log) -> Result<(), Refused> {
    for write in &pass.states {
        let (Write::Update(version, State { fingerprint, .. }) | Write::Unchanged(version, fingerprint)) = write else {
            return Err(Refused::Failed(Error::InvalidQuery));
        };
        let same = connection.prepare_cached(STATES.same)?.exists(params![fingerprint.0, stored(*version)])?;
        if !same {
            return Err(Refused::Conflict);
        }
    }
    gate(connection, &pass.gate)?;
    pass.states.iter().try_for_each(|write| state(connection, write)).map_err(Refused::within)?;
    log.append(connection, &pass.events, key).map_err(Refused::Failed)
}

/// The end of the audit log as the transaction at hand leaves it: read once and written once in it.
#[derive(Debug, Default)]
pub(super) struct Log {
    head: Option<Head>,
}

impl Log {
    /// Where it is now, to [go back](Self::back_to) to.
    pub(super) const fn end(&self) -> Option<Head> {
        self.head
    }

    pub(super) const fn back_to(&mut self, end: Option<Head>) {
        self.head = end;
    }

    /// Chains events to the end as it is within this transaction: since the last one, another process may have written.
    fn append(&mut self, connection: &Connection, events: &[Event], key: &AuditKey) -> Sqlite<()> {
        if events.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO events (sequence, at, actor, action, upn, serial, detail, hash)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut insert = connection.prepare_cached(sql)?;
        let mut head = match self.head {
            Some(head) => head,
            None => read::head(connection)?,
        };
        for event in events {
            let (chained, next) = head.append(key, event.clone());
            let Event { at, actor, action, upn, serial, detail } = event;
            let detail = serde_json::to_string(detail).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
            let (sequence, hash) = (number(chained.sequence)?, chained.hash.0);
            insert.execute(params![sequence, time(*at), actor, action.name(), upn, serial, detail, hash])?;
            head = next;
        }
        self.head = Some(head);
        Ok(())
    }

    /// Keeps the end beside the log, where anything was appended.
    pub(super) fn finish(&self, connection: &Connection) -> Sqlite<()> {
        let Some(head) = self.head else { return Ok(()) };
        let sql = "UPDATE audit_head SET events = ?1, hash = ?2";
        match connection.prepare_cached(sql)?.execute(params![number(head.events)?, head.hash.0])? {
            1 => Ok(()),
            rows => Err(Error::StatementChangedRows(rows)),
        }
    }
}

/// How the four kinds of writes of a table are said.
///
/// `insert` and `update` take the same parameters, the new version first: what an update compares is one less.
/// `delete` and `same` take the key and the version.
struct Table {
    insert: &'static str,
    update: &'static str,
    delete: &'static str,
    same: &'static str,
}

impl Table {
    /// The compare-and-set of one record.
    fn write<K, T, S: ToSql>(
        &self,
        connection: &Connection,
        write: &Write<K, T>,
        key: impl FnOnce(&K) -> S,
        put: impl FnOnce(&mut Statement<'_>, i64, &T) -> Sqlite<usize>,
    ) -> Result<(), Refused> {
        let rows = match write {
            Write::Insert(record) => {
                put(&mut *connection.prepare_cached(self.insert)?, stored(Version::FIRST), record)?
            }
            Write::Update(version, record) => {
                put(&mut *connection.prepare_cached(self.update)?, stored(version.next()), record)?
            }
            Write::Delete(version, found) => {
                connection.prepare_cached(self.delete)?.execute(params![key(found), stored(*version)])?
            }
            Write::Unchanged(version, found) => {
                let same = connection.prepare_cached(self.same)?.exists(params![key(found), stored(*version)])?;
                usize::from(same)
            }
        };
        if rows == 1 { Ok(()) } else { Err(Refused::Conflict) }
    }
}

fn stored(version: Version) -> i64 {
    version.get().cast_signed()
}

fn time(time: UnixTime) -> i64 {
    time.as_secs().cast_signed()
}

fn maybe_time(at: Option<UnixTime>) -> Option<i64> {
    at.map(time)
}

/// A number by which rows are ordered: beyond i64 its order would be another.
fn number(number: u64) -> Sqlite<i64> {
    i64::try_from(number).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

fn user(connection: &Connection, write: &Write<UserId, User>) -> Result<(), Refused> {
    const USERS: Table = Table {
        insert: "INSERT INTO users (version, id, key, upn, kind, display_name, enabled, object_id, roles,
                     recovery, mac)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        update: "UPDATE users SET version = ?1, key = ?3, upn = ?4, kind = ?5, display_name = ?6, enabled = ?7,
                     object_id = ?8, roles = ?9, recovery = ?10, mac = ?11
                 WHERE id = ?2 AND version = ?1 - 1",
        delete: "DELETE FROM users WHERE id = ?1 AND version = ?2",
        same: "SELECT 1 FROM users WHERE id = ?1 AND version = ?2",
    };
    let key = |id: &UserId| id.to_bytes();
    USERS.write(connection, write, key, |statement, version, user| {
        let User { id, upn, kind, display_name, enabled, object_id, roles, recovery, mac } = user;
        let (id, name, kind) = (id.to_bytes(), upn.as_str(), kind.name());
        let (key, roles, recovery) = (upn.key(), roles.bits(), recovery.to_bytes());
        statement.execute(params![
            version,
            id,
            key,
            name,
            kind,
            display_name,
            enabled,
            object_id,
            roles,
            recovery,
            mac.0
        ])
    })
}

fn settings(connection: &Connection, write: &Write<(), Settings>) -> Result<(), Refused> {
    const SETTINGS: Table = Table {
        insert: "INSERT INTO settings (one, version, ring, floor, backup_end, policy, mac) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        update: "UPDATE settings SET version = ?1, ring = ?2, floor = ?3, backup_end = ?4, policy = ?5, mac = ?6
                 WHERE one = 1 AND version = ?1 - 1",
        delete: "DELETE FROM settings WHERE one = ?1 AND version = ?2",
        same: "SELECT 1 FROM settings WHERE one = ?1 AND version = ?2",
    };
    SETTINGS.write(
        connection,
        write,
        |()| 1_i64,
        |statement, version, settings| {
            let Settings { ring, floor, backup_end, policy, mac } = settings;
            statement.execute(params![version, ring.0, time(*floor), time(*backup_end), policy, mac.0])
        },
    )
}

fn gate(connection: &Connection, write: &Write<String, Gate>) -> Result<(), Refused> {
    const GATES: Table = Table {
        insert: "INSERT INTO gates (version, name, failures, last_failure, locked_until, last_request, known)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        update: "UPDATE gates SET version = ?1, failures = ?3, last_failure = ?4, locked_until = ?5, last_request = ?6,
                     known = ?7
                 WHERE name = ?2 AND version = ?1 - 1",
        delete: "DELETE FROM gates WHERE name = ?1 AND version = ?2",
        same: "SELECT 1 FROM gates WHERE name = ?1 AND version = ?2",
    };
    GATES.write(connection, write, String::clone, |statement, version, gate| {
        let Gate { name, attempts: Attempts { failures, last_failure, locked_until }, known, last_request } = gate;
        let last_request = last_request.map(RequestId::to_bytes);
        let (last_failure, locked_until) = (maybe_time(*last_failure), maybe_time(*locked_until));
        statement.execute(params![version, name, failures, last_failure, locked_until, last_request, known_of(known)])
    })
}

fn bump(connection: &Connection, name: &str) -> Result<(), Refused> {
    let sql = "INSERT INTO gates (name, failures, version) VALUES (?1, 0, 1)
               ON CONFLICT (name) DO UPDATE SET version = version + 1";
    connection.prepare_cached(sql)?.execute([name])?;
    Ok(())
}

fn token(connection: &Connection, write: &Write<TokenId, Token>) -> Result<(), Refused> {
    const TOKENS: Table = Table {
        insert:
            "INSERT INTO tokens (version, id, kind, serial, manufacturer, model, algorithm, digits, step_x, step_t0,
                     sealed_under, sealed, fingerprint, status, holder, replaces, created, import, mac)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        update: "UPDATE tokens SET version = ?1, kind = ?3, serial = ?4, manufacturer = ?5, model = ?6, algorithm = ?7,
                     digits = ?8, step_x = ?9, step_t0 = ?10, sealed_under = ?11, sealed = ?12, fingerprint = ?13,
                     status = ?14, holder = ?15, replaces = ?16, created = ?17, import = ?18, mac = ?19
                 WHERE id = ?2 AND version = ?1 - 1",
        delete: "DELETE FROM tokens WHERE id = ?1 AND version = ?2",
        same: "SELECT 1 FROM tokens WHERE id = ?1 AND version = ?2",
    };
    let key = |id: &TokenId| id.to_bytes();
    TOKENS.write(connection, write, key, |statement, version, token| {
        statement.execute(params![
            version,
            token.id.to_bytes(),
            token_kind_name(token.kind),
            token.serial,
            token.manufacturer,
            token.model,
            token.parameters.algorithm.name(),
            digits_count(token.parameters.digits),
            token.parameters.time_step.x(),
            token.parameters.time_step.t0().cast_signed(),
            token.sealed.key,
            token.sealed.bytes,
            token.fingerprint.0,
            token.status.name(),
            token.holder.map(UserId::to_bytes),
            token.replaces.map(TokenId::to_bytes),
            time(token.created),
            token.import.map(Import::stored),
            token.mac.0,
        ])
    })
}

const STATES: Table = Table {
    insert: "INSERT INTO states (version, fingerprint, last_step, drift, last_used, failures, last_failure,
                 locked_until, mac)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    update: "UPDATE states SET version = ?1, last_step = ?3, drift = ?4, last_used = ?5, failures = ?6,
                 last_failure = ?7, locked_until = ?8, mac = ?9
             WHERE fingerprint = ?2 AND version = ?1 - 1",
    delete: "DELETE FROM states WHERE fingerprint = ?1 AND version = ?2",
    same: "SELECT 1 FROM states WHERE fingerprint = ?1 AND version = ?2",
};

fn state(connection: &Connection, write: &Write<Fingerprint, State>) -> Result<(), Refused> {
    let key = |fingerprint: &Fingerprint| fingerprint.0;
    STATES.write(connection, write, key, |statement, version, state| {
        let Attempts { failures, last_failure, locked_until } = state.attempts;
        statement.execute(params![
            version,
            state.fingerprint.0,
            state.totp.last_step.map(u64::cast_signed),
            state.totp.drift,
            maybe_time(state.last_used),
            failures,
            maybe_time(last_failure),
            maybe_time(locked_until),
            state.mac.0,
        ])
    })
}

fn activations(connection: &Connection, write: &Write<(), Activations>) -> Result<(), Refused> {
    const ACTIVATIONS: Table = Table {
        insert: "INSERT INTO activations (one, version, times) VALUES (1, ?1, ?2)",
        update: "UPDATE activations SET version = ?1, times = ?2 WHERE one = 1 AND version = ?1 - 1",
        delete: "DELETE FROM activations WHERE one = ?1 AND version = ?2",
        same: "SELECT 1 FROM activations WHERE one = ?1 AND version = ?2",
    };
    ACTIVATIONS.write(
        connection,
        write,
        |()| 1_i64,
        |statement, version, activations| statement.execute(params![version, times_of(activations)]),
    )
}

fn upload(connection: &Connection, write: &Write<u64, Upload>) -> Result<(), Refused> {
    const UPLOADS: Table = Table {
        insert:
            "INSERT INTO uploads (version, id, file, at, expires, rows, imported, unchanged, failed, digest, finished,
                 taken_back)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        update: "UPDATE uploads SET version = ?1, file = ?3, at = ?4, expires = ?5, rows = ?6, imported = ?7,
                     unchanged = ?8, failed = ?9, digest = ?10, finished = ?11, taken_back = ?12
                 WHERE id = ?2 AND version = ?1 - 1",
        delete: "DELETE FROM uploads WHERE id = ?1 AND version = ?2",
        same: "SELECT 1 FROM uploads WHERE id = ?1 AND version = ?2",
    };
    // There is no upload with a number that is not kept as itself: a null key finds none.
    let key = |id: &u64| i64::try_from(*id).ok();
    UPLOADS.write(connection, write, key, |statement, version, upload| {
        statement.execute(params![
            version,
            number(upload.id)?,
            upload.file,
            time(upload.at),
            time(upload.expires),
            upload.rows.cast_signed(),
            upload.imported.cast_signed(),
            upload.unchanged.cast_signed(),
            upload.failed.cast_signed(),
            upload.digest.0,
            upload.finished,
            upload.taken_back.cast_signed(),
        ])
    })
}

fn failures(connection: &Connection, upload: u64, rows: &[UploadFailure]) -> Result<(), Refused> {
    let upload = number(upload)?;
    let mut last = connection.prepare_cached("SELECT coalesce(max(number), 0) FROM failures WHERE upload = ?1")?;
    let last: i64 = last.query_row([upload], |row| row.get(0))?;
    let sql = "INSERT INTO failures (upload, number, place, line, upn, serial, field, code, message, action)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut insert = connection.prepare_cached(sql)?;
    for (row, number) in rows.iter().zip(last.saturating_add(1)..) {
        let UploadFailure { place, line, upn, serial, field, code, message, action } = row;
        let line = line.map(u64::cast_signed);
        insert.execute(params![upload, number, place, line, upn, serial, field, code, message, action])?;
    }
    Ok(())
}
