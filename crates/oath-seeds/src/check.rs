use crate::{Field, Finding, Kind, Repair, Repairs, Severity};
use std::borrow::Cow;

/// The findings of one row in the making.
#[derive(Debug)]
pub(crate) struct Checks {
    line: u64,
    repairs: Repairs,
    pub(crate) findings: Vec<Finding>,
    failed: bool,
}

type Text = Cow<'static, str>;

impl Checks {
    pub(crate) const fn new(line: u64, repairs: Repairs) -> Self {
        Self { line, repairs, findings: Vec::new(), failed: false }
    }

    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// Whether an error has been found, so that there can be no record.
    pub(crate) const fn failed(&self) -> bool {
        self.failed
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

    /// An error that can be repaired safely; true where it was asked to be, so that the caller goes on with the
    /// repaired value.
    #[must_use]
    pub(crate) fn repairable(
        &mut self,
        kind: Kind,
        field: impl Into<Option<Field>>,
        message: impl Into<Text>,
        action: impl Into<Text>,
        repair: Repair,
    ) -> bool {
        let repaired = self.repairs == Repairs::Apply;
        self.failed |= !repaired;
        let severity = if repaired { Severity::Warning } else { Severity::Error };
        self.push(kind, severity, field.into(), message.into(), action.into());
        if let Some(finding) = self.findings.last_mut() {
            finding.repair = Some(repair);
            finding.repaired = repaired;
        }
        repaired
    }

    fn push(&mut self, kind: Kind, severity: Severity, field: Option<Field>, message: Text, action: Text) {
        self.findings.push(Finding { line: Some(self.line), field, ..Finding::new(kind, severity, message, action) });
    }
}
