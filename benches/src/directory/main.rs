//! The directory beside bare SQL on the same disk and the same server, in one run: `cargo xtask bench-directory`, or with the
//! names of scenarios only those. `--middle` makes large directories a tenth as large, and `--short` makes all of it small, just to
//! see that it runs.
//!
//! What is compared takes turns within each round, so that a machine that speeds up or slows down does so for all of it;
//! ratios are taken round by round and printed as median with least and most. Figures of two runs are not comparable.

mod bulk;
mod callers;
mod figures;
mod lists;
mod machine;
mod people;
mod postgres;
mod rotation;
#[path = "../../../crates/oath-directory/tests/support/server.rs"]
#[allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, clippy::disallowed_macros, reason = "of the tests")]
mod server;
mod size;
#[path = "../spread.rs"]
mod spread;
mod sqlite;
mod upload;
mod work;

use std::process::ExitCode;

/// What a scenario comes to.
type Outcome<T = ()> = Result<T, Box<dyn core::error::Error>>;

/// How much of it is done.
#[derive(Clone, Copy, Debug)]
struct Effort {
    /// How often what is compared takes turns.
    rounds: usize,
    /// How many sign-ins a round has.
    sign_ins: usize,
    /// How many tokens a large directory has.
    many: usize,
    /// How many rows are activated in bulk.
    bulk: usize,
}

impl Effort {
    const FULL: Self = Self { rounds: 7, sign_ins: 12_000, many: 1_000_000, bulk: 10_000 };
    const MIDDLE: Self = Self { rounds: 5, sign_ins: 6_000, many: 100_000, bulk: 3_000 };
    const SHORT: Self = Self { rounds: 1, sign_ins: 300, many: 3_000, bulk: 300 };
}

/// The name of a scenario, what it shows, and the function that does it.
type Scenario = (&'static str, &'static str, fn(Effort) -> Outcome);

const SCENARIOS: [Scenario; 9] = [
    ("work", "what a sign-in computes itself, beside one HMAC", work::work),
    ("sqlite", "64 callers sign in on SQLite, beside one commit a call and bare grouped updates", sqlite::sqlite),
    ("postgres", "64 callers sign in on PostgreSQL, beside bare updates; two nodes beside one", postgres::postgres),
    ("size", "a sign-in at 1,000,000 tokens beside 1,000, on SQLite", size::sqlite),
    ("size-postgres", "the same on PostgreSQL", size::postgres),
    ("upload", "1,000,000 rows while sign-ins go on, beside bare inserts", upload::upload),
    ("rotation", "1,000,000 secrets sealed again while sign-ins go on", rotation::rotation),
    ("bulk", "10,000 tokens activated by one file", bulk::bulk),
    ("lists", "1,000,000 tokens read page by page", lists::lists),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (sizes, names): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| ["--short", "--middle"].contains(word));
    let effort = match sizes.last() {
        Some(&"--short") => Effort::SHORT,
        Some(_) => Effort::MIDDLE,
        None => Effort::FULL,
    };
    if let Some(unknown) = names.iter().find(|name| SCENARIOS.iter().all(|(known, ..)| known != *name)) {
        println!("{unknown}: no such scenario; there are\n");
        for (name, what, _) in SCENARIOS {
            println!("  {name:<14} {what}");
        }
        return ExitCode::from(2);
    }
    for (name, what, scenario) in SCENARIOS {
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        println!("\n== {name}: {what}");
        if let Err(error) = scenario(effort) {
            eprintln!("{name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
