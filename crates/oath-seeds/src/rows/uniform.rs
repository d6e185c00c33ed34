//! `pingid-csv` and `duo-csv`: `serial,seed[,counter]`, the seed in hex. Type, digits and interval are said beside the file,
//! once for all of its tokens.

use super::fields::Fields;
use super::separated::Layout;
use crate::cells::{Cells, trimmed};
use crate::source::Context;
use crate::values::parameters;
use crate::{Field, Finding, Kind, Moving, Record, Severity, TokenType};

pub(super) const LAYOUT: Layout = Layout { row, columns: (2, 3), begin, ..Layout::PLAIN };

/// Refuses the file, once, where it and the caller leave a parameter open. A column of counters makes its tokens HOTP.
fn begin(cells: &Cells<'_>, context: &Context) -> Result<(), Finding> {
    let assume = context.assume;
    let counter = !trimmed(cells.get(2)).is_empty();
    let kind = if counter { Some(TokenType::Hotp) } else { assume.kind };
    let open: Vec<Field> = [
        (Field::Type, kind.is_none()),
        (Field::Digits, assume.digits.is_none()),
        (Field::TimeInterval, kind != Some(TokenType::Hotp) && assume.interval.is_none()),
    ]
    .into_iter()
    .filter_map(|(field, open)| open.then_some(field))
    .collect();
    if open.is_empty() {
        return Ok(());
    }
    let (message, action) = parameters::unknown_texts(&open, "The file");
    Err(Finding {
        field: open.first().copied(),
        ..Finding::new(Kind::ParameterUnknown, Severity::Error, message, action)
    })
}

fn row(fields: &mut Fields<'_>) -> Option<Record> {
    const NOWHERE: usize = usize::MAX;
    let serial = fields.serial(0);
    let secret = fields.secret(1);
    let digits = fields.digits(NOWHERE, None);
    let kind = match fields.given(2) {
        Some(_) => TokenType::Hotp,
        // The first row has a counter, or the caller says what the tokens are.
        None => fields.context.assume.kind.unwrap_or(TokenType::Hotp),
    };
    let moving = match kind {
        TokenType::Hotp => Moving::Counter { counter: fields.counter(2)? },
        TokenType::Totp => Moving::Time { step: fields.step(NOWHERE, None)? },
    };
    Some(fields.record(serial?, secret?, fields.assumed_hash(), digits?, moving))
}
