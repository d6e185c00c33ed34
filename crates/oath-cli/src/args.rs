//! The command line.

mod audit;
mod keys;
mod many;
mod policy;
mod seeds;
mod software;

pub(crate) use self::audit::{Audit, Listed};
pub(crate) use self::keys::Keys;
pub(crate) use self::many::Many;
pub(crate) use self::policy::Policy;
pub(crate) use self::seeds::{Encryption, Reading, Seeds, Taking, Writing};
pub(crate) use self::software::{Drawing, Qr, Software};

use crate::place::Database;
use clap::{Args, Parser, Subcommand};
use oath_directory::rights::{Operation, Role};
use oath_directory::{Leavers, Source, Status, Upn};
use oath_totp::{Algorithm, Digits, UnixTime};
use std::ffi::OsString;
use std::path::PathBuf;

const EXIT: &str = "\
Exit status: 0 done or accepted; 1 refused, or some rows failed; 2 wrong use or a fault.
Start with `oath tour`, which plays the whole story in a temporary folder.";

// What clap writes itself about a variable; the variables are read in one place, so that the tour has none.
const DB: &str = "The directory's database: sqlite:FILE, or postgres://user@host/database without a password, which \
                  comes from PGPASSWORD, PGPASSFILE or the URL in OATH_DB [env: OATH_DB] [default: sqlite:oath.db]";
const KEYS: &str = "The directory's key ring: a file; env:NAME, the content of that file in a variable; or command:PROGRAM WORDS, what a program \
     prints, run without a shell [env: OATH_KEYS] [default: oath.keys beside the file of the database, or here]";

/// One-time codes and the life of OATH tokens: seed files, who holds which token, sign-ins.
#[derive(Debug, Parser)]
#[command(name = "oath", version, after_help = EXIT, propagate_version = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    #[arg(long, global = true, value_name = "URL", help = DB, value_parser = database)]
    pub(crate) db: Option<Database>,
    #[arg(long, global = true, value_name = "FILE", help = KEYS)]
    pub(crate) keys: Option<PathBuf>,
    /// Print results, and errors too, as JSON: one object, or one a line where there are many (docs/json.md)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Act as this user of the directory, with the rights of the user's roles; see `oath roles` [default: the local operator]
    #[arg(long = "as", global = true, value_name = "UPN")]
    pub(crate) acting: Option<Upn>,
    /// The time, as Unix seconds or as RFC 3339 (2026-01-05T08:00:00Z) [default: now]
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<UnixTime>,
    /// Write at the time of --at, although the clock shows another; the audit log keeps both
    #[arg(long, global = true, requires = "at")]
    pub(crate) force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Play the whole story in a temporary folder: seed file, activation, sign-ins, replay, reassignment, audit
    ///
    /// With --db the story plays in that database, which must hold no directory. The directory of the story stays there;
    /// its key ring goes with the folder.
    Tour,
    /// Create a directory: its database, or its tables on a server, and its key ring
    Init,
    /// Bring a directory that an older version made forward; a file is kept under another name
    ///
    /// Stop all servers and commands that have the database open before. Codes up to now are refused afterwards.
    Migrate,
    /// The users, who can hold tokens
    #[command(subcommand)]
    Users(Users),
    /// Print who may do what: the rights of users and of each role
    ///
    /// `own`: for oneself; `users`: for users without a role, and for tokens that no user holds; `all`: for everyone; `-`: not at
    /// all. The local operator, who can read the database and the key ring, may do everything.
    Roles,
    /// The tokens and their lives
    #[command(subcommand)]
    Tokens(Tokens),
    /// The files that were uploaded, and the rows that failed
    #[command(subcommand)]
    Uploads(Uploads),
    /// Secrets for apps and programmable tokens
    #[command(subcommand)]
    Software(Software),
    /// Sign in: is this code, now, right and unused for any of the user's tokens?
    Verify {
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// The code on the display; `-` reads a line of standard input
        #[arg(value_name = "CODE")]
        code: String,
        /// It is a recovery code, which is used up with it; it comes on standard input, CODE is `-`
        #[arg(long)]
        recovery: bool,
        /// Where the sign-in comes from, as the server knows it: an identifier of the device that a stranger cannot know. A source
        /// that the user has signed in from has attempts of its own
        #[arg(long, value_name = "TEXT", value_parser = source)]
        source: Option<Source>,
    },
    /// Codes that sign a user in once each, for the day when no token is at hand
    #[command(subcommand)]
    Recovery(Recovery),
    /// Print the fleet in numbers: stock by model, clocks, tokens without a code for 90 days, users and tokens near a lock
    Report {
        /// Draw it into this new SVG file as well
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
    /// Copy the database into a new file, while others use the directory; the key ring is not part of it
    ///
    /// For a database in a file. One on a server is backed up by the server's own programs, such as `pg_dump`.
    Backup {
        /// The new file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Put a backup in the place of the database, and refuse every code up to now
    ///
    /// The restored database has forgotten which codes were used since the backup. The key ring must be that of the backup.
    /// Stop all servers and commands that have the database open before.
    Restore {
        /// What `oath backup` wrote
        #[arg(value_name = "BACKUP")]
        backup: PathBuf,
        /// Keep the database that is there under another name
        #[arg(long)]
        replace: bool,
    },
    /// Refuse every code up to now, after the database was restored by other means than `oath restore`
    Restored,
    /// The rules of the directory: limits, waits, windows
    #[command(subcommand)]
    Policy(Policy),
    /// The keys under which the secrets in the database are sealed
    #[command(subcommand)]
    Keys(Keys),
    /// The log of everything that happened
    #[command(subcommand)]
    Audit(Audit),
    /// Seed files
    #[command(subcommand)]
    Seeds(Seeds),
    /// Compute a code; the secret comes on standard input, in Base32 or as an otpauth URI
    Code(Code),
    /// Print the script by which a shell completes the words of this command
    ///
    /// For bash: oath completions bash > ~/.local/share/bash-completion/completions/oath
    Completions {
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print a manual page: `oath man | man -l -`, `oath man tokens assign`
    Man {
        /// The command to describe [default: oath]
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Add a user
    Add {
        /// userPrincipalName: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// Not a member of the organisation: holds no hardware token
        #[arg(long)]
        guest: bool,
        /// The display name
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
    },
    /// Add users, or change them, from a CSV file: userPrincipalName and, optional, userType, displayName, accountEnabled, id
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Make the users like a CSV file that lists all of them; users who are not in it leave
    Sync {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What becomes of users who are not in the file: keep, disable or remove
        #[arg(long, value_name = "WHAT", default_value = "disable")]
        leavers: Leavers,
        /// Show what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Go on where 5 users or more, and more than a quarter of all, would leave
        #[arg(long)]
        yes: bool,
    },
    /// List the users, with their wrong codes and locks
    List {
        /// Only those who have to wait after wrong codes
        #[arg(long)]
        locked: bool,
    },
    /// Show a user, the user's tokens and the wait after wrong codes
    Show {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Give a user another user name; the tokens stay
    Rename {
        #[arg(value_name = "UPN")]
        upn: Upn,
        #[arg(value_name = "NEW_UPN")]
        new: Upn,
    },
    /// Stop a user from signing in; the tokens stay
    Disable {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Let a user sign in again
    Enable {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Take a user out of the directory; hardware tokens are available again, apps are deleted
    Remove {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Show the roles of a user, or change them
    ///
    /// A user with a role is an administrator. `oath roles` prints what each role allows.
    Roles {
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// Give the user this role: helpdesk-administrator, auditor, authentication-administrator,
        /// privileged-authentication-administrator, authentication-policy-administrator or global-administrator
        #[arg(long, value_name = "ROLE")]
        add: Vec<Role>,
        /// Take this role from the user
        #[arg(long, value_name = "ROLE")]
        remove: Vec<Role>,
    },
    /// End the wait of a user after wrong codes
    Unlock {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
}

impl Users {
    /// Whether it is `roles` without a change.
    const fn shows_roles(&self) -> bool {
        matches!(self, Self::Roles { add, remove, .. } if add.is_empty() && remove.is_empty())
    }
}

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
        /// Only these: available, assigned, activated, failedActivation or deactivated
        #[arg(long, value_name = "STATUS")]
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
        #[arg(value_name = "SERIAL")]
        serial: String,
    },
    /// Accept codes of now again from a token that a clock set ahead has used up
    Reset {
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

impl Tokens {
    /// Whether the command only says what it would change.
    const fn tries(&self) -> bool {
        match self {
            Self::Upload { dry_run, .. } => *dry_run,
            Self::Assign { many, .. }
            | Self::Activate { many, .. }
            | Self::Unassign { many, .. }
            | Self::Delete { many, .. } => many.dry_run,
            _ => false,
        }
    }

    /// The one token that the command names.
    pub(crate) fn serial(&self) -> Option<&str> {
        match self {
            Self::Upload { .. } | Self::List { .. } => None,
            Self::Assign { serial, .. }
            | Self::Activate { serial, .. }
            | Self::Unassign { serial, .. }
            | Self::Delete { serial, .. } => serial.as_deref(),
            Self::Show { serial }
            | Self::Resync { serial, .. }
            | Self::Deactivate { serial }
            | Self::Unlock { serial }
            | Self::Reset { serial } => Some(serial),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Uploads {
    /// List the uploads
    List,
    /// Show one upload and the rows that failed
    Show {
        #[arg(value_name = "ID")]
        id: u64,
    },
    /// Write the rows that failed, with the reasons, as a CSV file
    Failures {
        #[arg(value_name = "ID")]
        id: u64,
        /// Into this file instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Take back the tokens that an upload brought and that nothing has changed since
    Undo {
        #[arg(value_name = "ID")]
        id: u64,
        /// Say which tokens would go, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Delete the status of an upload; its tokens stay
    Delete {
        #[arg(value_name = "ID")]
        id: u64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Give a user ten new codes, and show them this once; former codes no longer work
    Issue {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Show how many codes a user has left, and not the codes
    Show {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Take all codes from a user
    Reset {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Code {
    /// How many digits: 6, 7 or 8 [default: 6, or the URI's]
    #[arg(long, value_name = "N", value_parser = digits)]
    pub(crate) digits: Option<Digits>,
    /// The time step X in seconds [default: 30, or the URI's]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) step: Option<u32>,
    /// The hash: SHA1, SHA256 or SHA512 [default: SHA1, or the URI's]
    #[arg(long, value_name = "A")]
    pub(crate) algorithm: Option<Algorithm>,
    /// When step 0 began: T0, as Unix seconds or as RFC 3339 [default: 0]
    #[arg(long, value_name = "T", value_parser = time)]
    pub(crate) t0: Option<UnixTime>,
    /// The code of this counter (HOTP) instead of the time's
    #[arg(long, value_name = "C", conflicts_with_all = ["step", "t0", "at"])]
    pub(crate) counter: Option<u64>,
    /// Print the codes of so many steps before and after the time too, or of so many counters after the first
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u16).range(..=2880))]
    pub(crate) window: Option<u16>,
    /// The secret is hexadecimal, not Base32
    #[arg(long)]
    pub(crate) hex: bool,
    /// Whatever stands here is no option, and may be a secret: it is refused without being shown.
    #[arg(hide = true, num_args = 0..)]
    pub(crate) misplaced: Vec<OsString>,
}

impl Command {
    /// Whether the command may write to a directory.
    pub(crate) const fn writes(&self) -> bool {
        match self {
            Self::Init
            | Self::Migrate
            | Self::Verify { .. }
            | Self::Software(_)
            | Self::Restore { .. }
            | Self::Restored => true,
            Self::Users(command) => {
                let tries = matches!(command, Users::Import { dry_run: true, .. } | Users::Sync { dry_run: true, .. });
                !tries && !command.shows_roles() && !matches!(command, Users::List { .. } | Users::Show { .. })
            }
            Self::Tokens(command) => !command.tries() && !matches!(command, Tokens::List { .. } | Tokens::Show { .. }),
            Self::Policy(command) => !command.tries(),
            Self::Recovery(command) => !matches!(command, Recovery::Show { .. }),
            Self::Keys(command) => !matches!(command, Keys::List | Keys::Check),
            Self::Uploads(command) => matches!(command, Uploads::Delete { .. } | Uploads::Undo { dry_run: false, .. }),
            Self::Audit(command) => matches!(command, Audit::Prune { dry_run: false, .. }),
            Self::Tour
            | Self::Report { .. }
            | Self::Roles
            | Self::Backup { .. }
            | Self::Seeds(_)
            | Self::Code(_)
            | Self::Completions { .. }
            | Self::Man { .. } => false,
        }
    }

    /// Whether the command does nothing but show what is there, and comes to no verdict: its reader may stop reading.
    pub(crate) const fn shows(&self) -> bool {
        matches!(
            self,
            Self::Users(Users::List { .. } | Users::Show { .. })
                | Self::Tokens(Tokens::List { .. } | Tokens::Show { .. })
                | Self::Uploads(Uploads::List | Uploads::Show { .. } | Uploads::Failures { output: None, .. })
                | Self::Audit(Audit::List { .. })
                | Self::Keys(Keys::List)
                | Self::Policy(Policy::Show)
                | Self::Completions { .. }
                | Self::Roles
                | Self::Report { .. }
                | Self::Man { .. }
        )
    }

    /// What the command reads of a directory, for which an actor is asked first. Commands that write are asked by the directory,
    /// in the view that decides.
    pub(crate) const fn reads(&self) -> Option<(Operation, Option<&Upn>)> {
        Some(match self {
            Self::Users(Users::Show { upn } | Users::Roles { upn, .. }) | Self::Recovery(Recovery::Show { upn }) => {
                (Operation::ShowUser, Some(upn))
            }
            Self::Tokens(Tokens::List { upn: Some(upn), .. }) => (Operation::ShowUser, Some(upn)),
            Self::Report { .. }
            | Self::Users(Users::List { .. })
            | Self::Tokens(Tokens::List { upn: None, .. } | Tokens::Show { .. })
            | Self::Uploads(Uploads::List | Uploads::Show { .. } | Uploads::Failures { .. }) => (Operation::List, None),
            Self::Policy(Policy::Show) => (Operation::List, None),
            // A change asks by itself; what it would change is told to those alone who may change it.
            Self::Policy(command) if command.tries() => (Operation::ChangePolicy, None),
            Self::Audit(_) => (Operation::ReadLog, None),
            Self::Backup { .. } | Self::Keys(_) => (Operation::Maintain, None),
            _ => return None,
        })
    }

    /// Whether only the local operator can run the command, since it makes or replaces a directory.
    pub(crate) const fn makes_a_directory(&self) -> bool {
        matches!(self, Self::Init | Self::Migrate | Self::Tour | Self::Restore { .. })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn database(text: &str) -> Result<Database, String> {
    Ok(text.parse())
}

fn source(text: &str) -> Result<Source, String> {
    Source::new(text).ok_or_else(|| "expected a text".to_owned())
}

pub(crate) fn digits(text: &str) -> Result<Digits, String> {
    let count: u8 = text.parse().unwrap_or(0);
    Digits::try_from(count).map_err(|_| "expected 6, 7 or 8".to_owned())
}

/// The last second that RFC 3339 can write.
const END_OF_TIME: u64 = 253_402_300_799;

pub(crate) fn time(text: &str) -> Result<UnixTime, String> {
    let expected = || "expected Unix seconds, or RFC 3339 like 2026-01-05T08:00:00Z, from 1970 to 9999".to_owned();
    let seconds = match text.parse() {
        Ok(seconds) => seconds,
        Err(_) => {
            let time: jiff::Timestamp = text.parse().map_err(|_| expected())?;
            u64::try_from(time.as_second()).map_err(|_| expected())?
        }
    };
    if seconds > END_OF_TIME { Err(expected()) } else { Ok(UnixTime::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn times_are_read_as_seconds_and_as_rfc_3339() {
        for (text, seconds) in [
            ("0", 0),
            ("1767600000", 1_767_600_000),
            ("2026-01-05T08:00:00Z", 1_767_600_000),
            ("2026-01-05T09:00:00+01:00", 1_767_600_000),
        ] {
            assert_eq!(time(text), Ok(UnixTime::from_secs(seconds)), "{text}");
        }
        for text in ["", "now", "-5", "1969-12-31T23:59:59Z", "2026-01-05", "253402300800", "18446744073709551615"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
