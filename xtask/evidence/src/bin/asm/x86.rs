//! x86-64, as objdump shows it.

use crate::listing::Listing;
use std::error::Error;
use std::process::Command;

pub(crate) fn listing(file: &str) -> Result<Listing, Box<dyn Error>> {
    let output = Command::new("objdump").args(["-d", "--no-show-raw-insn", "--no-addresses", file]).output();
    let output = output.map_err(|error| format!("objdump could not be started (Debian: binutils): {error}"))?;
    if !output.status.success() {
        return Err("objdump failed".into());
    }
    let mut listing = Listing::default();
    let mut function = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(name) = line.strip_prefix('<').and_then(|line| line.strip_suffix(">:")) {
            function = plain(name);
            listing.function(&function);
            continue;
        }
        let mut words = line.split_whitespace();
        let prefixes = ["rep", "repz", "repnz", "lock", "bnd", "data16"];
        let Some(mnemonic) = words.find(|word| !prefixes.contains(word)) else { continue };
        let operand = words.next().unwrap_or_default();
        let computed = operand.starts_with('*') && !operand.contains("(%rip)");
        if line.contains("%zmm") || mnemonic.starts_with("sha1") || mnemonic.starts_with("sha256") {
            listing.kernel(&function);
        }
        if mnemonic.starts_with('j') && mnemonic != "jmp" || mnemonic.starts_with("loop") {
            listing.jump(&function);
        }
        if is_indexed(mnemonic, line) {
            listing.indexed(&function);
        }
        match mnemonic {
            // Integer, floating-point and vector divisions.
            _ if mnemonic.trim_start_matches(['v', 'f', 'i']).starts_with("div") => {
                listing.find(&function, "division", mnemonic);
            }
            "jmp" | "notrack" if computed => listing.find(&function, "jump table", "jmp *"),
            _ if mnemonic.starts_with("call") || mnemonic.starts_with('j') => {
                if let Some((_, target)) = line.split_once('<') {
                    let target = target.split(['>', '+']).next().unwrap_or_default();
                    listing.call(&function, plain(target));
                }
            }
            _ => {}
        }
    }
    Ok(listing)
}

/// An address with an index register, `(%rax,%rcx,4)`, in a read, a write or a gather. `lea` computes and `nop` does nothing.
fn is_indexed(mnemonic: &str, line: &str) -> bool {
    let mut addresses = line.split('(').skip(1).map(|rest| rest.split(')').next().unwrap_or_default());
    !mnemonic.starts_with("lea") && !mnemonic.starts_with("nop") && addresses.any(|address| address.contains(','))
}

fn plain(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}
