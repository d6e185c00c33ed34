use super::groups::{self, Groups};
use super::input::{self, Input, Opened, Twice};
use crate::args::{Reading, Taking};
use crate::commands::problems::{self, Problem};
use crate::commands::tokens;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, VERSION, count, number, shown};
use crate::place::{Database, compared};
use crate::progress::Counted;
use crate::shell::Shell;
use oath_directory::model::{Preview, UploadFailure};
use oath_directory::store::Store;
use oath_directory::{Actor, Directory, UploadOptions};
use oath_seeds::{Finding, Kind, ReadError, Reader, Row, Severity, Target, WholeFile};
use oath_totp::UnixTime;
use pollster::block_on;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Checks each file, against a directory too where one is named. With `--json`, one object a line.
pub(super) fn check(
    shell: &mut Shell<'_>,
    paths: &[PathBuf],
    against: Option<&Database>,
    options: UploadOptions,
    taking: &Taking,
    reading: &Reading,
) -> Result<Exit, Failure> {
    let mut directory = None;
    if let Some(database) = against {
        let location = compared(shell.surroundings, database, shell.global.keys.as_deref())?;
        let place = shell.place.insert(location.database().to_string()).clone();
        directory = Some(Against { directory: block_on(location.open())?, place, options });
    }
    let mut errors = false;
    for (index, path) in paths.iter().enumerate() {
        if index > 0 && !shell.json {
            writeln!(shell.streams.out)?;
        }
        errors |= one(shell, path, directory.as_ref(), taking, reading)?;
    }
    Ok(Exit::refused_if(errors))
}

/// A directory that says what an upload would come to.
struct Against<S> {
    directory: Directory<S>,
    place: String,
    options: UploadOptions,
}

/// Whether there are errors.
fn one<S: Store>(
    shell: &mut Shell<'_>,
    path: &Path,
    against: Option<&Against<S>>,
    taking: &Taking,
    reading: &Reading,
) -> Result<bool, Failure> {
    let options = input::upload_options(reading, taking);
    let (out, json) = (&mut *shell.streams.out, shell.json);
    let mut report = if json { Output::Json { out, first: true } } else { Output::Text(Groups::default(), out) };
    let mut counts = Counts::default();
    let input = &mut *shell.streams.input;
    let twice = against.map(|_| Twice::new(shell.surroundings, &mut *input, path, reading)).transpose()?;
    let opened = match &twice {
        Some(twice) => twice.open(&options)?,
        None => input::open(shell.surroundings, input, path, reading, &options)?,
    };
    let (mut reader, bar): Opened<'_> = match opened {
        Ok(opened) => opened,
        Err(ReadError::Refused(finding)) => {
            report.begin(None, path)?;
            report.finding(*finding, &mut counts)?;
            report.end(&counts, None, None)?;
            return Ok(true);
        }
        Err(error) => return Err(Failure::unread(&error, path)),
    };
    let target = reader.target();
    report.begin(Some((reader.format().name(), reader.encoding().name(), target)), path)?;
    let mut foreseen = None;
    let read = match against.zip(twice.as_ref()) {
        None => {
            let read = row_by_row(&mut reader, &mut report, &mut counts)?;
            bar.finish_and_clear();
            read
        }
        // An upload of a file that cannot be read to its end takes no row.
        Some((against, twice)) => match twice.whole_of((reader, bar), &options) {
            Ok(rows) => {
                let rows = tokens::counted(rows, tokens::TRYING, shell.surroundings);
                foreseen = Some(against.foresee(rows, &mut report, &mut counts, (&shell.actor, shell.now), path)?);
                Ok(())
            }
            Err(error) => Err(error),
        },
    };
    match read {
        Ok(()) => {}
        Err(ReadError::Refused(finding)) => report.finding(*finding, &mut counts)?,
        Err(error) => return Err(Failure::unread(&error, path)),
    }
    report.end(&counts, Some(target), foreseen.as_ref())?;
    Ok(counts.errors > 0 || foreseen.is_some_and(|foreseen| foreseen.preview.failed > 0))
}

/// Reads a file once, whatever its size.
fn row_by_row<R: Read>(
    reader: &mut Reader<R>,
    report: &mut Output<'_>,
    counts: &mut Counts,
) -> io::Result<Result<(), ReadError>> {
    let mut ended = Ok(());
    // Some is said about the file before its first row.
    for finding in reader.take_findings() {
        report.finding(finding, counts)?;
    }
    while let Some(row) = reader.look() {
        match row {
            Ok(row) => {
                let findings = core::mem::take(&mut row.findings);
                report.row(row, findings, counts)?;
            }
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    for finding in reader.take_findings() {
        report.finding(finding, counts)?;
    }
    counts.records = counts.records.saturating_sub(reader.doubtful());
    Ok(ended)
}

impl<S: Store> Against<S> {
    /// Reports the findings of the rows while the directory tries them.
    fn foresee(
        &self,
        rows: Counted<WholeFile<Input<'_>>>,
        report: &mut Output<'_>,
        counts: &mut Counts,
        (actor, now): (&Actor, UnixTime),
        path: &Path,
    ) -> Result<Foreseen<'_>, Failure> {
        let about_file = rows.items().survey().findings.clone();
        let (mut said, mut reported) = (HashSet::new(), Ok(()));
        let rows = rows.inspect(|row| {
            if let (Ok(row), Ok(())) = (row, &reported) {
                said.extend(row.errors().map(|finding| finding.message.clone()));
                reported = report.row(row, row.findings.clone(), counts);
            }
        });
        let preview = block_on(self.directory.preview_upload(actor, now, self.options, rows));
        let preview = preview.map_err(|error| Failure::of_upload(error, path))?;
        reported?;
        for finding in about_file {
            report.finding(finding, counts)?;
        }
        Ok(Foreseen { place: &self.place, preview, said })
    }
}

/// What an upload into a directory would come to.
struct Foreseen<'a> {
    place: &'a str,
    preview: Preview,
    /// What is wrong with the rows themselves, which the findings say.
    said: HashSet<Cow<'static, str>>,
}

impl Foreseen<'_> {
    /// What the directory has against rows that could be read, by cause.
    fn write_causes(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut causes: BTreeMap<&str, Vec<&UploadFailure>> = BTreeMap::new();
        for failure in self.preview.failures.iter().filter(|failure| !self.said.contains(&*failure.message)) {
            causes.entry(&failure.code).or_default().push(failure);
        }
        for (code, failures) in causes {
            groups::write_cause(out, Severity::Error, code, failures.len().try_into().unwrap_or(u64::MAX))?;
            let more = failures.len().saturating_sub(groups::FIRST);
            let first = failures.into_iter().take(groups::FIRST).map(Problem::from);
            problems::write(out, first, more.try_into().unwrap_or(u64::MAX))?;
        }
        Ok(())
    }

    fn write_counts(&self, out: &mut dyn Write) -> io::Result<()> {
        let Preview { rows, imported, unchanged, failed, .. } = &self.preview;
        tokens::counts(out, &format!("An upload into {}", self.place), [*rows, *imported, *unchanged, *failed])
    }
}

#[derive(Default)]
struct Counts {
    rows: u64,
    records: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    /// Rows that a repair makes good.
    mendable: u64,
    /// A spreadsheet rounded serial numbers. A repair then leaves other rows, too, and this check does not know which.
    damaged: bool,
}

impl Counts {
    fn finding(&mut self, finding: &Finding) {
        self.damaged |= matches!(finding.kind, Kind::SerialScientific | Kind::SerialColumnDamaged);
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
                write!(out, "{{\"version\":{VERSION},\"file\":")?;
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

    fn row(&mut self, row: &Row, findings: Vec<Finding>, counts: &mut Counts) -> io::Result<()> {
        counts.rows = counts.rows.saturating_add(1);
        if row.record.is_some() {
            counts.records = counts.records.saturating_add(1);
        }
        let is_mended = |finding: &Finding| finding.repair.is_some();
        let is_in_the_way = |finding: &Finding| finding.severity == Severity::Error && !is_mended(finding);
        if findings.iter().any(is_mended) && !findings.iter().any(is_in_the_way) {
            counts.mendable = counts.mendable.saturating_add(1);
        }
        for finding in findings {
            self.finding(finding, counts)?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: Finding, counts: &mut Counts) -> io::Result<()> {
        counts.finding(&finding);
        match self {
            Self::Json { out, first } => {
                if !core::mem::take(first) {
                    out.write_all(b",")?;
                }
                Ok(serde_json::to_writer(&mut **out, &finding)?)
            }
            Self::Text(groups, _) => {
                groups.take(finding);
                Ok(())
            }
        }
    }

    fn end(self, counts: &Counts, target: Option<Target>, foreseen: Option<&Foreseen<'_>>) -> io::Result<()> {
        let Counts { rows, records, errors, warnings, notes, mendable, damaged } = counts;
        match self {
            Self::Json { out, .. } => {
                write!(out, "],\"rows\":{rows},\"records\":{records}")?;
                if let Some(Foreseen { place, preview, .. }) = foreseen {
                    write!(out, ",\"directory\":")?;
                    serde_json::to_writer(&mut *out, place)?;
                    write!(out, ",\"upload\":")?;
                    serde_json::to_writer(&mut *out, preview)?;
                }
                writeln!(out, "}}")
            }
            Self::Text(groups, out) => {
                groups.write(out)?;
                foreseen.map_or(Ok(()), |foreseen| foreseen.write_causes(out))?;
                writeln!(out)?;
                // Of a file that cannot be read, no rows are known.
                if let Some(target) = target {
                    let style = if *errors > 0 { BAD } else { GOOD };
                    let good = if target == Target::Any { "good" } else { "fit to be uploaded" };
                    let (records, are) = (number(*records), if *rows == 1 { "is" } else { "are" });
                    write!(out, "{style}{records}{style:#} of {} {are} {good}; ", count(*rows, "row", "rows"))?;
                }
                writeln!(
                    out,
                    "{}, {}, {}.",
                    count(*errors, "error", "errors"),
                    count(*warnings, "warning", "warnings"),
                    count(*notes, "note", "notes")
                )?;
                if *mendable > 0 {
                    let what = if *damaged {
                        "shows what can be mended".to_owned()
                    } else {
                        format!("can mend {}, and shows how", count(*mendable, "row", "rows"))
                    };
                    writeln!(out, "{DIM}`oath seeds repair` {what} before it writes.{DIM:#}")?;
                }
                foreseen.map_or(Ok(()), |foreseen| foreseen.write_counts(out))
            }
        }
    }
}
