//! `oath`: seed files, a directory of OATH tokens and one-time codes from a shell.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    oath_cli::run(std::env::args_os()).into()
}
