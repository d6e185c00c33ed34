//! Records as rows.

use super::fault::Failure;
use super::values::{Cell, Kind, Uuid, text_of};
use crate::audit::{Action, AuditEvent, Chain, ChainHash, Event, Head};
use crate::model::{
    Attempts, Fingerprint, Gate, Id, Parameters, Sealed, Settings, State, Tag, Token, Upload, UploadFailure, Upn, User,
    Version, Versioned,
};
use crate::store::{Activations, names};
use data_encoding::HEXLOWER;
use oath_totp::{TimeStep, TotpState, UnixTime};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// A table of records with versions. All columns but the tenant and the version, the key first.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    /// How many of the columns are the key, beside the tenant.
    pub(super) keys: usize,
}

impl Table {
    /// The columns as a list to select, the version first, of the table under this name.
    pub(super) fn selected(&self, alias: &str) -> String {
        let mut list = format!("{alias}.version");
        for (column, _) in self.columns {
            list.extend([", ", alias, ".", column]);
        }
        list
    }

    /// How many columns [`selected`](Self::selected) lists.
    const fn width(&self) -> usize {
        self.columns.len().saturating_add(1)
    }
}

use Kind::{Bytes, Flag, Number, Text};

pub(super) const SETTINGS: Table =
    Table { name: "oath_settings", columns: &[("ring", Bytes), ("floor", Number), ("mac", Bytes)], keys: 0 };
pub(super) const USERS: Table = Table {
    name: "oath_users",
    columns: &[
        ("id", Kind::Uuid),
        ("key", Text),
        ("upn", Text),
        ("kind", Text),
        ("display_name", Text),
        ("enabled", Flag),
        ("object_id", Text),
        ("mac", Bytes),
    ],
    keys: 1,
};
pub(super) const GATES: Table = Table {
    name: "oath_gates",
    columns: &[
        ("name", Text),
        ("failures", Number),
        ("last_failure", Number),
        ("locked_until", Number),
        ("last_request", Kind::Uuid),
    ],
    keys: 1,
};
pub(super) const TOKENS: Table = Table {
    name: "oath_tokens",
    columns: &[
        ("id", Kind::Uuid),
        ("kind", Text),
        ("serial", Text),
        ("manufacturer", Text),
        ("model", Text),
        ("algorithm", Text),
        ("digits", Number),
        ("step_x", Number),
        ("step_t0", Number),
        ("sealed_under", Text),
        ("sealed", Bytes),
        ("fingerprint", Text),
        ("status", Text),
        ("holder", Kind::Uuid),
        ("created", Number),
        ("mac", Bytes),
    ],
    keys: 1,
};
pub(super) const STATES: Table = Table {
    name: "oath_states",
    columns: &[
        ("fingerprint", Text),
        ("last_step", Number),
        ("drift", Number),
        ("last_used", Number),
        ("failures", Number),
        ("last_failure", Number),
        ("locked_until", Number),
        ("mac", Bytes),
    ],
    keys: 1,
};
pub(super) const ACTIVATIONS: Table = Table { name: "oath_activations", columns: &[("times", Bytes)], keys: 0 };
pub(super) const UPLOADS: Table = Table {
    name: "oath_uploads",
    columns: &[
        ("id", Number),
        ("file", Text),
        ("at", Number),
        ("expires", Number),
        ("row_count", Number),
        ("imported", Number),
        ("unchanged", Number),
        ("failed", Number),
        ("digest", Bytes),
        ("finished", Flag),
    ],
    keys: 1,
};

fn time(time: UnixTime) -> Cell {
    Cell::bits(time.as_secs())
}

pub(super) fn fingerprint_cell(fingerprint: Fingerprint) -> Cell {
    Cell::Text(HEXLOWER.encode(&fingerprint.0))
}

fn tag(tag: Tag) -> Cell {
    Cell::Bytes(tag.0.to_vec())
}

fn attempts(Attempts { failures, last_failure, locked_until }: Attempts) -> [Cell; 3] {
    [Cell::Number(failures.into()), Cell::maybe(last_failure, time), Cell::maybe(locked_until, time)]
}

pub(super) fn settings_cells(Settings { ring, floor, mac }: &Settings) -> Vec<Cell> {
    vec![tag(*ring), time(*floor), tag(*mac)]
}

pub(super) fn user_cells(User { id, upn, kind, display_name, enabled, object_id, mac }: &User) -> Vec<Cell> {
    vec![
        Cell::id(*id),
        Cell::text(upn.key()),
        Cell::text(upn.as_str()),
        Cell::text(names::user_kind_name(*kind)),
        Cell::maybe(display_name.as_deref(), Cell::text),
        Cell::Flag(*enabled),
        Cell::maybe(object_id.as_deref(), Cell::text),
        tag(*mac),
    ]
}

pub(super) fn gate_cells(Gate { name, attempts: tries, last_request }: &Gate) -> Vec<Cell> {
    let [failures, last_failure, locked_until] = attempts(*tries);
    vec![Cell::text(name), failures, last_failure, locked_until, Cell::maybe(*last_request, Cell::id)]
}

pub(super) fn token_cells(token: &Token) -> Vec<Cell> {
    vec![
        Cell::id(token.id),
        Cell::text(names::token_kind_name(token.kind)),
        Cell::text(&token.serial),
        Cell::text(&token.manufacturer),
        Cell::text(&token.model),
        Cell::text(token.parameters.algorithm.name()),
        Cell::Number(names::digits_count(token.parameters.digits)),
        Cell::Number(token.parameters.time_step.x().into()),
        Cell::bits(token.parameters.time_step.t0()),
        Cell::text(&token.sealed.key),
        Cell::Bytes(token.sealed.bytes.clone()),
        fingerprint_cell(token.fingerprint),
        Cell::text(token.status.name()),
        Cell::maybe(token.holder, Cell::id),
        time(token.created),
        tag(token.mac),
    ]
}

pub(super) fn state_cells(state: &State) -> Vec<Cell> {
    let [failures, last_failure, locked_until] = attempts(state.attempts);
    vec![
        fingerprint_cell(state.fingerprint),
        Cell::maybe(state.totp.last_step, Cell::bits),
        Cell::Number(state.totp.drift),
        Cell::maybe(state.last_used, time),
        failures,
        last_failure,
        locked_until,
        tag(state.mac),
    ]
}

pub(super) fn activations_cells(activations: &Activations) -> Vec<Cell> {
    vec![Cell::Bytes(names::times_of(activations))]
}

pub(super) fn upload_cells(upload: &Upload) -> Vec<Cell> {
    vec![
        Cell::bits(upload.id),
        Cell::text(&upload.file),
        time(upload.at),
        time(upload.expires),
        Cell::bits(upload.rows),
        Cell::bits(upload.imported),
        Cell::bits(upload.unchanged),
        Cell::bits(upload.failed),
        tag(upload.digest),
        Cell::Flag(upload.finished),
    ]
}

pub(super) const FAILURES: [(&str, Kind); 8] = [
    ("place", Text),
    ("line", Number),
    ("upn", Text),
    ("serial", Text),
    ("field", Text),
    ("code", Text),
    ("message", Text),
    ("action", Text),
];

pub(super) fn failure_cells(failure: &UploadFailure) -> Vec<Cell> {
    let UploadFailure { place, line, upn, serial, field, code, message, action } = failure;
    let texts = [upn, serial, field, code, message, action].map(|text| Cell::text(text));
    [Cell::text(place), Cell::maybe(*line, Cell::bits)].into_iter().chain(texts).collect()
}

pub(super) const EVENTS: [(&str, Kind); 9] = [
    ("chain", Number),
    ("sequence", Number),
    ("at", Number),
    ("actor", Text),
    ("action", Text),
    ("upn", Text),
    ("serial", Text),
    ("detail", Text),
    ("hash", Bytes),
];

pub(super) fn event_cells(AuditEvent { chain, sequence, event, hash }: &AuditEvent) -> Vec<Cell> {
    let Event { at, actor, action, upn, serial, detail } = event;
    // A map of texts is always JSON.
    let detail = serde_json::to_string(detail).unwrap_or_default();
    vec![
        Cell::bits(chain.0),
        Cell::bits(*sequence),
        time(*at),
        Cell::text(actor),
        Cell::text(action.name()),
        Cell::text(upn),
        Cell::text(serial),
        Cell::Text(detail),
        Cell::Bytes(hash.0.to_vec()),
    ]
}

/// A row, cell by cell.
pub(super) struct Cells<'row> {
    row: &'row Row,
    next: usize,
}

impl<'row> Cells<'row> {
    pub(super) const fn of(row: &'row Row) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: FromSql<'row>>(&mut self) -> Result<T, Failure> {
        let cell = self.row.try_get(self.next).map_err(|error| Failure::unreadable(error.to_string()))?;
        self.next = self.next.saturating_add(1);
        Ok(cell)
    }

    pub(super) fn number(&mut self) -> Result<i64, Failure> {
        self.take()
    }

    pub(super) fn text(&mut self) -> Result<String, Failure> {
        self.maybe_text()?.ok_or_else(|| Failure::unreadable("a text is missing"))
    }

    fn maybe_text(&mut self) -> Result<Option<String>, Failure> {
        let Some(kept) = self.take::<Option<String>>()? else { return Ok(None) };
        text_of(kept).map(Some).ok_or_else(|| Failure::unreadable("a text is not one that this library wrote"))
    }

    /// A u64 that is kept as the i64 of the same bits.
    pub(super) fn bits(&mut self) -> Result<u64, Failure> {
        self.number().map(i64::cast_unsigned)
    }

    fn maybe_bits(&mut self) -> Result<Option<u64>, Failure> {
        Ok(self.take::<Option<i64>>()?.map(i64::cast_unsigned))
    }

    fn time(&mut self) -> Result<UnixTime, Failure> {
        self.bits().map(UnixTime::from_secs)
    }

    fn maybe_time(&mut self) -> Result<Option<UnixTime>, Failure> {
        Ok(self.maybe_bits()?.map(UnixTime::from_secs))
    }

    fn id<T>(&mut self) -> Result<Id<T>, Failure> {
        self.take::<Uuid>().map(|uuid| Id::from_bytes(uuid.0))
    }

    fn maybe_id<T>(&mut self) -> Result<Option<Id<T>>, Failure> {
        Ok(self.take::<Option<Uuid>>()?.map(|uuid| Id::from_bytes(uuid.0)))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let bytes = self.take::<&[u8]>()?;
        bytes.try_into().map_err(|_| Failure::unreadable(format!("{} bytes, expected {N}", bytes.len())))
    }

    pub(super) fn fingerprint(&mut self) -> Result<Fingerprint, Failure> {
        let text = self.text()?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Fingerprint).ok_or_else(|| Failure::unreadable("a fingerprint is not 64 hexadecimal digits"))
    }

    /// One of a few names.
    fn named<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Failure> {
        let text = self.text()?;
        read(&text).ok_or_else(|| Failure::unreadable(format!("unknown name {text:?}")))
    }

    /// A record of a LEFT JOIN, whose version cannot be null where there is one.
    pub(super) fn maybe<T>(
        &mut self,
        table: &Table,
        read: impl FnOnce(&mut Self) -> Result<Versioned<T>, Failure>,
    ) -> Result<Option<Versioned<T>>, Failure> {
        let start = self.next;
        let there = self.take::<Option<i64>>()?.is_some();
        self.next = start;
        if !there {
            self.next = start.saturating_add(table.width());
            return Ok(None);
        }
        read(self).map(Some)
    }

    fn versioned<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<Versioned<T>, Failure> {
        Ok(Versioned { version: self.bits().map(Version::from_stored)?, value: read(self)? })
    }

    fn attempts(&mut self) -> Result<Attempts, Failure> {
        let failures =
            u32::try_from(self.number()?).map_err(|_| Failure::unreadable("more wrong codes than there are"))?;
        Ok(Attempts { failures, last_failure: self.maybe_time()?, locked_until: self.maybe_time()? })
    }
}

pub(super) fn settings(cells: &mut Cells<'_>) -> Result<Versioned<Settings>, Failure> {
    cells.versioned(|cells| {
        Ok(Settings { ring: cells.bytes().map(Tag)?, floor: cells.time()?, mac: cells.bytes().map(Tag)? })
    })
}

pub(super) fn user(cells: &mut Cells<'_>) -> Result<Versioned<User>, Failure> {
    cells.versioned(|cells| {
        let id = cells.id()?;
        // The key follows from the name.
        cells.text()?;
        Ok(User {
            id,
            upn: cells.named(|text| text.parse::<Upn>().ok())?,
            kind: cells.named(names::user_kind)?,
            display_name: cells.maybe_text()?,
            enabled: cells.take()?,
            object_id: cells.maybe_text()?,
            mac: cells.bytes().map(Tag)?,
        })
    })
}

pub(super) fn gate(cells: &mut Cells<'_>) -> Result<Versioned<Gate>, Failure> {
    cells.versioned(|cells| {
        Ok(Gate { name: cells.text()?, attempts: cells.attempts()?, last_request: cells.maybe_id()? })
    })
}

pub(super) fn token(cells: &mut Cells<'_>) -> Result<Versioned<Token>, Failure> {
    cells.versioned(|cells| {
        Ok(Token {
            id: cells.id()?,
            kind: cells.named(names::token_kind)?,
            serial: cells.text()?,
            manufacturer: cells.text()?,
            model: cells.text()?,
            parameters: parameters(cells)?,
            sealed: Sealed { key: cells.text()?, bytes: cells.take()? },
            fingerprint: cells.fingerprint()?,
            status: cells.named(names::status)?,
            holder: cells.maybe_id()?,
            created: cells.time()?,
            mac: cells.bytes().map(Tag)?,
        })
    })
}

fn parameters(cells: &mut Cells<'_>) -> Result<Parameters, Failure> {
    let algorithm = cells.named(names::algorithm)?;
    let digits = names::digits(cells.number()?).ok_or_else(|| Failure::unreadable("a number of digits"))?;
    let (x, t0) = (u32::try_from(cells.number()?).ok(), cells.bits()?);
    let time_step = x.and_then(|x| TimeStep::new(x, t0).ok());
    let time_step = time_step.ok_or_else(|| Failure::unreadable("a time step"))?;
    Ok(Parameters { algorithm, digits, time_step })
}

pub(super) fn state(cells: &mut Cells<'_>) -> Result<Versioned<State>, Failure> {
    cells.versioned(|cells| {
        Ok(State {
            fingerprint: cells.fingerprint()?,
            totp: TotpState { last_step: cells.maybe_bits()?, drift: cells.number()? },
            last_used: cells.maybe_time()?,
            attempts: cells.attempts()?,
            mac: cells.bytes().map(Tag)?,
        })
    })
}

pub(super) fn activations(cells: &mut Cells<'_>) -> Result<Versioned<Activations>, Failure> {
    cells.versioned(|cells| {
        let bytes = cells.take::<&[u8]>()?;
        names::times(bytes).ok_or_else(|| Failure::unreadable("times of activations that are not 8 bytes each"))
    })
}

pub(super) fn upload(cells: &mut Cells<'_>) -> Result<Versioned<Upload>, Failure> {
    cells.versioned(|cells| {
        Ok(Upload {
            id: cells.bits()?,
            file: cells.text()?,
            at: cells.time()?,
            expires: cells.time()?,
            rows: cells.bits()?,
            imported: cells.bits()?,
            unchanged: cells.bits()?,
            failed: cells.bits()?,
            digest: cells.bytes().map(Tag)?,
            finished: cells.take()?,
        })
    })
}

pub(super) fn failure(cells: &mut Cells<'_>) -> Result<UploadFailure, Failure> {
    Ok(UploadFailure {
        place: cells.text()?,
        line: cells.maybe_bits()?,
        upn: cells.text()?,
        serial: cells.text()?,
        field: cells.text()?,
        code: cells.text()?,
        message: cells.text()?,
        action: cells.text()?,
    })
}

pub(super) fn event(cells: &mut Cells<'_>) -> Result<AuditEvent, Failure> {
    Ok(AuditEvent {
        chain: cells.bits().map(Chain)?,
        sequence: cells.bits()?,
        event: Event {
            at: cells.time()?,
            actor: cells.text()?,
            action: cells.named(Action::from_name)?,
            upn: cells.text()?,
            serial: cells.text()?,
            detail: cells.named(|json| serde_json::from_str(json).ok())?,
        },
        hash: cells.bytes().map(ChainHash)?,
    })
}

pub(super) fn head(cells: &mut Cells<'_>) -> Result<Head, Failure> {
    Ok(Head { chain: cells.bits().map(Chain)?, events: cells.bits()?, hash: cells.bytes().map(ChainHash)? })
}
