//! The tables, and how they come to be.

use super::connect::{Connection, Session};
use super::fault::Failure;
use super::read;
use super::rows::Row;
use super::values::{Cell, Kind, Query};
use crate::store::Fault;
use crate::store::cells::Cells;

/// The version of the tables that this library reads and writes.
pub(super) const FORMAT: i64 = 2;

/// The first version that was released. The one before it was written by no release and is left alone: its records are not
/// bound to their tenants.
const FIRST: i64 = 2;

/// What makes a version out of the one before, one statement a transaction: each may be repeated after it was broken off.
/// `{bytewise}` stands where texts are ordered.
///
/// Times, steps and versions are u64 kept as the i64 of the same bits; nothing compares them by size. Fingerprints are
/// hexadecimal texts, since not every server has indexes over bytes. Indexes are constraints, since these are made the same
/// way everywhere. Every key begins with the tenant: a server of many machines keeps what belongs together together.
const MIGRATIONS: [&[&str]; 1] = [&[
    // At most one row a tenant: its first change inserts it.
    "CREATE TABLE IF NOT EXISTS oath_settings (
        tenant uuid NOT NULL, version int8 NOT NULL, ring bytea NOT NULL, floor int8 NOT NULL, backup_end int8 NOT NULL,
        policy text NOT NULL, mac bytea NOT NULL,
        PRIMARY KEY (tenant))",
    // `key` is the user name folded to lower case: what it is looked up by, and unique by.
    "CREATE TABLE IF NOT EXISTS oath_users (
        tenant uuid NOT NULL, version int8 NOT NULL, id uuid NOT NULL, key text{bytewise} NOT NULL, upn text NOT NULL,
        kind text NOT NULL, display_name text, enabled bool NOT NULL, object_id text, roles int8 NOT NULL,
        recovery bytea NOT NULL,
        mac bytea NOT NULL,
        PRIMARY KEY (tenant, id), UNIQUE (tenant, key))",
    // One row for each name that was typed or that holds a token: what every sign-in compares and writes.
    "CREATE TABLE IF NOT EXISTS oath_gates (
        tenant uuid NOT NULL, version int8 NOT NULL, name text{bytewise} NOT NULL, failures int8 NOT NULL,
        last_failure int8, locked_until int8, last_request uuid, known bytea NOT NULL DEFAULT '',
        PRIMARY KEY (tenant, name))",
    // What never changes with a sign-in.
    "CREATE TABLE IF NOT EXISTS oath_tokens (
        tenant uuid NOT NULL, version int8 NOT NULL, id uuid NOT NULL, kind text NOT NULL, serial text{bytewise} NOT NULL,
        manufacturer text NOT NULL, model text NOT NULL, algorithm text NOT NULL, digits int8 NOT NULL,
        step_x int8 NOT NULL, step_t0 int8 NOT NULL, sealed_under text NOT NULL, sealed bytea NOT NULL,
        fingerprint text{bytewise} NOT NULL, status text NOT NULL, holder uuid, replaces uuid, created int8 NOT NULL,
        import int8,
        mac bytea NOT NULL,
        PRIMARY KEY (tenant, id), UNIQUE (tenant, serial), UNIQUE (tenant, fingerprint), UNIQUE (tenant, holder, id),
        UNIQUE (tenant, status, serial))",
    // Outlives its token: the highest step of a secret is never forgotten.
    "CREATE TABLE IF NOT EXISTS oath_states (
        tenant uuid NOT NULL, version int8 NOT NULL, fingerprint text{bytewise} NOT NULL, last_step int8, drift int8 NOT NULL,
        last_used int8, failures int8 NOT NULL, last_failure int8, locked_until int8, mac bytea NOT NULL,
        PRIMARY KEY (tenant, fingerprint))",
    // At most one row a tenant. Times of 8 bytes each, most significant first.
    "CREATE TABLE IF NOT EXISTS oath_activations (
        tenant uuid NOT NULL, version int8 NOT NULL, times bytea NOT NULL,
        PRIMARY KEY (tenant))",
    "CREATE TABLE IF NOT EXISTS oath_uploads (
        tenant uuid NOT NULL, version int8 NOT NULL, id int8 NOT NULL, file text NOT NULL, at int8 NOT NULL,
        expires int8 NOT NULL, row_count int8 NOT NULL, imported int8 NOT NULL, unchanged int8 NOT NULL,
        failed int8 NOT NULL, digest bytea NOT NULL, finished bool NOT NULL,
        taken_back int8 NOT NULL,
        PRIMARY KEY (tenant, id))",
    // The highest number ever given to an upload, also after that upload was deleted.
    "CREATE TABLE IF NOT EXISTS oath_upload_numbers (
        tenant uuid NOT NULL, highest int8 NOT NULL,
        PRIMARY KEY (tenant))",
    "CREATE TABLE IF NOT EXISTS oath_failures (
        tenant uuid NOT NULL, upload int8 NOT NULL, number int8 NOT NULL, place text NOT NULL, line int8,
        upn text NOT NULL, serial text NOT NULL, field text NOT NULL, code text NOT NULL, message text NOT NULL, action text NOT NULL,
        PRIMARY KEY (tenant, upload, number))",
    // `detail` is a JSON object of texts.
    "CREATE TABLE IF NOT EXISTS oath_events (
        tenant uuid NOT NULL, chain int8 NOT NULL, sequence int8 NOT NULL, at int8 NOT NULL, actor text NOT NULL,
        action text NOT NULL, upn text NOT NULL, serial text NOT NULL, detail text NOT NULL, hash bytea NOT NULL,
        PRIMARY KEY (tenant, chain, sequence))",
    // The end of each chain: events that are cut off there are missed.
    "CREATE TABLE IF NOT EXISTS oath_heads (
        tenant uuid NOT NULL, chain int8 NOT NULL, events int8 NOT NULL, hash bytea NOT NULL,
        PRIMARY KEY (tenant, chain))",
    // The last event of a chain that was pruned: what is left goes on after it.
    "CREATE TABLE IF NOT EXISTS oath_beginnings (
        tenant uuid NOT NULL, chain int8 NOT NULL, events int8 NOT NULL, hash bytea NOT NULL,
        PRIMARY KEY (tenant, chain))",
]];

/// The one table that no tenant owns.
const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS oath_format (
        one int8 NOT NULL, version int8 NOT NULL,
        PRIMARY KEY (one))";

/// Makes the tables, or brings those of an older version forward.
pub(super) async fn migrate(session: &mut Session) -> Result<(), Failure> {
    // A user who may not make tables may use those that are there.
    if session.run(async |connection| format(connection).await).await? == Some(FORMAT) {
        return Ok(());
    }
    let bytewise = session.run(async |connection| bytewise(connection).await).await?;
    session.run(async |connection| statement(connection, VERSION_TABLE).await).await?;
    let found = session.run(async |connection| format(connection).await).await?.unwrap_or(0);
    known(found)?;
    for (number, steps) in (FIRST..).zip(MIGRATIONS) {
        if number <= found {
            continue;
        }
        for step in steps {
            let sql = step.replace("{bytewise}", bytewise);
            session.run(async |connection| statement(connection, &sql).await).await?;
        }
        session.run(async |connection| reached(connection, number).await).await?;
    }
    Ok(())
}

/// The version of the tables; `None` where there are none.
pub(super) async fn found(session: &mut Session) -> Result<Option<i64>, Failure> {
    session.run(async |connection| format(connection).await).await
}

/// Checks that the tables are those of this version.
pub(super) async fn check(session: &mut Session) -> Result<(), Failure> {
    let found = session.run(async |connection| format(connection).await).await?;
    let found = found.ok_or_else(|| Failure::other(Fault::Missing, "holds no directory"))?;
    known(found)?;
    if found < FORMAT {
        let what = format!("holds a directory of format {found}, expected {FORMAT}: migrate it first");
        return Err(Failure::other(Fault::Corrupt, what));
    }
    Ok(())
}

/// Whether these tables are known; 0 where there are none.
fn known(found: i64) -> Result<(), Failure> {
    if (1..FIRST).contains(&found) {
        let what = format!(
            "holds a directory of format {found}, which no release wrote, expected {FORMAT}: name another database, or drop its \
             tables whose names begin with oath_"
        );
        return Err(Failure::other(Fault::Corrupt, what));
    }
    if found <= FORMAT {
        return Ok(());
    }
    let what = format!("holds a directory of format {found}, and this version knows formats up to {FORMAT}");
    Err(Failure::other(Fault::Newer, what))
}

/// The version of the tables; `None` where there are none.
async fn format(connection: &Connection) -> Result<Option<i64>, Failure> {
    let there = Query::new(
        "SELECT count(*) FROM information_schema.tables WHERE table_name = 'oath_format'
                            AND table_schema = current_schema()",
    );
    let there = read::each(&read::one(connection, there).await?, Cells::number)?;
    if there != [1] {
        return Ok(None);
    }
    let version = Query::new("SELECT version FROM oath_format WHERE one = 1");
    Ok(read::each(&read::one(connection, version).await?, Cells::number)?.pop())
}

/// Makes a table. Of two that make the same one at the same moment the second waits, and then fails although it asks for it
/// only where there is none.
async fn statement(connection: &Connection, sql: &str) -> Result<(), Failure> {
    match connection.counts(&[Query::new(sql)]).await {
        Err(failure) if failure.is_made() => Ok(()),
        result => result.map(drop),
    }
}

/// Keeps the version that was reached. Of two that migrate at the same moment the second finds it done.
async fn reached(connection: &Connection, version: i64) -> Result<(), Failure> {
    let sql = "INSERT INTO oath_format (one, version) VALUES (1, $1)
               ON CONFLICT (one) DO UPDATE SET version = greatest(oath_format.version, excluded.version)";
    let query = Query::new(sql).with(Kind::Number, Cell::Number(version));
    connection.counts(&[query]).await.map(drop)
}

/// What a column of texts has to say so that its order is that of the bytes: nothing where that is the order anyway, since
/// those servers do not know the clause.
async fn bytewise(connection: &Connection) -> Result<&'static str, Failure> {
    let sql = "SELECT datcollate::text, version(), current_setting('server_encoding') FROM pg_database
               WHERE datname = current_database()";
    let rows = read::one(connection, Query::new(sql)).await?;
    let row = rows.first().ok_or_else(|| Failure::other(Fault::Other, "does not say how it orders texts"))?;
    let mut cells = Row::of(row);
    let (collation, version, encoding) = (cells.text()?, cells.text()?, cells.text()?);
    if !["UTF8", "UTF-8"].contains(&encoding.to_uppercase().as_str()) {
        let what = format!("keeps texts in {encoding}, expected UTF8: create a database with ENCODING 'UTF8'");
        return Err(Failure::other(Fault::Other, what));
    }
    let plain = version.starts_with("CockroachDB") || ["C", "POSIX"].contains(&collation.as_str());
    Ok(if plain { "" } else { " COLLATE \"C\"" })
}
