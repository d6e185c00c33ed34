//! What the maintainers run: `cargo xtask test` is everything that must pass, the rest are its parts and the long forms.

mod asm;
mod check;
mod count;
mod ct;
mod dudect;
mod fuzz;
mod metadata;
mod miri;
mod mutants;
mod npm;
mod npm_tests;
mod papers;
mod python;
mod run;
mod setup;
mod stages;
mod venv;
mod web;
mod wipe;

use run::{Failure, Outcome};
use stages::Stages;
use std::process::ExitCode;

/// Its name, what it does, and how.
type Task = (&'static str, &'static str, fn() -> Outcome);

const TASKS: &[Task] = &[
    ("test", "all checks and tests; sets up what it needs (what CI runs)", test),
    ("setup", "what the npm package is tried with, fetched early: wasm-opt, Vite; in CI also Chromium", set_up),
    ("lint", "formatting, clippy, the stated Rust version, the arrows between crates", check::lint),
    ("targets", "the builds without a standard library: thumbv7em-none-eabi, wasm32v1-none", check::targets),
    ("docs", "the documentation builds without a warning", check::docs),
    ("exhaustive", "the reduction to digits over all 2^31 numbers", check::exhaustive),
    ("ct", "constant time under memcheck; `full`: every profile and number of digits", ct::ct),
    ("asm", "no division and no jump table where a secret is, x86-64 and wasm32", asm::asm),
    (
        "wipe",
        "nothing is left of a dropped secret on heap and stack; `full`: code made small, every length",
        wipe::wipe,
    ),
    ("fuzz", "arbitrary input, a minute in all; `fuzz SECONDS`: so long for each target", fuzz::fuzz),
    ("miri", "the codes and the scalar lanes under Miri", miri::miri),
    ("mutants", "mutation testing of the codes, an hour or two; `mutants FILE`: those of one file", mutants::mutants),
    ("dudect", "timing: key, place of the hit, fresh and spent; a measurement, not part of `test`", dudect::dudect),
    (
        "python",
        "the wheel: built, installed, tested with its stubs, its documentation and pyotp's own tests",
        python::python,
    ),
    ("npm", "the npm package: built, measured, installed and tried in Node, TypeScript, Vite and Chromium", || {
        npm::npm().map(drop)
    }),
    (
        "web",
        "the token workbench: built, and tried in Chromium; `web screenshots`: takes those of its README",
        web::web,
    ),
    ("count", "instructions for a number on each path, beside the rounds of SHA-1", count::count),
    ("bench", "oath-totp beside its peers, as ratios in one run", check::bench),
    ("graph", "draws docs/performance.svg: windows of every length on each path of this machine", check::graph),
    ("bench-python", "the wheel beside pyotp, passlib, cryptography and the standard library", python::bench),
    ("bench-web", "the npm package beside otpauth, otplib and node:crypto, in Node and in Chromium", npm_tests::bench),
    ("bench-seeds", "`oath seeds check` beside Python's csv and base64 on 1,000,000 rows", check::bench_seeds),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let task = TASKS.iter().find(|(name, ..)| Some(*name) == wanted.as_deref());
    let Some((_, _, task)) = task else {
        println!("cargo xtask TASK\n");
        for (name, what, _) in TASKS {
            println!("  {name:<12} {what}");
        }
        return if wanted.is_none() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    };
    match task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(what)) => {
            eprintln!("\nxtask: {what}");
            ExitCode::FAILURE
        }
    }
}

fn test() -> Outcome {
    let missing = setup::oathtool()?;
    let stages = Stages::new()?;
    let outcome = all(&stages);
    stages.print();
    outcome?;
    println!("\nxtask: all checks and tests passed");
    for what in missing {
        println!("xtask: not done: {what}");
    }
    Ok(())
}

fn all(stages: &Stages) -> Outcome {
    stages.run("lint", check::lint)?;
    stages.run("targets", check::targets)?;
    // Downloads, links, memcheck and pytest keep one core busy at most, and cargo compiles in two directories at once.
    stages.beside(&["setup", "asm", "ct", "python"], || {
        stages.run("tests", check::tests)?;
        stages.run("docs", check::docs)?;
        stages.run("smoke", check::smoke)?;
        stages.run("wipe", wipe::wipe)
    })?;
    // From here on with nothing beside: time is counted in what follows.
    stages.run("fuzz", fuzz::fuzz)?;
    if let Some(archive) = stages.run("npm", npm::npm)? {
        stages.run("web", || web::with(&archive))?;
    }
    Ok(())
}

fn set_up() -> Outcome {
    if setup::node()?.is_none() {
        npm::tools()?;
        setup::chromium()?;
    }
    Ok(())
}
