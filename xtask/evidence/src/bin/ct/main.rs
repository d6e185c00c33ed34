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
#[cfg(oath_ct_check)]
mod uris;

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
    // The paths that this run must see, by name, from `cargo xtask ct`: what the processor has and memcheck emulates.
    let expected: Vec<String> = std::env::args().skip(1).collect();
    let (seen, unseen): (Vec<Path>, Vec<Path>) = Path::ALL.into_iter().partition(|path| force(Some(*path)));
    let names: Vec<String> = seen.iter().map(|path| format!("{path:?}")).collect();
    if expected.is_empty() || names != expected {
        eprintln!("ct: the paths {names:?} can be seen; expected {expected:?}");
        return ExitCode::FAILURE;
    }
    let mut clean = true;
    for path in seen {
        force(Some(path));
        let mut tally = Tally::of(path);
        if let Err(error) = subjects::all(&mut tally) {
            eprintln!("ct: {path:?}: {error}");
            return ExitCode::FAILURE;
        }
        clean &= tally.is_clean(subjects::CASES);
    }
    println!("left to `asm` and `dudect`, because memcheck emulates no such processor: {unseen:?}");
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(not(oath_ct_check))]
fn main() -> ExitCode {
    eprintln!("ct: not built for memcheck: run `cargo xtask ct`");
    ExitCode::FAILURE
}
