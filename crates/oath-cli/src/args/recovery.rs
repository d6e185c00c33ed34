//! The words of `oath recovery`.

use clap::Subcommand;
use oath_directory::Upn;

#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Give a user ten new codes, and show them this once; former codes no longer work
    Issue {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Show how many codes a user has left, and not the codes
    Show {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Take all codes from a user
    Reset {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
}
