//! Tables without a header: a line is a token, its columns are known by their place.

use super::line;
use crate::cells::{Cells, SEPARATORS, Splitter, trimmed};
use crate::check::Checks;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::text::{reportable_serial, reportable_upn};
use crate::{Finding, Record, Row};
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
        let Some((mut checks, bare)) = line::begun(line, text, windows_1252, context, rows) else { return Ok(()) };
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
