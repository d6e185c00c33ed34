//! Views and lists.

use super::connect::Connection;
use super::fault::Failure;
use super::rows::{
    self, ACTIVATIONS, EVENTS, FAILURES, GATES, Row, SETTINGS, STATES, TOKENS, UPLOADS, USERS, fingerprint_cell,
};
use super::values::{Cell, Kind, Query};
use crate::audit::{AuditEvent, Chain, Head};
use crate::model::{Fingerprint, Gate, State, Status, Token, Upload, UploadFailure, User, UserId, Versioned};
use crate::store::cells::{Cells, Record};
use crate::store::{Listed, ListedUser, TokenFilter, View, Wanted};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What sign-ins with these names look at, by one statement.
pub(super) async fn look(connection: &Connection, names: &BTreeSet<String>) -> Result<HashMap<String, View>, Failure> {
    let sql = format!(
        "SELECT w.name, {}, {}, {}, {}, {}
         FROM unnest($2::text[]) AS w (name)
         LEFT JOIN oath_settings AS s ON s.tenant = $1
         LEFT JOIN oath_gates AS g ON g.tenant = $1 AND g.name = w.name
         LEFT JOIN oath_users AS u ON u.tenant = $1 AND u.key = w.name
         LEFT JOIN oath_tokens AS t ON t.tenant = $1 AND t.holder = u.id
         LEFT JOIN oath_states AS x ON x.tenant = $1 AND x.fingerprint = t.fingerprint",
        SETTINGS.selected("s"),
        GATES.selected("g"),
        USERS.selected("u"),
        TOKENS.selected("t"),
        STATES.selected("x"),
    );
    let query = of(connection, sql).with_all(Kind::Text, names.iter().map(|name| Cell::text(name)));
    let mut views: HashMap<String, View> = HashMap::new();
    for row in one(connection, query).await? {
        let mut cells = Row::of(&row);
        let view = views.entry(cells.text()?).or_default();
        view.settings = cells.maybe(&SETTINGS)?;
        view.gates = cells.maybe(&GATES)?.into_iter().collect();
        view.users = cells.maybe(&USERS)?.into_iter().collect();
        view.tokens.extend(cells.maybe(&TOKENS)?);
        view.states.extend(cells.maybe(&STATES)?);
    }
    Ok(views)
}

/// By a few statements of one transaction, which sees one moment.
pub(super) async fn view(connection: &Connection, wanted: &Wanted) -> Result<View, Failure> {
    let names: BTreeSet<_> = wanted.users.iter().collect();
    let names = || names.iter().map(|name| Cell::text(name));
    let mut queries = vec![
        Query::new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        select(connection, &SETTINGS, ""),
        select(connection, &USERS, " AND r.key = ANY($2)").with_all(Kind::Text, names()),
        select(connection, &GATES, " AND r.name = ANY($2)").with_all(Kind::Text, names()),
        select(connection, &TOKENS, " AND r.serial = ANY($2)")
            .with_all(Kind::Text, wanted.serials.iter().map(|serial| Cell::text(serial))),
        select(connection, &TOKENS, " AND r.fingerprint = ANY($2)")
            .with_all(Kind::Text, wanted.fingerprints.iter().copied().map(fingerprint_cell)),
    ];
    // What is not asked for is asked for in vain: the answers keep their places.
    let none = || Query::new("SELECT 1 WHERE false");
    queries.push(if wanted.holdings {
        let held = " AND r.holder IN (SELECT u.id FROM oath_users AS u WHERE u.tenant = $1 AND u.key = ANY($2))";
        select(connection, &TOKENS, held).with_all(Kind::Text, names())
    } else {
        none()
    });
    queries.push(if wanted.activations { select(connection, &ACTIVATIONS, "") } else { none() });
    queries.push(if wanted.next_upload {
        of(connection, "SELECT highest FROM oath_upload_numbers WHERE tenant = $1")
    } else {
        none()
    });
    queries.push(match wanted.upload.map(i64::try_from) {
        Some(Ok(id)) => select(connection, &UPLOADS, " AND r.id = $2").with(Kind::Number, Cell::Number(id)),
        Some(Err(_)) | None => none(),
    });
    let mut found = connection.rows(&queries).await?.into_iter().skip(1);
    let mut next = || found.next().unwrap_or_default();
    let settings = each(&next(), Record::read)?.pop();
    let users: Vec<Versioned<User>> = each(&next(), Record::read)?;
    let gates = each(&next(), Record::read)?;
    let mut tokens = BTreeMap::new();
    for _ in 0..3 {
        tokens
            .extend(each::<Versioned<Token>>(&next(), Record::read)?.into_iter().map(|token| (token.value.id, token)));
    }
    let activations = each(&next(), Record::read)?.pop();
    let highest = each(&next(), Cells::bits)?.pop().unwrap_or(0);
    let upload = each(&next(), Record::read)?.pop();

    let mut users: BTreeMap<UserId, _> = users.into_iter().map(|user| (user.value.id, user)).collect();
    let holders: BTreeSet<_> = tokens.values().filter_map(|token| token.value.holder).collect();
    let others = holders.into_iter().filter(|id| !users.contains_key(id)).map(Cell::id);
    let prints: BTreeSet<Fingerprint> =
        tokens.values().map(|token| token.value.fingerprint).chain(wanted.fingerprints.iter().copied()).collect();
    let queries = [
        select(connection, &USERS, " AND r.id = ANY($2)").with_all(Kind::Uuid, others),
        select(connection, &STATES, " AND r.fingerprint = ANY($2)")
            .with_all(Kind::Text, prints.into_iter().map(fingerprint_cell)),
        Query::new("COMMIT"),
    ];
    let mut found = connection.rows(&queries).await?.into_iter();
    let mut next = || found.next().unwrap_or_default();
    users.extend(each::<Versioned<User>>(&next(), Record::read)?.into_iter().map(|user| (user.value.id, user)));
    let states: Vec<Versioned<State>> = each(&next(), Record::read)?;
    let next_upload = if wanted.next_upload { highest.saturating_add(1) } else { 0 };
    let (users, tokens) = (users.into_values().collect(), tokens.into_values().collect());
    Ok(View { settings, users, gates, tokens, states, activations, next_upload, upload })
}

pub(super) async fn users(
    connection: &Connection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<ListedUser>, Failure> {
    let sql = format!(
        "SELECT {}, {} FROM oath_users AS u LEFT JOIN oath_gates AS g ON g.tenant = $1 AND g.name = u.key
         WHERE u.tenant = $1{} ORDER BY u.key LIMIT $2",
        USERS.selected("u"),
        GATES.selected("g"),
        if after.is_some() { " AND u.key > $3" } else { "" },
    );
    let query = with_text(of(connection, sql).with(Kind::Number, most(limit)), after);
    each(&one(connection, query).await?, |cells| {
        // The columns of a user end with one that is written only.
        let user = cells.maybe::<Versioned<User>>(&USERS)?;
        let user = cells.there(user)?.value;
        let gate = cells.maybe::<Versioned<Gate>>(&GATES)?.map(|gate| gate.value);
        Ok(ListedUser { user, gate })
    })
}

pub(super) async fn tokens(
    connection: &Connection,
    filter: &TokenFilter,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Listed>, Failure> {
    let mut conditions = String::new();
    let mut query = of(connection, "").with(Kind::Number, most(limit));
    let upload = filter.upload.map(|upload| i64::try_from(upload).unwrap_or(-1).to_string());
    let asked = [
        (filter.status.map(Status::name), "t.status = ?"),
        (filter.holder.as_deref(), "t.holder = (SELECT id FROM oath_users WHERE tenant = $1 AND key = ?)"),
        (filter.serial.as_deref(), "t.serial = ?"),
        (after, "t.serial > ?"),
        (upload.as_deref(), "abs(t.import) = ?::int8"),
    ];
    // Only the conditions that are asked for, so that an index can serve them.
    let asked = asked.into_iter().filter_map(|(value, condition)| Some((value?, condition)));
    for (number, (value, condition)) in (3..).zip(asked) {
        conditions.push_str(" AND ");
        conditions.push_str(&condition.replace('?', &format!("${number}")));
        query = query.with(Kind::Text, Cell::text(value));
    }
    query.sql = format!(
        "SELECT {}, {}, {} FROM oath_tokens AS t
         LEFT JOIN oath_states AS x ON x.tenant = $1 AND x.fingerprint = t.fingerprint
         LEFT JOIN oath_users AS u ON u.tenant = $1 AND u.id = t.holder
         WHERE t.tenant = $1{conditions} ORDER BY t.serial LIMIT $2",
        TOKENS.selected("t"),
        STATES.selected("x"),
        USERS.selected("u"),
    );
    each(&one(connection, query).await?, listed)
}

fn listed(cells: &mut Row<'_>) -> Result<Listed, Failure> {
    let token = Versioned::<Token>::read(cells)?.value;
    let state = cells.maybe::<Versioned<State>>(&STATES)?;
    let state = state.map_or_else(|| State::fresh(token.fingerprint), |state| state.value);
    let holder = cells.maybe::<Versioned<User>>(&USERS)?.map(|user| user.value);
    Ok(Listed { token, state, holder })
}

pub(super) async fn states(
    connection: &Connection,
    after: Option<Fingerprint>,
    limit: usize,
) -> Result<Vec<State>, Failure> {
    // Every fingerprint comes after the empty text.
    let after = after.map_or_else(|| Cell::text(""), fingerprint_cell);
    let query = select(connection, &STATES, " AND r.fingerprint > $2 ORDER BY r.fingerprint LIMIT $3")
        .with(Kind::Text, after)
        .with(Kind::Number, most(limit));
    let found = each::<Versioned<State>>(&one(connection, query).await?, Record::read)?;
    Ok(found.into_iter().map(|state| state.value).collect())
}

pub(super) async fn uploads(connection: &Connection, after: u64, limit: usize) -> Result<Vec<Upload>, Failure> {
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let query = select(connection, &UPLOADS, " AND r.id > $2 ORDER BY r.id LIMIT $3")
        .with(Kind::Number, Cell::Number(after))
        .with(Kind::Number, most(limit));
    let found = each::<Versioned<Upload>>(&one(connection, query).await?, Record::read)?;
    Ok(found.into_iter().map(|upload| upload.value).collect())
}

/// The rows of an upload are numbered from 1 without a gap, so that those to skip are those up to a number.
pub(super) async fn failures(
    connection: &Connection,
    upload: u64,
    skip: u64,
    limit: usize,
) -> Result<Vec<UploadFailure>, Failure> {
    let (Ok(upload), Ok(skip)) = (i64::try_from(upload), i64::try_from(skip)) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {} FROM oath_failures WHERE tenant = $1 AND upload = $2 AND number > $4 ORDER BY number LIMIT $3",
        FAILURES.map(|(column, _)| column).join(", ")
    );
    let query = of(connection, sql)
        .with(Kind::Number, Cell::Number(upload))
        .with(Kind::Number, most(limit))
        .with(Kind::Number, Cell::Number(skip));
    each(&one(connection, query).await?, Record::read)
}

pub(super) async fn events(
    connection: &Connection,
    chain: Chain,
    after: u64,
    limit: usize,
) -> Result<Vec<AuditEvent>, Failure> {
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {} FROM oath_events WHERE tenant = $1 AND chain = $2 AND sequence > $3 ORDER BY sequence LIMIT $4",
        EVENTS.map(|(column, _)| column).join(", ")
    );
    let query = of(connection, sql)
        .with(Kind::Number, Cell::bits(chain.0))
        .with(Kind::Number, Cell::Number(after))
        .with(Kind::Number, most(limit));
    each(&one(connection, query).await?, Record::read)
}

/// In the order of the chains, whose numbers are kept as signed ones.
pub(super) async fn heads(connection: &Connection) -> Result<Vec<Head>, Failure> {
    let query = of(connection, "SELECT chain, events, hash FROM oath_heads WHERE tenant = $1");
    let mut heads: Vec<Head> = each(&one(connection, query).await?, Record::read)?;
    heads.sort_by_key(|head| head.chain);
    Ok(heads)
}

/// The last events that were pruned, in the order of the chains.
pub(super) async fn beginnings(connection: &Connection) -> Result<Vec<Head>, Failure> {
    let query = of(connection, "SELECT chain, events, hash FROM oath_beginnings WHERE tenant = $1");
    let mut beginnings: Vec<Head> = each(&one(connection, query).await?, Record::read)?;
    beginnings.sort_by_key(|beginning| beginning.chain);
    Ok(beginnings)
}

/// The end of this chain, or of any.
pub(super) async fn head(connection: &Connection, chain: Option<Chain>) -> Result<Option<Head>, Failure> {
    let sql = "SELECT chain, events, hash FROM oath_heads WHERE tenant = $1";
    let query = match chain {
        Some(chain) => of(connection, format!("{sql} AND chain = $2")).with(Kind::Number, Cell::bits(chain.0)),
        None => of(connection, format!("{sql} ORDER BY chain LIMIT 1")),
    };
    Ok(each(&one(connection, query).await?, Record::read)?.pop())
}

/// A statement whose first value is the tenant.
pub(super) fn of(connection: &Connection, sql: impl Into<String>) -> Query {
    Query::new(sql).with(Kind::Uuid, Cell::id(connection.tenant))
}

/// Records of a table, `r`, as far as the conditions hold.
fn select(connection: &Connection, table: &rows::Table, conditions: &str) -> Query {
    let (columns, name) = (table.selected("r"), table.name);
    of(connection, format!("SELECT {columns} FROM {name} AS r WHERE r.tenant = $1{conditions}"))
}

fn with_text(query: Query, text: Option<&str>) -> Query {
    match text {
        Some(text) => query.with(Kind::Text, Cell::text(text)),
        None => query,
    }
}

fn most(limit: usize) -> Cell {
    Cell::Number(i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(super) async fn one(connection: &Connection, query: Query) -> Result<Vec<tokio_postgres::Row>, Failure> {
    Ok(connection.rows(&[query]).await?.pop().unwrap_or_default())
}

pub(super) fn each<'row, T>(
    rows: &'row [tokio_postgres::Row],
    read: fn(&mut Row<'row>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    rows.iter().map(|row| read(&mut Row::of(row))).collect()
}
