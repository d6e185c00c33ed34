use super::{Id, Tag};
use core::fmt;
use oath_totp::UnixTime;

/// What every sign-in with a name compares and writes: one row for each name that was ever typed or that holds a token,
/// whether a user has the name or not.
///
/// Its version grows with every sign-in and with every change that matters to one: of two decisions about the same version one
/// is applied. A gate is never deleted, so that no version comes twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// The name: [`Upn::key`](crate::Upn::key).
    pub name: String,
    /// Wrong codes from all sources that are not [`known`](Self::known), since the last right one.
    pub attempts: Attempts,
    /// The sources that this name has signed in from, each with a budget of its own; at most [`Gate::MOST_KNOWN`].
    pub known: Vec<KnownSource>,
    /// The last sign-in that was applied: a caller whose connection was lost finds here that it was.
    pub last_request: Option<RequestId>,
}

impl Gate {
    /// How many known sources one name can have, whatever the policy says: a row stays small.
    pub const MOST_KNOWN: usize = 32;

    /// Wrong codes from all sources, of each since its last right one.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.known.iter().fold(self.attempts.failures, |sum, known| sum.saturating_add(known.attempts.failures))
    }
}

/// A source that a name has signed in from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownSource {
    /// What it is recognised by: [`KeyRing::tag_of_source`](crate::KeyRing::tag_of_source).
    pub source: Tag,
    /// When a right code last came from it.
    pub last_seen: UnixTime,
    /// Wrong codes from it since then.
    pub attempts: Attempts,
}

/// Where a sign-in comes from, as the caller knows it: the identifier in a signed cookie of a device, or a class of addresses.
///
/// A source that a name has signed in from has attempts of its own, so that a stranger who guesses locks out strangers only.
/// A caller who can name another's source can use up its attempts: choose something that a stranger cannot know, rather than
/// something that anyone can send.
///
/// Kept as a keyed hash. `Debug` is elided, since the identifier of a device may let someone in elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// The source of this name; two are the same where their texts are. `None` for an empty text: an unknown source.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source([elided])")
    }
}

/// A call that asks for a sign-in.
#[derive(Debug)]
pub enum Request {}

/// The random name of a [`Request`].
pub type RequestId = Id<Request>;

/// Wrong codes in a row, and how long the next one has to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Wrong codes since the last right one.
    pub failures: u32,
    /// When the last wrong code came.
    pub last_failure: Option<UnixTime>,
    /// Until when every code is refused unread.
    pub locked_until: Option<UnixTime>,
}
