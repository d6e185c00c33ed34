use super::convert::{cannot_carry, unwritten};
use super::groups::Groups;
use super::input::{self, is_standard};
use super::{output, writing};
use crate::args::{Reading, Writing};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, GOOD, STRONG, count, number, shown};
use crate::shell::{self, Shell};
use oath_seeds::{
    FilledIn, Finding, Format, Record, Repairs, Severity, Target, WriteError, check_holders, fill_in, write,
};
use std::io::Read;
use std::path::Path;

/// More than any file of users has, in bytes.
const LONGEST: u64 = 256 << 20;

/// Gives tokens to users, and writes those that have one.
pub(super) fn assign(
    shell: &mut Shell<'_>,
    file: &Path,
    users: &Path,
    to: Format,
    writing: &Writing,
    reading: &Reading,
) -> Result<Exit, Failure> {
    let options = input::options(reading, Some(Target::Any), Repairs::Offer);
    let write_options = writing::options(shell, (file, reading), to, writing)?;
    let mut list = Vec::new();
    let opened = shell::open(shell.surroundings, "the file of users", users)?;
    let read = opened.take(LONGEST).read_to_end(&mut list);
    read.map_err(|error| Failure::file("the file of users cannot be read", users, &error))?;
    let opened = input::open(shell.surroundings, &mut *shell.streams.input, file, reading, &options)?;
    let (reader, bar) = opened.map_err(|error| Failure::unread(&error, file))?;
    let mut groups = Groups::default();
    let mut errors = 0u64;
    let mut records: Vec<Record> = Vec::new();
    let mut take = |finding: Finding| {
        if finding.severity == Severity::Error {
            errors = errors.saturating_add(1);
            groups.take(finding);
        }
    };
    let (rows, about_file) = reader.rows().map_err(|error| Failure::unread(&error, file))?;
    bar.finish_and_clear();
    for row in rows {
        row.findings.into_iter().for_each(&mut take);
        records.extend(row.record);
    }
    about_file.into_iter().for_each(&mut take);
    let filled = fill_in(&mut records, &list).map_err(|error| Failure::unread(&error, users))?;
    let FilledIn { filled, changed, unchanged, findings, .. } = filled;
    let (with, without): (Vec<&Record>, Vec<&Record>) = records.iter().partition(|record| record.upn.is_some());
    let mut about_users: Vec<Finding> = findings;
    about_users.extend(check_holders(with.iter().copied()));
    let wrong = about_users.iter().filter(|finding| finding.severity == Severity::Error).count();
    output::to(shell.surroundings, &mut *shell.streams.out, &writing.output, |out| {
        match write(with.iter().copied(), to, &write_options, out) {
            Ok(()) => Ok(!with.is_empty()),
            Err(error @ WriteError::CannotCarry(_)) => {
                let action = "choose another format with --to, or take these tokens out; --accept-loss accepts losses";
                Err(cannot_carry(&error, file, action))
            }
            Err(error) => Err(unwritten(&error, &writing.output)),
        }
    })?;
    let exit = Exit::refused_if(errors > 0 || wrong > 0 || with.is_empty());
    let out = if is_standard(&writing.output) { &mut *shell.streams.err } else { &mut *shell.streams.out };
    if shell.json {
        let left: Vec<&str> = without.iter().filter_map(|record| record.serial.as_deref()).collect();
        let value = serde_json::json!({
            "file": file.to_string_lossy(), "users": users.to_string_lossy(), "to": to.name(),
            "output": (!with.is_empty()).then(|| writing.output.to_string_lossy()),
            "written": with.len(), "filled": filled, "changed": changed, "unchanged": unchanged,
            "without_user": left, "errors": errors, "findings": about_users,
        });
        crate::output::json(out, &value)?;
        return Ok(exit);
    }
    if errors > 0 {
        write!(out, "{STRONG}{}{STRONG:#}", shown(&file.to_string_lossy()))?;
        groups.write(out)?;
        writeln!(out)?;
    }
    if !about_users.is_empty() {
        let mut groups = Groups::default();
        about_users.into_iter().for_each(|finding| groups.take(finding));
        write!(out, "{STRONG}{}{STRONG:#}", shown(&users.to_string_lossy()))?;
        groups.write(out)?;
        writeln!(out)?;
    }
    let n = |n: usize| n.try_into().unwrap_or(u64::MAX);
    if with.is_empty() {
        writeln!(out, "{BAD}Nothing was written:{BAD:#} no token has a user.")?;
    } else {
        let output = writing.output.to_string_lossy();
        writeln!(out, "{GOOD}Wrote{GOOD:#} {} to {}.", count(n(with.len()), "token", "tokens"), shown(&output))?;
        writing::tell(out, to, &writing.encryption)?;
    }
    writeln!(
        out,
        "{} given to a user, {} to another user than before, {} as before; {} left without a user.",
        number(n(filled)),
        number(n(changed)),
        number(n(unchanged)),
        count(n(without.len()), "token", "tokens")
    )?;
    for record in without.iter().take(10) {
        writeln!(out, "  {}", shown(&record.name()))?;
    }
    Ok(exit)
}
