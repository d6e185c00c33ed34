//! Memcheck as a checker of constant time (after A. Langley's ctgrind): what is secret is marked as undefined, and memcheck
//! reports every branch and every address that depends on it. Run by `cargo xtask ct`, which builds with `oath_ct_check`.

#[cfg(oath_ct_check)]
mod planted;
#[cfg(oath_ct_check)]
mod secret;
#[cfg(oath_ct_check)]
mod subjects;
#[cfg(oath_ct_check)]
mod tally;

use std::process::ExitCode;

#[cfg(oath_ct_check)]
fn main() -> ExitCode {
    use oath_lanes::{Path, force};
    use tally::Tally;

    if crabgrind::valgrind::running_mode().is_native() {
        eprintln!("ct: not under valgrind: run `cargo xtask ct`");
        return ExitCode::FAILURE;
    }
    if let Err(what) = planted::all_are_caught() {
        eprintln!("ct: calibration failed: {what}");
        return ExitCode::FAILURE;
    }
    let full = std::env::args().any(|word| word == "full");
    let mut unseen = Vec::new();
    let mut leaks = 0;
    for path in Path::ALL {
        if !force(Some(path)) {
            unseen.push(path);
            continue;
        }
        let mut tally = Tally::of(path);
        if let Err(error) = subjects::all(&mut tally, full) {
            eprintln!("ct: {path:?}: {error}");
            return ExitCode::FAILURE;
        }
        leaks += tally.end();
    }
    println!("not seen, because memcheck has no such processor: {unseen:?}");
    if leaks == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(not(oath_ct_check))]
fn main() -> ExitCode {
    eprintln!("ct: not built for memcheck: run `cargo xtask ct`");
    ExitCode::FAILURE
}
