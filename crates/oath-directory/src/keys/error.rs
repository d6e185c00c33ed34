use core::fmt;

/// The key ring cannot do what is asked of it. Never shows a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRingError {
    /// A line of its text is not one of a key ring.
    Malformed {
        /// Which, from 1.
        line: usize,
    },
    /// A ring needs a line `bind` and a line `seal`.
    Incomplete,
    /// The secret of a token is sealed under a key that is not in the ring.
    Lacking {
        /// The name of the key.
        key: String,
        /// The serial number of the token.
        serial: String,
    },
    /// The sealed secret is not what was sealed for this token.
    Damaged {
        /// The serial number of the token.
        serial: String,
    },
    /// The ring holds no key of this name.
    Unknown {
        /// The name.
        name: String,
    },
    /// The key cannot go, because new secrets are sealed under it.
    Seals {
        /// Its name.
        name: String,
    },
    /// The key cannot go, because tokens are sealed under it.
    Used {
        /// Its name.
        name: String,
        /// How many.
        tokens: u64,
    },
    /// The retired key cannot go, because secrets of deleted tokens are recognised by it.
    Recognises {
        /// Its name.
        name: String,
        /// How many.
        secrets: u64,
    },
    /// The directory belongs to another key ring.
    Foreign,
    /// The operating system gave no randomness.
    NoRandomness,
}

impl KeyRingError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "key-ring-malformed",
            Self::Incomplete => "key-ring-incomplete",
            Self::Lacking { .. } | Self::Foreign => "key-ring-wrong",
            Self::Damaged { .. } => "secret-damaged",
            Self::Unknown { .. } => "key-unknown",
            Self::Seals { .. } | Self::Used { .. } | Self::Recognises { .. } => "key-in-use",
            Self::NoRandomness => "no-randomness",
        }
    }

    /// Whether it is for the good of what is there, and no fault.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Seals { .. } | Self::Used { .. } | Self::Recognises { .. })
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::Incomplete => "restore the file from its copy",
            Self::Lacking { .. } | Self::Foreign => "use the key ring that belongs to this directory",
            Self::Damaged { .. } => "restore the database from a backup, or delete the token and upload it again",
            Self::Unknown { .. } => "name a key of the ring: `oath keys list`",
            Self::Seals { .. } => "activate another key first: `oath keys activate`",
            Self::Used { .. } => "seal them again first: `oath keys rotate`",
            Self::Recognises { .. } => {
                "keep it: it opens no secret, and without it codes that were used would be good again"
            }
            Self::NoRandomness => "try again",
        }
    }
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line } => write!(
                f,
                "line {line} of the key ring is malformed: expected `bind KEY`, `seal NAME KEY` or `recognise NAME KEY`, \
                 each KEY 64 hexadecimal digits"
            ),
            Self::Incomplete => f.write_str("the key ring is incomplete: expected a line `bind` and a line `seal`"),
            Self::Lacking { key, serial } => write!(
                f,
                "the secret of token {serial} is sealed under the key {key}, which the key ring does not hold"
            ),
            Self::Damaged { serial } => {
                write!(f, "the sealed secret of token {serial} was changed, or belongs to another token")
            }
            Self::Unknown { name } => write!(f, "the key ring holds no sealing key {name}"),
            Self::Seals { name } => write!(f, "the key {name} is the one that seals"),
            Self::Used { name, tokens: 1 } => write!(f, "1 token is sealed under the key {name}"),
            Self::Used { name, tokens } => write!(f, "{tokens} tokens are sealed under the key {name}"),
            Self::Recognises { name, secrets: 1 } => {
                write!(f, "the secret of 1 deleted token is recognised by the key {name}")
            }
            Self::Recognises { name, secrets } => {
                write!(f, "the secrets of {secrets} deleted tokens are recognised by the key {name}")
            }
            Self::Foreign => f.write_str("the key ring is not the one that this directory was made with"),
            Self::NoRandomness => f.write_str("the operating system gave no randomness"),
        }
    }
}

impl core::error::Error for KeyRingError {}
