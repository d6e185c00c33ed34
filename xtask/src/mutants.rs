//! Mutation testing of the codes and of the seed files: each small change to them must make a test fail. The codes take an
//! hour or two and the seed files a night, so it is not part of `test`.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo, output, text};
use crate::tally;
use std::fs;

/// Runs the mutants of the three crates, or with `FILE` only those of that file. `.cargo/mutants.toml` lists the excluded mutants
/// with reasons.
pub(crate) fn mutants() -> Outcome {
    if output("cargo", &["mutants", "--version"]).is_none() {
        tally::not_done("mutation testing: cargo-mutants is missing (cargo install cargo-mutants --locked)");
        return Ok(());
    }
    let file = std::env::args().nth(2);
    let reports = target_directory()?.join("mutants");
    fs::create_dir_all(&reports)?;
    // The mutated crate is compiled again for each mutant, without optimisation. Its dependencies are compiled once.
    let of = |name: &str, timeout: &str, quick_to_build: &[&str], tests: &[&str]| {
        let package = format!("--package={name}");
        let reports = format!("--output={}", text(&reports.join(name)));
        let mut words = vec!["mutants", &package, &reports, "--all-features", "--profile=mutants", timeout];
        words.extend(["--no-shuffle", "--cargo-arg=--locked"]);
        words.extend(quick_to_build);
        words.extend(file.iter().flat_map(|file| ["--file", file.as_str()]));
        words.push("--");
        words.extend(tests);
        cargo(&words)
    };
    let unoptimised = ["--cargo-arg=--config=profile.mutants.package.oath-lanes.opt-level=0"];
    let minute = "--timeout=60";
    of(
        "oath-totp",
        minute,
        &[],
        &["--lib", "--test=testkit", "--test=model", "--test=key_uri", "--test=texts", "--test=qr"],
    )?;
    of("oath-lanes", minute, &unoptimised, &["--lib"])?;
    // All tests but those over random or planted input, which take minutes without optimisation.
    let of_seeds = [
        "--lib",
        "--test=advice",
        "--test=documents",
        "--test=encodings",
        "--test=envelopes",
        "--test=findings",
        "--test=json",
        "--test=probe",
        "--test=pskc",
        "--test=round_trip",
        "--test=rows",
        "--test=testkit",
        "--test=uris",
    ];
    of("oath-seeds", "--timeout=300", &[], &of_seeds)
}
