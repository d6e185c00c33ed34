//! One operation for the tokens of a file.

use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(next_help_heading = "Many at once")]
pub(crate) struct Many {
    /// Do it for each row of a CSV file; `-` is standard input
    ///
    /// Its first line names the columns: serial number and, as the command needs them, upn, code and next code, in any order and
    /// spelling; others are passed over. A row that fails does not stop the others. Give the same file again to go on: rows that
    /// are done already are no errors.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Say what would become of each row, and change nothing
    #[arg(long, requires = "file")]
    pub(crate) dry_run: bool,
}
