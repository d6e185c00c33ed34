//! How databases keep what is one of a few, and lists of times.

use super::Activations;
use crate::model::{Attempts, KnownSource, Status, Tag, TokenKind};
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

/// A known source: 16 bytes of its tag, when it was seen, how many codes were wrong, and each of the other two times as a byte
/// that says whether there is one, and the time. Numbers are most significant first.
const KNOWN: usize = 16 + 8 + 4 + 2 * 9;

/// Known sources, one after the other.
pub(super) fn known_of(sources: &[KnownSource]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(sources.len().saturating_mul(KNOWN));
    for KnownSource { source, last_seen, attempts: Attempts { failures, last_failure, locked_until } } in sources {
        bytes.extend_from_slice(&source.0);
        bytes.extend_from_slice(&last_seen.as_secs().to_be_bytes());
        bytes.extend_from_slice(&failures.to_be_bytes());
        for time in [last_failure, locked_until] {
            bytes.push(u8::from(time.is_some()));
            bytes.extend_from_slice(&time.unwrap_or_default().as_secs().to_be_bytes());
        }
    }
    bytes
}

/// The opposite of [`known_of`].
pub(super) fn known(bytes: &[u8]) -> Option<Vec<KnownSource>> {
    let (sources, []) = bytes.as_chunks::<KNOWN>() else { return None };
    sources.iter().map(|bytes| one_known(bytes)).collect()
}

fn one_known(bytes: &[u8]) -> Option<KnownSource> {
    let (source, bytes) = bytes.split_first_chunk()?;
    let (last_seen, bytes) = bytes.split_first_chunk()?;
    let (failures, bytes) = bytes.split_first_chunk()?;
    let (last_failure, bytes) = maybe_time(bytes)?;
    let (locked_until, _) = maybe_time(bytes)?;
    let attempts = Attempts { failures: u32::from_be_bytes(*failures), last_failure, locked_until };
    Some(KnownSource { source: Tag(*source), last_seen: UnixTime::from_secs(u64::from_be_bytes(*last_seen)), attempts })
}

fn maybe_time(bytes: &[u8]) -> Option<(Option<UnixTime>, &[u8])> {
    let (there, bytes) = bytes.split_first()?;
    let (time, bytes) = bytes.split_first_chunk()?;
    let time = UnixTime::from_secs(u64::from_be_bytes(*time));
    match there {
        0 => Some((None, bytes)),
        1 => Some((Some(time), bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sources_are_read_as_they_were_written_and_nothing_else_is() {
        let at = |seconds| Some(UnixTime::from_secs(seconds));
        let source = |number, last_failure, locked_until| KnownSource {
            source: Tag([number; 16]),
            last_seen: UnixTime::from_secs(u64::MAX - 1),
            attempts: Attempts { failures: u32::MAX, last_failure, locked_until },
        };
        let all =
            [source(1, None, None), source(2, at(0), None), source(3, None, at(u64::MAX)), source(4, at(5), at(6))];
        for count in 0..=all.len() {
            let bytes = known_of(&all[..count]);
            assert_eq!(bytes.len(), count * KNOWN);
            assert_eq!(known(&bytes).as_deref(), Some(&all[..count]));
            assert_eq!(known(&[&bytes[..], &[0]].concat()), None);
        }
        let mut bytes = known_of(&all[..1]);
        bytes[28] = 2;
        assert_eq!(known(&bytes), None, "neither there nor not");
    }
}
