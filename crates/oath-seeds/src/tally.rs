use crate::check::Checks;
use crate::text::count;
use crate::{Field, Finding, Kind, Place, Row, Severity};

/// Things that are accepted and may stand on every line: counted, and told once at the end.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Vec<Tally>);

#[derive(Debug)]
struct Tally {
    kind: Kind,
    count: u64,
    first: Place,
    /// What was said of the first row, where rows can differ.
    said: Option<Box<Finding>>,
}

impl Tallies {
    /// Counts a row of which `checks` are made.
    pub(crate) fn add(&mut self, kind: Kind, checks: &Checks) {
        self.add_at(kind, checks.place());
    }

    /// Counts a line.
    pub(crate) fn add_line(&mut self, kind: Kind, line: u64) {
        self.add_at(kind, Place::Line(line));
    }

    fn add_at(&mut self, kind: Kind, place: Place) {
        self.count(kind, place, || None);
    }

    fn count(&mut self, kind: Kind, first: Place, said: impl FnOnce() -> Option<Box<Finding>>) {
        match self.0.iter_mut().find(|tally| tally.kind == kind) {
            Some(tally) => tally.count = tally.count.saturating_add(1),
            None => self.0.push(Tally { kind, count: 1, first, said: said() }),
        }
    }

    /// Takes from a record what its whole column often has, to say it once at the end.
    pub(crate) fn gather(&mut self, row: &mut Row) {
        if row.record.is_some() && !row.findings.is_empty() {
            for finding in row.findings.extract_if(.., |finding| recurs(finding.kind)) {
                self.count(finding.kind, finding.place, || Some(Box::new(finding)));
            }
        }
    }

    /// One note for each, in the order of their first lines.
    pub(crate) fn findings(&mut self) -> impl Iterator<Item = Finding> + use<> {
        self.0.sort_by_key(|tally| tally.first);
        core::mem::take(&mut self.0).into_iter().filter_map(|Tally { kind, count: number, first, said }| {
            let one = match first {
                Place::Item { of, .. } => of,
                Place::Line(_) | Place::File => "line",
            };
            let lines = count(number, one);
            if let Some(mut said) = said {
                if number > 1 {
                    said.message = format!("{} The same is found in {lines}, first here.", said.message).into();
                }
                return Some(*said);
            }
            let (field, what, action) = text(kind)?;
            let message =
                if number == 1 { format!("{what} in {lines}.") } else { format!("{what} in {lines}, first here.") };
            Some(Finding { place: first, field, ..Finding::new(kind, Severity::Note, message, action) })
        })
    }
}

/// Whether a kind is said once for all records that have it.
const fn recurs(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::EncodingWindows1252
            | Kind::SecretWeak
            | Kind::SecretReadByColumn
            | Kind::IntervalModel
            | Kind::HashUnsaid
            | Kind::HashByPolicy
            | Kind::ManufacturerEmpty
            | Kind::ModelEmpty
    )
}

/// What is said of a kind that is counted.
const fn text(kind: Kind) -> Option<(Option<Field>, &'static str, &'static str)> {
    Some(match kind {
        Kind::BlankLine => (None, "Nothing", "It was skipped; nothing to do."),
        Kind::CommentLine => {
            (None, "A comment", "It was skipped. Entra ID knows no comments: take it out before an upload there.")
        }
        Kind::QuotedFields => (
            None,
            "Every field in quotes",
            "They were taken off. Some scripts do not: write quotes only where a field needs them.",
        ),
        Kind::SurroundingSpace => {
            (None, "White space around a field", "It was taken off; write none around the separators.")
        }
        Kind::StrayCarriageReturn => (
            None,
            "A stray carriage return",
            "It was taken off. Other tools keep it as part of the last column: save the file with one kind of line end.",
        ),
        Kind::TrailingSeparator => {
            (None, "Empty columns behind the last", "They were ignored; delete the empty columns in the spreadsheet.")
        }
        Kind::SecretLowerCase => {
            (Some(Field::SecretKey), "A secret key in lower case", "It is the same secret; nothing to do.")
        }
        Kind::SecretPadding => {
            (Some(Field::SecretKey), "A secret key with = at the end", "It is the same secret without; nothing to do.")
        }
        Kind::SecretLeftOverBits => (
            Some(Field::SecretKey),
            "A secret key whose left-over bits are not zero",
            "They are no part of the secret; nothing to do.",
        ),
        Kind::PinDropped => (None, "A PIN", "It is not kept: set the PIN where the token is to be used."),
        Kind::RealmDropped => (
            Some(Field::Upn),
            "The realm or the resolver of a user",
            "Only the user name is kept: choose the realm where the token is to be used.",
        ),
        _ => return None,
    })
}

/// The lengths of the serial numbers that are digits only: a spreadsheet that takes them for numbers drops leading
/// zeros, and then the lengths disagree.
#[derive(Debug)]
pub(crate) struct SerialLengths {
    /// For each length: how many, and where the first is.
    seen: [(u64, Place); Self::MAX],
}

impl SerialLengths {
    const MAX: usize = 25;
    /// Zeros that a serial number is believed to lose; more is two kinds of tokens.
    const MAX_LOST: usize = 3;

    pub(crate) const fn new() -> Self {
        Self { seen: [(0, Place::File); Self::MAX] }
    }

    pub(crate) fn add(&mut self, serial: &str, place: Place) {
        if !serial.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        if let Some((number, first)) = self.seen.get_mut(serial.len()) {
            if *number == 0 {
                *first = place;
            }
            *number = number.saturating_add(1);
        }
    }

    pub(crate) fn finding(&self) -> Option<Finding> {
        let longest = self.seen.iter().rposition(|(number, _)| *number > 0)?;
        let shorter = self.seen.get(longest.saturating_sub(Self::MAX_LOST)..longest)?;
        let number = shorter.iter().fold(0u64, |sum, (number, _)| sum.saturating_add(*number));
        let first = shorter.iter().filter(|(number, _)| *number > 0).map(|(_, first)| *first).min()?;
        let others = self.seen.get(longest).map_or(0, |(number, _)| *number);
        let have = if number == 1 { "has" } else { "have" };
        let message = format!(
            "{} of digits only {have} fewer digits than the {longest} of {others} other: a spreadsheet may have dropped \
             leading zeros. The first is here.",
            count(number, "serial number")
        );
        let action = "Compare with the numbers on the backs of the tokens; if zeros are missing, import the vendor's file \
                      again with the column as text.";
        Some(Finding {
            place: first,
            field: Some(Field::SerialNumber),
            ..Finding::new(Kind::SerialLengths, Severity::Warning, message, action)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told_once_with_its_number() {
        let mut tallies = Tallies::default();
        for (kind, line) in [(Kind::BlankLine, 7), (Kind::PinDropped, 2), (Kind::PinDropped, 3)] {
            tallies.add_line(kind, line);
        }
        let told: Vec<_> = tallies.findings().map(|finding| (finding.place, finding.message.into_owned())).collect();
        let expected = [(2, "A PIN in 2 lines, first here."), (7, "Nothing in 1 line.")];
        assert_eq!(told, expected.map(|(line, message)| (Place::Line(line), message.to_owned())));
        assert_eq!(tallies.findings().count(), 0, "once");
    }
}
