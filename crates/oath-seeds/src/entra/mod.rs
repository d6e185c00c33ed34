//! `entra-csv`: the rows of Entra ID's upload file.

mod duplicates;
pub(crate) mod header;
mod interval;
pub(crate) mod row;
mod secret;
mod serial;
mod shape;
mod texts;
pub(crate) mod upn;

use self::duplicates::Duplicates;
use self::header::Header;
use self::texts::Texts;
use crate::cells::{Splitter, trimmed};
use crate::check::Checks;
use crate::lines::Line;
use crate::tally::Tallies;
use crate::text::is_unreadable;
use crate::{Field, Finding, Kind, Options, Record, Repairs, Row, Severity, UpnRule};
use std::collections::VecDeque;

/// Reads lines into rows.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) upn: UpnRule,
    pub(crate) repairs: Repairs,
    splitter: Splitter,
    header: Option<Header>,
    pub(crate) texts: Texts,
    duplicates: Duplicates,
    tallies: Tallies,
    /// No row has come yet.
    empty: bool,
}

/// What a line turned out to be.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A data row, which is among the rows now and still has to be [settled](Table::settle), or nothing to tell of
    /// before the end.
    Body,
    /// The header, with what is to be said of it.
    Header(Vec<Finding>),
}

impl Table {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            upn: options.upn,
            repairs: options.repairs,
            splitter: Splitter::new(),
            header: None,
            texts: Texts::default(),
            duplicates: Duplicates::new(),
            tallies: Tallies::default(),
            empty: true,
        }
    }

    /// Reads the next line; `text` is what it holds. The error is a refusal of the file.
    pub(crate) fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        rows: &mut VecDeque<Row>,
    ) -> Result<Outcome, Finding> {
        if line.stray_cr {
            self.tallies.add_line(Kind::StrayCarriageReturn, line.number);
        }
        let bare = trimmed(text);
        if bare.is_empty() && !line.too_long {
            self.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(Outcome::Body);
        }
        let Some(header) = &self.header else {
            if bare.starts_with('#') {
                self.tallies.add_line(Kind::CommentLine, line.number);
                return Ok(Outcome::Body);
            }
            if line.too_long {
                return Err(header::too_long(line.number));
            }
            let (header, findings) = Header::read(text, line.number, &mut self.splitter)?;
            self.header = Some(header);
            return Ok(Outcome::Header(findings));
        };
        // Empty cells only: what a spreadsheet leaves of a deleted row.
        if !line.too_long && bare.bytes().all(|b| matches!(b, b',' | b';' | b'\t' | b' ' | b'\r')) {
            self.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(Outcome::Body);
        }
        let before = rows.len();
        row::Reading {
            upn: self.upn,
            repairs: self.repairs,
            header,
            splitter: &mut self.splitter,
            tallies: &mut self.tallies,
            texts: &mut self.texts,
            rows,
        }
        .read(line, text, windows_1252);
        self.empty &= rows.len() == before;
        Ok(Outcome::Body)
    }

    /// Compares rows, in their order, with all before them.
    pub(crate) fn settle(&mut self, rows: &mut VecDeque<Row>) {
        if let Some(header) = &self.header {
            self.duplicates.settle(rows, header);
        }
    }

    /// What there is to say at the end.
    pub(crate) fn closing(&mut self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.tallies.findings().collect();
        findings.extend(self.duplicates.finding());
        if self.empty {
            findings.push(Finding::new(
                Kind::NoRows,
                Severity::Warning,
                "The file has a header, but no token.",
                "Ask the vendor for the file again, or check whether the rows went to another sheet.",
            ));
        }
        findings
    }
}

/// The longest secret in bytes: 128 characters.
pub(crate) const MAX_SECRET_BYTES: usize = (secret::MAX_CHARACTERS * 5) >> 3;

/// The fields of a record that would not be read back as they are.
pub(crate) fn unreadable_fields(record: &Record, rule: UpnRule) -> impl Iterator<Item = Field> {
    let upn = record.upn.as_deref().is_none_or(|upn| {
        let mut checks = Checks::new(0, Repairs::Offer);
        fits(&upn::escaped(upn)) && upn::read(&upn::escaped(upn), rule, &mut checks).as_deref() == Some(upn)
    });
    let serial = {
        let mut checks = Checks::new(0, Repairs::Offer);
        fits(&record.serial) && serial::read(&record.serial, &mut checks).as_deref() == Some(record.serial.as_str())
    };
    [
        (Field::Upn, upn),
        (Field::SerialNumber, serial),
        (Field::Manufacturer, fits(&record.manufacturer)),
        (Field::Model, fits(&record.model)),
    ]
    .into_iter()
    .filter_map(|(field, good)| (!good).then_some(field))
}

/// Whether a value can stand in a row.
fn fits(text: &str) -> bool {
    text.len() <= row::MAX_FIELD && trimmed(text) == text && !text.contains(is_unreadable) && formula(text).is_none()
}

/// What stands within the spreadsheet notation `="…"`.
fn formula(text: &str) -> Option<&str> {
    text.strip_prefix("=\"")?.strip_suffix('"')
}

/// A user name as the upload wants it.
pub(crate) fn escaped_upn(name: &str) -> String {
    upn::escaped(name)
}
