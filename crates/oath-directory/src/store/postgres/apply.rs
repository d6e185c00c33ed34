//! Sets of changes as statements.

use super::rows::{
    self, ACTIVATIONS, FAILURES, GATES, SETTINGS, STATES, TOKENS, Table, UPLOADS, USERS, fingerprint_cell,
};
use super::values::{Cell, Kind, Query};
use crate::audit::Head;
use crate::model::{TenantId, UploadFailure, Version};
use crate::store::{Changes, Write};
use core::mem::discriminant;
use std::collections::HashSet;

/// A statement and what it has to change.
pub(super) struct Step {
    pub(super) query: Query,
    /// How many rows it changes where everything is as it was compared; `None` where that does not matter.
    pub(super) expected: Option<u64>,
    /// An upload whose refused rows these are: where it does not exist, the caller made a mistake.
    pub(super) upload: Option<u64>,
}

/// How many records share a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As many as can.
    Many,
    /// Each has its own: what one gives up, the next may take. Within one statement the server says in which order.
    One,
}

/// All steps, in the order of the fields and within a field in that of the list.
pub(super) fn steps(tenant: TenantId, changes: &Changes, mode: Mode) -> Vec<Step> {
    let Changes { settings, users, gates, bumps, tokens, states, activations, uploads, failures, pruned, events: _ } =
        changes;
    let mut steps = Steps { tenant, mode, steps: Vec::new() };
    steps.writes(&SETTINGS, settings.as_slice(), |()| Vec::new(), rows::settings_cells);
    steps.writes(&USERS, users, |id| vec![Cell::id(*id)], rows::user_cells);
    steps.writes(&GATES, gates, |name| vec![Cell::text(name)], rows::gate_cells);
    steps.bumps(bumps);
    steps.writes(&TOKENS, tokens, |id| vec![Cell::id(*id)], rows::token_cells);
    steps.writes(&STATES, states, |print| vec![fingerprint_cell(*print)], rows::state_cells);
    steps.writes(&ACTIVATIONS, activations.as_slice(), |()| Vec::new(), rows::activations_cells);
    steps.writes(&UPLOADS, uploads, |id| vec![Cell::bits(*id)], rows::upload_cells);
    steps.numbers(uploads);
    for (upload, rows) in failures {
        steps.failures(*upload, rows);
    }
    if let Some(end) = pruned {
        steps.prune(*end);
    }
    steps.steps
}

/// Whether [`Mode::One`] may apply what [`Mode::Many`] does not.
pub(super) fn order_matters(changes: &Changes) -> bool {
    let updates = |count: usize| count > 1;
    updates(changes.users.iter().filter(|write| matches!(write, Write::Update(..))).count())
        || updates(changes.tokens.iter().filter(|write| matches!(write, Write::Update(..))).count())
}

/// One write, as cells.
struct Put {
    key: Vec<Cell>,
    /// The version that is compared.
    found: Cell,
    /// The version that it gets, and all columns.
    record: Option<(Cell, Vec<Cell>)>,
}

struct Steps {
    tenant: TenantId,
    mode: Mode,
    steps: Vec<Step>,
}

impl Steps {
    fn query(&self, sql: String) -> Query {
        Query::new(sql).with(Kind::Uuid, Cell::id(self.tenant))
    }

    fn push(&mut self, query: Query, expected: Option<usize>) {
        let expected = expected.and_then(|count| u64::try_from(count).ok());
        self.steps.push(Step { query, expected, upload: None });
    }

    /// Writes of one table: those of one kind that follow each other share a statement, in the order of their keys.
    fn writes<K, T>(
        &mut self,
        table: &Table,
        writes: &[Write<K, T>],
        key: impl Fn(&K) -> Vec<Cell>,
        cells: impl Fn(&T) -> Vec<Cell>,
    ) {
        let puts = writes.iter().map(|write| (write, put(table, write, &key, &cells))).collect();
        let mut rest = in_order(puts, self.mode).into_iter().peekable();
        while let Some((first, put)) = rest.next() {
            let mut keys = HashSet::from([put.key.clone()]);
            let mut run = vec![put];
            let alike = |write: &Write<K, T>| discriminant(write) == discriminant(first) && self.mode == Mode::Many;
            while let Some((_, next)) = rest.next_if(|(write, put)| alike(write) && !keys.contains(&put.key)) {
                keys.insert(next.key.clone());
                run.push(next);
            }
            run.sort_by(|one, other| one.key.cmp(&other.key));
            let count = run.len();
            let query = match first {
                Write::Insert(_) => self.insert(table, run),
                Write::Update(..) => self.update(table, run),
                Write::Delete(..) => self.delete(table, run),
                Write::Unchanged(..) => self.unchanged(table, run),
            };
            self.push(query, Some(count));
        }
    }

    fn insert(&self, table: &Table, run: Vec<Put>) -> Query {
        let names: String = table.columns.iter().flat_map(|(name, _)| [", ", *name]).collect();
        let taken: String = table.columns.iter().flat_map(|(name, _)| [", w.", *name]).collect();
        let sql = format!(
            "INSERT INTO {} (tenant, version{names}) SELECT $1, w.version{taken} FROM {}",
            table.name,
            given(&["version"], table.columns)
        );
        let (versions, records): (Vec<_>, Vec<_>) = run.into_iter().filter_map(|put| put.record).unzip();
        columns(self.query(sql).with_all(Kind::Number, versions), table.columns, records)
    }

    fn update(&self, table: &Table, run: Vec<Put>) -> Query {
        let (_, values) = table.columns.split_at(table.keys);
        let set: String = values.iter().map(|(name, _)| format!(", {name} = w.{name}")).collect();
        let sql = format!(
            "UPDATE {} AS r SET version = w.version{set} FROM {} WHERE r.tenant = $1 AND r.version = w.found{}",
            table.name,
            given(&["found", "version"], table.columns),
            same_key(table)
        );
        let found: Vec<_> = run.iter().map(|put| put.found.clone()).collect();
        let (versions, records): (Vec<_>, Vec<_>) = run.into_iter().filter_map(|put| put.record).unzip();
        let query = self.query(sql).with_all(Kind::Number, found).with_all(Kind::Number, versions);
        columns(query, table.columns, records)
    }

    fn delete(&self, table: &Table, run: Vec<Put>) -> Query {
        let keys = table.columns.split_at(table.keys).0;
        let names: String = keys.iter().flat_map(|(name, _)| [", ", *name]).collect();
        let taken: String = keys.iter().flat_map(|(name, _)| [", w.", *name]).collect();
        let sql = format!(
            "DELETE FROM {} WHERE tenant = $1 AND (version{names}) IN (SELECT w.found{taken} FROM {})",
            table.name,
            given(&["found"], keys)
        );
        self.by_key(sql, keys, run)
    }

    /// An update that changes nothing: what is compared has to stay so until COMMIT.
    fn unchanged(&self, table: &Table, run: Vec<Put>) -> Query {
        let keys = table.columns.split_at(table.keys).0;
        let sql = format!(
            "UPDATE {} AS r SET version = w.found FROM {} WHERE r.tenant = $1 AND r.version = w.found{}",
            table.name,
            given(&["found"], keys),
            same_key(table)
        );
        self.by_key(sql, keys, run)
    }

    fn by_key(&self, sql: String, keys: &[(&str, Kind)], run: Vec<Put>) -> Query {
        let (found, records): (Vec<_>, Vec<_>) = run.into_iter().map(|put| (put.found, put.key)).unzip();
        columns(self.query(sql).with_all(Kind::Number, found), keys, records)
    }

    fn bumps(&mut self, names: &[String]) {
        let mut rest = names.iter().peekable();
        while let Some(first) = rest.next() {
            let mut run = vec![Cell::text(first)];
            while let Some(name) = rest.next_if(|name| !run.contains(&Cell::text(name)) && self.mode == Mode::Many) {
                run.push(Cell::text(name));
            }
            run.sort();
            let sql = "INSERT INTO oath_gates (tenant, name, failures, version)
                       SELECT $1, w.name, 0, 1 FROM unnest($2::text[]) AS w (name)
                       ON CONFLICT (tenant, name) DO UPDATE SET version = oath_gates.version + 1";
            let query = self.query(sql.to_owned()).with_all(Kind::Text, run);
            self.push(query, None);
        }
    }

    /// Keeps the highest number of an upload, and takes the refused rows of those that go.
    fn numbers(&mut self, uploads: &[Write<u64, crate::model::Upload>]) {
        let given = uploads.iter().filter_map(|write| write.record().map(|upload| upload.id)).max();
        if let Some(highest) = given {
            let sql = "INSERT INTO oath_upload_numbers AS n (tenant, highest) VALUES ($1, $2)
                       ON CONFLICT (tenant) DO UPDATE SET highest = greatest(n.highest, excluded.highest)";
            let query = self.query(sql.to_owned()).with(Kind::Number, Cell::bits(highest));
            self.push(query, None);
        }
        let gone = uploads.iter().filter_map(|write| match write {
            Write::Delete(_, id) => Some(Cell::bits(*id)),
            Write::Insert(_) | Write::Update(..) | Write::Unchanged(..) => None,
        });
        let gone: Vec<_> = gone.collect();
        if !gone.is_empty() {
            let sql = "DELETE FROM oath_failures WHERE tenant = $1 AND upload = ANY($2)";
            let query = self.query(sql.to_owned()).with_all(Kind::Number, gone);
            self.push(query, None);
        }
    }

    /// Deletes the events of a chain up to this one, where the chain begins before it.
    fn prune(&mut self, end: Head) {
        let sql = "INSERT INTO oath_beginnings AS b (tenant, chain, events, hash) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (tenant, chain) DO UPDATE SET events = excluded.events, hash = excluded.hash
                   WHERE b.events < excluded.events";
        let query = self.query(sql.to_owned()).with(Kind::Number, Cell::bits(end.chain.0));
        let query =
            query.with(Kind::Number, Cell::bits(end.events)).with(Kind::Bytes, Cell::Bytes(end.hash.0.to_vec()));
        self.push(query, Some(1));
        let sql = "DELETE FROM oath_events WHERE tenant = $1 AND chain = $2 AND sequence <= $3";
        let query = self.query(sql.to_owned()).with(Kind::Number, Cell::bits(end.chain.0));
        let query = query.with(Kind::Number, Cell::bits(end.events));
        self.push(query, None);
    }

    fn failures(&mut self, upload: u64, rows: &[UploadFailure]) {
        let names: String = FAILURES.iter().flat_map(|(name, _)| [", ", *name]).collect();
        let taken: String = FAILURES.iter().flat_map(|(name, _)| [", w.", *name]).collect();
        let given = given_from(3, &["ordinal"], &FAILURES);
        let sql = format!(
            "INSERT INTO oath_failures (tenant, upload, number{names})
             SELECT $1, $2, w.ordinal + (SELECT coalesce(max(f.number), 0) FROM oath_failures AS f
                                         WHERE f.tenant = $1 AND f.upload = $2){taken}
             FROM {given} WHERE EXISTS (SELECT 1 FROM oath_uploads AS u WHERE u.tenant = $1 AND u.id = $2)"
        );
        let count = rows.len();
        let ordinals = (1..).map(Cell::Number).take(count);
        let query = self.query(sql).with(Kind::Number, Cell::bits(upload)).with_all(Kind::Number, ordinals);
        let query = columns(query, &FAILURES, rows.iter().map(rows::failure_cells).collect());
        let expected = u64::try_from(count).ok();
        self.steps.push(Step { query, expected, upload: Some(upload) });
    }
}

fn put<K, T>(
    table: &Table,
    write: &Write<K, T>,
    key: impl Fn(&K) -> Vec<Cell>,
    cells: impl Fn(&T) -> Vec<Cell>,
) -> Put {
    let version = |version: Version| Cell::bits(version.get());
    let of = |found: Cell, next: Version, record: &T| {
        let record = cells(record);
        let key = record.iter().take(table.keys).cloned().collect();
        Put { key, found, record: Some((version(next), record)) }
    };
    match write {
        Write::Insert(record) => of(Cell::Null, Version::FIRST, record),
        Write::Update(found, record) => of(version(*found), found.next(), record),
        Write::Delete(found, id) | Write::Unchanged(found, id) => {
            Put { key: key(id), found: version(*found), record: None }
        }
    }
}

/// Puts the rows that are only compared where their keys stand among the others, so that two callers who each compare a row that
/// the other one changes lock both in the same order and none waits for the other. Rows of several kinds keep their order, and so
/// do those of [`Mode::One`]: what is compared comes before them.
fn in_order<K, T>(puts: Vec<(&Write<K, T>, Put)>, mode: Mode) -> Vec<(&Write<K, T>, Put)> {
    let keys: HashSet<_> = puts.iter().map(|(_, put)| &put.key).collect();
    // A row that is written twice is compared with what the first write makes of it.
    if keys.len() < puts.len() {
        return puts;
    }
    let (mut compared, written): (Vec<_>, Vec<_>) =
        puts.into_iter().partition(|(write, _)| matches!(write, Write::Unchanged(..)));
    let of_one_kind = written.windows(2).all(|pair| match pair {
        [(one, _), (other, _)] => discriminant(*one) == discriminant(*other),
        _ => true,
    });
    let new = written.iter().any(|(write, _)| matches!(write, Write::Insert(_)));
    let sorted = of_one_kind && !new && (mode == Mode::Many || written.len() == 1);
    let count = compared.len();
    compared.extend(written);
    let unordered = if sorted { compared.len() } else { count };
    if let Some(part) = compared.get_mut(..unordered) {
        part.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
    }
    compared
}

/// Lists of values as rows of a table `w`: versions first, from `$2` on.
pub(super) fn given(versions: &[&str], columns: &[(&str, Kind)]) -> String {
    given_from(2, versions, columns)
}

fn given_from(first: usize, versions: &[&str], columns: &[(&str, Kind)]) -> String {
    let all = versions.iter().map(|name| (*name, Kind::Number)).chain(columns.iter().copied());
    let (names, kinds): (Vec<_>, Vec<_>) = all.unzip();
    let kinds = kinds.iter().zip(first..).map(|(kind, number)| format!("${number}::{}[]", kind.name()));
    format!("unnest({}) AS w ({})", kinds.collect::<Vec<_>>().join(", "), names.join(", "))
}

fn same_key(table: &Table) -> String {
    table.columns.iter().take(table.keys).map(|(name, _)| format!(" AND r.{name} = w.{name}")).collect()
}

/// Adds records column by column.
pub(super) fn columns(mut query: Query, columns: &[(&str, Kind)], records: Vec<Vec<Cell>>) -> Query {
    let mut lists: Vec<Vec<Cell>> = columns.iter().map(|_| Vec::with_capacity(records.len())).collect();
    for record in records {
        lists.iter_mut().zip(record).for_each(|(list, cell)| list.push(cell));
    }
    for ((_, kind), list) in columns.iter().zip(lists) {
        query = query.with_all(*kind, list);
    }
    query
}
