use super::groups::Groups;
use super::input::{self, Opened};
use crate::args::Reading;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, GOOD, STRONG, count, number, shown};
use crate::shell::Shell;
use oath_seeds::{Finding, ReadError, Repairs, Row, Severity, Target};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Checks each file. With `--json`, one object a line.
pub(super) fn check(shell: &mut Shell<'_>, paths: &[PathBuf], reading: &Reading) -> Result<Exit, Failure> {
    let mut errors = false;
    for (index, path) in paths.iter().enumerate() {
        if index > 0 && !shell.json {
            writeln!(shell.streams.out)?;
        }
        errors |= one(shell, path, reading)?;
    }
    Ok(Exit::refused_if(errors))
}

/// Reads a file once, row by row, whatever its size. Whether there are errors.
fn one(shell: &mut Shell<'_>, path: &Path, reading: &Reading) -> Result<bool, Failure> {
    let options = input::options(reading, None, Repairs::Offer);
    let (out, json) = (&mut *shell.streams.out, shell.json);
    let mut report = if json { Output::Json { out, first: true } } else { Output::Text(Groups::default(), out) };
    let mut counts = Counts::default();
    let opened = input::open(shell.surroundings, &mut *shell.streams.input, path, reading, &options)?;
    let (mut reader, bar): Opened<'_> = match opened {
        Ok(opened) => opened,
        Err(ReadError::Refused(finding)) => {
            report.begin(None, path)?;
            counts.finding(&finding);
            report.finding(*finding)?;
            report.end(&counts, None)?;
            return Ok(true);
        }
        Err(error) => return Err(Failure::unread(&error, path)),
    };
    report.begin(Some((reader.format().name(), reader.encoding().name(), reader.target())), path)?;
    for finding in reader.take_findings() {
        counts.finding(&finding);
        report.finding(finding)?;
    }
    let mut broken_off = None;
    while let Some(row) = reader.next() {
        match row {
            Ok(mut row) => {
                report.row(&mut row, &mut counts)?;
                // A million rows take the time of the allocator otherwise.
                reader.recycle(row);
            }
            Err(error) => {
                broken_off = Some(error);
                break;
            }
        }
    }
    bar.finish_and_clear();
    match broken_off {
        None => {}
        Some(ReadError::Refused(finding)) => {
            counts.finding(&finding);
            report.finding(*finding)?;
        }
        Some(error) => return Err(Failure::unread(&error, path)),
    }
    for finding in reader.take_findings() {
        counts.finding(&finding);
        report.finding(finding)?;
    }
    counts.records = counts.records.saturating_sub(reader.doubtful());
    report.end(&counts, Some(reader.target()))?;
    Ok(counts.errors > 0)
}

#[derive(Default)]
struct Counts {
    rows: u64,
    records: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
}

impl Counts {
    fn finding(&mut self, finding: &Finding) {
        let n = match finding.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        };
        *n = n.saturating_add(1);
    }
}

/// JSON goes out as it comes; people get it sorted by cause.
enum Output<'a> {
    Json { out: &'a mut dyn Write, first: bool },
    Text(Groups, &'a mut dyn Write),
}

impl Output<'_> {
    fn begin(&mut self, format: Option<(&str, &str, Target)>, path: &Path) -> io::Result<()> {
        match self {
            Self::Json { out, .. } => {
                write!(out, "{{\"file\":")?;
                serde_json::to_writer(&mut **out, &path.to_string_lossy())?;
                write!(out, ",\"format\":")?;
                serde_json::to_writer(&mut **out, &format.map(|(name, ..)| name))?;
                write!(out, ",\"target\":")?;
                serde_json::to_writer(&mut **out, &format.map(|(_, _, target)| target.name()))?;
                write!(out, ",\"findings\":[")
            }
            Self::Text(_, out) => {
                write!(out, "{STRONG}{}{STRONG:#}", shown(&path.to_string_lossy()))?;
                match format {
                    Some((name, encoding, target)) => writeln!(out, ": {name}, {encoding}, for {}", target.title()),
                    None => writeln!(out, ": no seed file that can be read"),
                }
            }
        }
    }

    fn row(&mut self, row: &mut Row, counts: &mut Counts) -> io::Result<()> {
        counts.rows = counts.rows.saturating_add(1);
        if row.record.is_some() {
            counts.records = counts.records.saturating_add(1);
        }
        for finding in row.findings.drain(..) {
            counts.finding(&finding);
            self.finding(finding)?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        match self {
            Self::Json { out, first } => {
                if !core::mem::take(first) {
                    out.write_all(b",\n")?;
                }
                Ok(serde_json::to_writer(&mut **out, &finding)?)
            }
            Self::Text(groups, _) => {
                groups.take(finding);
                Ok(())
            }
        }
    }

    fn end(self, counts: &Counts, target: Option<Target>) -> io::Result<()> {
        let Counts { rows, records, errors, warnings, notes } = counts;
        match self {
            Self::Json { out, .. } => writeln!(out, "],\"rows\":{rows},\"records\":{records}}}"),
            Self::Text(groups, out) => {
                groups.write(out)?;
                let style = if *errors > 0 { BAD } else { GOOD };
                let good = if target == Some(Target::Inventory) { "good" } else { "fit to be uploaded" };
                writeln!(
                    out,
                    "\n{style}{}{style:#} of {} {} {good}; {}, {}, {}.",
                    number(*records),
                    count(*rows, "row", "rows"),
                    if *records == 1 { "is" } else { "are" },
                    count(*errors, "error", "errors"),
                    count(*warnings, "warning", "warnings"),
                    count(*notes, "note", "notes")
                )
            }
        }
    }
}
