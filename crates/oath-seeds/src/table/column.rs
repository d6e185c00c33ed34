//! Secrets that may be Base32 or hex, decided by the rest of their column.

use super::header::Header;
use crate::check::Checks;
use crate::source::Context;
use crate::values::secret::{self, Encoding};
use crate::{Field, Kind, Place, Row};
use oath_totp::Secret;
use std::collections::VecDeque;

/// What is known of the encoding of a column, and the rows that wait for it.
///
/// A secret that is valid in both encodings is read as the certain ones before it, or else as the first certain one after it.
#[derive(Debug, Default)]
pub(super) struct Column {
    base32: bool,
    hex: bool,
    /// From the first uncertain row on, with the reading as hex of those that are uncertain.
    held: VecDeque<(Row, Option<Secret>)>,
}

/// What the secret of a row is.
pub(super) enum Found {
    Certain(Encoding),
    /// The record has the reading as Base32; this is that as hex.
    Either(Secret),
}

impl Column {
    /// So many rows wait at most, so that memory is bounded.
    const MOST: usize = 4096;

    /// Adds a row to those read, or keeps it until the encoding is known.
    pub(super) fn add(
        &mut self,
        row: Row,
        found: Option<Found>,
        header: &Header,
        context: &Context,
        rows: &mut VecDeque<Row>,
    ) {
        let alternative = match found {
            Some(Found::Either(hex)) => Some(hex),
            Some(Found::Certain(encoding)) => {
                *if encoding == Encoding::Hex { &mut self.hex } else { &mut self.base32 } = true;
                None
            }
            None => None,
        };
        self.held.push_back((row, alternative));
        if self.base32 || self.hex || self.held.len() >= Self::MOST || self.held.iter().all(|(_, hex)| hex.is_none()) {
            self.release(header, context, rows);
        }
    }

    /// Adds the rows that wait.
    pub(super) fn release(&mut self, header: &Header, context: &Context, rows: &mut VecDeque<Row>) {
        for (mut row, hex) in self.held.drain(..) {
            if let Some(hex) = hex {
                let checks = context.checks(row.place);
                decide(&mut row, hex, (self.base32, self.hex), checks);
                header.place(&mut row.findings);
            }
            rows.push_back(row);
        }
    }
}

/// Reads an uncertain secret. `seen`: whether the column has secrets that are certainly Base32, and hex.
fn decide(row: &mut Row, hex: Secret, seen: (bool, bool), mut checks: Checks) {
    let record = row.record.as_mut().or_else(|| row.failed.as_mut()?.draft.as_mut());
    let Some(record) = record else { return };
    if seen == (false, true) {
        record.secret = hex;
    }
    let usable = secret::judge_only(&record.secret, &mut checks);
    match seen {
        (true, false) => read_as("Base32", "hex", &mut checks),
        (false, true) => read_as("hex", "Base32", &mut checks),
        _ => secret::may_be_hex(&mut checks),
    }
    row.findings.append(&mut checks.findings);
    if !usable {
        row.drop_record();
    }
}

fn read_as(this: &str, other: &str, checks: &mut Checks) {
    checks.note(
        Kind::SecretReadByColumn,
        Field::SecretKey,
        format!(
            "The secret key is valid as Base32 and as hex; it was read as {this}, as the other secrets of the file are."
        ),
        format!("Nothing to do. If the codes of the token are refused, the vendor meant {other}."),
    );
}

/// Whether a row is known to hold a record at this place.
pub(super) fn last(rows: &mut VecDeque<Row>, place: Place) -> Option<Row> {
    if rows.back().is_some_and(|row| row.place == place) { rows.pop_back() } else { None }
}
