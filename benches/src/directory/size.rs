//! What a sign-in costs in a large directory and in a small one.

use crate::callers::sign_in;
use crate::figures::{Figures, Latencies, count_of};
use crate::people::{Person, furnish, policy, ring};
use crate::server::Server;
use crate::sqlite::{durable, folder};
use crate::{Effort, Outcome};
use oath_directory::model::TenantId;
use oath_directory::store::{Missing, PostgresStore, SqliteStore, Store};
use oath_directory::{Directory, KeyRing};

/// How many users of each directory sign in. In the large one their rows lie far apart.
const SMALL: usize = 1000;
const LARGE: usize = 16_000;

/// What the columns of a copied row are, by the names of the columns; the others are as in the row that is copied.
type Columns = &'static [(&'static str, &'static str)];

/// Puts so many rows beside a row of each table, whose keys lie between those of real ones.
fn fill(
    tables: &[(&str, Columns)],
    columns_of: impl Fn(&str) -> Outcome<Vec<String>>,
    series: &str,
) -> Outcome<Vec<String>> {
    let statement = |(table, own): &(&str, Columns)| {
        let columns = columns_of(table)?;
        let values: Vec<&str> = columns
            .iter()
            .map(|column| own.iter().find(|(name, _)| name == column).map_or(column.as_str(), |(_, value)| value))
            .collect();
        let (columns, values) = (columns.join(", "), values.join(", "));
        Ok(format!(
            "INSERT INTO {table} ({columns}) SELECT {values} FROM (SELECT * FROM {table} LIMIT 1) AS sample, {series}"
        ))
    };
    tables.iter().map(statement).collect()
}

const IN_SQLITE: [(&str, Columns); 4] = [
    ("users", &[("id", "randomblob(16)"), ("key", "lower(hex(randomblob(8))) || '@example.org'")]),
    ("gates", &[("name", "lower(hex(randomblob(8))) || '@example.org'")]),
    (
        "tokens",
        &[
            ("id", "randomblob(16)"),
            ("serial", "'F' || i"),
            ("fingerprint", "randomblob(32)"),
            ("holder", "randomblob(16)"),
        ],
    ),
    ("states", &[("fingerprint", "randomblob(32)")]),
];

const IN_POSTGRES: [(&str, Columns); 4] = [
    ("oath_users", &[("id", "gen_random_uuid()"), ("key", "md5('n' || i) || '@example.org'")]),
    ("oath_gates", &[("name", "md5('n' || i) || '@example.org'")]),
    (
        "oath_tokens",
        &[
            ("id", "gen_random_uuid()"),
            ("serial", "'F' || i"),
            ("fingerprint", "md5('a' || i) || md5('b' || i)"),
            ("holder", "gen_random_uuid()"),
        ],
    ),
    ("oath_states", &[("fingerprint", "md5('a' || i) || md5('b' || i)")]),
];

/// Sign-ins in the small directory and in the large one, in turns: what each costs.
fn compare<S: Store>(effort: Effort, mut sites: [(Directory<S>, Vec<Person>); 2]) -> Outcome {
    let mut rates = [Figures::default(), Figures::default()];
    let mut calls = [Latencies::default(), Latencies::default()];
    for round in 0..=effort.rounds {
        for (((directory, people), rates), calls) in sites.iter_mut().zip(&mut rates).zip(&mut calls) {
            let (took, latencies) = sign_in(&[directory], people, effort.sign_ins)?;
            // The first round fills caches.
            if round > 0 {
                rates.push(took.as_secs_f64() * 1e6 / count_of(latencies.0.len()));
                calls.0.extend(latencies.0);
            }
        }
    }
    let ([small, large], [small_calls, large_calls]) = (rates, calls);
    small.print("64 callers, small directory", "µs a sign-in");
    large.print("64 callers, large directory", "µs a sign-in");
    large.print_ratio(&small, "large beside small (wanted: at most 1.3)");
    small_calls.print("a call, small directory");
    large_calls.print("a call, large directory");
    Ok(())
}

pub(crate) fn sqlite(effort: Effort) -> Outcome {
    let folder = folder()?;
    let keys = KeyRing::generate()?;
    let site = |name: &str, people: usize, tokens: usize| {
        let path = folder.path().join(name);
        let store = SqliteStore::open(&path, Missing::Create)?;
        let people = furnish(&store, &keys, people.min(tokens), 1)?;
        let filled = tokens.saturating_sub(people.len());
        if filled > 0 {
            let connection = durable(&path)?;
            let columns_of = |table: &str| {
                let sql = "SELECT name FROM pragma_table_info(?1)";
                Ok(connection.prepare(sql)?.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?)
            };
            let series = format!(
                "(WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {filled})
                  SELECT i FROM series)"
            );
            for statement in fill(&IN_SQLITE, columns_of, &series)? {
                connection.execute_batch(&statement)?;
            }
        }
        let held: i64 = durable(&path)?.query_row("SELECT count(*) FROM tokens", [], |row| row.get(0))?;
        println!("{name}: {held} tokens, {} users sign in", people.len());
        Outcome::Ok((Directory::new(store, ring(&keys)?, policy())?, people))
    };
    compare(effort, [site("small.db", SMALL, SMALL)?, site("large.db", LARGE, effort.many)?])
}

pub(crate) fn postgres(effort: Effort) -> Outcome {
    let servers = (Server::start_with("a bench", true), Server::start_with("a bench", true));
    let (Some(small), Some(large)) = servers else { return Ok(()) };
    let keys = KeyRing::generate()?;
    let tenant = TenantId::from_random(1);
    let site = |server: &Server, people: usize, tokens: usize| {
        PostgresStore::migrate(&server.url(""))?;
        let store = PostgresStore::open(&server.url(""), tenant)?;
        let people = furnish(&store, &keys, people.min(tokens), 1)?;
        let filled = tokens.saturating_sub(people.len());
        if filled > 0 {
            let columns_of = |table: &str| {
                let sql = format!("SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'");
                Ok(server.sql(&sql).lines().map(str::to_owned).collect())
            };
            for statement in fill(&IN_POSTGRES, columns_of, &format!("generate_series(1, {filled}) AS i"))? {
                server.sql(&statement);
            }
        }
        server.sql("VACUUM ANALYZE");
        server.sql("CHECKPOINT");
        println!("{} tokens, {} users sign in", server.sql("SELECT count(*) FROM oath_tokens"), people.len());
        Outcome::Ok((Directory::new(store, ring(&keys)?, policy())?, people))
    };
    compare(effort, [site(&small, SMALL, SMALL)?, site(&large, LARGE, effort.many)?])
}
