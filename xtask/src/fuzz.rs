//! Fuzzing with libFuzzer and overflow checks. No nightly compiler is needed: stable compilers accept the flags of LLVM's
//! instrumentation.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, joined, output, root, text};
use crate::{setup, tally};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

const TARGETS: [&str; 6] = ["code", "secret", "key_uri", "state", "windows", "seeds"];
/// The seconds of each target, where the command names none.
const SECONDS: &str = "8";

const FLAGS: [&str; 7] = [
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Runs every target for eight seconds, or for the seconds in `cargo xtask fuzz SECONDS`.
pub(crate) fn fuzz() -> Outcome {
    let seconds = std::env::args().nth(2).unwrap_or_else(|| SECONDS.to_owned());
    seconds.parse::<u32>().map_err(|_| Failure(format!("{seconds} is no number of seconds")))?;
    if let Some(missing) = setup::cpp_compiler()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let target = target_directory()?.join("fuzz");
    let flags: Vec<String> = FLAGS.iter().map(|flag| format!("'{flag}'")).collect();
    // With a named target, cargo does not apply the flags to build scripts and macros.
    let host = host()?;
    cargo(&[
        "build",
        "--release",
        &format!("--manifest-path={}", text(&root().join("fuzz/Cargo.toml"))),
        &format!("--target-dir={}", text(&target)),
        &format!("--target={host}"),
        &format!("--config=build.rustflags=[{}]", flags.join(", ")),
    ])?;
    let programs = target.join(&host).join("release");
    // Two at a time: each keeps one core busy.
    TARGETS.chunks(2).try_for_each(|pair| {
        thread::scope(|scope| {
            let runs: Vec<_> =
                pair.iter().map(|name| scope.spawn(|| run(&programs, &target, name, &seconds))).collect();
            runs.into_iter().map(joined).fold(Ok(()), Result::and)
        })
    })
}

/// Runs one target. Its output is printed in one piece at the end, because another target runs at the same time.
fn run(programs: &Path, target: &Path, name: &str, seconds: &str) -> Outcome {
    let corpus = target.join("corpus").join(name);
    fs::create_dir_all(&corpus)?;
    let mut command = Command::new(programs.join(name));
    command.current_dir(root()).stdin(Stdio::null());
    command.args(["-max_len=4096", "-timeout=10", "-print_final_stats=1", "-verbosity=0", "-print_funcs=0"]);
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/", text(target)));
    command.arg(&corpus);
    // Start from the known inputs of the target, if it has any.
    let known = root().join("fuzz/known").join(name);
    command.args(known.exists().then_some(known));
    let output = command.output()?;
    let printed = [output.stdout, output.stderr].concat();
    println!("\nxtask: fuzz {name}, {seconds} seconds\n{}", String::from_utf8_lossy(&printed));
    if output.status.success() { Ok(()) } else { Err(Failure(format!("failed: fuzz {name}"))) }
}

fn host() -> Outcome<String> {
    let version = output("rustc", &["-vV"]).unwrap_or_default();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("rustc -vV names no host".to_owned()))
}
