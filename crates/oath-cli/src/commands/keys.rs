use crate::args::Keys;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, Cell, DIM, GOOD, count, next, nothing_changed, shown, table};
use crate::progress::Turning;
use crate::shell::Shell;
use oath_directory::Rotated;
use pollster::block_on;
use serde_json::{Value, json};
use std::io::{self, Write};

pub(crate) fn run(shell: &mut Shell<'_>, command: &Keys) -> Result<Exit, Failure> {
    match command {
        Keys::List => list(shell),
        Keys::Add => add(shell),
        Keys::Activate { name } => activate(shell, name),
        Keys::Rotate { dry_run } => rotate(shell, *dry_run),
        Keys::Check => check(shell),
        Keys::Remove { name } => remove(shell, name),
    }
}

const SEALS: &str = "seals";
const OPENS: &str = "opens";
const RETIRED: &str = "recognises deleted tokens";

fn list(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let last = directory.key_names().last().unwrap_or_default();
    let keys: Vec<(&str, bool)> = directory.key_names().map(|name| (name, name == last)).collect();
    let values: Vec<Value> = keys.iter().map(|(name, seals)| json!({"name": name, "seals": seals})).collect();
    let retired: Vec<&str> = directory.retired_key_names().collect();
    shell.answer(&json!({"keys": values, "retired": retired}), |out| {
        let row = |(name, seals): &(&str, bool)| vec![Cell::new(name), Cell::new(if *seals { SEALS } else { OPENS })];
        let retired = retired.iter().map(|name| vec![Cell::new(name), Cell::new(RETIRED)]);
        table(out, &["key", "use"], &keys.iter().map(row).chain(retired).collect::<Vec<_>>())
    })?;
    Ok(Exit::Done)
}

fn add(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let name = block_on(location.add_key(&shell.actor, shell.now))?;
    shell.answer(&json!({"key": name, "seals": false}), |out| {
        writeln!(out, "{GOOD}Added{GOOD:#} the key {name}, which does not seal yet.")?;
        next(
            out,
            "Next, give the key ring to all servers, keep a copy of it, restart the servers, and then:",
            &format!("oath keys activate {name}"),
        )
    })?;
    Ok(Exit::Done)
}

fn activate(shell: &mut Shell<'_>, name: &str) -> Result<Exit, Failure> {
    let location = shell.location()?;
    block_on(location.activate_key(&shell.actor, shell.now, name))?;
    shell.answer(&json!({"key": name, "seals": true}), |out| {
        writeln!(out, "{GOOD}Activated{GOOD:#} the key {}: new secrets are sealed under it.", shown(name))?;
        next(out, "Next, give the key ring to all servers, restart them, and then:", "oath keys rotate")
    })?;
    Ok(Exit::Done)
}

fn rotate(shell: &mut Shell<'_>, dry_run: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let key = directory.key_names().last().unwrap_or_default();
    let turning = Turning::new("sealing secrets again", shell.surroundings.watched);
    let tell = |sealed| turning.tell(format!("sealed {} again", count(sealed, "secret", "secrets")));
    let Rotated { sealed, damaged } = if dry_run {
        block_on(directory.preview_rotation(&shell.actor, shell.now, tell))?
    } else {
        block_on(directory.rotate(&shell.actor, shell.now, tell))?
    };
    drop(turning);
    shell.answer(&json!({"key": key, "dry_run": dry_run, "sealed": sealed, "damaged": damaged}), |out| {
        let what = if dry_run { "Would seal" } else { "Sealed" };
        let tokens = count(sealed, "token", "tokens");
        writeln!(out, "{GOOD}{what}{GOOD:#} {tokens} again, under the key {}.", shown(key))?;
        tell_damaged(out, &damaged)?;
        if dry_run { nothing_changed(out) } else { Ok(()) }
    })?;
    Ok(ended(&damaged))
}

fn check(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let report = block_on(directory.check_seals())?;
    let is_retired = |name: &str| directory.retired_key_names().any(|other| other == name);
    let keys = report.keys.iter().map(|key| {
        let (tokens, recognised) = (key.tokens, key.recognised);
        json!({"name": key.name, "tokens": tokens, "recognised": recognised, "in_ring": key.held, "seals": key.seals})
    });
    let value = json!({"keys": keys.collect::<Vec<_>>(), "damaged": report.damaged});
    shell.answer(&value, |out| {
        let rows: Vec<_> = report
            .keys
            .iter()
            .map(|key| {
                let used = match (key.held, key.seals) {
                    (false, _) => Cell::new("not in the key ring").styled(BAD),
                    (true, true) => Cell::new(SEALS),
                    (true, false) if is_retired(&key.name) => Cell::new(RETIRED),
                    (true, false) => Cell::new(OPENS),
                };
                vec![Cell::new(&key.name), used, Cell::number(key.tokens), Cell::number(key.recognised)]
            })
            .collect();
        table(out, &["key", "use", "tokens", "recognised"], &rows)?;
        if report.damaged.is_empty() {
            writeln!(out, "{GOOD}All secrets open.{GOOD:#}")?;
        }
        tell_damaged(out, &report.damaged)
    })?;
    Ok(ended(&report.damaged))
}

fn remove(shell: &mut Shell<'_>, name: &str) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let recognised = block_on(location.remove_key(&shell.actor, shell.now, name))?;
    shell.answer(&json!({"key": name, "removed": true, "recognised": recognised}), |out| {
        writeln!(out, "{GOOD}Removed{GOOD:#} the key {} from the key ring.", shown(name))?;
        if recognised > 0 {
            let secrets = count(recognised, "deleted token", "deleted tokens");
            writeln!(
                out,
                "The ring still recognises {secrets} by it, so that used codes stay used; it opens no secret."
            )?;
        }
        writeln!(out, "{DIM}Keep a copy of the former key ring as long as a backup needs it.{DIM:#}")
    })?;
    Ok(Exit::Done)
}

/// Some rows failed.
const fn ended(damaged: &[String]) -> Exit {
    if damaged.is_empty() { Exit::Done } else { Exit::Refused }
}

fn tell_damaged(out: &mut dyn Write, serials: &[String]) -> io::Result<()> {
    for serial in serials {
        writeln!(out, "{BAD}The secret of token {} does not open.{BAD:#}", shown(serial))?;
    }
    if !serials.is_empty() {
        let action = "restore the database or the key ring from a copy, or delete the token and upload it again";
        writeln!(out, "{DIM}to do:{DIM:#} {action}")?;
    }
    Ok(())
}
