//! Tables with a header: the rows of Entra ID's upload file and of its relatives.

pub(crate) mod header;
pub(crate) mod row;
mod shape;

use self::header::Header;
use crate::cells::{Splitter, trimmed};
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::text::is_unreadable;
use crate::{Finding, Format, Kind, Row};
use std::collections::VecDeque;

/// Reads lines into rows.
#[derive(Debug)]
pub(crate) struct Table {
    format: Format,
    splitter: Splitter,
    header: Option<Header>,
}

impl Table {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, splitter: Splitter::new(), header: None }
    }
}

impl Rows for Table {
    fn has_begun(&self) -> bool {
        self.header.is_some()
    }

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
        if bare.is_empty() && !line.too_long {
            context.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(());
        }
        let Some(header) = &self.header else {
            if bare.starts_with('#') {
                context.tallies.add_line(Kind::CommentLine, line.number);
                return Ok(());
            }
            if line.too_long {
                return Err(header::too_long(line.number));
            }
            let (header, findings) = Header::read(text, line.number, self.format, &mut self.splitter)?;
            self.header = Some(header);
            context.findings.extend(findings);
            return Ok(());
        };
        // Empty cells only: what a spreadsheet leaves of a deleted row.
        if !line.too_long && bare.bytes().all(|b| matches!(b, b',' | b';' | b'\t' | b' ' | b'\r')) {
            context.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(());
        }
        row::Reading { header, splitter: &mut self.splitter, context, rows }.read(line, text, windows_1252);
        Ok(())
    }

    fn place(&self, findings: &mut [Finding]) {
        if let Some(header) = &self.header {
            header.place(findings);
        }
    }
}

/// Whether a value can stand in a row.
pub(crate) fn fits(text: &str) -> bool {
    text.len() <= row::MAX_FIELD && trimmed(text) == text && !text.contains(is_unreadable) && formula(text).is_none()
}

/// What stands within the spreadsheet notation `="…"`.
pub(crate) fn formula(text: &str) -> Option<&str> {
    text.strip_prefix("=\"")?.strip_suffix('"')
}
