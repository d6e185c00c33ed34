use crate::Format;

/// How a file is to be read.
///
/// ```
/// use oath_seeds::{Options, UpnRule};
/// let options = Options::default().upn(UpnRule::Optional);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The format; `None`: recognised from the content.
    pub format: Option<Format>,
    /// What a row without a user is.
    pub upn: UpnRule,
    /// What becomes of mistakes that can be repaired safely.
    pub repairs: Repairs,
}

impl Options {
    /// Takes the format as given instead of recognising it.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets what a row without a user is.
    #[must_use]
    pub const fn upn(mut self, rule: UpnRule) -> Self {
        self.upn = rule;
        self
    }

    /// Sets what becomes of mistakes that can be repaired safely.
    #[must_use]
    pub const fn repairs(mut self, repairs: Repairs) -> Self {
        self.repairs = repairs;
        self
    }
}

/// What a row without a user is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpnRule {
    /// An error: the upload to Entra ID asks for a user in every row.
    #[default]
    Required,
    /// A token for the inventory, with a warning.
    Optional,
}

/// What becomes of mistakes that can be repaired safely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repairs {
    /// The row is refused; its finding carries the [`Repair`](crate::Repair) for a person to see.
    #[default]
    Offer,
    /// Asked for: the row is read with the repair in place; its finding becomes a warning that says so.
    Apply,
}
