use crate::text::Listed;
use crate::values::interval;
use crate::{Field, Format};
use core::fmt;
use core::ops::RangeInclusive;
use oath_totp::{Algorithm, Digits, Key};

/// What a format can hold or a system takes, as data: obstacles and losses follow from it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capacity {
    /// The hashes that it can name or implies.
    pub algorithms: &'static [Algorithm],
    /// The lengths of codes.
    pub digits: &'static [Digits],
    /// The intervals of TOTP tokens in seconds; `None`: it takes no TOTP.
    pub intervals: Option<Intervals>,
    /// Whether it takes HOTP, and with which counters.
    pub hotp: Option<Counters>,
    /// Whether it can say a T0 other than 0.
    pub t0: bool,
    /// The length of a secret in bytes.
    pub secret_bytes: RangeInclusive<usize>,
    /// The hash is not named but follows from the length of the secret: 20 bytes SHA-1, 32 SHA-256, 64 SHA-512.
    pub hash_follows_length: bool,
    /// Type, hash, digits and interval are said beside the file, once for all of its tokens.
    pub uniform: bool,
    /// The texts and numbers that it needs; a record without one is not written.
    pub needs: &'static [Field],
    /// Those that it asks for; a record without one is written, with a warning.
    pub wants: &'static [Field],
    /// Those that it can hold besides. What is in none of the three lists is lost.
    pub holds: &'static [Field],
}

/// Which intervals a format or a system takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intervals {
    /// Every number of seconds.
    Any,
    /// 1 second to this number of them.
    UpTo(u32),
    /// These, in seconds.
    Only(&'static [u32]),
}

/// Which counters a format can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counters {
    /// Every one.
    Any,
    /// 0 alone, since it has no place for one.
    Zero,
}

impl Capacity {
    /// Whether a text or a number of a record has a place.
    #[must_use]
    pub fn carries(&self, field: Field) -> bool {
        self.needs.contains(&field) || self.wants.contains(&field) || self.holds.contains(&field)
    }
}

impl Intervals {
    /// Whether an interval, in seconds, is one of them.
    #[must_use]
    pub fn contains(self, x: u32) -> bool {
        match self {
            Self::Any => true,
            Self::UpTo(most) => x <= most,
            Self::Only(those) => those.contains(&x),
        }
    }
}

/// `30 or 60 s`, `1 to 86400 s`.
impl fmt::Display for Intervals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::UpTo(most) => write!(f, "1 to {most} s"),
            Self::Only(those) => write!(f, "{} s", Listed(those, "or")),
        }
    }
}

const ALL_HASHES: &[Algorithm] = &[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
const SHA1: &[Algorithm] = &[Algorithm::Sha1];
const ALL_DIGITS: &[Digits] = &[Digits::Six, Digits::Seven, Digits::Eight];
const SIX: &[Digits] = &[Digits::Six];
const SIX_OR_EIGHT: &[Digits] = &[Digits::Six, Digits::Eight];
const THIRTY_OR_SIXTY: Option<Intervals> = Some(Intervals::Only(&[30, 60]));
const ANY_INTERVAL: Option<Intervals> = Some(Intervals::Any);
/// What readers take for an interval: what is longer stands in a wrong column.
const A_DAY: Option<Intervals> = Some(Intervals::UpTo(interval::MAX));
/// The longest secret that Entra ID takes, in bytes: 128 characters of Base32.
pub(crate) const ENTRA_MAX_BYTES: usize = 80;
const ENTRA_SECRET: RangeInclusive<usize> = Key::LEGACY_MIN_BYTES..=ENTRA_MAX_BYTES;
const ANY_SECRET: RangeInclusive<usize> = Key::LEGACY_MIN_BYTES..=1024;

/// Takes everything but texts.
const ANY: Capacity = Capacity {
    algorithms: ALL_HASHES,
    digits: ALL_DIGITS,
    intervals: A_DAY,
    hotp: Some(Counters::Any),
    t0: false,
    secret_bytes: ANY_SECRET,
    hash_follows_length: false,
    uniform: false,
    needs: &[],
    wants: &[],
    holds: &[],
};

pub(crate) const ENTRA_CSV: Capacity = Capacity {
    algorithms: SHA1,
    digits: SIX,
    intervals: THIRTY_OR_SIXTY,
    hotp: None,
    secret_bytes: ENTRA_SECRET,
    needs: &[Field::SerialNumber],
    wants: &[Field::Manufacturer, Field::Model],
    holds: &[Field::Upn],
    ..ANY
};

/// Entra ID's upload of that file: every row has a user.
pub(crate) const ENTRA: Capacity = Capacity { needs: &[Field::Upn, Field::SerialNumber], holds: &[], ..ENTRA_CSV };

/// A device is assigned to the identifier of a user object, not to a name.
pub(crate) const GRAPH: Capacity =
    Capacity { algorithms: &[Algorithm::Sha1, Algorithm::Sha256], holds: &[], ..ENTRA_CSV };

/// No system in particular: every token that RFC 4226 and RFC 6238 allow, also one without a serial number, as those of an
/// authenticator's export.
pub(crate) const ANY_SYSTEM: Capacity = Capacity { t0: true, intervals: ANY_INTERVAL, holds: Field::ALL, ..ANY };

/// What the directory of this project takes, whatever its policy allows. The policy decides about the hashes.
pub(crate) const INVENTORY: Capacity = Capacity {
    digits: SIX,
    intervals: THIRTY_OR_SIXTY,
    hotp: None,
    needs: &[Field::SerialNumber],
    holds: &[Field::Upn, Field::Manufacturer, Field::Model],
    ..ANY
};

pub(crate) const DUO: Capacity = Capacity {
    algorithms: SHA1,
    digits: SIX_OR_EIGHT,
    intervals: THIRTY_OR_SIXTY,
    uniform: true,
    hotp: Some(Counters::Zero),
    needs: &[Field::SerialNumber],
    ..ANY
};

pub(crate) const PINGID: Capacity = Capacity { hotp: Some(Counters::Any), ..DUO };

pub(crate) const LINOTP: Capacity = Capacity {
    digits: SIX_OR_EIGHT,
    intervals: THIRTY_OR_SIXTY,
    hotp: Some(Counters::Zero),
    needs: &[Field::SerialNumber],
    ..ANY
};

pub(crate) const PRIVACYIDEA: Capacity = Capacity {
    digits: SIX_OR_EIGHT,
    hash_follows_length: true,
    needs: &[Field::SerialNumber],
    holds: &[Field::Upn],
    ..ANY
};

pub(crate) const NETIQ: Capacity = Capacity {
    algorithms: SHA1,
    digits: SIX_OR_EIGHT,
    hotp: Some(Counters::Zero),
    needs: &[Field::SerialNumber],
    ..ANY
};

pub(crate) const MULTIOTP: Capacity =
    Capacity { algorithms: SHA1, needs: &[Field::SerialNumber], holds: &[Field::Manufacturer], ..ANY };

pub(crate) const PSKC: Capacity = Capacity {
    t0: true,
    needs: &[Field::SerialNumber],
    holds: &[
        Field::Upn,
        Field::Manufacturer,
        Field::Model,
        Field::Issuer,
        Field::Account,
        Field::KeyId,
        Field::Start,
        Field::Expiry,
        Field::Drift,
    ],
    ..ANY
};

/// liboath reads 32 bytes of a secret at most.
pub(crate) const USERS_FILE: Capacity = Capacity {
    algorithms: SHA1,
    secret_bytes: Key::LEGACY_MIN_BYTES..=32,
    intervals: THIRTY_OR_SIXTY,
    needs: &[Field::Account],
    holds: &[Field::LastUsed],
    ..ANY
};

pub(crate) const OTPAUTH: Capacity =
    Capacity { intervals: ANY_INTERVAL, needs: &[Field::Account], holds: &[Field::Issuer], ..ANY };

pub(crate) const MIGRATION: Capacity =
    Capacity { digits: SIX_OR_EIGHT, intervals: Some(Intervals::Only(&[30])), ..OTPAUTH };

/// Its period is one byte.
pub(crate) const CXF: Capacity = Capacity {
    intervals: Some(Intervals::UpTo(255)),
    hotp: None,
    needs: &[],
    holds: &[Field::Account, Field::Issuer],
    ..ANY
};

pub(crate) const KEYCLOAK: Capacity = Capacity { holds: &[Field::Account], ..ANY };

pub(crate) const OKTA: Capacity = Capacity {
    algorithms: ALL_HASHES,
    digits: SIX_OR_EIGHT,
    intervals: THIRTY_OR_SIXTY,
    hotp: Some(Counters::Zero),
    uniform: true,
    ..ANY
};

impl Format {
    /// What the format can hold; `None` where it is only read.
    #[must_use]
    pub const fn capacity(self) -> Option<&'static Capacity> {
        Some(match self {
            Self::EntraCsv => &ENTRA_CSV,
            Self::GraphJson => &GRAPH,
            Self::PrivacyIdeaCsv => &PRIVACYIDEA,
            Self::LinOtpCsv => &LINOTP,
            Self::MultiOtpCsv => &MULTIOTP,
            Self::PingIdCsv => &PINGID,
            Self::DuoCsv => &DUO,
            Self::UsersFile => &USERS_FILE,
            Self::Pskc => &PSKC,
            Self::OtpauthLines => &OTPAUTH,
            Self::OtpauthMigration => &MIGRATION,
            Self::CxfJson => &CXF,
            Self::KeycloakJson => &KEYCLOAK,
            Self::OktaJson => &OKTA,
            _ => return None,
        })
    }
}
