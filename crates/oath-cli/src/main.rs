//! `oath`: seed files, a directory of OATH tokens and one-time codes from a shell.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod failure;
mod output;
mod place;
mod progress;
mod run;
mod shell;
mod stdin;
mod tour;

use anstream::AutoStream;
use std::io::{BufWriter, stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    // The buffer outside: colours are taken out block by block, not line by line.
    let mut out = BufWriter::with_capacity(64 * 1024, AutoStream::auto(stdout().lock()));
    let mut err = AutoStream::auto(stderr());
    let streams = shell::Streams { input: &mut stdin::Stdin::default(), out: &mut out, err: &mut err };
    let exit = run::run(std::env::args_os(), &place::Surroundings::of_this_process(), streams);
    exit.into()
}
