//! The commands of the maintainers: `cargo xtask test` is all that must pass; the others are parts of it, and longer forms.

mod asm;
mod check;
mod count;
mod ct;
mod dudect;
mod engines;
mod features;
mod fuzz;
mod machines;
mod metadata;
mod miri;
mod msrv;
mod mutants;
mod npm;
mod npm_tests;
mod papers;
mod postgres;
mod python;
mod run;
mod setup;
mod soak;
mod stages;
mod tally;
mod toolchains;
mod venv;
mod web;
mod wheels;
mod wipe;

use run::{Failure, Outcome};
use stages::Stages;
use std::process::ExitCode;

/// The name of a task, what it does, and the function that does it.
type Task = (&'static str, &'static str, fn() -> Outcome);

const TASKS: &[Task] = &[
    ("test", "all checks and tests; sets up what it needs (what CI runs)", test),
    ("setup", "installs what the tests need, where it can, and names the rest", setup::all),
    ("lint", "formatting, clippy, names in the documents, dependencies between the crates", check::lint),
    ("features", "oath-totp with each set of features, and its examples", features::features),
    ("targets", "the builds without a standard library: thumbv7em-none-eabi, wasm32v1-none", check::targets),
    (
        "msrv",
        "the oldest Rust that is promised, then the oldest versions of the dependencies; `locked`: not these",
        msrv::msrv,
    ),
    ("machines", "the codes on aarch64 and s390x, emulated, and on i686", machines::machines),
    ("docs", "the documentation builds without a warning", check::docs),
    ("exhaustive", "the reduction to digits over all 2^31 numbers", check::exhaustive),
    ("ct", "constant time under memcheck; `full`: every profile", ct::ct),
    ("asm", "no division and no jump table where a secret is, x86-64 and wasm32", asm::asm),
    (
        "wipe",
        "nothing is left of a dropped secret on heap and stack; `full`: code made small, every length",
        wipe::wipe,
    ),
    ("fuzz", "arbitrary input, a minute in all; `fuzz SECONDS`: so long for each target", fuzz::fuzz),
    ("miri", "the codes and the scalar lanes under Miri", miri::miri),
    (
        "mutants",
        "mutation testing of the codes, the seed files and the directory, a night; `mutants FILE`: of one file; `mutants K/N`: a sample",
        mutants::mutants,
    ),
    ("dudect", "timing on each path: key, place of the hit, fresh and spent; `test` does a short form", dudect::dudect),
    (
        "postgres",
        "the directory on PostgreSQL: the store, faults, PgBouncer, the story of the command",
        postgres::postgres,
    ),
    ("soak", "races, kills and failures of the directory, an hour or so; `soak NAME`: one of them", soak::soak),
    (
        "python",
        "the wheel: built, installed, tested with its stubs, its documentation and pyotp's own tests",
        python::python,
    ),
    ("wheels", "the wheels of a release: glibc since 2.17 and musl, x86-64 and aarch64", wheels::wheels),
    ("npm", "the npm package: built, measured, installed and tried in Node, TypeScript, Vite and Chromium", || {
        npm_tests::npm().map(drop)
    }),
    (
        "web",
        "the token workbench: built, and tried in Chromium; `web screenshots`: takes those of its README",
        web::web,
    ),
    ("count", "instructions for a number on each path, beside the rounds of SHA-1", count::count),
    ("bench", "oath-totp beside its peers, as ratios in one run", check::bench),
    (
        "bench-directory",
        "sign-ins, uploads, rotations and lists beside bare SQL; `bench-directory NAME…`: some of them",
        check::bench_directory,
    ),
    ("graph", "draws docs/performance.svg: windows of every length on each path of this machine", check::graph),
    ("bench-python", "the wheel beside totp-rs, pyotp, passlib, cryptography and the standard library", python::bench),
    ("bench-web", "the npm package beside otpauth, otplib and node:crypto, in Node and in Chromium", npm_tests::bench),
    ("bench-seeds", "`oath seeds check` beside Python's csv and base64 on 1,000,000 rows", check::bench_seeds),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let task = TASKS.iter().find(|(name, ..)| Some(*name) == wanted.as_deref());
    let Some((name, _, task)) = task else {
        println!("cargo xtask TASK\n");
        for (name, what, _) in TASKS {
            println!("  {name:<12} {what}");
        }
        return if wanted.is_none() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    };
    setup::look();
    let outcome = task();
    if *name != "test" {
        tally::print_not_done();
    }
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(what)) => {
            eprintln!("\nxtask: {what}");
            ExitCode::FAILURE
        }
    }
}

fn test() -> Outcome {
    let stages = Stages::new()?;
    let outcome = all(&stages);
    if outcome.is_ok() {
        println!("\nxtask: all that ran has passed");
    }
    stages.print();
    outcome
}

fn all(stages: &Stages) -> Outcome {
    // First, because clippy already compiles what needs Python and compilers.
    stages.run("setup", setup::all)?;
    tally::print_not_done();
    stages.run("lint", check::lint)?;
    stages.run("targets", check::targets)?;
    // memcheck, pytest and emulators keep one core busy at most, and cargo compiles in two directories at once.
    stages.beside(&["asm", "ct", "python", "machines", "msrv locked"], || {
        stages.run("tests", check::tests)?;
        stages.run("postgres", postgres::story)?;
        stages.run("features", features::features)?;
        stages.run("docs", check::docs)?;
        stages.run("smoke", check::smoke)?;
        stages.run("wipe", wipe::wipe)
    })?;
    // Nothing runs at the same time as these: they measure time.
    stages.run("dudect", dudect::short)?;
    stages.run("fuzz", fuzz::fuzz)?;
    if let Some(archive) = stages.run("npm", npm_tests::npm)? {
        stages.run("web", || web::with(&archive))?;
    }
    Ok(())
}
