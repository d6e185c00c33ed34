use crate::audit::{Action, AuditEvent, Chain, ChainHash, Event, Head};
use crate::model::{
    Attempts, Fingerprint, Gate, Id, Parameters, Sealed, Settings, State, Tag, Token, Upload, UploadFailure, Upn, User,
    Version, Versioned,
};
use crate::store::{Activations, names};
use oath_totp::{TimeStep, TotpState, UnixTime};
use rusqlite::types::{FromSql, Type, ValueRef};
use rusqlite::{Error, Result, Row};

/// The columns of a user, in the order in which [`user`] takes them.
macro_rules! user_columns {
    () => {
        "users.version, users.id, users.upn, users.kind, users.display_name, users.enabled, \
         users.object_id, users.mac"
    };
}
/// The columns of a token, in the order in which [`token`] takes them.
macro_rules! token_columns {
    () => {
        "tokens.version, tokens.id, tokens.kind, tokens.serial, tokens.manufacturer, tokens.model, tokens.algorithm, \
         tokens.digits, tokens.step_x, tokens.step_t0, tokens.sealed_under, tokens.sealed, tokens.fingerprint, \
         tokens.status, tokens.holder, tokens.created, tokens.mac"
    };
}
/// The columns of a state, in the order in which [`state`] takes them.
macro_rules! state_columns {
    () => {
        "states.version, states.fingerprint, states.last_step, states.drift, states.last_used, states.failures, \
         states.last_failure, states.locked_until, states.mac"
    };
}
/// The columns of a gate, in the order in which [`gate`] takes them.
macro_rules! gate_columns {
    () => {
        "gates.version, gates.name, gates.failures, gates.last_failure, gates.locked_until, gates.last_request"
    };
}
/// The columns of the settings, in the order in which [`settings`] takes them.
macro_rules! settings_columns {
    () => {
        "settings.version, settings.ring, settings.floor, settings.mac"
    };
}
/// The columns of an upload, in the order in which [`upload`] takes them.
macro_rules! upload_columns {
    () => {
        "version, id, file, at, expires, rows, imported, unchanged, failed, digest, finished"
    };
}
pub(super) use {gate_columns, settings_columns, state_columns, token_columns, upload_columns, user_columns};

/// How many columns [`settings_columns`], [`gate_columns`], [`user_columns`], [`token_columns`] and [`state_columns`] are.
pub(super) const SETTINGS_WIDTH: usize = 4;
pub(super) const GATE_WIDTH: usize = 6;
pub(super) const USER_WIDTH: usize = 8;
pub(super) const TOKEN_WIDTH: usize = 17;
pub(super) const STATE_WIDTH: usize = 9;

/// A row, cell by cell.
pub(super) struct Cells<'row, 'statement> {
    row: &'row Row<'statement>,
    next: usize,
}

impl<'row, 'statement> Cells<'row, 'statement> {
    pub(super) const fn of(row: &'row Row<'statement>) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: FromSql>(&mut self) -> Result<T> {
        let cell = self.row.get(self.next);
        self.next = self.next.saturating_add(1);
        cell
    }

    /// A u64 that is kept as the i64 of the same bits.
    fn bits(&mut self) -> Result<u64> {
        self.take::<i64>().map(i64::cast_unsigned)
    }

    fn time(&mut self) -> Result<UnixTime> {
        self.bits().map(UnixTime::from_secs)
    }

    fn maybe_time(&mut self) -> Result<Option<UnixTime>> {
        Ok(self.take::<Option<i64>>()?.map(i64::cast_unsigned).map(UnixTime::from_secs))
    }

    fn version(&mut self) -> Result<Version> {
        self.bits().map(Version::from_stored)
    }

    fn id<T>(&mut self) -> Result<Id<T>> {
        self.take().map(Id::from_bytes)
    }

    /// One of a few names.
    fn named<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let index = self.next;
        let text = self.take::<String>()?;
        read(&text).ok_or_else(|| unreadable(index, format!("unknown name {text:?}")))
    }

    /// A record of a LEFT JOIN, whose first column cannot be null where there is one.
    pub(super) fn maybe<T>(&mut self, width: usize, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.row.get_ref(self.next)? == ValueRef::Null {
            self.next = self.next.saturating_add(width);
            return Ok(None);
        }
        read(self).map(Some)
    }
}

fn unreadable(index: usize, why: String) -> Error {
    Error::FromSqlConversionFailure(index, Type::Text, why.into())
}

pub(super) fn user(cells: &mut Cells<'_, '_>) -> Result<Versioned<User>> {
    Ok(Versioned {
        version: cells.version()?,
        value: User {
            id: cells.id()?,
            upn: cells.named(|text| text.parse::<Upn>().ok())?,
            kind: cells.named(names::user_kind)?,
            display_name: cells.take()?,
            enabled: cells.take()?,
            object_id: cells.take()?,
            mac: cells.take().map(Tag)?,
        },
    })
}

pub(super) fn token(cells: &mut Cells<'_, '_>) -> Result<Versioned<Token>> {
    Ok(Versioned {
        version: cells.version()?,
        value: Token {
            id: cells.id()?,
            kind: cells.named(names::token_kind)?,
            serial: cells.take()?,
            manufacturer: cells.take()?,
            model: cells.take()?,
            parameters: parameters(cells)?,
            sealed: Sealed { key: cells.take()?, bytes: cells.take()? },
            fingerprint: cells.take().map(Fingerprint)?,
            status: cells.named(names::status)?,
            holder: cells.take::<Option<[u8; 16]>>()?.map(Id::from_bytes),
            created: cells.time()?,
            mac: cells.take().map(Tag)?,
        },
    })
}

fn parameters(cells: &mut Cells<'_, '_>) -> Result<Parameters> {
    let algorithm = cells.named(names::algorithm)?;
    let index = cells.next;
    let count = cells.take::<i64>()?;
    let digits = names::digits(count).ok_or(Error::IntegralValueOutOfRange(index, count))?;
    let index = cells.next;
    let time_step = TimeStep::new(cells.take()?, cells.bits()?);
    let time_step = time_step.map_err(|_| Error::IntegralValueOutOfRange(index, 0))?;
    Ok(Parameters { algorithm, digits, time_step })
}

pub(super) fn state(cells: &mut Cells<'_, '_>) -> Result<Versioned<State>> {
    Ok(Versioned {
        version: cells.version()?,
        value: State {
            fingerprint: cells.take().map(Fingerprint)?,
            totp: TotpState { last_step: cells.take::<Option<i64>>()?.map(i64::cast_unsigned), drift: cells.take()? },
            last_used: cells.maybe_time()?,
            attempts: tally(cells)?,
            mac: cells.take().map(Tag)?,
        },
    })
}

pub(super) fn gate(cells: &mut Cells<'_, '_>) -> Result<Versioned<Gate>> {
    Ok(Versioned {
        version: cells.version()?,
        value: Gate {
            name: cells.take()?,
            attempts: tally(cells)?,
            last_request: cells.take::<Option<[u8; 16]>>()?.map(Id::from_bytes),
        },
    })
}

pub(super) fn settings(cells: &mut Cells<'_, '_>) -> Result<Versioned<Settings>> {
    Ok(Versioned {
        version: cells.version()?,
        value: Settings { ring: cells.take().map(Tag)?, floor: cells.time()?, mac: cells.take().map(Tag)? },
    })
}

fn tally(cells: &mut Cells<'_, '_>) -> Result<Attempts> {
    Ok(Attempts { failures: cells.take()?, last_failure: cells.maybe_time()?, locked_until: cells.maybe_time()? })
}

pub(super) fn activations(cells: &mut Cells<'_, '_>) -> Result<Versioned<Activations>> {
    let version = cells.version()?;
    let index = cells.next;
    let activations = names::times(&cells.take::<Vec<u8>>()?)
        .ok_or_else(|| unreadable(index, "times of activations that are not 8 bytes each".to_owned()))?;
    Ok(Versioned { version, value: activations })
}

pub(super) fn upload(cells: &mut Cells<'_, '_>) -> Result<Versioned<Upload>> {
    Ok(Versioned {
        version: cells.version()?,
        value: Upload {
            id: cells.bits()?,
            file: cells.take()?,
            at: cells.time()?,
            expires: cells.time()?,
            rows: cells.bits()?,
            imported: cells.bits()?,
            unchanged: cells.bits()?,
            failed: cells.bits()?,
            digest: cells.take().map(Tag)?,
            finished: cells.take()?,
        },
    })
}

pub(super) fn failure(cells: &mut Cells<'_, '_>) -> Result<UploadFailure> {
    Ok(UploadFailure {
        place: cells.take()?,
        line: cells.take::<Option<i64>>()?.map(i64::cast_unsigned),
        upn: cells.take()?,
        serial: cells.take()?,
        field: cells.take()?,
        code: cells.take()?,
        message: cells.take()?,
        action: cells.take()?,
    })
}

pub(super) fn event(cells: &mut Cells<'_, '_>) -> Result<AuditEvent> {
    Ok(AuditEvent {
        chain: Chain::FIRST,
        sequence: cells.bits()?,
        event: Event {
            at: cells.time()?,
            actor: cells.take()?,
            action: cells.named(Action::from_name)?,
            upn: cells.take()?,
            serial: cells.take()?,
            detail: cells.named(|json| serde_json::from_str(json).ok())?,
        },
        hash: cells.take().map(ChainHash)?,
    })
}

pub(super) fn head(cells: &mut Cells<'_, '_>) -> Result<Head> {
    Ok(Head { chain: Chain::FIRST, events: cells.bits()?, hash: cells.take().map(ChainHash)? })
}
