//! The words of `oath uploads`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Uploads {
    /// List the uploads
    List,
    /// Show one upload and the rows that failed
    Show {
        /// The number of the upload, as `oath uploads list` shows it
        #[arg(value_name = "ID")]
        id: u64,
    },
    /// Write the rows that failed, with the reasons, as a CSV file
    Failures {
        /// The number of the upload, as `oath uploads list` shows it
        #[arg(value_name = "ID")]
        id: u64,
        /// Into this file instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Take back the tokens that an upload brought and that nothing has changed since
    Undo {
        /// The number of the upload, as `oath uploads list` shows it
        #[arg(value_name = "ID")]
        id: u64,
        /// Say which tokens would go, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Delete the status of an upload; its tokens stay
    Delete {
        /// The number of the upload, as `oath uploads list` shows it
        #[arg(value_name = "ID")]
        id: u64,
    },
}
