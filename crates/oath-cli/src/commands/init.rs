use super::backup::{holds, in_words};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, GOOD, next, nothing_changed, pairs, shown};
use crate::shell::Shell;
use oath_directory::{MigrateOptions, Migrated, MigrationPreview, Policy};
use pollster::block_on;
use serde_json::json;

/// Creates the database and the key ring.
pub(crate) fn init(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let location = shell.location()?;
    block_on(location.create(&shell.actor, shell.now, Policy::default()))?;
    let database = location.database().place();
    let keys = location.keys().to_string_lossy().into_owned();
    shell.answer(&json!({"database": database, "keys": keys}), |out| {
        writeln!(out, "{GOOD}Created{GOOD:#} a directory of OATH tokens.")?;
        pairs(
            out,
            &[
                ("database", database.clone()),
                ("key ring", format!("{keys}: keep it secret, and keep a copy of it elsewhere than the database's")),
            ],
        )?;
        next(out, "Next, the people who can hold tokens:", "oath users add alice@example.com")
    })?;
    Ok(Exit::Done)
}

/// Brings a directory of an older version forward.
pub(crate) fn migrate(shell: &mut Shell<'_>, accept_unbound: bool) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let options = MigrateOptions { accept_unbound };
    let Migrated { from, format, former, left } = block_on(location.migrate(&shell.actor, shell.now, options))?;
    let database = location.database().place();
    let former = former.map(|name| name.to_string_lossy().into_owned());
    shell.answer(
        &json!({"database": database, "from": from, "format": format, "former": former, "left": left}),
        |out| {
            let Some(from) = from else {
                let database = shown(&database);
                return writeln!(
                    out,
                    "Nothing to do: {database} has format {format} already, the one of this version."
                );
            };
            writeln!(out, "{GOOD}Migrated{GOOD:#} from format {from} to {format}: codes up to now are refused.")?;
            let former = former.clone().map(|former| ("former database", former));
            pairs(out, &[("database", database.clone())].into_iter().chain(former).collect::<Vec<_>>())?;
            for serial in &left {
                writeln!(
                    out,
                    "{BAD}Token {} was left out: it was damaged in the former database.{BAD:#}",
                    shown(serial)
                )?;
            }
            next(out, "Next, check the log:", "oath audit verify")
        },
    )?;
    Ok(Exit::refused_if(!left.is_empty()))
}

/// Says what a migration would come to.
pub(crate) fn try_migration(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let location = shell.location()?;
    let MigrationPreview { from, left, contents } = block_on(location.preview_migration(&shell.actor, shell.now))?;
    let database = location.database().place();
    let value = json!({
        "dry_run": true, "database": database, "from": from, "left": left, "contents": holds(&contents),
    });
    shell.answer(&value, |out| {
        let Some(from) = from else {
            return writeln!(out, "The directory has the format of this version: {}", shown(&database));
        };
        writeln!(out, "{GOOD}Would migrate{GOOD:#} the directory from format {from}.")?;
        pairs(out, &[("database", database.clone()), ("it would hold", in_words(&contents))])?;
        if from == 1 {
            writeln!(
                out,
                "{BAD}No key protects the records of format 1:{BAD:#} to take them over as they are, add --accept-unbound."
            )?;
        }
        for serial in &left {
            writeln!(out, "{BAD}Token {} would be left out: it is damaged.{BAD:#}", shown(serial))?;
        }
        nothing_changed(out)
    })?;
    Ok(Exit::refused_if(!left.is_empty()))
}
