use crate::{Field, Finding, Kind, Place, Repair, Repairs, Severity};
use std::borrow::Cow;

/// The findings of one row in the making.
#[derive(Debug)]
pub(crate) struct Checks {
    place: Place,
    repairs: Repairs,
    pub(crate) findings: Vec<Finding>,
    failed: bool,
}

type Text = Cow<'static, str>;

impl Checks {
    pub(crate) const fn new(place: Place, repairs: Repairs) -> Self {
        Self { place, repairs, findings: Vec::new(), failed: false }
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    /// Whether an error has been found, so that there can be no record.
    pub(crate) const fn failed(&self) -> bool {
        self.failed
    }

    /// Whether a finding is about a field.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.findings.iter().any(|finding| finding.field == Some(field))
    }

    pub(crate) fn error(
        &mut self,
        kind: Kind,
        field: impl Into<Option<Field>>,
        message: impl Into<Text>,
        action: impl Into<Text>,
    ) {
        self.failed = true;
        self.push(kind, Severity::Error, field.into(), message.into(), action.into());
    }

    pub(crate) fn warning(
        &mut self,
        kind: Kind,
        field: impl Into<Option<Field>>,
        message: impl Into<Text>,
        action: impl Into<Text>,
    ) {
        self.push(kind, Severity::Warning, field.into(), message.into(), action.into());
    }

    pub(crate) fn note(
        &mut self,
        kind: Kind,
        field: impl Into<Option<Field>>,
        message: impl Into<Text>,
        action: impl Into<Text>,
    ) {
        self.push(kind, Severity::Note, field.into(), message.into(), action.into());
    }

    /// An error that can be repaired safely. The caller goes on with the repaired value in any case: where the repair is only
    /// offered, the row is no record, and all that is wrong with the repaired one is said as well.
    pub(crate) fn repairable(
        &mut self,
        kind: Kind,
        field: impl Into<Option<Field>>,
        message: impl Into<Text>,
        action: impl Into<Text>,
        repair: Repair,
    ) {
        let repaired = self.repairs == Repairs::Apply;
        self.failed |= !repaired;
        let severity = if repaired { Severity::Warning } else { Severity::Error };
        self.push(kind, severity, field.into(), message.into(), action.into());
        if let Some(finding) = self.findings.last_mut() {
            finding.repair = Some(repair);
            finding.repaired = repaired;
        }
    }

    /// Takes over what another look at the same row found.
    pub(crate) fn take(&mut self, other: Self) {
        self.failed |= other.failed;
        self.findings.extend(other.findings);
    }

    fn push(&mut self, kind: Kind, severity: Severity, field: Option<Field>, message: Text, action: Text) {
        self.findings.push(Finding { place: self.place, field, ..Finding::new(kind, severity, message, action) });
    }
}

/// What any line can be told.
impl Checks {
    pub(crate) fn line_too_long(&mut self) {
        self.error(
            Kind::LineTooLong,
            None,
            "The line is far longer than any token's.",
            "Look at it in a text editor; a line break may be missing, or the file be damaged.",
        );
    }

    pub(crate) fn windows_1252(&mut self) {
        self.warning(
            Kind::EncodingWindows1252,
            None,
            "The line is not UTF-8; it was read as Windows-1252.",
            "Check the letters with accents, and save the file as UTF-8.",
        );
    }

    pub(crate) fn quote_unclosed(&mut self) {
        self.error(
            Kind::QuoteUnclosed,
            None,
            "A double quote is opened and not closed on the line.",
            "Close it, or take it out; a value cannot go over two lines.",
        );
    }
}
