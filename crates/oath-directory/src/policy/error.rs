use core::fmt;

/// A policy that the directory does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// A name that no field has.
    Unknown {
        /// The name.
        name: String,
        /// The field that may be meant.
        similar: Option<&'static str>,
    },
    /// A value that the field does not take.
    Value {
        /// The field.
        name: &'static str,
        /// Which values it takes.
        expected: String,
    },
}

impl PolicyError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "policy-field-unknown",
            Self::Value { .. } => "policy-value",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "name a field of the policy: `oath policy show`",
            Self::Value { .. } => "give a value that the field takes",
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, similar: None } => write!(f, "the policy has no field {name:?}"),
            Self::Unknown { name, similar: Some(similar) } => {
                write!(f, "the policy has no field {name:?}; {similar} may be meant")
            }
            Self::Value { name, expected } => write!(f, "the field {name} of the policy takes {expected}"),
        }
    }
}

impl core::error::Error for PolicyError {}
