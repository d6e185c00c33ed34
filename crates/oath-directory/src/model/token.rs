use super::{Attempts, Tag, TokenId, UserId};
use core::fmt;
use core::str::FromStr;
use oath_totp::{Algorithm, Digits, TimeStep, TotpState, UnixTime};
use serde::{Deserialize, Serialize};

/// A token and what never changes with a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Never changes.
    pub id: TokenId,
    /// A device with a secret of its own, or a secret in an app.
    pub kind: TokenKind,
    /// What is printed on its back; unique in a directory. Free text: leading zeros count.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// Which model.
    pub model: String,
    /// How it computes its codes.
    pub parameters: Parameters,
    /// Its secret, sealed under a key of the key ring.
    pub sealed: Sealed,
    /// What the secret is recognised by; unique in a directory.
    pub fingerprint: Fingerprint,
    /// Where in its life it is.
    pub status: Status,
    /// Who holds it; `None` while it is available.
    pub holder: Option<UserId>,
    /// The software token whose place it takes once a code confirms it; until then both are the holder's.
    pub replaces: Option<TokenId>,
    /// When it came into the directory.
    pub created: UnixTime,
    /// The upload that it came with; `None` for one that came otherwise.
    pub import: Option<Import>,
    /// Binds id, kind, serial number, fingerprint, status, holder, what it replaces and import to the key ring. The directory sets
    /// it before a commit
    /// and checks it after a read.
    pub mac: Tag,
}

/// How a token came with an upload, so that the upload can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// The number of the upload.
    pub upload: u64,
    /// Whether its status or its holder has changed since: then the token stays when the upload is undone.
    pub changed: bool,
}

impl Import {
    /// As a store keeps it: the number, negative where the token has changed.
    #[must_use]
    pub const fn stored(self) -> i64 {
        let number = self.upload.cast_signed();
        if self.changed { number.wrapping_neg() } else { number }
    }

    /// Reads what [`stored`](Self::stored) gave.
    #[must_use]
    pub const fn from_stored(stored: i64) -> Self {
        Self { upload: stored.unsigned_abs(), changed: stored < 0 }
    }
}

/// A device with a secret of its own, or a secret in an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// Came with its secret in a seed file; can be passed on.
    Hardware,
    /// The directory made the secret and gave it away; cannot be passed on.
    Software,
}

/// How a token computes its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameters {
    /// The hash.
    pub algorithm: Algorithm,
    /// How many digits it shows.
    pub digits: Digits,
    /// How it counts time.
    pub time_step: TimeStep,
}

/// The status of a token. The names are those of Microsoft Graph, which has none for `deactivated`: there it is `assigned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// In the inventory; no user holds it.
    Available,
    /// Somebody holds it; it was not activated yet.
    Assigned,
    /// Its codes sign its holder in.
    Activated,
    /// The last code for its activation was wrong; activate again.
    FailedActivation,
    /// Its holder keeps it. It signed in before, and does so again after an administrator activated it again.
    Deactivated,
}

impl Status {
    /// All five.
    pub const ALL: [Self; 5] =
        [Self::Available, Self::Assigned, Self::Activated, Self::FailedActivation, Self::Deactivated];

    /// `available`, `assigned`, `activated`, `failedActivation` as in Microsoft Graph, and `deactivated`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Assigned => "assigned",
            Self::Activated => "activated",
            Self::FailedActivation => "failedActivation",
            Self::Deactivated => "deactivated",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|status| status.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| "expected available, assigned, activated, failedActivation or deactivated".to_owned())
    }
}

/// A secret under an AEAD, bound to its token: `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key of the ring opens it.
    pub key: String,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(under {})", self.key)
    }
}

/// A keyed hash of a secret (HMAC-SHA-256 under a key of the ring, 224 bits of it, after the id of that key): the same secret is
/// recognised without being opened, and a guess cannot be tested without the ring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Which key of a ring a [`Fingerprint`] was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecogniserId(pub [u8; 4]);

impl RecogniserId {
    /// The first bytes of a MAC under the key.
    pub(crate) fn of(mac: [u8; 32]) -> Self {
        let mut id = Self([0; 4]);
        id.0.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        id
    }
}

impl Fingerprint {
    pub(crate) fn new(key: RecogniserId, mac: [u8; 32]) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(key.0.into_iter().chain(mac)).for_each(|(to, from)| *to = from);
        Self(bytes)
    }

    /// Which key it was made under.
    #[must_use]
    pub const fn recogniser(&self) -> RecogniserId {
        let [a, b, c, d, ..] = self.0;
        RecogniserId([a, b, c, d])
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint([elided])")
    }
}

/// What every sign-in writes. It belongs to the *secret*, by its fingerprint, and outlives the token: an administrator who deletes a
/// token and uploads it again does not make its used codes good again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Of which secret.
    pub fingerprint: Fingerprint,
    /// The highest step accepted, and the drift.
    pub totp: TotpState,
    /// When a code was last accepted.
    pub last_used: Option<UnixTime>,
    /// Wrong codes at activation and resynchronization.
    pub attempts: Attempts,
    /// Binds fingerprint, last step and drift to the key ring.
    pub mac: Tag,
}

impl State {
    /// Of a secret that was never used.
    #[must_use]
    pub fn fresh(fingerprint: Fingerprint) -> Self {
        Self { fingerprint, totp: TotpState::NEW, last_used: None, attempts: Attempts::default(), mac: Tag::default() }
    }
}
