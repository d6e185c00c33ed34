//! Constant time under memcheck: what is secret is marked as undefined, and nothing may branch on it or use it as an address.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, long, output, program, root, text};
use crate::{setup, tally};

/// The profiles `release` and `smallest`. With the word `full` also `size`.
pub(crate) fn ct() -> Outcome {
    if let Some(missing) = setup::valgrind()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let full = long();
    let paths = paths();
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
            ]
            .into_iter()
            .chain(paths.iter().copied())
            .collect::<Vec<_>>(),
        );
        if checked.is_err() {
            let reports = output("tail", &["-n", "60", &text(&log)]).unwrap_or_default();
            eprintln!("{reports}");
            return Err(Failure(format!("memcheck found what depends on a secret; all of it is in {}", log.display())));
        }
    }
    Ok(())
}

/// The paths that memcheck must see on this processor: it emulates no SHA extensions and no AVX-512.
fn paths() -> Vec<&'static str> {
    let mut paths = vec!["Crate", "Scalar", "Lanes"];
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        paths.push("Avx2");
    } else {
        tally::not_done("constant time of the path AVX2: this processor does not have it");
    }
    paths
}
