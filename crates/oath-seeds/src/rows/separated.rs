//! Tables without a header: a line is a token, its columns are known by their place.

use super::fields::Fields;
use super::line;
use crate::cells::{Cells, SEPARATORS, Splitter, trimmed};
use crate::check::Checks;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::text::{count, reportable_serial, reportable_upn};
use crate::{Finding, Kind, Place, Record, Repair, Row, Severity};
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// What a format of this kind is, as data.
pub(super) struct Layout {
    /// What it makes of the cells of a line: a record, or errors among the checks.
    pub(super) row: fn(fields: &mut Fields<'_>) -> Option<Record>,
    /// The column of the serial number, from 0.
    pub(super) serial: usize,
    /// How many columns a row has at least and at most; empty ones after them do not count.
    pub(super) columns: (usize, usize),
    /// The separators that the format allows.
    pub(super) separators: &'static [char],
    /// Lines that begin with `#` are part of the format.
    pub(super) comments: bool,
    /// The layout after a first line `# version: 2`.
    pub(super) version_2: Option<&'static Self>,
    /// Looks at the first row before it is read. The error refuses the file.
    pub(super) begin: fn(cells: &Cells<'_>, context: &Context) -> Result<(), Finding>,
}

impl Layout {
    /// A layout whose separator is the comma and that knows no comments.
    pub(super) const PLAIN: Self = Self {
        row: |_| None,
        serial: 0,
        columns: (2, 2),
        separators: &[','],
        comments: false,
        version_2: None,
        begin: |_, _| Ok(()),
    };
}

/// Reads the lines of a table without a header.
pub(super) struct Separated {
    layout: &'static Layout,
    splitter: Splitter,
    /// Found in the first row.
    separator: Option<char>,
    /// A header, which the format does not have, has been skipped.
    header: bool,
    /// Rows have begun.
    begun: bool,
}

impl Separated {
    pub(super) fn new(layout: &'static Layout) -> Self {
        Self { layout, splitter: Splitter::new(), separator: None, header: false, begun: false }
    }

    /// The separator of the file, and a warning where the format has another.
    fn separator(&mut self, line: &str, place: Place, context: &mut Context) -> char {
        if let Some(separator) = self.separator {
            return separator;
        }
        let (separator, columns) = most_columns(line, &mut self.splitter);
        if columns < 2 {
            return separator;
        }
        self.separator = Some(separator);
        if !self.layout.separators.contains(&separator) {
            let what = if separator == '\t' { "tabs" } else { "semicolons" };
            context.findings.push(Finding {
                place,
                ..Finding::new(
                    Kind::Separator,
                    Severity::Warning,
                    format!("The fields are separated by {what}; they are read so."),
                    "This format takes commas only: save the file as comma-separated values before another program reads it.",
                )
            });
        }
        separator
    }

    /// Takes the comment that names a version of the format.
    fn version(&mut self, comment: &str) -> Result<(), Finding> {
        let Some(layout) = self.layout.version_2 else { return Ok(()) };
        let text = comment.trim_start_matches('#').trim_start();
        let Some((name, number)) = text.split_once(':') else { return Ok(()) };
        if self.begun || !name.trim_end().eq_ignore_ascii_case("version") {
            return Ok(());
        }
        match number.trim() {
            "1" => {}
            "2" => self.layout = layout,
            _ => {
                return Err(Finding::new(
                    Kind::OtherFormat,
                    Severity::Error,
                    "The first line names a version of the format that is not known; expected 2.",
                    "Export the tokens again in version 2, or without users in version 1.",
                ));
            }
        }
        Ok(())
    }
}

impl Rows for Separated {
    fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        context: &mut Context,
        rows: &mut VecDeque<Row>,
    ) -> Result<(), Finding> {
        if line.stray_cr {
            context.tallies.add_line(Kind::StrayCarriageReturn, line.number);
        }
        let bare = trimmed(text);
        // Empty cells only: what a spreadsheet leaves of a deleted row.
        if !line.too_long && bare.bytes().all(|b| matches!(b, b',' | b';' | b'\t' | b' ' | b'\r')) {
            context.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(());
        }
        if self.layout.comments && bare.starts_with('#') {
            return self.version(bare);
        }
        let Some((mut checks, _)) = line::begun(line, text, windows_1252, context, rows) else { return Ok(()) };
        let place = checks.place();
        let mut separator = self.separator(text, place, context);
        let mut cells = self.splitter.split(text, separator);
        let inner;
        if let Some(row) = wrapped(&cells, text) {
            checks.repairable(
                Kind::RowInOneCell,
                None,
                "The whole row stands in one cell, in quotes.",
                "Take the quotes around the row off; a spreadsheet writes them when it opens the file with another separator.",
                Repair::UnwrapRow,
            );
            inner = row;
            separator = most_columns(&inner, &mut self.splitter).0;
            cells = self.splitter.split(&inner, separator);
        }
        if !self.begun {
            if !self.header && is_header(&cells) {
                self.header = true;
                if is_name(cells.get(0), &["username", "user"]) {
                    self.layout = self.layout.version_2.unwrap_or(self.layout);
                }
                context.findings.push(header(place));
                return Ok(());
            }
            self.begun = true;
            (self.layout.begin)(&cells, context)?;
        }
        let record = if columns(&cells, self.layout.columns, &mut checks) {
            (self.layout.row)(&mut Fields { cells, checks: &mut checks, context })
        } else {
            None
        };
        rows.push_back(Row::new(record, checks, || {
            let serial = reportable_serial(trimmed(cells.get(self.layout.serial)));
            (cells.iter().find_map(|cell| reportable_upn(trimmed(cell))), serial)
        }));
        Ok(())
    }
}

/// The separator that gives a line the most columns, and how many.
fn most_columns(line: &str, splitter: &mut Splitter) -> (char, usize) {
    let mut best = (',', 0);
    for separator in SEPARATORS {
        let columns = splitter.split(line, separator).len();
        if columns > best.1 {
            best = (separator, columns);
        }
    }
    best
}

/// The row that stands in one quoted cell.
fn wrapped(cells: &Cells<'_>, line: &str) -> Option<Zeroizing<String>> {
    let cell = cells.only().filter(|_| line.trim_start().starts_with('"'))?;
    cell.contains(SEPARATORS).then(|| Zeroizing::new(cell.to_owned()))
}

/// What is wrong with the number of columns; true where nothing is.
fn columns(cells: &Cells<'_>, (least, most): (usize, usize), checks: &mut Checks) -> bool {
    let found = cells.iter().collect::<Vec<_>>().iter().rposition(|cell| !trimmed(cell).is_empty());
    let found = found.map_or(0, |last| last.saturating_add(1));
    if !cells.closed {
        checks.quote_unclosed();
    } else if !cells.complete {
        checks.error(
            Kind::TooManyColumns,
            None,
            "The row has hundreds of columns, or the file changes its line ends here.",
            "Look at the line in a text editor and save the file with one kind of line end.",
        );
    } else if cells.len() < least {
        checks.error(
            Kind::TooFewColumns,
            None,
            format!("The row has {}; expected at least {least}.", count(cells.len(), "column")),
            "Put the missing values in, or empty ones between the separators.",
        );
    } else if found > most {
        checks.error(
            Kind::TooManyColumns,
            None,
            format!("The row has {}; expected at most {most}.", count(found, "column")),
            "Take out what does not belong there, or name the format that the file has.",
        );
    } else {
        return true;
    }
    false
}

/// Names that people give to the columns of such tables: letters alone, in lower case.
const NAMES: &[&str] = &[
    "serial",
    "serialnumber",
    "serialno",
    "sn",
    "tokenserial",
    "tokenid",
    "seed",
    "hexseed",
    "secret",
    "secretkey",
    "key",
    "tokenkey",
    "otpkey",
    "type",
    "tokentype",
    "digits",
    "length",
    "otplength",
    "interval",
    "timeinterval",
    "timestep",
    "step",
    "period",
    "counter",
    "movingfactor",
    "hash",
    "algorithm",
    "hashlib",
    "manufacturer",
    "username",
    "user",
    "resolver",
    "realm",
];

fn is_name(cell: &str, names: &[&str]) -> bool {
    let letters = || cell.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase());
    cell.len() <= 40 && names.iter().any(|name| letters().eq(name.chars()))
}

/// Whether a first line is certainly the names of columns: two of them are known, and no cell has a digit.
fn is_header(cells: &Cells<'_>) -> bool {
    let known = cells.iter().filter(|cell| is_name(cell, NAMES)).count();
    known >= 2 && cells.iter().all(|cell| cell.len() <= 40 && !cell.contains(|c: char| c.is_ascii_digit()))
}

fn header(place: Place) -> Finding {
    Finding {
        place,
        ..Finding::new(
            Kind::HeaderUnexpected,
            Severity::Warning,
            "The first line holds the names of columns, which this format does not have; it was skipped, and the columns \
             are read by their place.",
            "Compare the order of the columns with the format's, and delete the line: another program takes it for a token.",
        )
    }
}
