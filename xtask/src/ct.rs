//! Constant time under memcheck: what is secret is marked as undefined, and nothing may branch on it or use it as an address.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, long, output, program, root, text};
use crate::{setup, tally};

/// The profiles `release` and `smallest`. With the word `full` also `size`, and every number of digits everywhere.
pub(crate) fn ct() -> Outcome {
    if let Some(missing) = setup::valgrind()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let full = long();
    let target = target_directory()?.join("ct");
    let profiles: &[&str] = if full { &["release", "size", "smallest"] } else { &["release", "smallest"] };
    for profile in profiles {
        // A directory of its own: the configuration would make everything else be built again.
        cargo(&[
            "build",
            "--package=oath-evidence",
            "--bin=ct",
            "--features=force-path",
            &format!("--profile={profile}"),
            &format!("--target-dir={}", text(&target)),
            "--config=build.rustflags=['--cfg', 'oath_ct_check']",
            // Names for memcheck's reports. The code stays the same.
            &format!("--config=profile.{profile}.debug='line-tables-only'"),
        ])?;
        let log = target.join(format!("{profile}.log"));
        let harness = text(&target.join(profile).join("ct"));
        let checked = program(
            "valgrind",
            &[
                "--quiet",
                "--error-limit=no",
                &format!("--suppressions={}", text(&root().join("xtask/evidence/memcheck.supp"))),
                &format!("--log-file={}", text(&log)),
                &harness,
                if full { "full" } else { "short" },
            ],
        );
        if checked.is_err() {
            let reports = output("tail", &["-n", "60", &text(&log)]).unwrap_or_default();
            eprintln!("{reports}");
            return Err(Failure(format!("memcheck found what depends on a secret; all of it is in {}", log.display())));
        }
    }
    Ok(())
}
