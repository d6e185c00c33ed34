//! The long forms of the directory's tests with real processes: races, kills and failures, for an hour or so.

use crate::run::{Failure, Outcome, cargo, set_variable};
use crate::{setup, tally};

/// Races for 10,000 rounds and a thousand kills of each kind; `soak NAME` runs one test program. With optimisation, as a test that waits
/// for a slow program meets fewer moments.
pub(crate) fn soak() -> Outcome {
    if let Some(missing) = setup::postgres()? {
        tally::not_done(&missing);
    }
    let all =
        ["race", "pairs", "kills", "init", "restore", "keys", "postgres_faults", "postgres_nodes", "postgres_standby"];
    let wanted = std::env::args().nth(2);
    if let Some(name) = wanted.as_deref().filter(|name| !all.contains(name)) {
        return Err(Failure(format!("soak {name}: there is no such test, expected one of {}", all.join(", "))));
    }
    set_variable("OATH_TEST_SOAK", Some("1".into()));
    let outcome =
        all.iter().filter(|name| wanted.as_deref().is_none_or(|wanted| wanted == **name)).try_for_each(|name| {
            cargo(&["test", "--release", "-p", "oath-directory", "--features", "sqlite,postgres", "--test", name])
        });
    set_variable("OATH_TEST_SOAK", None);
    outcome
}
