use crate::args::Policy as Command;
use crate::failure::{Exit, Failure};
use crate::output::{Cell, DIM, GOOD, STRONG, duration, nothing_changed, shown, table};
use crate::shell::Shell;
use oath_directory::model::Versioned;
use oath_directory::{Policy, PolicyEdit, PolicyError, PolicyField};
use pollster::block_on;
use serde_json::{Value, json};

pub(crate) fn run(shell: &mut Shell<'_>, command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Show => show(shell),
        Command::Set { changes, dry_run } => change(shell, *dry_run, |policy| {
            for change in changes {
                // Without `=` it is a name that has no value.
                let (name, value) = change.split_once('=').unwrap_or((change, ""));
                policy.set(name.trim(), value)?;
            }
            Ok(())
        }),
        Command::Reset { names, dry_run } => change(shell, *dry_run, |policy| {
            if names.is_empty() {
                *policy = Policy::default();
            }
            names.iter().try_for_each(|name| policy.reset(name))
        }),
        Command::Use { name, dry_run } => change(shell, *dry_run, |policy| {
            *policy = Policy::named(name).unwrap_or_default();
            Ok(())
        }),
    }
}

fn show(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let Versioned { version, value: policy } = block_on(shell.directory()?.policy())?;
    let default = Policy::default();
    let object = |field: &PolicyField| {
        let (unit, takes, meaning) = (field.unit, field.expected(), field.meaning);
        let (value, default) = (field.shown(&policy), field.shown(&default));
        json!({"name": field.name, "value": value, "default": default, "unit": unit, "takes": takes, "meaning": meaning})
    };
    let fields: Vec<Value> = Policy::FIELDS.iter().map(object).collect();
    shell.answer(&json!({"record_version": version.get(), "policy": fields}), |out| {
        let row = |field: &PolicyField| {
            let own = field.shown(&policy) != field.shown(&default);
            let value = Cell::new(readable(field, &policy));
            vec![Cell::new(field.name), if own { value.styled(STRONG) } else { value }, Cell::new(note(field, own))]
        };
        table(out, &["rule", "value", "default"], &Policy::FIELDS.iter().map(row).collect::<Vec<_>>())?;
        writeln!(
            out,
            "{DIM}To change one: `oath policy set NAME=VALUE`. What they mean: `oath policy show --json`.{DIM:#}"
        )
    })?;
    Ok(Exit::Done)
}

/// The default, where the value is another.
fn note(field: &PolicyField, own: bool) -> String {
    if own { readable(field, &Policy::default()) } else { String::new() }
}

/// `5 tokens`, `300 seconds (5 min)`.
fn readable(field: &PolicyField, policy: &Policy) -> String {
    let value = field.shown(policy);
    match (value.parse::<u64>(), field.unit) {
        (Ok(seconds), "seconds") if seconds >= 60 => format!("{value} seconds ({})", duration(seconds)),
        (Ok(_), unit) if !unit.is_empty() => format!("{value} {unit}"),
        _ => value,
    }
}

/// Changes the policy that is there, or says what would change.
fn change(
    shell: &mut Shell<'_>,
    dry_run: bool,
    edit: impl FnOnce(&mut Policy) -> Result<(), PolicyError>,
) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let edited = block_on(directory.edit_policy(&shell.actor, shell.now, dry_run, edit))?;
    let PolicyEdit { before, after, version } = edited;
    let changed: Vec<&PolicyField> = after.differences(&before).collect();
    let changes: Vec<Value> = changed
        .iter()
        .map(|field| json!({"name": field.name, "from": field.shown(&before), "to": field.shown(&after)}))
        .collect();
    let value = json!({"dry_run": dry_run, "record_version": version.get(), "changed": changes});
    shell.answer(&value, |out| {
        if changed.is_empty() {
            return writeln!(out, "The policy says that already.");
        }
        for field in &changed {
            let (from, to) = (readable(field, &before), readable(field, &after));
            writeln!(out, "  {}: {} {DIM}->{DIM:#} {STRONG}{}{STRONG:#}", field.name, shown(&from), shown(&to))?;
        }
        if dry_run {
            return nothing_changed(out);
        }
        writeln!(out, "{GOOD}Changed{GOOD:#}: every server goes by it from its next decision on.")
    })?;
    Ok(Exit::Done)
}
