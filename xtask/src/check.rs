//! The checks and tests of the workspace.

use crate::metadata::{self, target_directory};
use crate::run::{Outcome, cargo, program, root, text};
use crate::toolchains::pinned_cargo;
use crate::{papers, setup, tally};

/// Lints that tests need not follow: a test may panic, library code may not.
const IN_TESTS: [&str; 12] = [
    "-A",
    "clippy::unwrap_used",
    "-A",
    "clippy::expect_used",
    "-A",
    "clippy::panic",
    "-A",
    "clippy::indexing_slicing",
    "-A",
    "clippy::as_conversions",
    "-A",
    "clippy::disallowed_macros",
];

/// Checks formatting, lints, names in the documents, and manifests. Another clippy or rustfmt than the pinned one only shows
/// what it finds.
pub(crate) fn lint() -> Outcome {
    let missing = setup::clippy()?;
    let level = clippy_level(missing.is_none());
    let formatted = pinned_cargo(&["fmt", "--all", "--check"]);
    // Examples are asked for so that both runs want the dependencies with the same features, those of `cargo test`.
    let code = ["clippy", "--workspace", "--all-features", "--lib", "--bins", "--examples", "--"];
    let tests = ["clippy", "--workspace", "--all-features", "--all-targets", "--"];
    if let Some(missing) = missing {
        tally::not_done(&missing);
    } else {
        formatted?;
    }
    pinned_cargo(&[&code[..], &level].concat())?;
    pinned_cargo(&[&tests[..], &level, &IN_TESTS].concat())?;
    papers::named_tests_exist()?;
    papers::named_tasks_exist()?;
    metadata::promises()
}

/// Whether a warning is an error: with the pinned clippy only.
pub(crate) const fn clippy_level(is_pinned: bool) -> [&'static str; 2] {
    if is_pinned { ["-D", "warnings"] } else { ["--cap-lints", "warn"] }
}

pub(crate) fn targets() -> Outcome {
    if let Some(missing) = setup::small_targets()? {
        tally::not_done(&missing);
        return Ok(());
    }
    for target in ["thumbv7em-none-eabi", "wasm32v1-none"] {
        for features in ["", "uri,serde"] {
            let build =
                ["build", "-p", "oath-totp", "--no-default-features", "--target", target, "--features", features];
            cargo(&build)?;
        }
    }
    Ok(())
}

pub(crate) fn tests() -> Outcome {
    cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"])?;
    // The part of the codes that needs no allocator.
    cargo(&["test", "-p", "oath-totp", "--no-default-features", "--tests"])
}

/// The documentation, with warnings as errors where the compiler is the pinned one.
pub(crate) fn docs() -> Outcome {
    let doc = ["doc", "--workspace", "--no-deps", "--all-features"];
    let strict = ["--config", "build.rustdocflags=['-D', 'warnings']"];
    if setup::clippy()?.is_none() { pinned_cargo(&[&doc[..], &strict].concat()) } else { cargo(&doc) }
}

/// Runs what a new user runs first, and the benches in their short form.
pub(crate) fn smoke() -> Outcome {
    cargo(&["run", "--", "tour"])?;
    cargo(&["run", "-p", "oath-examples"])?;
    cargo(&["run", "--release", "-p", "oath-benches", "--", "--short"])
}

pub(crate) fn exhaustive() -> Outcome {
    cargo(&["test", "--release", "-p", "oath-totp", "--lib", "--", "--ignored", "31_bit"])
}

/// Compares the best path of the processor, and SHA-NI alone, with peers that use SHA-NI; then AVX2 alone with peers built
/// without SHA-NI, as on a processor that has none.
pub(crate) fn bench() -> Outcome {
    cargo(&["run", "--release", "-p", "oath-benches"])?;
    let target = target_directory()?.join("soft");
    let soft = "--config=build.rustflags=['--cfg', 'sha1_backend=\"soft\"', '--cfg', 'sha2_backend=\"soft\"']";
    let target = format!("--target-dir={}", target.display());
    cargo(&["run", "--release", "-p", "oath-benches", soft, &target, "--", "--path", "Avx2"])
}

/// The directory beside bare SQL, and the command's lists. The words after the task are passed on: names of scenarios, `--middle`, `--short`.
pub(crate) fn bench_directory() -> Outcome {
    cargo(&["build", "--release", "-p", "oath-cli"])?;
    let bench = ["run", "--release", "-p", "oath-benches", "--features", "directory", "--bin", "oath-bench-directory"];
    let words: Vec<String> = std::env::args().skip(2).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    cargo(&[&bench[..], &["--"], &words].concat())
}

/// Draws docs/performance.svg from a run on this machine.
pub(crate) fn graph() -> Outcome {
    cargo(&["run", "--release", "-p", "oath-benches", "--", "--graph", "docs/performance.svg"])
}

pub(crate) fn bench_seeds() -> Outcome {
    cargo(&["build", "--release", "--package=oath-cli", "--package=oath-benches"])?;
    let built = target_directory()?.join("release");
    let script = text(&root().join("benches/seeds/run.py"));
    program("python3", &[&script, &text(&built.join("oath")), &text(&built.join("csv_alone"))])
}
