//! Counts the instructions for one HMAC, and divides them by its rounds of SHA-1.

use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, output, text};
use crate::{setup, tally};

/// The paths that valgrind can run: it has neither SHA extensions nor AVX-512.
const COUNTED: [&str; 4] = ["Crate", "Scalar", "Lanes", "Avx2"];
const LENGTHS: [u32; 5] = [1, 3, 5, 8, 2880];
/// The rounds of one HMAC-SHA-1 from the pad states: two blocks of eighty.
const ROUNDS: f64 = 160.0;

/// Counts, and prints a table. Other load on the machine does not change the figures.
pub(crate) fn count() -> Outcome {
    if let Some(missing) = setup::valgrind()? {
        tally::not_done(&missing);
        return Ok(());
    }
    cargo(&["build", "--release", "--package=oath-lanes", "--example=count", "--features=force-path"])?;
    let program = text(&target_directory()?.join("release/examples/count"));
    println!("\nInstructions for one number of HMAC-SHA-1, in windows of a length (and for a round)");
    print!("{:<24}", "");
    LENGTHS.iter().for_each(|length| print!("{length:>18}"));
    println!();
    for path in COUNTED {
        print!("{path:<24}");
        for length in LENGTHS {
            // The difference of two counts leaves out the start and the end of the process.
            let (few, many) = (executed(&program, path, length, 10)?, executed(&program, path, length, 20)?);
            let each = (many - few) / 10.0 / f64::from(length);
            print!("{:>18}", format!("{each:.0} ({:.1})", each / ROUNDS));
        }
        println!();
    }
    println!("\nInstructions of the SHA-NI kernels, which are straight lines, for one number");
    for (states, instructions) in straight_lines(&program)? {
        let each = f64::from(instructions) / f64::from(states);
        println!("{:<24}{:>18}", format!("{states} interleaved"), format!("{each:.0} ({:.1})", each / ROUNDS));
    }
    Ok(())
}

/// Returns the number of instructions that the program executes for this number of calls.
fn executed(program: &str, path: &str, length: u32, calls: u32) -> Outcome<f64> {
    let (length, calls) = (length.to_string(), calls.to_string());
    let log = target_directory()?.join("count.log");
    let log_word = format!("--log-file={}", text(&log));
    let words = ["--tool=callgrind", "--callgrind-out-file=/dev/null", &log_word, program, path, &length, &calls];
    let failed = || Failure(format!("callgrind counted nothing on the path {path}"));
    output("valgrind", &words).ok_or_else(failed)?;
    let report = std::fs::read_to_string(&log)?;
    let collected = report.lines().find_map(|line| line.split_once("Collected :"));
    collected.and_then(|(_, count)| count.trim().parse().ok()).ok_or_else(failed)
}

/// Returns, for each kernel of the SHA extensions, the number of states and the number of instructions in objdump's listing.
fn straight_lines(program: &str) -> Outcome<Vec<(u32, u32)>> {
    let listing = output("objdump", &["-d", "--no-show-raw-insn", "-C", program]);
    let listing = listing.ok_or_else(|| Failure("objdump could not be run (Debian: binutils)".to_owned()))?;
    let kernels = listing
        .split("\n\n")
        .filter(|function| function.lines().next().is_some_and(|name| name.contains("sha1::ni::counters")));
    let mut found: Vec<(u32, u32)> = kernels
        .map(|kernel| {
            let count = |word: &str| kernel.lines().filter(|line| line.contains(word)).count();
            // An instruction computes four rounds; an HMAC has two blocks.
            let [rounds, all] = [count("sha1rnds4"), count("\t")].map(|n| u32::try_from(n).unwrap_or_default());
            (rounds / 40, all)
        })
        .collect();
    found.sort_unstable();
    if found.is_empty() {
        println!("none: the program has no such kernels on this processor");
    }
    Ok(found)
}
