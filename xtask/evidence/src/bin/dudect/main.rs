//! Times two classes of input against each other (after Reparaz, Balasch and Verbauwhede, "dude, is my code constant
//! time?"): Welch's t between them stays small where the time does not depend on the class. Run by `cargo xtask dudect`.

mod classes;
mod welch;

use classes::Kind;
use oath_lanes::{Path, force};
use std::error::Error;
use std::process::ExitCode;
use welch::{Measured, measure};

/// Beyond this, the two classes take different times with near certainty.
const THRESHOLD: f64 = 4.5;
/// Differences below this are not told from those that other programs and the places of the inputs in memory make: in
/// nanoseconds, and as a part of the time that a call takes.
const RESOLUTION: (f64, f64) = (2.0, 0.01);
const RUNS: usize = 3;
/// A comparison is made so many times more before it fails.
const REPEATS: usize = 2;

fn main() -> ExitCode {
    let is_short = std::env::args().nth(1).is_some_and(|word| word == "short");
    let mut failed = false;
    for path in Path::ALL.into_iter().filter(|path| force(Some(*path))) {
        println!("{path:?}");
        match compare(is_short) {
            Ok(fails) => failed |= fails > 0,
            Err(error) => {
                eprintln!("dudect: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// How many comparisons fail on the path that is forced.
fn compare(is_short: bool) -> Result<usize, Box<dyn Error>> {
    let measurements = if is_short { 40_000 } else { 200_000 };
    let mut fails = 0;
    for (name, kind, class) in classes::all()? {
        let again = || (0..RUNS).map(|run| measure(run, measurements, &*class)).collect::<Vec<Measured>>();
        let mut runs = again();
        // A disturbance from outside does not come again and again; what the code does, does.
        for _ in 0..REPEATS {
            if differs(&runs) == (kind == Kind::Planted) {
                break;
            }
            runs = again();
        }
        let verdict = match (kind, differs(&runs)) {
            (Kind::Planted, true) => "seen",
            (Kind::Planted, false) => return Err(format!("calibration failed: {name} is not seen").into()),
            (Kind::Judged, true) => "FAIL",
            (Kind::Judged, false) => "ok",
            (Kind::Shown, _) => "shown",
        };
        let shown: Vec<String> = runs.iter().map(|run| format!("{:+.1} ({:+.2} ns)", run.t, run.by)).collect();
        println!("{verdict:<5} {name}: t = {}", shown.join(", "));
        fails += usize::from(verdict == "FAIL");
    }
    Ok(fails)
}

/// Whether every run says that the same class takes longer, by more than can come from elsewhere.
fn differs(runs: &[Measured]) -> bool {
    let (least, part) = RESOLUTION;
    runs.iter().all(|run| run.t.abs() >= THRESHOLD && run.by.abs() > least.max(run.mean * part))
        && (runs.iter().all(|run| run.by > 0.0) || runs.iter().all(|run| run.by < 0.0))
}
