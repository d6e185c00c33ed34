//! Looks through compiled codes for what takes a time that depends on its operands: divisions, and jumps through tables.
//! `asm FILE…`, each file being the program `core` for x86-64 (ELF) or wasm32. Run by `cargo xtask asm`.

mod exempt;
mod listing;
mod wasm;
mod x86;

use listing::Finding;
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut clean = true;
    for file in std::env::args().skip(1) {
        match check(&file) {
            Ok(fine) => clean &= fine,
            Err(error) => {
                eprintln!("asm: {file}: {error}");
                clean = false;
            }
        }
    }
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(file: &str) -> Result<bool, Box<dyn Error>> {
    let is_wasm = std::fs::read(file)?.starts_with(b"\0asm");
    let listing = if is_wasm { wasm::listing(file)? } else { x86::listing(file)? };
    let reached = listing.reached_from("::calls");
    let (planted, found): (Vec<Finding>, Vec<Finding>) =
        listing.findings().into_iter().filter(|f| reached.contains(&f.function)).partition(Finding::is_planted);
    println!("{file}: {} functions, {} of them reached from the codes", listing.len(), reached.len());
    for planted in &planted {
        println!("  planted, caught: {planted}");
    }
    // WebAssembly has no jump to a computed address; what becomes of its `br_table` is the engine's choice.
    for what in if is_wasm { &["division"][..] } else { &["division", "jump table"] } {
        if !planted.iter().any(|f| f.what == *what) {
            return Err(format!("calibration failed: the planted {what} was not caught").into());
        }
    }
    let mut clean = true;
    for finding in found {
        match exempt::reason(&finding) {
            Some(reason) => println!("  exempt: {finding}: {reason}"),
            None => {
                println!("  FOUND: {finding}");
                clean = false;
            }
        }
    }
    Ok(clean)
}
