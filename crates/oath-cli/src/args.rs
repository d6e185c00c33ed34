//! The command line.

mod asks;
mod audit;
mod code;
mod keys;
mod many;
mod policy;
mod recovery;
mod seeds;
mod software;
mod tokens;
mod uploads;
mod users;

pub(crate) use self::audit::{Audit, Listed};
pub(crate) use self::code::{Code, digits};
pub(crate) use self::keys::Keys;
pub(crate) use self::many::Many;
pub(crate) use self::policy::Policy;
pub(crate) use self::recovery::Recovery;
pub(crate) use self::seeds::{Encryption, Reading, Seeds, Taking, Writing};
pub(crate) use self::software::{Drawing, Qr, Software};
pub(crate) use self::tokens::Tokens;
pub(crate) use self::uploads::Uploads;
pub(crate) use self::users::Users;

use crate::place::Database;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use oath_directory::{Source, Upn};
use oath_totp::UnixTime;
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
    Migrate {
        /// Say what the migration would come to, and change nothing; a copy of the file is migrated, and deleted
        #[arg(long)]
        dry_run: bool,
        /// Take over a file of format 1 as it is: no key protects its records and its log. Compare users and tokens afterwards
        #[arg(long)]
        accept_unbound: bool,
    },
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
        /// The user name of the person who signs in
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
    ///
    /// Refused where the clock is behind the newest event of the backup: codes that were used would be good again. Set the clock
    /// right, or give the right time yourself with --at TIME --force.
    Restore {
        /// What `oath backup` wrote
        #[arg(value_name = "BACKUP")]
        backup: PathBuf,
        /// Keep the database that is there under another name
        #[arg(long)]
        replace: bool,
        /// Check the backup, say what would take the place of what, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Refuse every code up to now, after the database was restored by other means than `oath restore`
    ///
    /// Refused where the clock is behind the newest event. Set it right, or give the right time yourself with --at TIME --force.
    Restored {
        /// Accept codes again from now on: the clock was ahead at a restore, and codes are refused until that time comes
        #[arg(long)]
        clock_was_ahead: bool,
    },
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
        /// The shell
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

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn database(text: &str) -> Result<Database, String> {
    Ok(text.parse())
}

fn source(text: &str) -> Result<Source, String> {
    Source::new(text).ok_or_else(|| "expected a text".to_owned())
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

/// A time, or a day from its beginning.
pub(crate) fn from_day(text: &str) -> Result<UnixTime, String> {
    day(text).map_or_else(|| time_or_day(text), |first| Ok(UnixTime::from_secs(first)))
}

/// A time, or a day to its end.
pub(crate) fn to_day(text: &str) -> Result<UnixTime, String> {
    const LAST: u64 = 24 * 60 * 60 - 1;
    day(text).map_or_else(|| time_or_day(text), |first| Ok(UnixTime::from_secs(first.saturating_add(LAST))))
}

fn time_or_day(text: &str) -> Result<UnixTime, String> {
    time(text).map_err(|expected| format!("{expected}; or a day like 2026-01-05"))
}

/// The first second of a day in UTC.
fn day(text: &str) -> Option<u64> {
    let day: jiff::civil::Date = text.parse().ok()?;
    // What is more than a day is a time.
    if text.len() != "2026-01-05".len() {
        return None;
    }
    let begins = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    u64::try_from(begins.timestamp().as_second()).ok()
}

/// One of these names. A name that is none of them is told which may be meant, and a shell completes them.
pub(crate) fn named<T: Clone + Send + Sync + 'static, const N: usize>(
    names: [&'static str; N],
    of: impl Fn(&str) -> Option<T> + Clone + Send + Sync + 'static,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(move |name| of(&name).ok_or("expected one of the names"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    /// The commands with their words.
    fn walk(command: &clap::Command, words: &str, each: &mut dyn FnMut(&clap::Command, &str)) {
        each(command, words);
        for inner in command.get_subcommands() {
            walk(inner, &format!("{words} {}", inner.get_name()), each);
        }
    }

    #[test]
    fn every_command_and_every_argument_has_a_help_text() {
        use clap::CommandFactory;
        let (mut commands, mut arguments, mut without) = (0, 0, Vec::new());
        walk(&Cli::command(), "oath", &mut |command, words| {
            commands += 1;
            if command.get_about().is_none() {
                without.push(words.to_owned());
            }
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                arguments += 1;
                if argument.get_help().is_none_or(|help| help.to_string().trim().is_empty()) {
                    without.push(format!("{words}: {}", argument.get_id()));
                }
            }
        });
        assert!(without.is_empty(), "without a help text: {without:#?}");
        assert!(commands > 70 && arguments > 150, "{commands} commands, {arguments} arguments");
    }

    #[test]
    fn completions_and_manual_pages_have_every_command_and_option() {
        use clap::CommandFactory;
        use clap_complete::{Shell, generate};
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let mut script = Vec::new();
            generate(shell, &mut Cli::command(), "oath", &mut script);
            let script = String::from_utf8(script).unwrap();
            walk(&Cli::command(), "oath", &mut |command, words| {
                assert!(script.contains(command.get_name()), "{shell}: {words}");
                for long in command.get_arguments().filter(|a| !a.is_hide_set()).filter_map(clap::Arg::get_long) {
                    assert!(script.contains(long), "{shell}: {words} --{long}");
                }
            });
        }
        let mut root = Cli::command();
        // Global options come to the commands by this.
        root.build();
        walk(&root, "oath", &mut |command, words| {
            let mut page = Vec::new();
            clap_mangen::Man::new(command.clone()).render(&mut page).unwrap();
            let page = String::from_utf8(page).unwrap().replace("\\-", "-");
            for long in command.get_arguments().filter(|a| !a.is_hide_set()).filter_map(clap::Arg::get_long) {
                assert!(page.contains(&format!("--{long}")), "the page of {words}: --{long}");
            }
            for inner in command.get_subcommands() {
                assert!(page.contains(inner.get_name()), "the page of {words}: {}", inner.get_name());
            }
        });
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
        let day = "2026-01-05";
        assert_eq!(from_day(day), Ok(UnixTime::from_secs(1_767_571_200)));
        assert_eq!(to_day(day), Ok(UnixTime::from_secs(1_767_571_200 + 86_399)));
        assert_eq!(to_day("2026-01-05T09:00:00+01:00"), Ok(UnixTime::from_secs(1_767_600_000)));
        for text in ["", "2026-13-01", "2026-01-05 08", "1969-12-31", "10000-01-01"] {
            assert!(from_day(text).is_err() && to_day(text).is_err(), "{text}");
        }
        for text in ["", "now", "-5", "1969-12-31T23:59:59Z", "2026-01-05", "253402300800", "18446744073709551615"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
