//! The words of `oath tokens`.

use super::{Many, Reading, Taking, named};
use clap::Subcommand;
use clap::builder::TypedValueParser;
use oath_directory::{Status, Upn};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Tokens {
    /// Take a vendor's seed file into the directory
    Upload {
        /// The seed file; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Give a token that is in the directory already, and that no user holds, to the user of its row
        #[arg(long)]
        assign: bool,
        /// Continue an interrupted upload of this file
        #[arg(long, value_name = "ID")]
        resume: Option<u64>,
        /// Say what the upload would come to, and write nothing
        #[arg(long, conflicts_with = "resume")]
        dry_run: bool,
        #[command(flatten)]
        taking: Taking,
        #[command(flatten)]
        reading: Reading,
    },
    /// List the tokens
    List {
        /// Only those of this status
        #[arg(long, value_name = "STATUS", value_parser = status(), ignore_case = true)]
        status: Option<Status>,
        /// Only those that this user holds
        #[arg(long, value_name = "UPN")]
        upn: Option<Upn>,
        /// Only the one with this serial number
        #[arg(long, value_name = "SERIAL")]
        serial: Option<String>,
    },
    /// Show one token
    Show {
        /// The number on the back of the token
        #[arg(value_name = "SERIAL")]
        serial: String,
    },
    /// Give an available token to a user
    #[command(override_usage = "oath tokens assign SERIAL UPN\n       oath tokens assign --file FILE [--dry-run]")]
    Assign {
        /// The number on its back
        #[arg(value_name = "SERIAL", conflicts_with_all = ["file", "dry_run"])]
        serial: Option<String>,
        /// Who gets it
        #[arg(value_name = "UPN")]
        upn: Option<Upn>,
        #[command(flatten)]
        many: Many,
    },
    /// Make a token sign its holder in, with the code on its display
    #[command(
        override_usage = "oath tokens activate SERIAL CODE [NEXT_CODE]\n       oath tokens activate --file FILE [--dry-run]"
    )]
    Activate {
        /// The number on its back
        #[arg(value_name = "SERIAL", conflicts_with_all = ["file", "dry_run"])]
        serial: Option<String>,
        /// The code on its display; `-` reads a line of standard input
        #[arg(value_name = "CODE")]
        code: Option<String>,
        /// The next code, where the clock of the token is far off or the first code was ambiguous
        #[arg(value_name = "NEXT_CODE")]
        next_code: Option<String>,
        #[command(flatten)]
        many: Many,
    },
    /// Find a token again whose clock is off, with two codes in a row
    Resync {
        /// The number on its back
        #[arg(value_name = "SERIAL")]
        serial: String,
        /// The code on its display
        #[arg(value_name = "CODE")]
        code: String,
        /// The one right after it
        #[arg(value_name = "NEXT_CODE")]
        next_code: String,
    },
    /// Stop a token from signing in; its holder keeps it
    Deactivate {
        /// The number on the back of the token
        #[arg(value_name = "SERIAL")]
        serial: String,
    },
    /// Take a token back from its holder
    #[command(override_usage = "oath tokens unassign SERIAL\n       oath tokens unassign --file FILE [--dry-run]")]
    Unassign {
        /// The number on its back
        #[arg(value_name = "SERIAL", conflicts_with_all = ["file", "dry_run"])]
        serial: Option<String>,
        #[command(flatten)]
        many: Many,
    },
    /// End the wait of a token after wrong codes for its activation
    Unlock {
        /// The number on the back of the token
        #[arg(value_name = "SERIAL")]
        serial: String,
    },
    /// Accept codes of now again from a token that a clock set ahead has used up
    Reset {
        /// The number on the back of the token
        #[arg(value_name = "SERIAL")]
        serial: String,
    },
    /// Take a token that no user holds, or a software token that does not sign in, out of the directory
    #[command(override_usage = "oath tokens delete SERIAL\n       oath tokens delete --file FILE [--dry-run]")]
    Delete {
        /// The number on its back
        #[arg(value_name = "SERIAL", conflicts_with_all = ["file", "dry_run"])]
        serial: Option<String>,
        #[command(flatten)]
        many: Many,
    },
}

fn status() -> impl TypedValueParser<Value = Status> {
    named(Status::ALL.map(Status::name), |name| name.parse().ok())
}

impl Tokens {
    /// Whether the command only says what it would change.
    pub(super) const fn tries(&self) -> bool {
        match self {
            Self::Upload { dry_run, .. } => *dry_run,
            Self::Assign { many, .. }
            | Self::Activate { many, .. }
            | Self::Unassign { many, .. }
            | Self::Delete { many, .. } => many.dry_run,
            _ => false,
        }
    }
}
