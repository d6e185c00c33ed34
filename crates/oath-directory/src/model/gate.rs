use super::Id;
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
    /// Wrong codes since the last right one.
    pub attempts: Attempts,
    /// The last sign-in that was applied: a caller whose connection was lost finds here that it was.
    pub last_request: Option<RequestId>,
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
