//! Sign-ins on SQLite beside the writes that they cannot do without.

use crate::callers::sign_in;
use crate::figures::{Figures, count_of};
use crate::people::{furnish, policy, ring};
use crate::{Effort, Outcome};
use oath_directory::store::{Missing, SqliteStore};
use oath_directory::{Directory, KeyRing};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;

/// How many updates share a bare commit: as many as there are callers.
const GROUP: usize = crate::callers::CALLERS;

/// A folder on the disk of the build, not in memory.
pub(crate) fn folder() -> Outcome<TempDir> {
    let target = std::env::current_exe()?;
    let target = target.parent().ok_or("the program lies nowhere")?;
    Ok(tempfile::tempdir_in(target)?)
}

/// A connection that keeps what it was told, as that of the store does.
pub(crate) fn durable(path: &Path) -> Outcome<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 16777216;",
    )?;
    Ok(connection)
}

/// The rows that sign-ins write, updated by nothing but SQL.
struct Bare {
    connection: Connection,
    /// Names of gates and fingerprints of states.
    rows: Vec<(String, [u8; 32])>,
    next: usize,
}

impl Bare {
    fn open(path: &Path) -> Outcome<Self> {
        let connection = durable(path)?;
        let sql = "SELECT users.key, tokens.fingerprint FROM tokens JOIN users ON users.id = tokens.holder";
        let rows = connection
            .prepare(sql)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { connection, rows, next: 0 })
    }

    /// Updates the gate and the state of the next people, with a commit for each group.
    fn update(&mut self, count: usize, group: usize) -> Outcome {
        let mut left = count;
        while left > 0 {
            let transaction = self.connection.unchecked_transaction()?;
            for _ in 0..group.min(left) {
                let (name, print) = self.rows.get(self.next % self.rows.len()).ok_or("no rows")?;
                self.next += 1;
                let sql = "UPDATE gates SET version = version + 1, failures = 0, last_request = randomblob(16)
                           WHERE name = ?1 AND version >= 0";
                transaction.prepare_cached(sql)?.execute([name])?;
                let sql = "UPDATE states SET version = version + 1, last_step = last_step + 1, mac = randomblob(32)
                           WHERE fingerprint = ?1 AND version >= 0";
                transaction.prepare_cached(sql)?.execute(params![print])?;
            }
            left = left.saturating_sub(group);
            transaction.commit()?;
        }
        Ok(())
    }
}

pub(crate) fn sqlite(effort: Effort) -> Outcome {
    let folder = folder()?;
    let keys = KeyRing::generate()?;
    let (ours, bare) = (folder.path().join("oath.db"), folder.path().join("bare.db"));
    let store = SqliteStore::open(&ours, Missing::Create)?;
    let mut people = furnish(&store, &keys, effort.sign_ins.min(2048), 1)?;
    pollster::block_on(store.backup(bare.clone()))?;
    let directory = Directory::new(store, ring(&keys)?, policy())?;
    let mut bare = Bare::open(&bare)?;
    let (mut sign_ins, mut each, mut grouped) = (Figures::default(), Figures::default(), Figures::default());
    // Everything is in memory, prepared and in the log before it counts.
    sign_in(&[&directory], &mut people, effort.sign_ins / 4)?;
    bare.update(effort.sign_ins / 4, GROUP)?;
    let mut all = crate::figures::Latencies::default();
    for _ in 0..effort.rounds {
        let (took, latencies) = sign_in(&[&directory], &mut people, effort.sign_ins)?;
        sign_ins.push(count_of(latencies.0.len()) / took.as_secs_f64());
        all.0.extend(latencies.0);
        let (start, count) = (Instant::now(), effort.sign_ins);
        bare.update(count, GROUP)?;
        grouped.push_rate(count, start.elapsed());
        let (start, count) = (Instant::now(), effort.sign_ins / 20);
        bare.update(count, 1)?;
        each.push_rate(count, start.elapsed());
    }
    sign_ins.print("64 callers sign in, synchronous=FULL, audit included", "a second");
    each.print("bare: two updates, one commit a call", "a second");
    grouped.print("bare: two updates, 64 calls a commit", "a second");
    sign_ins.print_ratio(&each, "beside one commit a call (wanted: 5)");
    sign_ins.print_ratio(&grouped, "beside bare grouped updates (wanted: 0.5)");
    all.print("a call of 64 callers");
    Ok(())
}
