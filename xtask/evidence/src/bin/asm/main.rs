//! Looks through compiled codes for what takes a time that depends on its operands: divisions, and jumps through tables.
//! `asm FILE…`, each file being the program `core` for x86-64 (ELF) or wasm32, or behind `--shipped` a module of the npm
//! package with the names of its functions. Run by `cargo xtask asm` and `cargo xtask npm`.

mod exempt;
mod listing;
mod wasm;
mod x86;

use listing::{Finding, Listing};
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut clean = true;
    let mut kind = Kind::Core;
    for file in std::env::args().skip(1) {
        if file == "--shipped" {
            kind = Kind::Shipped;
            continue;
        }
        match check(&file, kind) {
            Ok(fine) => clean &= fine,
            Err(error) => {
                eprintln!("asm: {file}: {error}");
                clean = false;
            }
        }
    }
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The harness, with a division and a jump table planted in it.
    Core,
    /// A module of the npm package.
    Shipped,
}

/// Nothing is planted in what ships: there, what must be found is the division by which a public number is written.
fn known(listing: &Listing) -> Result<(), String> {
    let writes = |f: &Finding| f.what == "division" && f.function.ends_with("core::fmt::Display>::fmt");
    if listing.findings().iter().any(writes) {
        return Ok(());
    }
    Err("calibration failed: no division was found where numbers are written".to_owned())
}

/// What was planted is caught where the codes reach it, or nothing is.
fn caught(planted: &[Finding], is_wasm: bool) -> Result<(), String> {
    for planted in planted {
        println!("  planted, caught: {planted}");
    }
    // WebAssembly has no jump to a computed address; what becomes of its `br_table` is the engine's choice.
    for what in if is_wasm { &["division"][..] } else { &["division", "jump table"] } {
        if !planted.iter().any(|f| f.what == *what) {
            return Err(format!("calibration failed: the planted {what} was not caught"));
        }
    }
    Ok(())
}

fn check(file: &str, kind: Kind) -> Result<bool, Box<dyn Error>> {
    let is_wasm = std::fs::read(file)?.starts_with(b"\0asm");
    let listing = if is_wasm { wasm::listing(file)? } else { x86::listing(file)? };
    // Of what ships all is looked at: what calls it is JavaScript.
    let reached = listing.reached_from(if kind == Kind::Core { "::calls" } else { "" });
    println!("{file}: {} functions, {} of them reached from the codes", listing.len(), reached.len());
    let (planted, found): (Vec<Finding>, Vec<Finding>) =
        listing.findings().into_iter().filter(|f| reached.contains(&f.function)).partition(Finding::is_planted);
    match kind {
        Kind::Core => caught(&planted, is_wasm)?,
        Kind::Shipped => known(&listing)?,
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
