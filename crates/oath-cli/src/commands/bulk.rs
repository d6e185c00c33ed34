//! `oath tokens assign|activate|unassign|delete --file FILE`.

use crate::args::Many;
use crate::failure::{Exit, Failure, Missing};
use crate::near;
use crate::output::{BAD, DIM, GOOD, WARN, count, duration, next, nothing_changed, number, shown, time, word};
use crate::progress::Counting;
use crate::shell::Shell;
use oath_directory::bulk::{BulkFile, BulkFileError, BulkReport, BulkRow, Done, Operation, RowError};
use oath_directory::store::AnyStore;
use oath_directory::{Actor, Directory};
use oath_totp::UnixTime;
use pollster::block_on;
use serde::Serialize;
use serde_json::json;
use std::io::{self, Read, Write};
use std::path::Path;

/// A row as it is printed.
#[derive(Serialize)]
struct RowView<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    line: u64,
    serial: &'a str,
    result: &'static str,
    #[serde(flatten)]
    error: Option<ErrorView>,
}

#[derive(Serialize)]
struct ErrorView {
    code: &'static str,
    message: String,
    action: &'static str,
}

/// How many rows take long enough to say so.
const MANY: u64 = 200;

/// How many rows are done before their results are printed.
const CHUNK: usize = 100;

/// How many unknown serial numbers and user names are compared with those that are there.
const COMPARED: usize = 20;

pub(crate) fn run(shell: &mut Shell<'_>, operation: Operation, path: &Path, many: &Many) -> Result<Exit, Failure> {
    let rows = read(shell, operation, path)?;
    let real = shell.directory()?;
    let rehearsal = if many.dry_run {
        let all: Vec<BulkRow> = rows.rows().collect();
        Some(block_on(real.rehearsal_of(&shell.actor, &all))?.with_any_store())
    } else {
        None
    };
    let directory = rehearsal.as_ref().unwrap_or(&real);
    let progress = Counting::new("doing rows", rows.len(), shell.surroundings.watched && rows.len() > MANY);
    let (mut report, mut left, mut compared) = (BulkReport::default(), rows.rows(), 0usize);
    // What was not told is done all the same.
    let mut untold = Ok(());
    loop {
        let chunk: Vec<BulkRow> = left.by_ref().take(CHUNK).collect();
        if chunk.is_empty() || report.retry_after.is_some() {
            let rest = chunk.len().saturating_add(left.count());
            report.left = report.left.saturating_add(rest.try_into().unwrap_or(u64::MAX));
            break;
        }
        let mut results = Vec::with_capacity(chunk.len());
        let tell = |row: &BulkRow, result| results.push((row.line, row.serial.clone(), result));
        report.add(block_on(directory.bulk(&shell.actor, shell.now, &chunk, tell))?);
        let views = views(&real, (&shell.actor, shell.now), &results, &mut compared)?;
        progress.add(views.len());
        if untold.is_ok() {
            untold = progress.aside(|| told(shell, &views, operation, many.dry_run));
        }
    }
    drop(progress);
    untold?;
    let BulkReport { done, unchanged, failed, left, retry_after } = report;
    let file = path.to_string_lossy();
    let value = json!({
        "type": "summary", "operation": operation.name(), "file": file, "dry_run": many.dry_run, "done": done,
        "unchanged": unchanged, "failed": failed, "left": left, "retry_after": retry_after,
    });
    let now = shell.now;
    shell.answer(&value, |out| {
        summary(out, operation, if file == "-" { "standard input" } else { &file }, &report)?;
        if let Some(seconds) = retry_after {
            postponed(out, operation, &file, left, seconds, now)?;
        }
        if many.dry_run {
            nothing_changed(out)?;
        }
        Ok(())
    })?;
    Ok(Exit::refused_if(failed > 0 || left > 0))
}

/// Prints the results of some rows at once.
fn told(shell: &mut Shell<'_>, views: &[RowView<'_>], operation: Operation, tried: bool) -> Result<(), Failure> {
    views.iter().try_for_each(|view| shell.answer(view, |out| view.write(out, operation, tried)))?;
    Ok(shell.streams.out.flush()?)
}

fn read(shell: &mut Shell<'_>, operation: Operation, path: &Path) -> Result<BulkFile, Failure> {
    const WHAT: &str = "the file of tokens";
    let mut text = Vec::new();
    let read = if path.as_os_str() == "-" {
        shell.streams.input.read_to_end(&mut text)
    } else {
        shell.open(WHAT, path)?.read_to_end(&mut text)
    };
    read.map_err(|error| Failure::file(&format!("{WHAT} cannot be read"), path, &error))?;
    BulkFile::read(&text, operation).map_err(|error| Failure::from(error).at(path))
}

impl From<BulkFileError> for Failure {
    fn from(error: BulkFileError) -> Self {
        Self::new(Exit::Refused, error.code(), error.to_string(), error.action())
    }
}

type Told = (u64, String, Result<Done, RowError>);

fn views<'a>(
    directory: &Directory<AnyStore>,
    (actor, now): (&Actor, UnixTime),
    results: &'a [Told],
    compared: &mut usize,
) -> Result<Vec<RowView<'a>>, Failure> {
    let view = |(line, serial, result): &'a Told| {
        let (name, error) = match result {
            Ok(Done::Now) => ("done", None),
            Ok(Done::Before) => ("unchanged", None),
            Err(error) => ("failed", Some(error)),
        };
        let error = match error {
            Some(error) => {
                let mut message = error.to_string();
                if let RowError::Refused(refusal) = error
                    && let Some(missing) = Missing::of(refusal)
                    && *compared < COMPARED
                {
                    *compared = compared.saturating_add(1);
                    message.push_str(&near::meant(directory, actor, now, &missing)?);
                }
                Some(ErrorView { code: error.code(), message, action: error.action() })
            }
            None => None,
        };
        Ok(RowView { kind: "row", line: *line, serial, result: name, error })
    };
    results.iter().map(view).collect()
}

impl RowView<'_> {
    fn write(&self, out: &mut dyn Write, operation: Operation, tried: bool) -> io::Result<()> {
        let Self { line, serial, result, error, .. } = self;
        if let Some(ErrorView { message, action, .. }) = error {
            writeln!(out, "  {BAD}line {line}{BAD:#}, {}: {}", shown(serial), shown(message))?;
            return writeln!(out, "  {DIM}to do:{DIM:#} {action}");
        }
        let would = if tried { "would be " } else { "" };
        let text = match (operation, *result) {
            (Operation::Delete, "unchanged") => "not there any more".to_owned(),
            (Operation::Unassign, "unchanged") => "held by no user already".to_owned(),
            (_, "unchanged") => format!("{} already", past(operation)),
            _ => format!("{would}{}", past(operation)),
        };
        writeln!(out, "  line {line}, {}: {text}", shown(serial))
    }
}

const fn past(operation: Operation) -> &'static str {
    match operation {
        Operation::Assign => "assigned",
        Operation::Activate => "activated",
        Operation::Unassign => "taken back",
        Operation::Delete => "deleted",
    }
}

/// `staff.csv: 5 rows, 3 assigned, 1 unchanged, 1 failed.`
fn summary(out: &mut dyn Write, operation: Operation, file: &str, report: &BulkReport) -> io::Result<()> {
    let BulkReport { done, unchanged, failed, left, .. } = *report;
    let rows = [done, unchanged, failed, left].into_iter().fold(0, u64::saturating_add);
    let style = if failed > 0 { BAD } else { GOOD };
    writeln!(
        out,
        "{}: {}, {GOOD}{} {}{GOOD:#}, {} unchanged, {style}{} failed{style:#}.",
        shown(file),
        count(rows, "row", "rows"),
        number(done),
        past(operation),
        number(unchanged),
        number(failed)
    )
}

/// The limit of the policy stopped the file.
fn postponed(
    out: &mut dyn Write,
    operation: Operation,
    file: &str,
    left: u64,
    seconds: u64,
    now: UnixTime,
) -> io::Result<()> {
    let at = time(UnixTime::from_secs(now.as_secs().saturating_add(seconds)));
    writeln!(
        out,
        "{WARN}{} left{WARN:#}: the policy allows no more activations for {}. Go on at {at} with the same file; where its \
         codes are older than a day by then, with new codes.",
        count(left, "row is", "rows are"),
        duration(seconds)
    )?;
    next(out, "Then:", &format!("oath tokens {} --file {}", operation.name(), word(file)))
}
