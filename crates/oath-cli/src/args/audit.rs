use super::{from_day, named, to_day};
use clap::builder::TypedValueParser;
use clap::{Args, Subcommand};
use oath_directory::Upn;
use oath_directory::audit::{Action, EventQuery, Head};
use oath_totp::UnixTime;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List events, the oldest first
    List(Listed),
    /// Check that no event is missing, changed or out of order
    Verify {
        /// Check these exported files instead, oldest first, and that they and the database hold all events between them
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Check too that this event is still there, which an earlier check printed as the last one; may be given again
        #[arg(long, value_name = "NUMBER:HASH")]
        contains: Vec<Head>,
    },
    /// Write the ends of all chains down in the log, so that a chain that is cut off or removed later is missed
    ///
    /// To be run from time to time, once a day for example, where several machines write into one database on a server.
    Checkpoint,
    /// Write the log up to a time into a file that anyone can read and the key ring verifies
    Export {
        /// Events up to this time; a day, such as 2026-03-31, to its end (UTC)
        #[arg(long, value_name = "TIME", value_parser = to_day)]
        until: UnixTime,
        /// The file, which must not exist; JSON lines
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Delete the events from the database that an exported file verifiably holds
    Prune {
        /// The exported file: keep it, and a copy of it elsewhere
        #[arg(long, value_name = "FILE")]
        exported: PathBuf,
        /// Say what would be deleted, and delete nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Listed {
    /// Only those about this user
    #[arg(long, value_name = "UPN")]
    pub(crate) user: Option<Upn>,
    /// Only those about the token with this serial number
    #[arg(long, value_name = "SERIAL")]
    pub(crate) serial: Option<String>,
    /// Only those of this kind: signed-in, sign-in-rejected, token-assigned …; a wrong name lists all
    #[arg(long, value_name = "ACTION", value_parser = action(), hide_possible_values = true)]
    action: Option<Action>,
    /// Only those of this time or later; a day, such as 2026-03-01, from its beginning (UTC)
    #[arg(long, value_name = "TIME", value_parser = from_day)]
    since: Option<UnixTime>,
    /// Only those of this time or earlier; a day, such as 2026-03-31, to its end (UTC)
    #[arg(long, value_name = "TIME", value_parser = to_day)]
    until: Option<UnixTime>,
    /// Only the last N of those
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<usize>,
}

impl Listed {
    pub(crate) fn query(&self) -> EventQuery {
        let Self { user, serial, action, since, until, last: _ } = self;
        EventQuery { upn: user.clone(), serial: serial.clone(), action: *action, since: *since, until: *until }
    }
}

fn action() -> impl TypedValueParser<Value = Action> {
    named(Action::ALL.map(Action::name), Action::from_name)
}
