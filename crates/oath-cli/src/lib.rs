//! `oath`: seed files, a directory of OATH tokens and one-time codes from a shell.
//!
//! The command is this library, so that whatever ships it (a program of its own, the Python wheel) ships the same.
#![forbid(unsafe_code)]

mod advice;
mod args;
mod commands;
mod failure;
mod listing;
mod near;
mod operator;
mod output;
mod place;
mod progress;
mod run;
pub mod schema;
mod shell;
mod stdin;
mod tour;

use anstream::AutoStream;
use std::ffi::OsString;
use std::io::{BufWriter, stderr, stdout};

/// Runs one command line on the standard streams of this process, its first word being the name of the program, and
/// returns the exit status: 0 done or accepted, 1 refused, 2 wrong use or a fault.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    // The buffer outside: colours are taken out block by block, not line by line.
    let mut out = BufWriter::with_capacity(64 * 1024, AutoStream::auto(stdout().lock()));
    let mut err = AutoStream::auto(stderr());
    let streams = shell::Streams { input: &mut stdin::Stdin::default(), out: &mut out, err: &mut err };
    run::run(words, &place::Surroundings::of_this_process(), streams).status()
}
