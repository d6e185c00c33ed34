use crate::args::{Cli, Command};
use crate::commands::{
    audit, backup, code, init, keys, manual, policy, recovery, report, roles, seeds, software, tokens, uploads, users,
    verify,
};
use crate::failure::{Exit, Failure};
use crate::near;
use crate::output::time;
use crate::place::Surroundings;
use crate::shell::{Shell, Streams};
use crate::tour;
use clap::Parser;
use clap::error::{ContextKind, ErrorKind as UsageErrorKind};
use oath_directory::Actor;
use oath_totp::UnixTime;
use pollster::block_on;
use std::ffi::OsString;
use std::io::ErrorKind;

/// Runs one command line, its first word being the name of the program.
pub(crate) fn run(
    words: impl IntoIterator<Item = OsString>,
    surroundings: &Surroundings,
    mut streams: Streams<'_>,
) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, words.iter().any(|word| word == "--json"), &mut streams),
    };
    let Streams { input, out, err } = &mut streams;
    match begin(&cli, surroundings, Streams { input: &mut **input, out: &mut **out, err: &mut **err }) {
        Ok(exit) => exit,
        // What was shown is all that was asked for; a verdict that was not delivered is none.
        Err(Failure::Unheard) => {
            if cli.command.shows() {
                Exit::Done
            } else {
                Exit::Fault
            }
        }
        Err(Failure::Told(report)) => {
            // Where standard error is closed, the exit status still tells.
            let _ = report.write(err, cli.global.json);
            report.exit
        }
    }
}

fn begin<'a>(cli: &'a Cli, surroundings: &'a Surroundings, streams: Streams<'a>) -> Result<Exit, Failure> {
    let clock = surroundings.now();
    let now = cli.global.at.unwrap_or(clock);
    let global = &cli.global;
    let mut actor = match (&global.acting, surroundings.operator()) {
        (Some(upn), _) => Actor::user(upn.clone()),
        (None, Some(name)) => Actor::local_operator_named(&name),
        (None, None) => Actor::local_operator(),
    };
    if cli.command.writes() && now.as_secs().abs_diff(clock.as_secs()) > SAME_TIME {
        if !global.force {
            return Err(another_time(now, clock));
        }
        actor = actor.while_the_clock_shows(clock);
    }
    let mut shell = Shell { surroundings, streams, global, json: global.json, now, actor, place: None };
    let ended = match command(&mut shell, &cli.command) {
        Ok(exit) => Ok(exit),
        Err(failure) => {
            let failure = near::with_suggestion(&mut shell, failure);
            Err(match &shell.place {
                Some(place) => failure.in_place(place),
                None => failure,
            })
        }
    };
    // The results before the error. Results that could not be written are none: the exit status is then a fault's. A reader who
    // went away before the last of them changes nothing about a command that has ended.
    match (ended, shell.streams.out.flush()) {
        (Ok(exit), Err(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(exit),
        (Ok(_), Err(error)) => Err(error.into()),
        (ended, _) => ended,
    }
}

/// How many seconds a time may be away from the clock without being another.
const SAME_TIME: u64 = 60;

/// A time that is wrong can lock users out and use up tokens.
fn another_time(now: UnixTime, clock: UnixTime) -> Failure {
    let message = format!("the time of --at is {}, and the clock shows {}", time(now), time(clock));
    let action = "leave --at out; or add --force to write at that time: the audit log keeps both times";
    Failure::new(Exit::Fault, "time-differs", message, action).in_place("--at on the command line")
}

/// Asks whether the actor may read what the command shows.
fn ask(shell: &mut Shell<'_>, command: &Command) -> Result<(), Failure> {
    if shell.global.acting.is_none() {
        return Ok(());
    }
    if command.makes_a_directory() {
        let action = "leave --as out: users have rights in a directory that is there";
        return Err(Failure::new(
            Exit::Fault,
            "usage",
            "only the local operator makes, migrates or replaces a directory",
            action,
        )
        .in_place("--as on the command line"));
    }
    if let Some((operation, about)) = command.reads() {
        block_on(shell.directory()?.allow(&shell.actor, shell.now, operation, about))?;
    }
    Ok(())
}

fn command(shell: &mut Shell<'_>, command: &Command) -> Result<Exit, Failure> {
    ask(shell, command)?;
    match command {
        Command::Tour => tour::play(shell),
        Command::Init => init::init(shell),
        Command::Migrate { dry_run: false, accept_unbound } => init::migrate(shell, *accept_unbound),
        Command::Migrate { dry_run: true, .. } => init::try_migration(shell),
        Command::Users(command) => users::run(shell, command),
        Command::Roles => roles::table_of_rights(shell),
        Command::Tokens(command) => tokens::run(shell, command),
        Command::Uploads(command) => uploads::run(shell, command),
        Command::Software(command) => software::run(shell, command),
        Command::Verify { upn, code, recovery: false, source } => verify::verify(shell, upn, code, source.as_ref()),
        Command::Verify { upn, code, recovery: true, source } => verify::recover(shell, upn, code, source.as_ref()),
        Command::Report { svg } => report::run(shell, svg.as_deref()),
        Command::Recovery(command) => recovery::run(shell, command),
        Command::Backup { file } => backup::backup(shell, file),
        Command::Restore { backup: file, replace, dry_run: false } => backup::restore(shell, file, *replace),
        Command::Restore { backup: file, replace, dry_run: true } => backup::try_restore(shell, file, *replace),
        Command::Restored { clock_was_ahead: false } => backup::restored(shell),
        Command::Restored { clock_was_ahead: true } => backup::lower_floor(shell),
        Command::Policy(command) => policy::run(shell, command),
        Command::Keys(command) => keys::run(shell, command),
        Command::Audit(command) => audit::run(shell, command),
        Command::Seeds(command) => seeds::run(shell, command),
        Command::Code(code) => code::code(shell, code),
        Command::Completions { shell: of } => manual::completions(shell, *of),
        Command::Man { command } => manual::page(shell, command),
    }
}

/// Help and version are results; everything else is wrong use.
fn usage(error: &clap::Error, json: bool, streams: &mut Streams<'_>) -> Exit {
    let text = error.render();
    if !error.use_stderr() {
        let _ = write!(streams.out, "{}", text.ansi()).and_then(|()| streams.out.flush());
        return Exit::Done;
    }
    if json {
        let text = text.to_string();
        let message = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ").trim();
        let help = match (error.kind(), error.get(ContextKind::Usage)) {
            (UsageErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) | (_, None) => "see `oath --help`".to_owned(),
            (_, Some(usage)) => usage.to_string().replace('\n', " "),
        };
        if let Failure::Told(report) = Failure::new(Exit::Fault, "usage", message, help) {
            let _ = report.write(streams.err, true);
        }
    } else {
        let _ = write!(streams.err, "{}", text.ansi());
    }
    Exit::Fault
}
