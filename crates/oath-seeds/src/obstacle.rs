use crate::capacity::{Capacity, Counters, Intervals};
use crate::text::{Listed, number};
use crate::{Field, Format, Kind, Moving, Record, TokenType, WriteOptions};
use core::fmt;
use core::ops::RangeInclusive;
use oath_totp::{Algorithm, Digits};

/// A reason why a format cannot hold a record, or a system does not take it. The row is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// It has other hashes.
    Algorithm {
        /// The record's.
        found: Algorithm,
        /// Those that it has.
        takes: &'static [Algorithm],
    },
    /// It has other lengths of codes.
    Digits {
        /// The record's.
        found: Digits,
        /// Those that it has.
        takes: &'static [Digits],
    },
    /// It takes the other type of token only.
    Type(TokenType),
    /// It has no place for a counter, and this one is not 0.
    Counter(u64),
    /// It takes other intervals, in seconds.
    Interval {
        /// The record's.
        x: u32,
        /// Those that it takes.
        takes: Intervals,
    },
    /// It counts from 1970, not from this T0.
    Epoch(u64),
    /// The secret is too long or too short for it.
    SecretLength {
        /// What it has.
        bytes: usize,
        /// What is taken, in bytes.
        takes: RangeInclusive<usize>,
    },
    /// It tells the hash by the length of the secret, and this hash has another length.
    HashOfLength {
        /// The record's hash.
        found: Algorithm,
        /// The secret's length in bytes.
        bytes: usize,
    },
    /// It needs a value that the record does not have.
    Needs(Field),
    /// What stands in this field would not be read back as it is.
    Unreadable(Field),
    /// The format says this once for the whole file, and the first record has another.
    Mixed(Field),
}

impl Obstacle {
    /// Its stable name, in kebab case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Algorithm { .. } => "algorithm",
            Self::Digits { .. } => "digits",
            Self::Type(_) => "type",
            Self::Counter(_) => "counter",
            Self::Interval { .. } => "interval",
            Self::Epoch(_) => "epoch",
            Self::SecretLength { .. } => "secret-length",
            Self::HashOfLength { .. } => "hash-of-length",
            Self::Needs(Field::Upn) => "no-upn",
            Self::Needs(_) => "needs",
            Self::Unreadable(_) => "unreadable",
            Self::Mixed(_) => "mixed",
        }
    }

    /// The field that it is about.
    #[must_use]
    pub const fn field(&self) -> Field {
        match self {
            Self::Algorithm { .. } | Self::HashOfLength { .. } => Field::Algorithm,
            Self::Digits { .. } => Field::Digits,
            Self::Type(_) => Field::Type,
            Self::Counter(_) => Field::Counter,
            Self::Interval { .. } => Field::TimeInterval,
            Self::Epoch(_) => Field::T0,
            Self::SecretLength { .. } => Field::SecretKey,
            Self::Needs(field) | Self::Unreadable(field) | Self::Mixed(field) => *field,
        }
    }

    /// The kind of the finding that a check makes of it.
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Algorithm { .. } | Self::HashOfLength { .. } => Kind::AlgorithmUnsupported,
            Self::Digits { .. } => Kind::DigitsUnsupported,
            Self::Type(_) => Kind::TypeUnsupported,
            Self::Counter(_) => Kind::CounterUnsupported,
            Self::Interval { .. } => Kind::IntervalUnsupported,
            Self::Epoch(_) => Kind::EpochUnsupported,
            Self::SecretLength { bytes, takes } if *bytes > *takes.end() => Kind::SecretTooLong,
            Self::SecretLength { .. } => Kind::SecretTooShort,
            Self::Needs(Field::Upn) => Kind::UpnEmpty,
            Self::Needs(Field::SerialNumber) => Kind::SerialEmpty,
            Self::Needs(_) => Kind::ValueMissing,
            Self::Unreadable(_) => Kind::UnreadableCharacter,
            Self::Mixed(_) => Kind::ParametersMixed,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { found, takes } => {
                write!(f, "the hash is {found}; expected {}", Listed(takes, "or"))
            }
            Self::Digits { found, takes } => {
                write!(f, "its codes have {found} digits; expected {}", Listed(takes, "or"))
            }
            Self::Type(TokenType::Hotp) => f.write_str("it counts events (HOTP); expected TOTP"),
            Self::Type(TokenType::Totp) => f.write_str("it tells the time (TOTP); expected HOTP"),
            Self::Counter(counter) => {
                write!(f, "its counter is {}; there is no place for it, and it would be read as 0", number(*counter))
            }
            Self::Interval { x, takes } => write!(f, "its interval is {x} s; expected {takes}"),
            Self::Epoch(t0) => write!(f, "its time begins at {}; expected 0", number(*t0)),
            Self::SecretLength { bytes, takes } => {
                write!(f, "the secret has {bytes} bytes; expected {} to {}", takes.start(), takes.end())
            }
            Self::HashOfLength { found, bytes } => write!(
                f,
                "the hash is {found} and the secret has {bytes} bytes; the hash is told by the length: 20 bytes SHA1, 32 SHA256, \
                 64 SHA512"
            ),
            Self::Needs(field) => write!(f, "it has no {field}, which is needed"),
            Self::Unreadable(field) => write!(f, "the {field} would not be read back as it is"),
            Self::Mixed(field) => {
                write!(f, "its {field} differs from the first token's, and the file says it once for all")
            }
        }
    }
}

/// What a format would lose of a record. The record is written only where the caller accepts it
/// ([`WriteOptions::accept_loss`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Loss {
    /// What is lost.
    pub field: Field,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} has no place in the format", self.field)
    }
}

/// What keeps a record out of a format, and out of the system that the file is for; empty where nothing does.
#[must_use]
pub fn obstacles(record: &Record, format: Format, options: &WriteOptions) -> Vec<Obstacle> {
    let mut found = format.capacity().map(|capacity| obstacles_of(record, capacity)).unwrap_or_default();
    if let Some(target) = options.target.or_else(|| format.target()) {
        for obstacle in obstacles_of(record, target.capacity()) {
            if !found.contains(&obstacle) {
                found.push(obstacle);
            }
        }
    }
    found.extend(crate::write::unreadable_fields(record, format).into_iter().map(Obstacle::Unreadable));
    found
}

/// What a format would lose of a record; empty where it carries all of it.
#[must_use]
pub fn losses(record: &Record, format: Format) -> Vec<Loss> {
    let Some(capacity) = format.capacity() else { return Vec::new() };
    // A user or a serial number that becomes the account is not lost.
    let as_account = capacity.carries(Field::Account).then(|| account_field(record)).flatten();
    let lost = |field: &Field| has(record, *field) && !capacity.carries(*field) && as_account != Some(*field);
    Field::ALL.iter().copied().filter(lost).map(|field| Loss { field }).collect()
}

/// Whether a record has a text or a number besides its secret and parameters.
fn has(record: &Record, field: Field) -> bool {
    let details = record.details();
    match field {
        Field::Upn => record.upn.is_some(),
        Field::SerialNumber => record.serial.is_some(),
        Field::Manufacturer => !record.manufacturer.is_empty(),
        Field::Model => !record.model.is_empty(),
        Field::Issuer => details.issuer.is_some(),
        Field::Account => details.account.is_some(),
        Field::KeyId => details.key_id.is_some(),
        Field::Start => details.start.is_some(),
        Field::Expiry => details.expiry.is_some(),
        Field::Drift => details.drift.is_some(),
        Field::LastUsed => details.last_used.is_some(),
        _ => false,
    }
}

/// Which field of a record a format writes as the account: the account, else the user, else the serial number.
pub(crate) fn account_field(record: &Record) -> Option<Field> {
    if record.details().account.is_some() {
        Some(Field::Account)
    } else if record.upn.is_some() {
        Some(Field::Upn)
    } else if record.serial.is_some() {
        Some(Field::SerialNumber)
    } else {
        None
    }
}

/// What a format writes as the account.
pub(crate) fn account(record: &Record) -> Option<&str> {
    match account_field(record)? {
        Field::Account => record.details().account.as_deref(),
        Field::Upn => record.upn.as_deref(),
        _ => record.serial.as_deref(),
    }
}

/// What of a record a capacity does not have.
pub(crate) fn obstacles_of(record: &Record, capacity: &Capacity) -> Vec<Obstacle> {
    let mut found = Vec::new();
    let bytes = record.secret.byte_len();
    if !capacity.algorithms.contains(&record.algorithm) {
        found.push(Obstacle::Algorithm { found: record.algorithm, takes: capacity.algorithms });
    } else if capacity.hash_follows_length && hash_of(bytes) != record.algorithm {
        found.push(Obstacle::HashOfLength { found: record.algorithm, bytes });
    }
    if !capacity.digits.contains(&record.digits) {
        found.push(Obstacle::Digits { found: record.digits, takes: capacity.digits });
    }
    match (record.moving, capacity.intervals, capacity.hotp) {
        (Moving::Counter { .. }, _, None) => found.push(Obstacle::Type(TokenType::Hotp)),
        (Moving::Counter { counter: 0 }, _, _) | (Moving::Counter { .. }, _, Some(Counters::Any)) => {}
        (Moving::Counter { counter }, _, Some(Counters::Zero)) => found.push(Obstacle::Counter(counter)),
        (Moving::Time { .. }, None, _) => found.push(Obstacle::Type(TokenType::Totp)),
        (Moving::Time { step }, Some(intervals), _) => {
            if !intervals.contains(step.x()) {
                found.push(Obstacle::Interval { x: step.x(), takes: intervals });
            }
            if step.t0() != 0 && !capacity.t0 {
                found.push(Obstacle::Epoch(step.t0()));
            }
        }
    }
    if !capacity.secret_bytes.contains(&bytes) {
        found.push(Obstacle::SecretLength { bytes, takes: capacity.secret_bytes.clone() });
    }
    for need in capacity.needs {
        let there = match need {
            Field::Account => account_field(record).is_some(),
            need => has(record, *need),
        };
        if !there {
            found.push(Obstacle::Needs(*need));
        }
    }
    found
}

/// The hash that formats mean which tell it by the length of the secret.
pub(crate) const fn hash_of(bytes: usize) -> Algorithm {
    match bytes {
        32 => Algorithm::Sha256,
        64 => Algorithm::Sha512,
        _ => Algorithm::Sha1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_wrong_length_is_too_long_or_too_short() {
        let kind = |bytes| Obstacle::SecretLength { bytes, takes: 10..=32 }.kind();
        assert_eq!([9, 33].map(kind), [Kind::SecretTooShort, Kind::SecretTooLong]);
    }
}
