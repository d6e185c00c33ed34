use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, count, next, nothing_changed, pairs, shown, time};
use crate::progress::Turning;
use crate::shell::Shell;
use oath_directory::{Contents, LocationError, RestorePreview, Restored};
use oath_totp::UnixTime;
use pollster::block_on;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// Writes a copy of the database into a new file.
pub(crate) fn backup(shell: &mut Shell<'_>, file: &Path) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let turning = Turning::new("copying the database", shell.surroundings.watched);
    block_on(location.backup(file))?;
    drop(turning);
    let keys = location.keys().to_string_lossy().into_owned();
    let shown_file = file.to_string_lossy().into_owned();
    shell.answer(&json!({"backup": shown_file, "keys": keys}), |out| {
        writeln!(out, "{GOOD}Written{GOOD:#}: {}, a copy of the database.", shown(&shown_file))?;
        writeln!(
            out,
            "{DIM}It is of no use without the key ring {}: keep a copy of that in another place.{DIM:#}",
            shown(&keys)
        )
    })?;
    Ok(Exit::Done)
}

/// Puts a backup in the place of the database.
pub(crate) fn restore(shell: &mut Shell<'_>, file: &Path, replace: bool) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let turning = Turning::new("copying and checking the backup", shell.surroundings.watched);
    let restored = location.restore(file, replace, &shell.actor, shell.now, shell.clock());
    let Restored { former, last_event, refused_until } = block_on(restored).map_err(unrestored)?;
    drop(turning);
    let former = former.map(|name| name.to_string_lossy().into_owned());
    let (database, floor, now) = (location.database().place(), time(refused_until), shell.now);
    shell.answer(&json!({"database": database, "former": former, "refused_until": floor}), |out| {
        writeln!(out, "{GOOD}Restored{GOOD:#}: codes up to {floor} are refused.")?;
        if_in_the_future(out, refused_until, now)?;
        let former = former.clone().unwrap_or_else(|| "none".to_owned());
        pairs(out, &[("database", database.clone()), ("former database", former)])?;
        if_long_ago(out, last_event, now)?;
        next(out, "Next, check the log:", "oath audit verify")
    })?;
    Ok(Exit::Done)
}

/// Why a backup was not restored.
fn unrestored(error: LocationError) -> Failure {
    match &error {
        LocationError::DirectoryExists { .. } => {
            let action = "name another database; or add --replace, which keeps this one under another name";
            Failure::new(Exit::Refused, error.code(), error.to_string(), action).in_place(&error.place())
        }
        _ => error.into(),
    }
}

/// Says what a restore would put in the place of what.
pub(crate) fn try_restore(shell: &mut Shell<'_>, file: &Path, replace: bool) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let turning = Turning::new("checking the backup", shell.surroundings.watched);
    let RestorePreview { backup, replaced, refused_until } =
        block_on(location.preview_restore(file, replace, &shell.actor, shell.now, shell.clock()))
            .map_err(unrestored)?;
    drop(turning);
    let (database, floor, now) = (location.database().place(), time(refused_until), shell.now);
    let value = json!({
        "dry_run": true, "database": database, "backup": holds(&backup), "replaced": replaced.as_ref().map(holds),
        "refused_until": floor,
    });
    shell.answer(&value, |out| {
        writeln!(
            out,
            "{GOOD}Would restore{GOOD:#} {}; codes up to {floor} would be refused.",
            shown(&file.to_string_lossy())
        )?;
        let there = replaced.as_ref().map_or_else(|| "none".to_owned(), in_words);
        pairs(
            out,
            &[("database", database.clone()), ("the backup holds", in_words(&backup)), ("it would replace", there)],
        )?;
        warn_of_the_clock(out, backup.last_event, now)?;
        nothing_changed(out)
    })?;
    Ok(Exit::Done)
}

/// What a database holds, for scripts.
pub(crate) fn holds(contents: &Contents) -> Value {
    let Contents { users, tokens, events, last_event } = contents;
    json!({"users": users, "tokens": tokens, "events": events, "last_event": last_event.map(time)})
}

/// `3 users, 5 tokens, 12 events up to 2026-01-05T08:00:00Z`.
pub(crate) fn in_words(contents: &Contents) -> String {
    let Contents { users, tokens, events, last_event } = *contents;
    let (users, tokens) = (count(users, "user", "users"), count(tokens, "token", "tokens"));
    let last = last_event.map(|at| format!(" up to {}", time(at))).unwrap_or_default();
    format!("{users}, {tokens}, {}{last}", count(events, "event", "events"))
}

/// In seconds: a backup that ends so long before the time of the clock is old, or the clock is ahead.
const LONG: u64 = 30 * 24 * 60 * 60;

/// Where the newest event is so long ago that the clock may be ahead, says so. Returns whether it did.
fn warn_of_the_clock(out: &mut dyn Write, last_event: Option<UnixTime>, now: UnixTime) -> io::Result<bool> {
    let Some(last) = last_event.filter(|last| last.as_secs().saturating_add(LONG) < now.as_secs()) else {
        return Ok(false);
    };
    let (now, last) = (time(now), time(last));
    writeln!(
        out,
        "{STRONG}Check the clock{STRONG:#}: it shows {now}, and the newest event is of {last}. With a clock that is ahead, all codes are \
         refused until that time."
    )?;
    Ok(true)
}

/// The same after a restore, with the cure.
fn if_long_ago(out: &mut dyn Write, last_event: Option<UnixTime>, now: UnixTime) -> io::Result<()> {
    if warn_of_the_clock(out, last_event, now)? {
        next(out, "If it is ahead, set it right, and accept codes again:", CLOCK_WAS_AHEAD)?;
    }
    Ok(())
}

/// What to do where codes are refused beyond now.
fn if_in_the_future(out: &mut dyn Write, refused_until: UnixTime, now: UnixTime) -> io::Result<()> {
    if refused_until <= now {
        return Ok(());
    }
    let now = time(now);
    writeln!(
        out,
        "{STRONG}That is in the future{STRONG:#}: an earlier restore found a clock that was ahead. If the clock is right now ({now}), accept \
         codes again:"
    )?;
    writeln!(out, "  {CLOCK_WAS_AHEAD}")
}

/// What is shown with a user or a token whose codes are refused because of a restore.
pub(crate) fn all_codes_are_refused(out: &mut dyn Write, until: &str) -> io::Result<()> {
    writeln!(
        out,
        "{BAD}All codes of all users are refused until {until}{BAD:#}: the clock was ahead when the database was restored. If it is right \
         now: {CLOCK_WAS_AHEAD}"
    )
}

/// The cure.
const CLOCK_WAS_AHEAD: &str = "oath restored --clock-was-ahead";

/// Raises the floor of a directory that was restored by other means.
pub(crate) fn restored(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let last_event = block_on(directory.last_event())?;
    let refused_until = block_on(directory.restored(&shell.actor, shell.now, shell.clock()))?;
    let (floor, now) = (time(refused_until), shell.now);
    shell.answer(&json!({"refused_until": floor}), |out| {
        writeln!(out, "{GOOD}Done{GOOD:#}: codes up to {floor} are refused.")?;
        if_in_the_future(out, refused_until, now)?;
        if_long_ago(out, last_event, now)
    })?;
    Ok(Exit::Done)
}

/// Lowers a floor that is in the future.
pub(crate) fn lower_floor(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let former = block_on(directory.lower_floor(&shell.actor, shell.now, shell.clock()))?;
    let now = time(shell.now);
    let Some(former) = former.map(time) else {
        let action = "if codes are refused for another reason, `oath users show UPN` says why";
        let message = format!("no code is refused beyond now ({now}): the clock was not ahead at a restore");
        return Err(Failure::new(Exit::Refused, "clock-was-not-ahead", message, action));
    };
    shell.answer(&json!({"refused_until": now, "former": former}), |out| {
        writeln!(out, "{GOOD}Done{GOOD:#}: codes up to {now} are refused, and no longer those up to {former}.")
    })?;
    Ok(Exit::Done)
}
