use crate::check::Checks;
use crate::fingerprints::{Fingerprints, Prints, Seen};
use crate::tally::SerialLengths;
use crate::{Field, Finding, Kind, Place, Repairs, Row};
use std::collections::vec_deque;

/// Finds tokens that came by before, for some rows at a time: see [`Fingerprints::fetch`].
#[derive(Debug)]
pub(crate) struct Duplicates {
    seen: Fingerprints,
    lengths: SerialLengths,
    prints: Vec<Prints>,
}

impl Duplicates {
    pub(crate) fn new() -> Self {
        Self { seen: Fingerprints::new(), lengths: SerialLengths::new(), prints: Vec::new() }
    }

    /// Settles what becomes of rows that are good as far as they go. `place` gives findings the columns of their fields.
    /// Rows without a serial number are not compared: an account of an authenticator may stand in its export twice.
    pub(crate) fn settle(&mut self, rows: vec_deque::IterMut<'_, Row>, place: impl Fn(&mut [Finding])) {
        let Self { seen, lengths, prints } = self;
        let mut rows: Vec<&mut Row> = rows.collect();
        prints.clear();
        let numbered = rows.iter().filter_map(|row| row.record.as_ref().and_then(|r| Some((r.serial.as_deref()?, r))));
        prints.extend(numbered.map(|(serial, r)| seen.prints(serial, r.secret.expose_bytes(), r.upn.as_deref())));
        seen.fetch(prints);
        let mut prints = prints.iter();
        for row in &mut rows {
            let Some(serial) = row.record.as_ref().and_then(|record| record.serial.as_deref()) else { continue };
            let Some(prints) = prints.next() else { break };
            let found = seen.look(serial, *prints, row.place.number());
            if found == Seen::New {
                lengths.add(serial, row.place);
            } else {
                judge(row, found, &place);
                if let Some(serial) = row.record.as_ref().and_then(|record| record.serial.as_deref()) {
                    lengths.add(serial, row.place);
                }
            }
        }
    }

    /// What the serial numbers show as a whole.
    pub(crate) fn finding(&self) -> Option<Finding> {
        self.lengths.finding()
    }
}

/// Puts a duplicate on record; a conflict is none.
fn judge(row: &mut Row, found: Seen, place: &impl Fn(&mut [Finding])) {
    let mut checks = Checks::new(row.place, Repairs::Offer);
    report(found, row.place, &mut checks);
    let failed = checks.failed();
    place(&mut checks.findings);
    row.findings.append(&mut checks.findings);
    if failed {
        row.drop_record();
    }
}

/// Says that a token came by before.
fn report(seen: Seen, place: Place, checks: &mut Checks) {
    const SETTLE: &str = "Find out which of the two is right, and delete the other; the first one was taken.";
    let there = |number| match place.with_number(number) {
        Place::Line(line) => format!("on line {line}"),
        place => format!("in {place}"),
    };
    match seen {
        Seen::New => {}
        Seen::Same { line, same_user: true } => checks.warning(
            Kind::RowDuplicate,
            None,
            format!("The same token stands {}: same serial number, same secret.", there(line)),
            "Delete one of the two; it changes nothing.",
        ),
        Seen::Same { line, same_user: false } => checks.error(
            Kind::SerialTwoUsers,
            Field::Upn,
            format!("The same token stands {} for another user; a token belongs to one user.", there(line)),
            SETTLE,
        ),
        Seen::Serial { line } => checks.error(
            Kind::SerialDuplicate,
            Field::SerialNumber,
            format!("The same serial number stands {} with another secret.", there(line)),
            SETTLE,
        ),
        Seen::Secret { line } => checks.error(
            Kind::SecretDuplicate,
            Field::SecretKey,
            format!("The same secret stands {} under another serial number.", there(line)),
            SETTLE,
        ),
    }
}
