//! Records as rows.

use super::fault::Failure;
use super::values::{Cell, Kind, Uuid, text_of};
use crate::audit::{AuditEvent, Chain, Event};
use crate::model::{Attempts, Fingerprint, Gate, Id, Settings, State, Tag, Token, Upload, UploadFailure, User};
use crate::store::cells::{Cells, Record};
use crate::store::{Activations, names};
use data_encoding::HEXLOWER;
use oath_totp::UnixTime;
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

pub(super) const SETTINGS: Table = Table {
    name: "oath_settings",
    columns: &[("ring", Bytes), ("floor", Number), ("backup_end", Number), ("policy", Text), ("mac", Bytes)],
    keys: 0,
};
pub(super) const USERS: Table = Table {
    name: "oath_users",
    columns: &[
        ("id", Kind::Uuid),
        ("upn", Text),
        ("kind", Text),
        ("display_name", Text),
        ("enabled", Flag),
        ("object_id", Text),
        ("roles", Number),
        ("recovery", Bytes),
        ("mac", Bytes),
        // It follows from the name, and is written only.
        ("key", Text),
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
        ("known", Bytes),
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
        ("replaces", Kind::Uuid),
        ("created", Number),
        ("import", Number),
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
        ("taken_back", Number),
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

pub(super) fn settings_cells(Settings { ring, floor, backup_end, policy, mac }: &Settings) -> Vec<Cell> {
    vec![tag(*ring), time(*floor), time(*backup_end), Cell::text(policy), tag(*mac)]
}

pub(super) fn user_cells(
    User { id, upn, kind, display_name, enabled, object_id, roles, recovery, mac }: &User,
) -> Vec<Cell> {
    vec![
        Cell::id(*id),
        Cell::text(upn.as_str()),
        Cell::text(kind.name()),
        Cell::maybe(display_name.as_deref(), Cell::text),
        Cell::Flag(*enabled),
        Cell::maybe(object_id.as_deref(), Cell::text),
        Cell::Number(roles.bits().into()),
        Cell::Bytes(recovery.to_bytes()),
        tag(*mac),
        Cell::text(upn.key()),
    ]
}

pub(super) fn gate_cells(Gate { name, attempts: tries, known, last_request }: &Gate) -> Vec<Cell> {
    let [failures, last_failure, locked_until] = attempts(*tries);
    vec![
        Cell::text(name),
        failures,
        last_failure,
        locked_until,
        Cell::maybe(*last_request, Cell::id),
        Cell::Bytes(names::known_of(known)),
    ]
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
        Cell::maybe(token.replaces, Cell::id),
        time(token.created),
        token.import.map_or(Cell::Null, |import| Cell::Number(import.stored())),
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
        Cell::bits(upload.taken_back),
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

/// A row of the server's.
pub(super) struct Row<'row> {
    row: &'row tokio_postgres::Row,
    next: usize,
}

impl<'row> Row<'row> {
    pub(super) const fn of(row: &'row tokio_postgres::Row) -> Self {
        Self { row, next: 0 }
    }

    fn take<T: FromSql<'row>>(&mut self) -> Result<T, Failure> {
        let cell = self.row.try_get(self.next).map_err(|error| Failure::unreadable(error.to_string()))?;
        self.next = self.next.saturating_add(1);
        Ok(cell)
    }

    /// A record of a LEFT JOIN, whose version cannot be null where there is one.
    pub(super) fn maybe<T: Record>(&mut self, table: &Table) -> Result<Option<T>, Failure> {
        let start = self.next;
        let there = self.maybe_number()?.is_some();
        self.next = start;
        let record = there.then(|| T::read(self)).transpose();
        // Also over columns that a record does not read.
        self.next = start.saturating_add(table.width());
        record
    }
}

impl Cells for Row<'_> {
    type Error = Failure;

    fn unreadable(&self, why: String) -> Failure {
        Failure::unreadable(why)
    }

    fn maybe_number(&mut self) -> Result<Option<i64>, Failure> {
        self.take()
    }

    fn maybe_text(&mut self) -> Result<Option<String>, Failure> {
        let Some(kept) = self.take::<Option<String>>()? else { return Ok(None) };
        text_of(kept).map(Some).ok_or_else(|| Failure::unreadable("a text is not one that this library wrote"))
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Failure> {
        self.take()
    }

    fn flag(&mut self) -> Result<bool, Failure> {
        self.take()
    }

    fn maybe_id<T>(&mut self) -> Result<Option<Id<T>>, Failure> {
        Ok(self.take::<Option<Uuid>>()?.map(|uuid| Id::from_bytes(uuid.0)))
    }

    fn fingerprint(&mut self) -> Result<Fingerprint, Failure> {
        let text = self.text()?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Fingerprint).ok_or_else(|| Failure::unreadable("a fingerprint is not 64 hexadecimal digits"))
    }

    fn chain(&mut self) -> Result<Chain, Failure> {
        self.bits().map(Chain)
    }
}
