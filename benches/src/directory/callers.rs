//! Callers of a service, who sign in at the same time.

use crate::Outcome;
use crate::figures::Latencies;
use crate::people::Person;
use core::time::Duration;
use futures_util::future::join_all;
use oath_directory::store::Store;
use oath_directory::{Actor, Directory};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

/// How many callers there are.
pub(crate) const CALLERS: usize = 64;

/// So many sign-ins by [`CALLERS`] callers, who are tasks of one thread, as in a service; those of several nodes divide the callers
/// among them. Each caller has people of its own. Returns how long it took, and each call.
pub(crate) fn sign_in<S: Store>(
    nodes: &[&Directory<S>],
    people: &mut [Person],
    count: usize,
) -> Outcome<(Duration, Latencies)> {
    let actor = Actor::local_operator();
    let each = count.div_ceil(CALLERS);
    let share = people.len().div_ceil(CALLERS).max(1);
    let start = Instant::now();
    let calls = people.chunks_mut(share).zip(nodes.iter().cycle()).map(|(own, node)| {
        let actor = &actor;
        async move {
            let mut took = Vec::with_capacity(each);
            let own_count = own.len().max(1);
            for turn in 0..each {
                let Some(person) = own.get_mut(turn % own_count) else { break };
                let (now, code) = person.next();
                let start = Instant::now();
                let _ = node.verify(actor, now, &person.upn, &code).await?;
                took.push(start.elapsed());
            }
            Ok::<_, oath_directory::Error>(took)
        }
    });
    let done = pollster::block_on(join_all(calls));
    let elapsed = start.elapsed();
    let mut latencies = Latencies::default();
    for took in done {
        latencies.0.extend(took?);
    }
    Ok((elapsed, latencies))
}

/// One sign-in after the other by people in turn, until told to stop.
pub(crate) fn sign_in_until<S: Store>(
    directory: &Directory<S>,
    people: &mut [Person],
    stop: &AtomicBool,
    rest: Duration,
) -> Result<Latencies, oath_directory::Error> {
    let actor = Actor::local_operator();
    let mut latencies = Latencies::default();
    while !stop.load(Relaxed) {
        for person in &mut *people {
            if stop.load(Relaxed) {
                break;
            }
            let (now, code) = person.next();
            let start = Instant::now();
            let _ = pollster::block_on(directory.verify(&actor, now, &person.upn, &code))?;
            latencies.0.push(start.elapsed());
            std::thread::sleep(rest);
        }
    }
    Ok(latencies)
}
