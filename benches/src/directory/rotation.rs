//! All secrets sealed again under a new key while sign-ins go on.

use crate::callers::sign_in_until;
use crate::figures::{Figures, Latencies};
use crate::people::{NOW, furnish, policy, ring};
use crate::sqlite::folder;
use crate::upload::rows;
use crate::{Effort, Outcome};
use core::time::Duration;
use oath_directory::store::{Missing, SqliteStore};
use oath_directory::{Actor, Directory, KeyRing};
use oath_totp::UnixTime;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

/// The ring with one sealing key more, which seals from now on.
fn with_new_key(keys: &KeyRing, name: &str) -> Outcome<KeyRing> {
    let other = KeyRing::generate()?.expose_text();
    let line = other.lines().find(|line| line.starts_with("seal ")).ok_or("a ring without a sealing key")?;
    let key = line.split(' ').next_back().unwrap_or_default();
    Ok(KeyRing::parse(&format!("{}seal {name} {key}\n", *keys.expose_text()))?)
}

pub(crate) fn rotation(effort: Effort) -> Outcome {
    let folder = folder()?;
    let mut keys = KeyRing::generate()?;
    let path = folder.path().join("oath.db");
    let store = SqliteStore::open(&path, Missing::Create)?;
    let mut people = furnish(&store, &keys, 200, 1)?;
    let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    let mut directory = Directory::new(store, ring(&keys)?, policy())?;
    let start = Instant::now();
    pollster::block_on(directory.upload(&actor, now, "stock.csv", rows(0..effort.many)?))?;
    println!("{} rows uploaded in {:.1} s", effort.many, start.elapsed().as_secs_f64());
    let (mut rates, mut calls) = (Figures::default(), Latencies::default());
    for round in 0..effort.rounds.min(3) {
        keys = with_new_key(&keys, &format!("new{round}"))?;
        directory = Directory::new(directory.store().clone(), ring(&keys)?, policy())?;
        let stop = AtomicBool::new(false);
        let (sealed, took, latencies) = std::thread::scope(|scope| {
            let callers = scope.spawn(|| sign_in_until(&directory, &mut people, &stop, Duration::from_millis(1)));
            let start = Instant::now();
            let rotated = || {
                let (mut after, mut sealed) = (None, 0);
                loop {
                    let batch = pollster::block_on(directory.reseal(&actor, now, after))?;
                    sealed += batch.sealed;
                    after = batch.next;
                    if after.is_none() {
                        return Outcome::Ok(sealed);
                    }
                }
            };
            let sealed = rotated();
            let took = start.elapsed();
            stop.store(true, Relaxed);
            let latencies = callers.join().map_err(|_| "the caller panicked")??;
            Outcome::Ok((sealed?, took, latencies))
        })?;
        println!("rotation {}: {sealed} secrets in {:.1} s", round + 1, took.as_secs_f64());
        rates.push_rate(usize::try_from(sealed)?, took);
        calls.0.extend(latencies.0);
    }
    rates.print("secrets sealed again while sign-ins go on (wanted: 50,000)", "a second");
    calls.print("a sign-in meanwhile (wanted: worst 100 ms)");
    Ok(())
}
