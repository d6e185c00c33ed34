use super::groups::Groups;
use super::input::{self, is_standard};
use super::{output, writing};
use crate::advice::another_system;
use crate::args::{Reading, Writing};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, WARN, count, number, shown};
use crate::shell::Shell;
use core::fmt::Display;
use oath_seeds::{
    Field, Finding, Format, Loss, Moving, Obstacle, Record, Refused, Repairs, Severity, Target, WriteError, Writer,
    losses,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Converts row by row: memory does not grow where both formats are formats of rows.
pub(super) fn convert(
    shell: &mut Shell<'_>,
    file: &Path,
    to: Format,
    writing: &Writing,
    reading: &Reading,
) -> Result<Exit, Failure> {
    // What the source's own system would refuse does not matter here, unless it is asked for.
    let options = input::options(reading, Some(Target::Any), Repairs::Offer);
    let write_options = writing::options(shell, (file, reading), to, writing)?;
    let opened = input::open(shell.surroundings, &mut *shell.streams.input, file, reading, &options)?;
    let (mut reader, bar) = opened.map_err(|error| Failure::unread(&error, file))?;
    let mut report = Report::new(reader.format(), to);
    output::to(shell.surroundings, &mut *shell.streams.out, &writing.output, |out| {
        let mut writer = Writer::new(out, to, &write_options).map_err(|error| unwritten(&error, &writing.output))?;
        while let Some(row) = reader.look() {
            let row = row.map_err(|error| Failure::unread(&error, file))?;
            report.row(row.findings.iter());
            if let Some(record) = &row.record {
                report.record(record, &mut writer, writing)?;
            }
        }
        bar.finish_and_clear();
        report.end(&reader.take_findings());
        writer.finish()?;
        Ok(report.keeps())
    })?;
    report.tell(shell, file, writing)
}

/// A format that cannot be written, or an output that fails.
pub(super) fn unwritten(error: &WriteError, path: &Path) -> Failure {
    match error {
        WriteError::Io(error) => Failure::file("the file cannot be written", path, error),
        other => {
            Failure::new(Exit::Fault, "format-not-written", other.to_string(), "see `oath seeds formats`").at(path)
        }
    }
}

/// Tokens that a format does not hold, where it is all or nothing.
pub(super) fn cannot_carry(error: &WriteError, path: &Path, action: &'static str) -> Failure {
    Failure::new(Exit::Refused, "cannot-carry", error.to_string().replace('\n', "; "), action).at(path)
}

/// How many refused tokens are named.
const FIRST: usize = 10;

/// What became of the tokens of a file.
pub(super) struct Report {
    from: Format,
    to: Format,
    rows: u64,
    written: u64,
    /// Errors of the file that was read.
    errors: u64,
    findings: Vec<Finding>,
    refused: u64,
    first_refused: Vec<Refused>,
    /// By field, how many records lose it.
    lost: BTreeMap<Loss, u64>,
    accepted: bool,
    /// What has to be said beside a file that does not say it, of its first token.
    beside: Option<String>,
    /// What was said at the end makes records doubtful that were written before.
    doubtful: bool,
}

impl Report {
    pub(super) fn new(from: Format, to: Format) -> Self {
        Self {
            from,
            to,
            rows: 0,
            written: 0,
            errors: 0,
            findings: Vec::new(),
            refused: 0,
            first_refused: Vec::new(),
            lost: BTreeMap::new(),
            accepted: false,
            beside: None,
            doubtful: false,
        }
    }

    /// Counts a row with its findings; errors are kept, up to some hundred.
    pub(super) fn row<'a>(&mut self, findings: impl Iterator<Item = &'a Finding>) {
        for finding in findings.filter(|finding| finding.severity == Severity::Error) {
            self.errors = self.errors.saturating_add(1);
            if self.findings.len() < 200 {
                self.findings.push(finding.clone());
            }
        }
    }

    /// Takes what is said about the file as a whole.
    pub(super) fn end(&mut self, findings: &[Finding]) {
        self.doubtful = findings.iter().any(|finding| finding.severity == Severity::Error);
        self.row(findings.iter());
    }

    /// Writes a record, or keeps the reason why not.
    pub(super) fn record<W: Write>(
        &mut self,
        record: &Record,
        writer: &mut Writer<'_, W>,
        writing: &Writing,
    ) -> Result<(), Failure> {
        self.rows = self.rows.saturating_add(1);
        self.accepted = writing.accept_loss;
        if self.accepted {
            self.lose(losses(record, self.to));
        }
        match writer.write(record) {
            Ok(()) => {
                self.written = self.written.saturating_add(1);
                if self.beside.is_none() && self.to.capacity().is_some_and(|capacity| capacity.uniform) {
                    self.beside = Some(parameters(record));
                }
            }
            Err(WriteError::CannotCarry(refused)) => {
                for one in refused {
                    // Not accepted.
                    self.lose(one.losses.clone());
                    if one.obstacles.is_empty() {
                        continue;
                    }
                    self.refused = self.refused.saturating_add(1);
                    if self.first_refused.len() < FIRST {
                        self.first_refused.push(one);
                    }
                }
            }
            Err(error) => return Err(unwritten(&error, &writing.output)),
        }
        Ok(())
    }

    /// Counts what a record loses.
    fn lose(&mut self, losses: Vec<Loss>) {
        for loss in losses {
            let lost = self.lost.entry(loss).or_default();
            *lost = lost.saturating_add(1);
        }
    }

    /// Whether the file is kept: something was written, all of it is certain, and nothing is lost without consent.
    pub(super) fn keeps(&self) -> bool {
        self.written > 0 && !self.doubtful && (self.accepted || self.lost.is_empty())
    }

    pub(super) fn tell(self, shell: &mut Shell<'_>, file: &Path, writing: &Writing) -> Result<Exit, Failure> {
        let kept = self.keeps();
        let exit = Exit::refused_if(!kept || self.refused > 0 || self.errors > 0);
        if shell.json {
            let value = self.value(file, writing);
            // What goes to standard output is the file.
            let out = if is_standard(&writing.output) { &mut *shell.streams.err } else { &mut *shell.streams.out };
            crate::output::json(out, &value)?;
            return Ok(exit);
        }
        let out = if is_standard(&writing.output) { &mut *shell.streams.err } else { &mut *shell.streams.out };
        self.text(out, file, writing)?;
        Ok(exit)
    }

    fn value(&self, file: &Path, writing: &Writing) -> impl Serialize + use<> {
        let refused: Vec<_> = self
            .first_refused
            .iter()
            .map(|one| {
                let obstacles: Vec<String> = one.obstacles.iter().map(ToString::to_string).collect();
                serde_json::json!({ "token": one.name, "obstacles": obstacles })
            })
            .collect();
        let lost: serde_json::Map<String, serde_json::Value> =
            self.lost.iter().map(|(loss, count)| (loss.field.name().to_owned(), (*count).into())).collect();
        serde_json::json!({
            "file": file.to_string_lossy(),
            "from": self.from.name(),
            "to": self.to.name(),
            "output": self.keeps().then(|| writing.output.to_string_lossy()),
            "encrypted": writing.encryption.is_asked_for(),
            "records": self.rows,
            "written": if self.keeps() { self.written } else { 0 },
            "refused": self.refused,
            "first_refused": refused,
            "lost": lost,
            "errors": self.errors,
            "findings": self.findings,
        })
    }

    fn text(self, out: &mut dyn Write, file: &Path, writing: &Writing) -> io::Result<()> {
        let kept = self.keeps();
        let Self {
            from,
            to,
            rows,
            written,
            errors,
            findings,
            refused,
            first_refused,
            lost,
            accepted,
            beside,
            doubtful,
        } = self;
        writeln!(out, "{STRONG}{}{STRONG:#}: {from}, to {to}", shown(&file.to_string_lossy()))?;
        let other_system = another_system(&findings);
        if errors > 0 {
            let mut groups = Groups::default();
            findings.into_iter().for_each(|finding| groups.take(finding));
            groups.write(out)?;
            writeln!(out)?;
        }
        for one in &first_refused {
            writeln!(out, "  {BAD}not written{BAD:#} {}", shown(&one.to_string()))?;
        }
        if let Some(more) = refused.checked_sub(first_refused.len().try_into().unwrap_or(u64::MAX)).filter(|n| *n > 0) {
            writeln!(out, "  {DIM}and {} more{DIM:#}", number(more))?;
        }
        if let Some(action) = action(&first_refused) {
            writeln!(out, "  {DIM}to do:{DIM:#} {action}")?;
        }
        for (loss, tokens) in &lost {
            let of = count(*tokens, "token", "tokens");
            writeln!(out, "  {WARN}lost{WARN:#} the {} of {of}: {to} has no place for it", loss.field)?;
        }
        if kept {
            let output = writing.output.to_string_lossy();
            let tokens = count(written, "token", "tokens");
            writeln!(out, "{GOOD}Wrote{GOOD:#} {tokens} of {} to {}.", number(rows), shown(&output))?;
            if let Some(parameters) = beside {
                writeln!(
                    out,
                    "{DIM}The file does not say how its tokens compute. Say it where you upload it: {parameters}.{DIM:#}"
                )?;
            }
            return writing::tell(out, to, &writing.encryption);
        }
        writeln!(out, "{BAD}Nothing was written.{BAD:#}")?;
        if !accepted && !doubtful && !lost.is_empty() && refused < rows {
            writeln!(out, "{DIM}To write the tokens without what is lost, add --accept-loss.{DIM:#}")?;
        }
        if let Some(action) = other_system {
            writeln!(out, "  {DIM}to do:{DIM:#} {action}")?;
        }
        Ok(())
    }
}

/// `TOTP, SHA1, 6 digits, 30 s`.
fn parameters(record: &Record) -> String {
    let Record { algorithm, digits, moving, .. } = record;
    match moving {
        Moving::Time { step } => format!("TOTP, {algorithm}, {digits} digits, {} s", step.x()),
        Moving::Counter { .. } => format!("HOTP, {algorithm}, {digits} digits"),
    }
}

/// What to do about tokens that were not written.
fn action(refused: &[Refused]) -> Option<&'static str> {
    let needs = |field| refused.iter().any(|one| one.obstacles.contains(&Obstacle::Needs(field)));
    let mixed = refused.iter().any(|one| matches!(one.obstacles.as_slice(), [.., Obstacle::Mixed(_)]));
    if refused.is_empty() {
        None
    } else if mixed {
        Some("Put these tokens into a file of their own, and convert that.")
    } else if needs(Field::SerialNumber) {
        Some("Accounts of an app have no serial number: choose a format that needs none, as otpauth-lines or cxf-json.")
    } else if needs(Field::Upn) {
        Some("Give the tokens to users with `oath seeds assign`, which writes the file too.")
    } else {
        Some("Choose a format that holds these tokens: `oath seeds formats` lists what each can hold.")
    }
}

/// Values with a comma between them.
pub(super) fn listed<T: Display>(values: &[T]) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
