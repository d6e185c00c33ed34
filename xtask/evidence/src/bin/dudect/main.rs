//! Times two classes of input against each other (after Reparaz, Balasch and Verbauwhede, "dude, is my code constant
//! time?"): Welch's t between them stays small where the time does not depend on the class. Run by `cargo xtask dudect`.

mod classes;
mod welch;

use classes::Kind;
use std::process::ExitCode;
use welch::t_of;

/// Beyond this, the two classes take different times with near certainty.
const THRESHOLD: f64 = 4.5;
const RUNS: usize = 3;

fn main() -> ExitCode {
    let mut failed = false;
    match classes::all() {
        Err(error) => {
            eprintln!("dudect: {error}");
            failed = true;
        }
        Ok(all) => {
            for (name, kind, class) in all {
                let ts: Vec<(f64, f64)> = (0..RUNS).map(|run| t_of(run, &*class)).collect();
                let small = ts.iter().filter(|(t, _)| t.abs() < THRESHOLD).count();
                let verdict = match kind {
                    Kind::Planted if small == 0 => "seen",
                    Kind::Judged if 2 * small > RUNS => "ok",
                    Kind::Shown => "shown",
                    Kind::Planted | Kind::Judged => "FAIL",
                };
                let shown: Vec<String> = ts.iter().map(|(t, by)| format!("{t:+.1} ({by:+.2} ns)")).collect();
                println!("{verdict:<5} {name}: t = {}", shown.join(", "));
                failed |= verdict == "FAIL";
                if failed && kind == Kind::Planted {
                    eprintln!("dudect: calibration failed: a planted early exit is not seen");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
