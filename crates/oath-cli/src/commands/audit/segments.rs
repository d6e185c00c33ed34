//! Segments of the log: exported, verified and pruned.

use super::not_verified;
use crate::commands::seeds::output;
use crate::failure::{Exit, Failure};
use crate::output::{DIM, GOOD, count, next, nothing_changed, shown, word};
use crate::shell::Shell;
use oath_directory::audit::segment::SegmentFault;
use oath_directory::audit::{Head, Segment};
use oath_directory::{Pruned, SegmentsError};
use oath_totp::UnixTime;
use pollster::block_on;
use serde_json::{Value, json};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

pub(super) fn export(shell: &mut Shell<'_>, until: UnixTime, path: &Path) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let mut segments = Vec::new();
    let write = |out: &mut dyn Write| {
        segments =
            block_on(directory.export_audit(until, BufWriter::new(out))).map_err(|error| failure(error, path))?;
        Ok(!segments.is_empty())
    };
    output::to(shell.surroundings, &mut *shell.streams.out, path, write)?;
    let events = events_of(&segments);
    let file = path.to_string_lossy();
    let written = (!segments.is_empty()).then_some(&file);
    let value = json!({"file": written, "events": events, "segments": values(&segments)});
    // What goes to standard output is the file.
    if path.as_os_str() == "-" {
        return Ok(Exit::Done);
    }
    shell.answer(&value, |out| {
        if segments.is_empty() {
            return writeln!(out, "No events of that time. Nothing was written.");
        }
        writeln!(out, "{GOOD}Exported{GOOD:#} {} to {}.", count(events, "event", "events"), shown(&file))?;
        list(out, &segments)?;
        let command = format!("oath audit prune --exported {}", word(&file));
        next(out, "To delete them from the database, once a copy of the file lies elsewhere:", &command)
    })?;
    Ok(Exit::Done)
}

pub(super) fn verify(shell: &mut Shell<'_>, files: &[PathBuf], contains: &[Head]) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let mut opened = Vec::with_capacity(files.len());
    for path in files {
        opened.push(BufReader::new(shell.open("the exported file", path)?));
    }
    let segments = match block_on(directory.verify_segment_files(opened, contains)) {
        Ok(segments) => segments,
        Err(SegmentsError::Tampered(tampered)) => return not_verified(shell, tampered),
        Err(error) => {
            let index = if let SegmentsError::File(error) = &error { error.file } else { 0 };
            return Err(failure(error, files.get(index).map_or(Path::new(""), PathBuf::as_path)));
        }
    };
    let events = events_of(&segments);
    let value = json!({"verified": true, "events": events, "segments": values(&segments)});
    shell.answer(&value, |out| {
        let events = count(events, "event", "events");
        writeln!(
            out,
            "{GOOD}Verified{GOOD:#}: {events}, none missing up to those that the database holds, none changed."
        )?;
        for end in contains {
            writeln!(out, "  {DIM}holds{DIM:#} {end}")?;
        }
        list(out, &segments)
    })?;
    Ok(Exit::Done)
}

pub(super) fn prune(shell: &mut Shell<'_>, path: &Path, dry_run: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let file = BufReader::new(shell.open("the exported file", path)?);
    let pruned = block_on(async {
        if dry_run {
            directory.preview_pruning(file).await
        } else {
            directory.prune_audit(&shell.actor, shell.now, file).await
        }
    });
    let Pruned { events, beginnings } = pruned.map_err(|error| failure(error, path))?;
    let begins: Vec<_> = beginnings.iter().map(Head::to_string).collect();
    let value = json!({"dry_run": dry_run, "events": events, "pruned": begins});
    shell.answer(&value, |out| {
        let events_told = count(events, "event", "events");
        match (events, dry_run) {
            (0, _) => writeln!(out, "Nothing to delete: the database holds no event of the file any more."),
            (_, true) => {
                writeln!(out, "{events_told} would be deleted.")?;
                nothing_changed(out)
            }
            (_, false) => {
                writeln!(out, "{GOOD}Deleted{GOOD:#} {events_told}. {DIM}Keep the file: only it shows them now.{DIM:#}")
            }
        }
    })?;
    Ok(Exit::Done)
}

fn events_of(segments: &[Segment]) -> u64 {
    segments.iter().map(Segment::events).fold(0, u64::saturating_add)
}

fn values(segments: &[Segment]) -> Vec<Value> {
    let value = |segment: &Segment| {
        let (first, end) = (segment.before.events.saturating_add(1), segment.end);
        json!({"chain": end.chain, "first": first, "last": end.events, "end": end.to_string()})
    };
    segments.iter().map(value).collect()
}

fn list(out: &mut dyn Write, segments: &[Segment]) -> io::Result<()> {
    for segment in segments {
        let first = segment.before.events.saturating_add(1);
        writeln!(out, "  {DIM}events{DIM:#} {first} to {}  {DIM}end{DIM:#} {}", segment.end.events, segment.end)?;
    }
    Ok(())
}

fn failure(error: SegmentsError, path: &Path) -> Failure {
    let refused =
        |code: &'static str, message: String, action: &str| Failure::new(Exit::Refused, code, message, action).at(path);
    match error {
        SegmentsError::Directory(error) => Failure::from(error).at(path),
        SegmentsError::Tampered(tampered) => {
            let action = "see `oath audit verify`; nothing was written or deleted";
            Failure::new(Exit::Refused, "audit-tampered", tampered.to_string(), action)
        }
        SegmentsError::File(error) => match error.fault {
            SegmentFault::Io(error) => Failure::file("the exported file cannot be read", path, &error),
            _ => {
                refused("exported-file-damaged", error.to_string(), "name the file as it was exported, or export again")
            }
        },
        SegmentsError::Io(error) => Failure::file("the exported file cannot be written", path, &error),
        other => refused("audit-failed", other.to_string(), "try again"),
    }
}
