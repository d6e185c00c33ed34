use super::problems::{self, Problem};
use crate::args::Seeds;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, WARN, count, number, shown};
use crate::progress::Watched;
use crate::shell::Shell;
use anstyle::Style;
use core::cmp::Reverse;
use oath_seeds::{Field, Finding, Kind, Options, ReadError, Reader, Row, Severity};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Seeds) -> Result<Exit, Failure> {
    let Seeds::Check { file } = command;
    check(shell, file)
}

/// Reads the file once, row by row, whatever its size.
fn check(shell: &mut Shell<'_>, path: &Path) -> Result<Exit, Failure> {
    let file = Watched::new(shell.open("the seed file", path)?, shell.surroundings.watched);
    let bar = file.bar();
    let mut counts = Counts::default();
    let (out, json) = (&mut *shell.streams.out, shell.json);
    let mut report = if json { Output::Json { out, first: true } } else { Output::Text(Groups::default(), out) };
    let mut reader = match Reader::new(file, &Options::default()) {
        Ok(reader) => reader,
        Err(ReadError::Refused(finding)) => {
            report.begin(None, path)?;
            counts.finding(&finding);
            report.finding(*finding)?;
            report.end(&counts)?;
            return Ok(Exit::Refused);
        }
        Err(error) => return Err(Failure::unread(&error, path)),
    };
    report.begin(Some((reader.format().name(), reader.encoding().name())), path)?;
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
    report.end(&counts)?;
    Ok(Exit::refused_if(counts.errors > 0))
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
    fn begin(&mut self, format: Option<(&str, &str)>, path: &Path) -> io::Result<()> {
        match self {
            Self::Json { out, .. } => {
                write!(out, "{{\"format\":")?;
                serde_json::to_writer(&mut **out, &format.map(|(name, _)| name))?;
                write!(out, ",\"findings\":[")
            }
            Self::Text(_, out) => {
                write!(out, "{STRONG}{}{STRONG:#}", shown(&path.to_string_lossy()))?;
                match format {
                    Some((name, encoding)) => writeln!(out, ": {name}, {encoding}"),
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

    fn end(self, counts: &Counts) -> io::Result<()> {
        let Counts { rows, records, errors, warnings, notes } = counts;
        match self {
            Self::Json { out, .. } => writeln!(out, "],\"records\":{records}}}"),
            Self::Text(groups, out) => {
                groups.write(out)?;
                let style = if *errors > 0 { BAD } else { GOOD };
                writeln!(
                    out,
                    "\n{style}{}{style:#} of {} can be uploaded; {}, {}, {}.",
                    number(*records),
                    count(*rows, "row", "rows"),
                    count(*errors, "error", "errors"),
                    count(*warnings, "warning", "warnings"),
                    count(*notes, "note", "notes")
                )
            }
        }
    }
}

/// How many findings of each cause are shown.
const FIRST: usize = 5;

/// Findings by cause, the gravest first. Of each cause the first few are kept, the others counted.
#[derive(Default)]
struct Groups(BTreeMap<(Reverse<Severity>, Kind), Group>);

#[derive(Default)]
struct Group {
    count: u64,
    first: Vec<Finding>,
}

impl Groups {
    fn take(&mut self, finding: Finding) {
        let group = self.0.entry((Reverse(finding.severity), finding.kind)).or_default();
        group.count = group.count.saturating_add(1);
        if group.first.len() < FIRST {
            group.first.push(finding);
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for ((Reverse(severity), kind), Group { count, first }) in &self.0 {
            let style = colour(*severity);
            write!(out, "\n{style}{severity}{style:#} {STRONG}{}{STRONG:#}", kind.name())?;
            writeln!(out, "{}", if *count > 1 { format!(", {} times", number(*count)) } else { String::new() })?;
            let more = count.saturating_sub(first.len().try_into().unwrap_or(u64::MAX));
            let first = first.iter().map(|finding| Problem {
                place: finding.place,
                field: finding.field.map(Field::name).unwrap_or_default(),
                message: &finding.message,
                action: &finding.action,
            });
            problems::write(out, first, more)?;
        }
        Ok(())
    }
}

const fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARN,
        Severity::Note => DIM,
    }
}
