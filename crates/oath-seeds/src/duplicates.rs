use crate::check::Checks;
use crate::fingerprints::{Fingerprints, Prints, Seen};
use crate::record::Failed;
use crate::tally::SerialLengths;
use crate::text::{count, reportable_upn};
use crate::values::serial::is_plain;
use crate::{Field, Finding, Kind, Place, Record, Repairs, Row, Severity};
use std::collections::vec_deque;

/// Finds tokens that came by before, for some rows at a time: see [`Fingerprints::fetch`].
#[derive(Debug)]
pub(crate) struct Duplicates {
    seen: Fingerprints,
    lengths: SerialLengths,
    prints: Vec<Prints>,
    /// The first serial number that a spreadsheet rounded.
    damaged: Option<Place>,
    /// Serial numbers before it that it may have shortened: how many, and where the first is.
    passed: (u64, Place),
}

/// Whether a spreadsheet may have dropped zeros at the beginning of a serial number: digits only, and so few that it would
/// not have rounded them.
fn is_doubtful(serial: &str) -> bool {
    serial.len() < 12 && !serial.starts_with('0') && is_plain(serial)
}

impl Duplicates {
    pub(crate) fn new() -> Self {
        Self {
            seen: Fingerprints::new(),
            lengths: SerialLengths::new(),
            prints: Vec::new(),
            damaged: None,
            passed: (0, Place::File),
        }
    }

    /// Settles what becomes of rows that are good as far as they go. `place` gives findings the columns of their fields.
    /// Rows without a serial number are not compared: an account of an authenticator may stand in its export twice.
    pub(crate) fn settle(&mut self, rows: vec_deque::IterMut<'_, Row>, place: impl Fn(&mut [Finding])) {
        let mut rows: Vec<&mut Row> = rows.collect();
        self.hold_back(&mut rows, &place);
        let Self { seen, lengths, prints, .. } = self;
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

    /// Refuses the doubtful serial numbers of a column in which a spreadsheet has rounded others. Those in rows before, which
    /// have been handed out, are counted for [`findings`](Self::findings).
    fn hold_back(&mut self, rows: &mut [&mut Row], place: &impl Fn(&mut [Finding])) {
        let rounded = |row: &&mut Row| row.findings.iter().any(|finding| finding.kind == Kind::SerialScientific);
        self.damaged = self.damaged.or_else(|| rows.iter().find(|row| rounded(row)).map(|row| row.place));
        for row in rows {
            let serial = row.record.as_ref().and_then(|record| record.serial.as_deref());
            if !serial.is_some_and(is_doubtful) {
                continue;
            }
            let Some(damaged) = self.damaged else {
                let (number, first) = self.passed;
                self.passed = (number.saturating_add(1), if number == 0 { row.place } else { first });
                continue;
            };
            let mut finding = doubtful(row.place, damaged);
            place(core::slice::from_mut(&mut finding));
            row.findings.push(finding);
            // Its other mistakes are shown, too.
            let draft = row.record.take();
            let upn = draft.as_ref().and_then(|record| reportable_upn(record.upn.as_deref()?));
            let serial = draft.as_ref().and_then(|record| record.serial.clone());
            row.failed = Some(Box::new(Failed { upn, serial, draft }));
        }
    }

    /// Takes the records with a doubtful serial number out of a whole file, and says why.
    pub(crate) fn take_doubtful(&mut self, records: &mut Vec<Record>, place: impl Fn(&mut [Finding])) -> Vec<Row> {
        if self.damaged.is_none() {
            return Vec::new();
        }
        let taken = records.extract_if(.., |record| record.serial.as_deref().is_some_and(is_doubtful));
        let mut rows: Vec<Row> = taken.map(|record| Row::of(record, Vec::new())).collect();
        self.refuse_doubtful(&mut rows, place);
        rows
    }

    /// Refuses the doubtful serial numbers of a whole file, those before the first rounded one among them, which then are
    /// no longer counted for [`findings`](Self::findings). Returns how many.
    pub(crate) fn refuse_doubtful(&mut self, rows: &mut [Row], place: impl Fn(&mut [Finding])) -> u64 {
        let Some(damaged) = self.damaged else { return 0 };
        self.passed = (0, Place::File);
        let mut refused = 0u64;
        for row in rows {
            refused = refused.saturating_add(refuse_if_doubtful(row, damaged, &place).into());
        }
        refused
    }

    /// The first serial number that a spreadsheet rounded.
    pub(crate) const fn damaged(&self) -> Option<Place> {
        self.damaged
    }

    /// How many serial numbers were handed out that turned out to be doubtful.
    pub(crate) fn passed(&self) -> u64 {
        if self.damaged.is_some() { self.passed.0 } else { 0 }
    }

    /// What the serial numbers show as a whole.
    pub(crate) fn findings(&self) -> impl Iterator<Item = Finding> {
        let (number, first) = self.passed;
        let passed = self.damaged.filter(|_| number > 0).map(|damaged| Finding {
            place: first,
            field: Some(Field::SerialNumber),
            ..Finding::new(
                Kind::SerialColumnDamaged,
                Severity::Error,
                format!(
                    "A spreadsheet rounded serial numbers of this column, the first in {damaged}, and {} before it may lack \
                     leading zeros. The first is here.",
                    count(number, "serial number")
                ),
                DOUBTFUL,
            )
        });
        passed.into_iter().chain(self.lengths.finding())
    }
}

const DOUBTFUL: &str = "Import the vendor's file again with the column as text.";

/// Says that a serial number may lack its zeros.
fn doubtful(place: Place, damaged: Place) -> Finding {
    Finding {
        place,
        field: Some(Field::SerialNumber),
        ..Finding::new(
            Kind::SerialColumnDamaged,
            Severity::Error,
            format!(
                "A spreadsheet rounded serial numbers of this column, the first in {damaged}; this one may lack leading zeros."
            ),
            DOUBTFUL,
        )
    }
}

/// Refuses a record with a doubtful serial number, of a file in which another one was rounded. Returns whether it was one.
pub(crate) fn refuse_if_doubtful(row: &mut Row, damaged: Place, place: impl Fn(&mut [Finding])) -> bool {
    let is_one = row.record.as_ref().is_some_and(|record| record.serial.as_deref().is_some_and(is_doubtful));
    if is_one {
        let mut finding = doubtful(row.place, damaged);
        place(core::slice::from_mut(&mut finding));
        row.findings.push(finding);
        row.drop_record();
    }
    is_one
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
