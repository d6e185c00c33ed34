use super::rows::{
    self, Row, gate_columns, settings_columns, state_columns, token_columns, upload_columns, user_columns,
};
use crate::audit::{AuditEvent, Head};
use crate::model::{
    Fingerprint, Gate, State, Status, TenantId, Token, TokenId, Upload, UploadFailure, User, Versioned,
};
use crate::store::cells::{Cells, Record};
use crate::store::{Listed, ListedUser, TokenFilter, View, Wanted};
use rusqlite::{Connection, Params, Result, params};
use std::collections::{BTreeMap, BTreeSet};

/// All rows that a query finds.
fn all<T: Record>(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(parameters, |row| T::read(&mut Row::of(row)))?.collect()
}

/// What a sign-in looks at, by one statement: a row for each token of the user of the name, or one row.
pub(super) fn look(connection: &Connection, name: &str) -> Result<View> {
    const LOOK: &str = concat!(
        "SELECT ",
        settings_columns!(),
        ", ",
        gate_columns!(),
        ", ",
        user_columns!(),
        ", ",
        token_columns!(),
        ", ",
        state_columns!(),
        " FROM (SELECT 1)
         LEFT JOIN settings ON settings.one = 1
         LEFT JOIN gates ON gates.name = ?1
         LEFT JOIN users ON users.key = ?1
         LEFT JOIN tokens ON tokens.holder = users.id
         LEFT JOIN states ON states.fingerprint = tokens.fingerprint"
    );
    let mut view = View::default();
    let mut statement = connection.prepare_cached(LOOK)?;
    let mut found = statement.query([name])?;
    while let Some(row) = found.next()? {
        let mut cells = Row::of(row);
        view.settings = cells.maybe(rows::SETTINGS_WIDTH)?;
        view.gates = cells.maybe(rows::GATE_WIDTH)?.into_iter().collect();
        view.users = cells.maybe(rows::USER_WIDTH)?.into_iter().collect();
        view.tokens.extend(cells.maybe(rows::TOKEN_WIDTH)?);
        view.states.extend(cells.maybe(rows::STATE_WIDTH)?);
    }
    Ok(view)
}

pub(super) fn view(connection: &Connection, wanted: Wanted) -> Result<View> {
    let names: BTreeSet<_> = wanted.users.into_iter().collect();
    let mut users = BTreeMap::new();
    let mut gates = Vec::new();
    for name in names {
        for user in all::<Versioned<User>>(connection, BY_KEY, [&name])? {
            users.insert(user.value.id, user);
        }
        gates.extend(all(connection, GATE, [&name])?);
    }

    let mut tokens = BTreeMap::new();
    if wanted.holdings {
        for id in users.keys() {
            add(&mut tokens, all(connection, BY_HOLDER, [id.to_bytes()])?);
        }
    }
    for serial in &wanted.serials {
        add(&mut tokens, all(connection, BY_SERIAL, [serial])?);
    }
    let mut fingerprints: BTreeSet<_> = wanted.fingerprints.into_iter().collect();
    for fingerprint in &fingerprints {
        add(&mut tokens, all(connection, BY_FINGERPRINT, [fingerprint.0])?);
    }

    for token in tokens.values() {
        fingerprints.insert(token.value.fingerprint);
        if let Some(holder) = token.value.holder
            && !users.contains_key(&holder)
        {
            users.extend(
                all::<Versioned<User>>(connection, BY_ID, [holder.to_bytes()])?.into_iter().map(|user| (holder, user)),
            );
        }
    }
    let mut states = Vec::new();
    for fingerprint in fingerprints {
        states.extend(all(connection, STATE, [fingerprint.0])?);
    }
    Ok(View {
        settings: all(connection, SETTINGS, [])?.pop(),
        users: users.into_values().collect(),
        gates,
        tokens: tokens.into_values().collect(),
        states,
        activations: if wanted.activations { all(connection, ACTIVATIONS, [])?.pop() } else { None },
        next_upload: if wanted.next_upload { next_upload(connection)? } else { 0 },
        upload: match wanted.upload.map(i64::try_from) {
            Some(Ok(id)) => all(connection, UPLOAD, [id])?.pop(),
            Some(Err(_)) | None => None,
        },
    })
}

const BY_KEY: &str = concat!("SELECT ", user_columns!(), " FROM users WHERE key = ?1");
const BY_ID: &str = concat!("SELECT ", user_columns!(), " FROM users WHERE id = ?1");
const SETTINGS: &str = concat!("SELECT ", settings_columns!(), " FROM settings");
const GATE: &str = concat!("SELECT ", gate_columns!(), " FROM gates WHERE name = ?1");
const UPLOAD: &str = concat!("SELECT ", upload_columns!(), " FROM uploads WHERE id = ?1");
const BY_HOLDER: &str = concat!("SELECT ", token_columns!(), " FROM tokens WHERE holder = ?1");
const BY_SERIAL: &str = concat!("SELECT ", token_columns!(), " FROM tokens WHERE serial = ?1");
const BY_FINGERPRINT: &str = concat!("SELECT ", token_columns!(), " FROM tokens WHERE fingerprint = ?1");
const STATE: &str = concat!("SELECT ", state_columns!(), " FROM states WHERE fingerprint = ?1");
const ACTIVATIONS: &str = "SELECT version, times FROM activations";

fn add(tokens: &mut BTreeMap<TokenId, Versioned<Token>>, found: Vec<Versioned<Token>>) {
    tokens.extend(found.into_iter().map(|token| (token.value.id, token)));
}

fn next_upload(connection: &Connection) -> Result<u64> {
    let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'uploads'";
    let last = connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))?;
    Ok(last.cast_unsigned().saturating_add(1))
}

pub(super) fn users(connection: &Connection, after: Option<&str>, limit: usize) -> Result<Vec<ListedUser>> {
    let sql = concat!(
        "SELECT ",
        user_columns!(),
        ", ",
        gate_columns!(),
        " FROM users LEFT JOIN gates ON gates.name = users.key"
    );
    let sql =
        format!("{sql}{} ORDER BY users.key LIMIT ?2", if after.is_some() { " WHERE users.key > ?1" } else { "" });
    let listed = |row: &rusqlite::Row<'_>| {
        let mut cells = Row::of(row);
        let user = Versioned::<User>::read(&mut cells)?.value;
        let gate = cells.maybe::<Versioned<Gate>>(rows::GATE_WIDTH)?.map(|gate| gate.value);
        Ok(ListedUser { user, gate })
    };
    connection.prepare_cached(&sql)?.query_map(params![after, most(limit)], listed)?.collect()
}

pub(super) fn tokens(
    connection: &Connection,
    filter: &TokenFilter,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Listed>> {
    let mut sql = concat!(
        "SELECT ",
        token_columns!(),
        ", ",
        state_columns!(),
        ", ",
        user_columns!(),
        " FROM tokens LEFT JOIN states ON states.fingerprint = tokens.fingerprint LEFT JOIN users ON users.id = \
         tokens.holder WHERE true"
    )
    .to_owned();
    // Only the conditions that are asked for, so that an index can serve them.
    let conditions = [
        (filter.status.is_some(), " AND tokens.status = ?1"),
        (filter.holder.is_some(), " AND tokens.holder = (SELECT id FROM users WHERE key = ?2)"),
        (filter.serial.is_some(), " AND tokens.serial = ?3"),
        (after.is_some(), " AND tokens.serial > ?4"),
        (filter.upload.is_some(), " AND abs(tokens.import) = ?5"),
    ];
    sql.extend(conditions.into_iter().filter(|(asked, _)| *asked).map(|(_, condition)| condition));
    sql.push_str(" ORDER BY tokens.serial LIMIT ?6");
    let upload = filter.upload.and_then(|upload| i64::try_from(upload).ok());
    let parameters = params![filter.status.map(Status::name), filter.holder, filter.serial, after, upload, most(limit)];
    connection.prepare_cached(&sql)?.query_map(parameters, |row| listed(&mut Row::of(row)))?.collect()
}

fn listed(cells: &mut Row<'_, '_>) -> Result<Listed> {
    let token = Versioned::<Token>::read(cells)?.value;
    let state = cells.maybe::<Versioned<State>>(rows::STATE_WIDTH)?;
    let state = state.map_or_else(|| State::fresh(token.fingerprint), |state| state.value);
    let holder = cells.maybe::<Versioned<User>>(0)?.map(|user| user.value);
    Ok(Listed { token, state, holder })
}

pub(super) fn states(connection: &Connection, after: Option<Fingerprint>, limit: usize) -> Result<Vec<State>> {
    const STATES: &str =
        concat!("SELECT ", state_columns!(), " FROM states WHERE fingerprint > ?1 ORDER BY fingerprint LIMIT ?2");
    // Every fingerprint is longer than nothing.
    let after = after.map_or_else(Vec::new, |Fingerprint(bytes)| bytes.to_vec());
    let found: Vec<Versioned<State>> = all(connection, STATES, params![after, most(limit)])?;
    Ok(found.into_iter().map(|state| state.value).collect())
}

pub(super) fn uploads(connection: &Connection, after: u64, limit: usize) -> Result<Vec<Upload>> {
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let sql = concat!("SELECT ", upload_columns!(), " FROM uploads WHERE id > ?1 ORDER BY id LIMIT ?2");
    let found: Vec<Versioned<Upload>> = all(connection, sql, [after, most(limit)])?;
    Ok(found.into_iter().map(|upload| upload.value).collect())
}

pub(super) fn failures(connection: &Connection, upload: u64, skip: u64, limit: usize) -> Result<Vec<UploadFailure>> {
    let (Ok(upload), Ok(skip)) = (i64::try_from(upload), i64::try_from(skip)) else { return Ok(Vec::new()) };
    let sql =
        "SELECT place, line, upn, serial, field, code, message, action FROM failures WHERE upload = ?1 AND number > ?3
               ORDER BY number LIMIT ?2";
    all(connection, sql, [upload, most(limit), skip])
}

pub(super) fn events(connection: &Connection, after: u64, limit: usize) -> Result<Vec<AuditEvent>> {
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let sql = "SELECT sequence, at, actor, action, upn, serial, detail, hash FROM events WHERE sequence > ?1
               ORDER BY sequence LIMIT ?2";
    all(connection, sql, [after, most(limit)])
}

/// Whose file it is.
pub(super) fn tenant(connection: &Connection) -> Result<TenantId> {
    connection.query_row("SELECT id FROM tenant", [], |row| Row::of(row).id())
}

pub(super) fn head(connection: &Connection) -> Result<Head> {
    let sql = "SELECT events, hash FROM audit_head";
    connection.prepare_cached(sql)?.query_row([], |row| Head::read(&mut Row::of(row)))
}

pub(super) fn beginning(connection: &Connection) -> Result<Head> {
    let sql = "SELECT events, hash FROM audit_beginning";
    connection.prepare_cached(sql)?.query_row([], |row| Head::read(&mut Row::of(row)))
}

/// A limit for SQLite, which takes a negative one for none.
fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
