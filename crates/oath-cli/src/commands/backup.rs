use crate::failure::{Exit, Failure};
use crate::output::{DIM, GOOD, next, pairs, shown, time};
use crate::progress::Turning;
use crate::shell::Shell;
use oath_directory::LocationError;
use pollster::block_on;
use serde_json::json;
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
    let former = block_on(location.restore(file, replace, &shell.actor, shell.now)).map_err(|error| match &error {
        LocationError::DirectoryExists { .. } => {
            let action = "name another database; or add --replace, which keeps this one under another name";
            Failure::new(Exit::Refused, error.code(), error.to_string(), action).in_place(&error.place())
        }
        _ => error.into(),
    })?;
    drop(turning);
    let former = former.map(|name| name.to_string_lossy().into_owned());
    let (database, floor) = (location.database().place(), time(shell.now));
    shell.answer(&json!({"database": database, "former": former, "refused_until": floor}), |out| {
        writeln!(out, "{GOOD}Restored{GOOD:#}: codes up to {floor} are refused.")?;
        let former = former.clone().unwrap_or_else(|| "none".to_owned());
        pairs(out, &[("database", database.clone()), ("former database", former)])?;
        next(out, "Next, check the log:", "oath audit verify")
    })?;
    Ok(Exit::Done)
}

/// Raises the floor of a directory that was restored by other means.
pub(crate) fn restored(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    block_on(directory.restored(&shell.actor, shell.now))?;
    let floor = time(shell.now);
    shell.answer(&json!({"refused_until": floor}), |out| {
        writeln!(out, "{GOOD}Done{GOOD:#}: codes up to {floor} are refused.")
    })?;
    Ok(Exit::Done)
}
