use crate::{Kind, Place, Repair};
use core::fmt;
use std::borrow::Cow;

/// Something about a file that a person should know: where, what was found, what to do. Never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is; its [`name`](Kind::name) is stable.
    pub kind: Kind,
    /// How grave it is here.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// Which column of the line, from 1 as the file orders them.
    pub column: Option<u32>,
    /// Which field, whatever its place.
    pub field: Option<Field>,
    /// What was found and what was expected.
    pub message: Cow<'static, str>,
    /// What to do.
    pub action: Cow<'static, str>,
    /// A safe way to put it right.
    pub repair: Option<Repair>,
    /// Whether the record was read with that repair, because [`Repairs::Apply`](crate::Repairs::Apply) asked for it.
    pub repaired: bool,
}

impl Finding {
    /// About the whole file, until a place is set.
    pub(crate) fn new(
        kind: Kind,
        severity: Severity,
        message: impl Into<Cow<'static, str>>,
        action: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            kind,
            severity,
            place: Place::File,
            column: None,
            field: None,
            message: message.into(),
            action: action.into(),
            repair: None,
            repaired: false,
        }
    }

    /// The stable name of its kind: `secret-illegal-character`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.name()
    }
}

/// `line 7, secret key: error secret-empty: … Do this: …` in one line.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.place, self.field) {
            (Place::File, Some(field)) => write!(f, "{field}: ")?,
            (Place::File, None) => {}
            (place, Some(field)) => write!(f, "{place}, {field}: ")?,
            (place, None) => write!(f, "{place}: ")?,
        }
        write!(f, "{} {}: {} {}", self.severity, self.code(), self.message, self.action)
    }
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Accepted as it is; good to know.
    Note,
    /// Accepted, but probably not what was meant.
    Warning,
    /// The row is no record, or the file no seed file.
    Error,
}

impl Severity {
    /// `error`, `warning`, `note`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Declares [`Field`] with the stable name beside each variant.
macro_rules! fields {
    ($($variant:ident = $name:literal, $doc:literal;)+) => {
        /// A field of a token. The first six have the names that Entra ID's upload gives them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Field {
            $(#[doc = $doc] $variant,)+
        }

        impl Field {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name: `serial number`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

fields! {
    Upn = "upn", "The user.";
    SerialNumber = "serial number", "The number on the back.";
    SecretKey = "secret key", "K.";
    TimeInterval = "time interval", "X.";
    Manufacturer = "manufacturer", "Who made it.";
    Model = "model", "What it is.";
    Type = "type", "TOTP or HOTP.";
    Algorithm = "hash", "The hash.";
    Digits = "digits", "How long a code is.";
    Counter = "counter", "C.";
    T0 = "t0", "When the steps begin to count.";
    Issuer = "issuer", "Who runs the service.";
    Account = "account", "The account at the service.";
    KeyId = "key id", "The key's identifier.";
    Start = "start date", "From when it may be used.";
    Expiry = "expiry date", "Until when it may be used.";
    Drift = "drift", "By how many steps its clock is ahead.";
    LastUsed = "last use", "When a code was last accepted.";
}

impl Field {
    /// The six columns of Entra ID's upload, in their order.
    pub const ENTRA: &[Self] =
        &[Self::Upn, Self::SerialNumber, Self::SecretKey, Self::TimeInterval, Self::Manufacturer, Self::Model];
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(feature = "serde")]
mod data {
    use super::{Field, Finding, Severity};
    use serde::ser::{Serialize, SerializeStruct, Serializer};

    impl Serialize for Severity {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(self.name())
        }
    }

    impl Serialize for Field {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(self.name())
        }
    }

    /// `{"code","severity","place","line","field","message","action"}`, `line` being null where the place is none, with `"repair"` where there is one and `"repaired":true`
    /// where it was applied.
    impl Serialize for Finding {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let optional = usize::from(self.repair.is_some()).saturating_add(usize::from(self.repaired));
            let mut finding = serializer.serialize_struct("Finding", optional.saturating_add(7))?;
            finding.serialize_field("code", self.code())?;
            finding.serialize_field("severity", &self.severity)?;
            finding.serialize_field("place", &self.place.to_string())?;
            finding.serialize_field("line", &self.place.line())?;
            finding.serialize_field("field", &self.field)?;
            finding.serialize_field("message", &self.message)?;
            finding.serialize_field("action", &self.action)?;
            if let Some(repair) = &self.repair {
                finding.serialize_field("repair", &repair.to_string())?;
            }
            if self.repaired {
                finding.serialize_field("repaired", &true)?;
            }
            finding.end()
        }
    }
}
