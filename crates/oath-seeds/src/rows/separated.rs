//! Tables without a header: a line is a token, its columns are known by their place.

use crate::cells::{Cells, SEPARATORS, Splitter, trimmed};
use crate::check::Checks;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::text::{reportable_serial, reportable_upn};
use crate::{Finding, Kind, Place, Record, Row};
use std::collections::VecDeque;

/// What a format makes of the cells of a line: a record, or errors among the checks.
pub(crate) type Columns = fn(cells: &Cells<'_>, checks: &mut Checks, context: &mut Context) -> Option<Record>;

/// Reads the lines of a table without a header.
pub(crate) struct Separated {
    columns: Columns,
    splitter: Splitter,
    /// Found in the first row.
    separator: Option<char>,
}

impl Separated {
    pub(crate) fn new(columns: Columns) -> Self {
        Self { columns, splitter: Splitter::new(), separator: None }
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
        let place = Place::Line(line.number);
        let mut checks = Checks::new(place, context.repairs);
        if line.too_long {
            checks.line_too_long();
            rows.push_back(Row::failed(checks, None, None));
            return Ok(());
        }
        let bare = trimmed(text);
        if bare.is_empty() {
            context.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(());
        }
        if bare.starts_with('#') {
            context.tallies.add_line(Kind::CommentLine, line.number);
            return Ok(());
        }
        if windows_1252 {
            checks.windows_1252();
        }
        let separator = *self.separator.get_or_insert_with(|| most_columns(bare, &mut self.splitter));
        let cells = self.splitter.split(bare, separator);
        if !cells.closed {
            checks.quote_unclosed();
        }
        let record = (self.columns)(&cells, &mut checks, context).filter(|_| !checks.failed());
        rows.push_back(match record {
            Some(record) => Row::of(record, checks.findings),
            None => {
                let serial = reportable_serial(trimmed(cells.get(0)));
                let upn = cells.iter().find_map(|cell| reportable_upn(trimmed(cell)));
                Row::failed(checks, upn, serial)
            }
        });
        Ok(())
    }
}

/// The separator that gives a line the most columns.
fn most_columns(line: &str, splitter: &mut Splitter) -> char {
    let mut best = (',', 0);
    for separator in SEPARATORS {
        let columns = splitter.split(line, separator).len();
        if columns > best.1 {
            best = (separator, columns);
        }
    }
    best.0
}
