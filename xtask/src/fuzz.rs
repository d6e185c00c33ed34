//! Fuzzing with libFuzzer, overflow checks on. It needs no nightly compiler: the instrumentation is LLVM's, and is asked for
//! by flags that every compiler takes.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, output, program, root, text};

const TARGETS: [&str; 6] = ["code", "secret", "key_uri", "state", "windows", "seeds"];
/// Of the short form, for each target.
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

/// Every target for eight seconds, or for as many as `cargo xtask fuzz SECONDS` says.
pub(crate) fn fuzz() -> Outcome {
    let seconds = std::env::args().nth(2).unwrap_or_else(|| SECONDS.to_owned());
    seconds.parse::<u32>().map_err(|_| Failure(format!("{seconds} is no number of seconds")))?;
    let target = target_directory()?.join("fuzz");
    let flags: Vec<String> = FLAGS.iter().map(|flag| format!("'{flag}'")).collect();
    // Named, so that only what is fuzzed has the flags, and not what runs while it is built.
    let host = host()?;
    cargo(&[
        "build",
        "--release",
        &format!("--manifest-path={}", text(&root().join("fuzz/Cargo.toml"))),
        &format!("--target-dir={}", text(&target)),
        &format!("--target={host}"),
        &format!("--config=build.rustflags=[{}]", flags.join(", ")),
    ])?;
    for name in TARGETS {
        let corpus = target.join("corpus").join(name);
        std::fs::create_dir_all(&corpus)?;
        let mut words = vec![
            format!("-max_total_time={seconds}"),
            "-max_len=4096".to_owned(),
            "-timeout=10".to_owned(),
            "-print_final_stats=1".to_owned(),
            "-verbosity=0".to_owned(),
            "-print_funcs=0".to_owned(),
            format!("-artifact_prefix={}/", text(&target)),
            text(&corpus),
        ];
        // Something to begin with, where there is.
        let known = root().join("fuzz/known").join(name);
        words.extend(known.exists().then(|| text(&known)));
        program(
            &text(&target.join(&host).join("release").join(name)),
            &words.iter().map(String::as_str).collect::<Vec<_>>(),
        )?;
    }
    Ok(())
}

fn host() -> Outcome<String> {
    let version = output("rustc", &["-vV"]).unwrap_or_default();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("rustc -vV names no host".to_owned()))
}
