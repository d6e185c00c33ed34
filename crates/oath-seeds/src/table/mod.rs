//! Tables with a header: the rows of Entra ID's upload file and of its relatives.

mod column;
mod ending;
pub(crate) mod header;
mod names;
pub(crate) mod row;
mod shape;

use self::column::Column;
use self::ending::Last;
use self::header::{Found, Header};
use crate::cells::{Splitter, trimmed};
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::text::is_unreadable;
use crate::{Finding, Format, Kind, Place, Row};
use std::collections::VecDeque;

/// Reads lines into rows.
#[derive(Debug)]
pub(crate) struct Table {
    format: Format,
    splitter: Splitter,
    header: Option<Header>,
    /// The first line that is neither a comment nor the header, and how many of them there are.
    before: Option<(u64, u64)>,
    column: Column,
    last: Last,
}

impl Table {
    /// So many lines may stand before the header.
    const BEFORE: u64 = 20;

    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            splitter: Splitter::new(),
            header: None,
            before: None,
            column: Column::default(),
            last: Last::default(),
        }
    }

    /// Looks for the header.
    fn begin(&mut self, line: &Line<'_>, text: &str, context: &mut Context) -> Result<(), Finding> {
        let before = self.before.map(|(first, _)| first);
        if line.too_long {
            return Err(header::too_long(line.number));
        }
        match Header::read(text, line.number, self.format, &mut self.splitter, context)? {
            Found::Header(header, findings) => {
                context.findings.extend(self.before.map(|(first, lines)| header::after_others(first, lines)));
                context.findings.extend(findings);
                self.format = header.format;
                self.header = Some(*header);
                Ok(())
            }
            Found::Token { columns, separator } => Err(header::missing(line.number, columns, separator, before)),
            Found::Other => {
                let (first, lines) = self.before.unwrap_or((line.number, 0));
                if lines >= Self::BEFORE {
                    return Err(header::none(first));
                }
                self.before = Some((first, lines.saturating_add(1)));
                Ok(())
            }
        }
    }
}

impl Rows for Table {
    fn has_begun(&self) -> bool {
        self.header.is_some()
    }

    fn format(&self) -> Option<Format> {
        Some(self.format)
    }

    fn unbegun(&self) -> Option<Finding> {
        self.before.map(|(first, _)| header::none(first))
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
            return self.begin(line, text, context);
        };
        // Empty cells only: what a spreadsheet leaves of a deleted row.
        if !line.too_long && bare.bytes().all(|b| matches!(b, b',' | b';' | b'\t' | b' ' | b'\r')) {
            context.tallies.add_line(Kind::BlankLine, line.number);
            return Ok(());
        }
        let mut found = None;
        let Self { splitter, last, .. } = self;
        row::Reading { header, splitter, context, rows, found: &mut found, last }.read(line, text, windows_1252);
        if header.format == Format::DeepnetCsv
            && let Some(row) = column::last(rows, Place::Line(line.number))
        {
            self.column.add(row, found, header, context, rows);
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context, rows: &mut VecDeque<Row>) {
        if let Some(header) = &self.header {
            self.column.release(header, context, rows);
        }
    }

    fn place(&self, findings: &mut [Finding]) {
        if let Some(header) = &self.header {
            header.place(findings);
        }
    }
}

/// Whether a value can stand in a row.
pub(crate) fn fits(text: &str) -> bool {
    text.len() <= row::MAX_FIELD
        && (is_simple(text)
            || (trimmed(text) == text
                && !text.contains(is_unreadable)
                && formula(text).is_none()
                && row::left_over(text).is_none()))
}

/// Whether a text is of the kind that nearly all are, for which nothing else need be asked: ASCII letters, digits, dots, dashes,
/// underscores and at signs, and blanks within.
fn is_simple(text: &str) -> bool {
    let simple = |byte: u8| {
        byte.is_ascii_alphanumeric()
            | (byte == b'.')
            | (byte == b'-')
            | (byte == b'_')
            | (byte == b'@')
            | (byte == b' ')
    };
    text.bytes().fold(true, |all, byte| all & simple(byte)) && !text.starts_with(' ') && !text.ends_with(' ')
}

/// What stands within the spreadsheet notation `="…"`.
pub(crate) fn formula(text: &str) -> Option<&str> {
    text.strip_prefix("=\"")?.strip_suffix('"')
}
