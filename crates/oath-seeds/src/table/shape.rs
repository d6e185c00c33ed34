//! Whether a line has the columns that the header promises.

use super::header::Header;
use crate::cells::{Cells, SEPARATORS, Splitter, trimmed};
use crate::check::Checks;
use crate::text::count;
use crate::{Kind, Repair};
use memchr::memchr;
use zeroize::Zeroizing;

/// A row that stands in another row's cell, or is split at another character.
pub(super) struct Wrapped {
    pub(super) row: Zeroizing<String>,
    pub(super) separator: char,
}

/// Looks for a whole row in the only cell that has something in it.
pub(super) fn wrapped(cells: &Cells<'_>, header: &Header) -> Option<Zeroizing<String>> {
    // Nearly every row: nothing to look for.
    if header.width < 2 || (cells.len() >= header.least && !cells.get(1).is_empty()) {
        return None;
    }
    cells.only().filter(|cell| cell.contains(SEPARATORS)).map(|cell| Zeroizing::new(cell.to_owned()))
}

/// Finds at which character such a row has enough columns.
pub(super) fn unwrap(row: Zeroizing<String>, header: &Header, splitter: &mut Splitter) -> Option<Wrapped> {
    let own = [header.separator];
    let separator = own.into_iter().chain(SEPARATORS).find(|c| splitter.split(&row, *c).len() >= header.least)?;
    Some(Wrapped { row, separator })
}

/// Says so.
pub(super) fn report(wrapped: &Wrapped, header: &Header, checks: &mut Checks) {
    if wrapped.separator == header.separator {
        checks.repairable(
            Kind::RowInOneCell,
            None,
            "The whole row stands in one cell, in quotes.",
            "Take the quotes around the row off; a spreadsheet writes them when it opens the file with another separator.",
            Repair::UnwrapRow,
        );
    } else {
        let name = |c| match c {
            '\t' => "a tab",
            ';' => "a semicolon",
            _ => "a comma",
        };
        checks.repairable(
            Kind::RowSeparator,
            None,
            format!(
                "The row is separated by {}, but the header by {}.",
                name(wrapped.separator),
                name(header.separator)
            ),
            "Write the same separator on every line; for Entra ID a comma.",
            Repair::SplitRowAt(wrapped.separator),
        );
    }
}

/// What is wrong with the number of columns; true where nothing is.
pub(super) fn columns(cells: &Cells<'_>, header: &Header, checks: &mut Checks) -> bool {
    let (found, least) = (cells.len(), header.least);
    if !cells.closed {
        checks.quote_unclosed();
        false
    } else if !cells.complete {
        checks.error(
            Kind::TooManyColumns,
            None,
            "The row has hundreds of columns, or the file changes its line ends here.",
            "Look at the line in a text editor and save the file with one kind of line end.",
        );
        false
    } else if found < least {
        checks.error(
            Kind::TooFewColumns,
            None,
            format!("The row has {}; expected {}.", count(found, "column"), header.width),
            "Put the missing values in; only the manufacturer and the model may be empty.",
        );
        false
    } else if found > header.width
        && let Some(extra) = cells.iter().skip(header.width).position(|cell| !trimmed(cell).is_empty())
    {
        let found = header.width.saturating_add(extra).saturating_add(1).max(found);
        checks.error(
            Kind::TooManyColumns,
            None,
            format!("The row has {}; expected {}.", count(found, "column"), header.width),
            "A value that holds the separator must stand in double quotes: \"Contoso, Inc.\".",
        );
        false
    } else {
        true
    }
}

/// The encoding of a line that is not in the encoding of its file, where UTF-16 and 8-bit text were joined.
pub(super) fn other_encoding(text: &str) -> Option<&'static str> {
    // Every other byte of Latin text in UTF-16 is 0.
    if memchr(0, text.as_bytes()).is_some() {
        let zeros = text.bytes().filter(|b| *b == 0).count();
        return (zeros.saturating_mul(3) > text.len()).then_some("UTF-16");
    }
    // Two letters of 8-bit text make one character of UTF-16, mostly a Chinese one.
    if text.is_ascii() {
        return None;
    }
    let is_pair = |c: &char| {
        let mut pair = [0; 2];
        c.len_utf16() == 1
            && c.encode_utf16(&mut pair)
                .iter()
                .take(1)
                .all(|unit| unit.to_be_bytes().iter().all(|b| matches!(b, b'\t' | b'\r' | b'\n' | b' '..=b'~')))
    };
    let pairs = text.chars().filter(is_pair).count();
    (pairs >= 8 && pairs.saturating_mul(4) > text.chars().count().saturating_mul(3)).then_some("8-bit characters")
}
