//! Looks through compiled codes for what takes a time that depends on its operands: divisions, jumps through tables, and in
//! code that memcheck does not see every branch and indexed access. `asm compare|record|skip TABLES FILE…`: each file is the
//! program `core` for x86-64 (ELF) or wasm32, or after `--shipped` a module of the npm package with the names of its functions.
//! `compare` compares the branches with those in the folder TABLES, `record` replaces these, `skip` is for a compiler that
//! these are not of. Run by `cargo xtask asm` and `cargo xtask npm`.

mod exempt;
mod listing;
mod table;
mod wasm;
mod x86;

use listing::{Finding, Listing};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use table::Table;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("asm: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<bool, Box<dyn Error>> {
    let [mode, folder, files @ ..] = words else { return Err("expected compare, record or skip, and a folder".into()) };
    let mut clean = true;
    let mut kind = Kind::Core;
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for file in files {
        if file == "--shipped" {
            kind = Kind::Shipped;
            continue;
        }
        let is_wasm = std::fs::read(file)?.starts_with(b"\0asm");
        let listing = if is_wasm { wasm::listing(file)? } else { x86::listing(file)? };
        clean &= check(file, &listing, is_wasm, kind).map_err(|error| format!("{file}: {error}"))?;
        let path = Path::new(file);
        let (table, build) = match kind {
            Kind::Core => (if is_wasm { "wasm32" } else { "x86-64" }, path.parent().and_then(Path::file_name)),
            Kind::Shipped => ("npm", path.file_stem()),
        };
        let build = build.and_then(|name| name.to_str()).ok_or("a file without a name")?;
        tables.entry(table).or_default().add(build, &listing);
    }
    if tables.is_empty() {
        return Err("no file was given".into());
    }
    for (name, table) in tables {
        let (file, count) = (Path::new(folder).join(format!("{name}.txt")), table.len());
        match mode.as_str() {
            "record" => table.record(&file)?,
            "compare" => {
                let differences = table.differences(&Table::read(&file)?);
                println!("{name}: the branches of {count} functions, {} differ from the review", differences.len());
                differences.iter().for_each(|what| println!("  FOUND: {what}"));
                clean &= differences.is_empty();
            }
            _ => println!("{name}: the branches of {count} functions are not compared"),
        }
    }
    Ok(clean)
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

/// The branches and the index that were planted in kernels are listed.
fn watched(listing: &Listing, is_wasm: bool) -> Result<(), String> {
    let planted: &[&str] =
        if is_wasm { &["planted_branch_for_wasm"] } else { &["planted_in_sha_ni", "planted_in_avx512"] };
    for name in planted {
        let found = listing.watched().find(|(function, _)| function.ends_with(name));
        let (function, counts) =
            found.ok_or_else(|| format!("calibration failed: {name} is not among the functions"))?;
        if counts.jumps == 0 || !is_wasm && counts.indexed == 0 {
            return Err(format!("calibration failed: the leaks planted in {function} are not listed: {counts:?}"));
        }
        println!("  planted, listed: {counts:?} in {function}");
    }
    Ok(())
}

fn check(file: &str, listing: &Listing, is_wasm: bool, kind: Kind) -> Result<bool, String> {
    // Of what ships all is looked at: what calls it is JavaScript.
    let reached = listing.reached_from(if kind == Kind::Core { "::calls" } else { "" });
    println!("{file}: {} functions, {} of them reached from the codes", listing.len(), reached.len());
    let (planted, found): (Vec<Finding>, Vec<Finding>) =
        listing.findings().into_iter().filter(|f| reached.contains(&f.function)).partition(Finding::is_planted);
    match kind {
        Kind::Core => {
            caught(&planted, is_wasm)?;
            watched(listing, is_wasm)?;
        }
        Kind::Shipped => known(listing)?,
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
