use super::header::Header;
use crate::check::Checks;
use crate::fingerprints::{Fingerprints, Prints, Seen};
use crate::tally::SerialLengths;
use crate::text::reportable_upn;
use crate::{Field, Finding, Kind, Record, Repairs, Row};
use std::collections::VecDeque;

/// Finds tokens that came by before, for some rows at a time: see [`Fingerprints::fetch`].
#[derive(Debug)]
pub(super) struct Duplicates {
    seen: Fingerprints,
    lengths: SerialLengths,
    prints: Vec<Prints>,
}

impl Duplicates {
    pub(super) fn new() -> Self {
        Self { seen: Fingerprints::new(), lengths: SerialLengths::new(), prints: Vec::new() }
    }

    /// Settles what becomes of rows that are good as far as they go.
    pub(super) fn settle(&mut self, rows: &mut VecDeque<Row>, header: &Header) {
        let Self { seen, lengths, prints } = self;
        prints.clear();
        let records = rows.iter().filter_map(|row| row.record.as_ref());
        prints.extend(records.map(|r| seen.prints(&r.serial, r.secret.expose_bytes(), r.upn.as_deref())));
        seen.fetch(prints);
        let mut prints = prints.iter();
        for row in rows {
            let Some(record) = &row.record else { continue };
            let Some(prints) = prints.next() else { break };
            let found = seen.look(&record.serial, *prints, row.line);
            if found != Seen::New {
                judge(row, found, header);
            }
            if let Some(record) = &row.record {
                lengths.add(&record.serial, record.line);
            }
        }
    }

    /// What the serial numbers show as a whole.
    pub(super) fn finding(&self) -> Option<Finding> {
        self.lengths.finding()
    }
}

/// Puts a duplicate on record; a conflict is none.
fn judge(row: &mut Row, found: Seen, header: &Header) {
    let mut checks = Checks::new(row.line, Repairs::Offer);
    report(found, &mut checks);
    let failed = checks.failed();
    header.place(&mut checks.findings);
    row.findings.append(&mut checks.findings);
    if failed && let Some(Record { upn, serial, .. }) = row.record.take() {
        row.upn = upn.as_deref().and_then(reportable_upn);
        // The columns are in order here, or the secret would not have been one.
        row.serial = Some(serial);
    }
}

/// Says that a token came by before.
fn report(seen: Seen, checks: &mut Checks) {
    const SETTLE: &str = "Find out which of the two is right, and delete the other; the first one was taken.";
    match seen {
        Seen::New => {}
        Seen::Same { line, same_user: true } => checks.warning(
            Kind::RowDuplicate,
            None,
            format!("The same token stands on line {line}: same serial number, same secret."),
            "Delete one of the two; it changes nothing.",
        ),
        Seen::Same { line, same_user: false } => checks.error(
            Kind::SerialTwoUsers,
            Field::Upn,
            format!("The same token stands on line {line} for another user; a token belongs to one user."),
            SETTLE,
        ),
        Seen::Serial { line } => checks.error(
            Kind::SerialDuplicate,
            Field::SerialNumber,
            format!("The same serial number stands on line {line} with another secret."),
            SETTLE,
        ),
        Seen::Secret { line } => checks.error(
            Kind::SecretDuplicate,
            Field::SecretKey,
            format!("The same secret stands on line {line} under another serial number."),
            SETTLE,
        ),
    }
}
