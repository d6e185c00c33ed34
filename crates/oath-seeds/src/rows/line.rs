//! What the formats of lines have in common: a line is a token, or says nothing.

use crate::cells::trimmed;
use crate::check::Checks;
use crate::lines::Line;
use crate::source::Context;
use crate::{Kind, Place, Record, Row};
use std::collections::VecDeque;

/// The text of a line that holds a token, and the checks of its row. A line that is too long becomes a row of its own; a
/// blank line and a comment are only counted.
pub(super) fn begun<'a>(
    line: &Line<'_>,
    text: &'a str,
    windows_1252: bool,
    context: &mut Context,
    rows: &mut VecDeque<Row>,
) -> Option<(Checks, &'a str)> {
    let mut checks = context.checks(Place::Line(line.number));
    if line.too_long {
        checks.line_too_long();
        rows.push_back(Row::failed(checks, None, None));
        return None;
    }
    let bare = trimmed(text);
    if bare.is_empty() {
        context.tallies.add_line(Kind::BlankLine, line.number);
        return None;
    }
    if bare.starts_with('#') {
        context.tallies.add_line(Kind::CommentLine, line.number);
        return None;
    }
    if windows_1252 {
        checks.windows_1252();
    }
    Some((checks, bare))
}

/// The row of a token that has no serial number and no user: a record, unless the checks failed.
pub(super) fn row(record: Option<Record>, checks: Checks) -> Row {
    Row::new(record, checks, || (None, None))
}
