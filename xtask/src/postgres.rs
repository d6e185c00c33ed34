//! The directory on PostgreSQL servers that the tests start and stop.

#[path = "../../crates/oath-directory/tests/support/server.rs"]
#[allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, clippy::disallowed_macros, reason = "of the tests")]
mod server;

use crate::run::{Outcome, cargo, set_variable};
use crate::{setup, tally};
use server::Server;
use std::path::Path;

/// The URL of a server, with options. Tests that run on SQLite run on it, each with a tenant of its own.
const URL: &str = "OATH_TEST_POSTGRES";
/// Of the workspace with all features, as `cargo xtask test` compiles it.
const TEST: [&str; 3] = ["test", "--workspace", "--all-features"];

/// Runs what starts servers of its own, and the story of the command.
pub(crate) fn postgres() -> Outcome {
    if setup::postgres()?.is_none() {
        let tests =
            ["postgres", "postgres_faults", "postgres_nodes", "postgres_standby", "history", "pairs", "race", "server"];
        let tests: Vec<_> = tests.iter().flat_map(|test| ["--test", test]).collect();
        cargo(&[&TEST[..], &tests].concat())?;
    }
    story()
}

/// Runs the story that the command's tests tell on SQLite.
pub(crate) fn story() -> Outcome {
    if let Some(missing) = setup::postgres()? {
        tally::not_done(&missing);
        return Ok(());
    }
    with_server(|| cargo(&[&TEST[..], &["--test", "life", "--test", "tour"]].concat()))
}

/// Runs this with a server that the programs it runs know of, where PostgreSQL is installed.
pub(crate) fn with_server(work: impl FnOnce() -> Outcome) -> Outcome {
    let server = Server::start("tests that run on SQLite run on PostgreSQL too");
    set_variable(URL, server.as_ref().map(|server| server.url("").into()));
    let outcome = work();
    set_variable(URL, None);
    outcome
}

/// Whether the server and the pooler are installed.
pub(crate) fn is_installed() -> bool {
    server::programs().is_some() && server::POOLERS.iter().any(|path| Path::new(path).is_file())
}
