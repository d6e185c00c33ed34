//! A large upload while sign-ins go on.

use crate::callers::sign_in_until;
use crate::figures::{Figures, count_of};
use crate::machine;
use crate::people::{NOW, furnish, header, policy, ring, row, secret};
use crate::sqlite::{durable, folder};
use crate::{Effort, Outcome};
use core::time::Duration;
use oath_directory::store::{Missing, SqliteStore};
use oath_directory::{Actor, Directory, KeyRing};
use oath_totp::UnixTime;
use rusqlite::types::Value;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

/// A file of tokens for the stock, made while it is read.
struct File {
    numbers: core::ops::Range<usize>,
    line: Vec<u8>,
    at: usize,
}

impl Read for File {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            let Some(number) = self.numbers.next() else { return Ok(0) };
            // Not those of the people who sign in.
            let secret = secret(STOCK + number).map_err(|error| io::Error::other(error.to_string()))?;
            self.line = row("", &format!("{:010}", 2_300_000_000 + number), &secret).into_bytes();
            self.at = 0;
        }
        let mut left = self.line.get(self.at..).unwrap_or_default();
        let read = left.read(into)?;
        self.at += read;
        Ok(read)
    }
}

/// The number of the first secret of the stock.
const STOCK: usize = 10_000_000;

/// The rows with these numbers, read as they are taken.
pub(crate) fn rows(
    numbers: core::ops::Range<usize>,
) -> Outcome<impl Iterator<Item = Result<oath_seeds::Row, oath_seeds::ReadError>>> {
    let file = File { numbers, line: header().into_bytes(), at: 0 };
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    Ok(oath_seeds::Reader::new(file, &options)?)
}

/// Into how many files the tokens are divided: bare inserts take turns with them.
const PARTS: usize = 5;
/// How many rows a transaction of bare inserts has: as many as one of an upload.
const CHUNK: usize = 200;

/// The tables that a token has a row in, and how its row in the second one is found.
const TABLES: [(&str, &str); 2] =
    [("tokens", ""), ("states", "JOIN tokens ON tokens.fingerprint = states.fingerprint")];

/// Inserts the tokens of a directory after this serial number, and their states, into the tables of another, and returns how
/// long that took without reading them. They are read in pieces: what they need would count as memory of the next upload.
fn insert_bare(from: &Path, to: &Path, after: &str, count: usize) -> Outcome<Duration> {
    let (source, target) = (durable(from)?, durable(to)?);
    let (mut took, mut after, mut left) = (Duration::ZERO, after.to_owned(), count);
    while left > 0 {
        let size = left.min(CHUNK);
        let mut tables = Vec::new();
        for (table, join) in TABLES {
            let sql = format!("SELECT {table}.* FROM {table} {join} WHERE serial > ?1 ORDER BY serial LIMIT ?2");
            let mut statement = source.prepare_cached(&sql)?;
            let width = statement.column_count();
            let rows = statement.query_map((&after, i64::try_from(size)?), |row| {
                (0..width).map(|index| row.get(index)).collect::<Result<Vec<Value>, _>>()
            })?;
            let places = vec!["?"; width].join(", ");
            tables.push((format!("INSERT INTO {table} VALUES ({places})"), rows.collect::<Result<Vec<_>, _>>()?));
        }
        let last = "SELECT max(serial) FROM (SELECT serial FROM tokens WHERE serial > ?1 ORDER BY serial LIMIT ?2)";
        after = source.prepare_cached(last)?.query_row((&after, i64::try_from(size)?), |row| row.get(0))?;
        left -= size;
        let start = Instant::now();
        let transaction = target.unchecked_transaction()?;
        for (sql, rows) in &tables {
            let mut insert = transaction.prepare_cached(sql)?;
            for row in rows {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        transaction.commit()?;
        took += start.elapsed();
    }
    Ok(took)
}

pub(crate) fn upload(effort: Effort) -> Outcome {
    let folder = folder()?;
    let keys = KeyRing::generate()?;
    let (ours, bare) = (folder.path().join("oath.db"), folder.path().join("bare.db"));
    let store = SqliteStore::open(&ours, Missing::Create)?;
    let mut people = furnish(&store, &keys, 200, 1)?;
    drop(SqliteStore::open(&bare, Missing::Create)?);
    let directory = Directory::new(store, ring(&keys)?, policy())?;
    let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    let (mut uploads, mut inserts) = (Figures::default(), Figures::default());
    let mut all = crate::figures::Latencies::default();
    let (before, part) = (machine::resident()?, effort.many / PARTS);
    let mut peak: f64 = 0.0;
    let mut after = "1".to_owned();
    for number in 0..PARTS {
        let stop = AtomicBool::new(false);
        machine::forget_peak();
        let (took, latencies) = std::thread::scope(|scope| {
            let callers = scope.spawn(|| sign_in_until(&directory, &mut people, &stop, Duration::from_millis(1)));
            let start = Instant::now();
            let done = rows(number * part..(number + 1) * part).and_then(|rows| {
                let upload = pollster::block_on(directory.upload(&actor, now, "stock.csv", rows))?;
                Ok((upload.imported, start.elapsed()))
            });
            stop.store(true, Relaxed);
            let latencies = callers.join().map_err(|_| "the caller panicked")??;
            let (imported, took) = done?;
            if imported != u64::try_from(part)? {
                return Err(format!("{imported} of {part} rows were imported").into());
            }
            Outcome::Ok((took, latencies))
        })?;
        peak = peak.max(machine::peak()?);
        println!("file {} of {PARTS}: {part} rows in {:.1} s", number + 1, took.as_secs_f64());
        uploads.push_rate(part, took);
        all.0.extend(latencies.0);
        inserts.push_rate(part, insert_bare(&ours, &bare, &after, part)?);
        after = format!("{:010}", 2_300_000_000 + (number + 1) * part - 1);
    }
    println!("{} rows in {PARTS} files, into one directory", count_of(effort.many));
    uploads.print("rows uploaded while sign-ins go on", "a second");
    inserts.print("bare: rows inserted, 200 a commit", "a second");
    uploads.print_ratio(&inserts, "beside bare inserts (wanted: 0.4)");
    all.print("a sign-in meanwhile (wanted: worst 100 ms)");
    println!("{:<58} {peak:>10.1} MiB, {before:.1} before (wanted: 128)", "most memory during an upload");
    Ok(())
}
