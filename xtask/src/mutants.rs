//! Mutation testing of the codes, of the seed files and of the directory: each small change to them must make a test fail. The codes
//! take an hour or two, the others a night each, so it is not part of `test`.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo, output, text};
use crate::tally;
use std::fs;

/// Runs the mutants of the four crates, or with `FILE` only those of that file; with `K/N` one in `N` of them, a sample spread over
/// all files.
/// `.cargo/mutants.toml` lists the excluded mutants with reasons.
pub(crate) fn mutants() -> Outcome {
    if output("cargo", &["mutants", "--version"]).is_none() {
        tally::not_done("mutation testing: cargo-mutants is missing (cargo install cargo-mutants --locked)");
        return Ok(());
    }
    // A path has no number on both sides of its only slash.
    let is_shard =
        |word: &String| word.split('/').count() == 2 && word.bytes().all(|b| b == b'/' || b.is_ascii_digit());
    let (shard, file): (Vec<String>, Vec<String>) = std::env::args().skip(2).partition(is_shard);
    let reports = target_directory()?.join("mutants");
    fs::create_dir_all(&reports)?;
    // The mutated crate is compiled again for each mutant, without optimisation. Its dependencies are compiled once.
    let of = |name: &str, features: &str, timeout: &str, quick_to_build: &[&str], tests: &[&str]| {
        let package = format!("--package={name}");
        let reports = format!("--output={}", text(&reports.join(name)));
        let mut words = vec!["mutants", &package, &reports, features, "--profile=mutants", timeout];
        words.extend(["--no-shuffle", "--cargo-arg=--locked"]);
        words.extend(quick_to_build);
        words.extend(file.iter().flat_map(|file| ["--file", file.as_str()]));
        words.extend(shard.iter().flat_map(|shard| ["--sharding=round-robin", "--shard", shard.as_str()]));
        words.push("--");
        words.extend(tests);
        cargo(&words)
    };
    let unoptimised = ["--cargo-arg=--config=profile.mutants.package.oath-lanes.opt-level=0"];
    let (all, minute) = ("--all-features", "--timeout=60");
    of(
        "oath-totp",
        all,
        minute,
        &[],
        &["--lib", "--test=testkit", "--test=model", "--test=key_uri", "--test=texts", "--test=qr"],
    )?;
    of("oath-lanes", all, minute, &unoptimised, &["--lib"])?;
    // All tests but those over random or planted input, which take minutes without optimisation.
    let of_seeds = [
        "--lib",
        "--test=advice",
        "--test=documents",
        "--test=edges",
        "--test=encodings",
        "--test=envelopes",
        "--test=findings",
        "--test=heads",
        "--test=json",
        "--test=openpgp",
        "--test=probe",
        "--test=pskc",
        "--test=round_trip",
        "--test=rows",
        "--test=said",
        "--test=testkit",
        "--test=uris",
        "--test=whole",
        "--test=words",
        "--test=written",
    ];
    of("oath-seeds", all, "--timeout=300", &[], &of_seeds)?;
    // All but those that start servers, kill processes again and again or wait for other machines, which take minutes. What is on a
    // server has no test without one, and so none of its mutants. The suite that tests stores is itself a test.
    let of_directory = [
        "--lib",
        "--test=bulk",
        "--test=clock",
        "--test=conforms",
        "--test=damage",
        "--test=edges",
        "--test=errors",
        "--test=exact",
        "--test=fingerprints",
        "--test=floor",
        "--test=gate",
        "--test=golden",
        "--test=history",
        "--test=init",
        "--test=kept",
        "--test=keys",
        "--test=locations",
        "--test=logged",
        "--test=migrate",
        "--test=overtaken",
        "--test=pairs",
        "--test=policy",
        "--test=recovery",
        "--test=report",
        "--test=restore",
        "--test=rights",
        "--test=rules",
        "--test=segments",
        "--test=software",
        "--test=told",
        "--test=uploads",
        "--test=users",
        "--test=words",
    ];
    let without = [
        "--exclude=**/store/postgres/**",
        "--exclude=**/store/postgres.rs",
        "--exclude=**/location/on_server.rs",
        "--exclude=**/store/conformance/**",
        "--exclude=**/store/conformance.rs",
    ];
    of("oath-directory", "--features=sqlite", "--timeout=300", &without, &of_directory)
}
