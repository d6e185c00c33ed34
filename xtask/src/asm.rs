//! The disassembly of the codes: no division and no jump through a table where a secret is, and every branch of the code that
//! memcheck does not see.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo, program, root, text, word_is};
use crate::toolchains::{PINNED, has_pinned, pinned_cargo};
use crate::{setup, tally};
use std::path::PathBuf;

/// x86-64 and WebAssembly, each at opt-level 3, s and z. With the word `record` the branches that are found replace those
/// of the last review, in xtask/evidence/branches.
pub(crate) fn asm() -> Outcome {
    const WASM: &str = "wasm32-unknown-unknown";
    let without_wasm = setup::wasm()?;
    let target = target_directory()?.join("asm");
    let mut files = Vec::new();
    for profile in ["release", "size", "smallest"] {
        for wasm in [false, true] {
            if wasm && without_wasm.is_some() {
                continue;
            }
            let mut build = vec![
                "build".to_owned(),
                "--package=oath-evidence".to_owned(),
                "--bin=core".to_owned(),
                format!("--profile={profile}"),
                format!("--target-dir={}", text(&target)),
                "--config=build.rustflags=['--cfg', 'oath_asm_check', '-Csymbol-mangling-version=v0']".to_owned(),
            ];
            build.extend(wasm.then(|| format!("--target={WASM}")));
            pinned_cargo(&build.iter().map(String::as_str).collect::<Vec<_>>())?;
            let built = if wasm { target.join(WASM) } else { target.clone() };
            files.push(text(&built.join(profile).join(if wasm { "core.wasm" } else { "core" })));
        }
    }
    if !cfg!(target_arch = "x86_64") {
        tally::not_done("the disassembly for x86-64, on another processor");
        files.retain(|file| file.ends_with(".wasm"));
    }
    if let Some(missing) = without_wasm {
        tally::not_done(&missing);
    }
    search(&files)
}

/// The same for modules as they ship, but with the names of their functions.
pub(crate) fn shipped(modules: &[PathBuf]) -> Outcome {
    let files = modules.iter().map(|module| text(module));
    search(&std::iter::once("--shipped".to_owned()).chain(files).collect::<Vec<_>>())
}

fn search(files: &[String]) -> Outcome {
    cargo(&["build", "--release", "--package=oath-evidence", "--bin=asm"])?;
    let tool = text(&target_directory()?.join("release/asm"));
    let tables = text(&root().join("xtask/evidence/branches"));
    // Another compiler makes other branches of the same code.
    let mode = if word_is("record") {
        "record"
    } else if has_pinned() {
        "compare"
    } else {
        tally::not_done(&format!("every branch in what memcheck does not see: the review is of Rust {PINNED}"));
        "skip"
    };
    let files = files.iter().map(String::as_str);
    program(&tool, &[mode, tables.as_str()].into_iter().chain(files).collect::<Vec<_>>())
}
