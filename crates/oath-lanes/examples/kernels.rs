//! The time of each path for each length, in interleaved rounds: the median, the fastest and the slowest round.
//!
//! ```text
//! cargo run --release -p oath-lanes --example kernels --features force-path [length ...]
//! ```
//!
//! Times are nanoseconds per call. `counters` is a window of one key, `keys` is one counter under as many keys. Paths that
//! this processor lacks are left out.

use core::hint::black_box;
use oath_lanes::{Path, Sha1Pads, Sha256Pads, Sha512Pads};
use std::time::Instant;

const LENGTHS: [usize; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 21, 32, 100, 2881, 5761];
const ROUNDS: usize = 31;
/// The least number of numbers in a round, so that the resolution of the clock does not matter.
const NUMBERS: usize = 20_000;
/// A time step of the present, far from any edge.
const COUNTER: u64 = 58_000_000;

/// Computes into the slice on the path; false if the processor lacks it.
type Task<'a> = dyn Fn(Path, &mut [u32]) -> bool + 'a;

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|n| n.parse().ok()).collect();
    let lengths = if asked.is_empty() { LENGTHS.to_vec() } else { asked };
    let most = lengths.iter().copied().max().unwrap_or_default();

    let keys = |i: usize| i.to_le_bytes().repeat(3);
    let (one, other) = (Sha1Pads::new(&keys(1)), Sha256Pads::new(&keys(1)));
    let (sha1s, sha256s): (Vec<_>, Vec<_>) =
        (0..most).map(|i| (Sha1Pads::new(&keys(i)), Sha256Pads::new(&keys(i)))).unzip();
    let (sha1s, sha256s): (Vec<_>, Vec<_>) = (sha1s.iter().collect(), sha256s.iter().collect());

    let long = Sha512Pads::new(&keys(1));
    let sha512s: Vec<_> = (0..most).map(|i| Sha512Pads::new(&keys(i))).collect();
    let sha512s: Vec<_> = sha512s.iter().collect();

    let tasks: [(&str, &Task<'_>); 6] = [
        ("SHA-1 counters", &|path, out| one.truncated_on(path, black_box(COUNTER), out)),
        ("SHA-1 keys", &|path, out| Sha1Pads::truncated_many_on(path, &sha1s, black_box(COUNTER), out)),
        ("SHA-256 counters", &|path, out| other.truncated_on(path, black_box(COUNTER), out)),
        ("SHA-256 keys", &|path, out| Sha256Pads::truncated_many_on(path, &sha256s, black_box(COUNTER), out)),
        ("SHA-512 counters", &|path, out| long.truncated_on(path, black_box(COUNTER), out)),
        ("SHA-512 keys", &|path, out| Sha512Pads::truncated_many_on(path, &sha512s, black_box(COUNTER), out)),
    ];
    for (name, task) in tasks {
        table(name, task, &lengths);
    }
}

fn table(name: &str, task: &Task<'_>, lengths: &[usize]) {
    let paths: Vec<Path> = Path::ALL.into_iter().filter(|path| task(*path, &mut [0])).collect();
    print!("\n{name:<16}");
    for path in &paths {
        print!(" {:>24}", format!("{path:?}"));
    }
    println!();
    for &length in lengths {
        let mut times = vec![Vec::with_capacity(ROUNDS); paths.len()];
        let mut out = vec![0; length];
        let calls = (NUMBERS / length).max(2);
        for _ in 0..ROUNDS {
            for (path, times) in paths.iter().zip(&mut times) {
                let start = Instant::now();
                for _ in 0..calls {
                    black_box(task(*path, black_box(&mut out)));
                }
                times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(u32::try_from(calls).unwrap_or(u32::MAX)));
            }
        }
        print!("{length:>16}");
        for times in &mut times {
            times.sort_by(f64::total_cmp);
            if let ([min, .., max], Some(median)) = (&times[..], times.get(ROUNDS / 2)) {
                print!(" {:>24}", format!("{median:.0} ({min:.0}..{max:.0})"));
            }
        }
        println!();
    }
}
