//! How databases keep what is one of a few, and lists of times.

use super::Activations;
use crate::model::{Status, TokenKind};
use oath_totp::{Algorithm, Digits, UnixTime};

pub(super) const fn digits_count(digits: Digits) -> i64 {
    match digits {
        Digits::Six => 6,
        Digits::Seven => 7,
        Digits::Eight => 8,
    }
}

pub(super) fn digits(count: i64) -> Option<Digits> {
    Digits::ALL.into_iter().find(|digits| digits_count(*digits) == count)
}

pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
}

pub(super) fn status(name: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| status.name() == name)
}

pub(super) const fn token_kind_name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Hardware => "hardware",
        TokenKind::Software => "software",
    }
}

pub(super) fn token_kind(name: &str) -> Option<TokenKind> {
    [TokenKind::Hardware, TokenKind::Software].into_iter().find(|kind| token_kind_name(*kind) == name)
}

/// Times of 8 bytes each, most significant first.
pub(super) fn times_of(activations: &Activations) -> Vec<u8> {
    activations.0.iter().flat_map(|time| time.as_secs().to_be_bytes()).collect()
}

/// The opposite of [`times_of`].
pub(super) fn times(bytes: &[u8]) -> Option<Activations> {
    let (times, []) = bytes.as_chunks() else { return None };
    Some(Activations(times.iter().map(|time| UnixTime::from_secs(u64::from_be_bytes(*time))).collect()))
}
