//! The audit log: append-only, each event carrying a keyed hash over it and the one before. No secret, no code.

mod action;
mod end;
mod query;
pub mod segment;

pub use self::action::Action;
pub use self::query::EventQuery;
pub use self::segment::Segment;
pub use crate::actor::Actor;

use core::fmt;
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use oath_totp::UnixTime;
use serde::Serialize;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One thing that happened, before it has its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub at: UnixTime,
    /// Who asked for it.
    pub actor: String,
    /// What.
    pub action: Action,
    /// The user it is about, by user name; empty where none.
    pub upn: String,
    /// The token it is about, by serial number; empty where none.
    pub serial: String,
    /// Particulars: a reason, a count. Never a secret, never a code.
    pub detail: BTreeMap<String, String>,
}

impl Event {
    /// An event about no user and no token.
    #[must_use]
    pub fn new(at: UnixTime, actor: &Actor, action: Action) -> Self {
        let empty = String::new;
        let detail = actor.clock().map(|clock| ("clock".to_owned(), clock.as_secs().to_string())).into_iter().collect();
        Self { at, actor: actor.name(), action, upn: empty(), serial: empty(), detail }
    }

    /// About this user.
    #[must_use]
    pub fn of_user(self, upn: &str) -> Self {
        Self { upn: upn.to_owned(), ..self }
    }

    /// About this token.
    #[must_use]
    pub fn of_token(self, serial: &str) -> Self {
        Self { serial: serial.to_owned(), ..self }
    }

    /// The ends of chains as they were when the event was written.
    #[must_use]
    pub fn checkpoint(at: UnixTime, actor: &Actor, heads: &[Head]) -> Self {
        Self::new(at, actor, Action::AuditCheckpoint).with_ends(heads)
    }

    /// The last events of chains that may be deleted with all before them: those of this pruning and of all before it.
    #[must_use]
    pub fn pruned(at: UnixTime, actor: &Actor, ends: &[Head]) -> Self {
        Self::new(at, actor, Action::AuditPruned).with_ends(ends)
    }

    fn with_ends(self, heads: &[Head]) -> Self {
        let ends = heads.iter().filter(|head| head.events > 0);
        let event = self;
        ends.fold(event, |event, head| {
            event.with(&head.chain.to_string(), format_args!("{} {}", head.events, head.hash))
        })
    }

    /// The ends that a checkpoint tells of; none of another event.
    #[must_use]
    pub fn checked_ends(&self) -> Vec<Head> {
        self.ends_of(Action::AuditCheckpoint)
    }

    /// The ends up to which a pruning deletes; none of another event.
    #[must_use]
    pub fn pruned_ends(&self) -> Vec<Head> {
        self.ends_of(Action::AuditPruned)
    }

    fn ends_of(&self, action: Action) -> Vec<Head> {
        let read = |(chain, end): (&String, &String)| {
            let (events, hash) = end.split_once(' ')?;
            let hash = HEXLOWER.decode(hash.as_bytes()).ok()?.try_into().ok()?;
            Some(Head { chain: Chain(chain.parse().ok()?), events: events.parse().ok()?, hash: ChainHash(hash) })
        };
        let ends = self.detail.iter().filter(|_| self.action == action);
        ends.filter_map(read).collect()
    }

    /// With one more particular.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.detail.insert(name.to_owned(), value.to_string());
        self
    }
}

/// One chain of the audit log: each writer appends to a chain of its own, so that no two wait for each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Chain(pub u64);

impl Chain {
    /// The only chain of a store with one writer at a time.
    pub const FIRST: Self = Self(0);
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The key of an audit log, [derived](crate::KeyRing::audit_key) from the key ring: without it a chain can neither be made
/// nor continued. A cheap handle; wiped with the last one. `Debug` is elided.
#[derive(Clone)]
pub struct AuditKey(Arc<Hmac<Sha256>>);

impl AuditKey {
    pub(crate) fn new(keyed: Hmac<Sha256>) -> Self {
        Self(Arc::new(keyed))
    }

    /// HMAC-SHA-256 over where a segment begins and ends.
    pub(crate) fn seal(&self, Segment { before, end }: &Segment) -> ChainHash {
        let mut hash = (*self.0).clone();
        // As long as no other text under this key: fields of an event begin with the length of a shorter label.
        hash.update(b"oath-directory audit segment v1");
        for Head { chain, events, hash: last } in [before, end] {
            hash.update(&chain.0.to_be_bytes());
            hash.update(&events.to_be_bytes());
            hash.update(&last.0);
        }
        ChainHash(hash.finalize().into_bytes().into())
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey([elided])")
    }
}

/// HMAC-SHA-256 over an event and the hash of the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// What stands before the first event.
    pub const START: Self = Self([0; 32]);

    /// The hash of the event that has the number `sequence`, after one with this hash.
    #[must_use]
    pub fn followed_by(self, key: &AuditKey, chain: Chain, sequence: u64, event: &Event) -> Self {
        let mut hash = (*key.0).clone();
        let mut field = |bytes: &[u8]| {
            // Lengths first: no two events run together to the same bytes.
            hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        field(b"oath-directory audit v1");
        field(&self.0);
        field(&chain.0.to_be_bytes());
        field(&sequence.to_be_bytes());
        field(&event.at.as_secs().to_be_bytes());
        field(event.actor.as_bytes());
        field(event.action.name().as_bytes());
        field(event.upn.as_bytes());
        field(event.serial.as_bytes());
        for (name, value) in &event.detail {
            field(name.as_bytes());
            field(value.as_bytes());
        }
        Self(hash.finalize().into_bytes().into())
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An event in its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// The chain that it belongs to.
    pub chain: Chain,
    /// Its number in the chain, counted from 1 without gaps.
    pub sequence: u64,
    /// What happened.
    pub event: Event,
    /// The hash over it and the one before.
    pub hash: ChainHash,
}

/// The end of a chain: how many events there are, and the last one's hash. An administrator who notes it down elsewhere can
/// later show that nothing before it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: Chain,
    /// How many events.
    pub events: u64,
    /// The last one's hash.
    pub hash: ChainHash,
}

impl Head {
    /// Of a chain without events.
    #[must_use]
    pub const fn empty(chain: Chain) -> Self {
        Self { chain, events: 0, hash: ChainHash::START }
    }

    /// Appends an event: its place in the log, and the new end.
    #[must_use]
    pub fn append(self, key: &AuditKey, event: Event) -> (AuditEvent, Self) {
        let sequence = self.events.saturating_add(1);
        let hash = self.hash.followed_by(key, self.chain, sequence, &event);
        (AuditEvent { chain: self.chain, sequence, event, hash }, Self { events: sequence, hash, ..self })
    }
}

/// Checks a log piece by piece, in order.
#[derive(Clone, Debug)]
pub struct Verifier {
    key: AuditKey,
    head: Head,
}

impl Verifier {
    /// From the beginning of a chain.
    #[must_use]
    pub fn new(key: &AuditKey, chain: Chain) -> Self {
        Self { key: key.clone(), head: Head::empty(chain) }
    }

    /// From the end of what came before.
    #[must_use]
    pub fn from(key: &AuditKey, before: Head) -> Self {
        Self { key: key.clone(), head: before }
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// [`Tampered`] where it is not the next one, or not what was written.
    pub fn take(&mut self, next: &AuditEvent) -> Result<(), Tampered> {
        let expected = self.head.events.saturating_add(1);
        if next.sequence != expected || next.chain != self.head.chain {
            return Err(Tampered::Missing { chain: self.head.chain, sequence: expected });
        }
        if self.head.hash.followed_by(&self.key, next.chain, next.sequence, &next.event) != next.hash {
            return Err(Tampered::Changed { chain: self.head.chain, sequence: next.sequence });
        }
        self.head = Head { events: next.sequence, hash: next.hash, ..self.head };
        Ok(())
    }

    /// Compares the end with the one that the store keeps beside the log.
    ///
    /// # Errors
    /// [`Tampered`] where events are missing at the end, or the last is not the one that was written.
    pub fn finish(self, kept: Head) -> Result<Head, Tampered> {
        if self.head.events < kept.events {
            return Err(Tampered::Missing { chain: kept.chain, sequence: self.head.events.saturating_add(1) });
        }
        if self.head != kept {
            return Err(Tampered::Changed { chain: kept.chain, sequence: self.head.events });
        }
        Ok(self.head)
    }
}

/// The log is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampered {
    /// This event is missing, or another stands in its place.
    Missing {
        /// Its chain.
        chain: Chain,
        /// Its number.
        sequence: u64,
    },
    /// This event, or the hash of the one before it, was changed.
    Changed {
        /// Its chain.
        chain: Chain,
        /// Its number.
        sequence: u64,
    },
}

impl Tampered {
    /// The number of the event from which on nothing is to be trusted.
    #[must_use]
    pub const fn sequence(self) -> u64 {
        match self {
            Self::Missing { sequence, .. } | Self::Changed { sequence, .. } => sequence,
        }
    }

    /// Its chain.
    #[must_use]
    pub const fn chain(self) -> Chain {
        match self {
            Self::Missing { chain, .. } | Self::Changed { chain, .. } => chain,
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(self) -> &'static str {
        "compare with a backup; trust no event from that number on"
    }
}

impl fmt::Display for Tampered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the audit log was tampered with: event {}", self.sequence())?;
        if self.chain() != Chain::FIRST {
            write!(f, " of chain {}", self.chain())?;
        }
        f.write_str(match self {
            Self::Missing { .. } => " is missing",
            Self::Changed { .. } => " is not what was written",
        })
    }
}

impl core::error::Error for Tampered {}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20poly1305::aead::KeyInit;

    fn key() -> AuditKey {
        AuditKey::new(Hmac::new(&[7; 64].into()))
    }

    fn log() -> (Vec<AuditEvent>, Head) {
        let (mut head, mut log) = (Head::empty(Chain::FIRST), Vec::new());
        for i in 0..5u64 {
            let event = Event::new(UnixTime::from_secs(i), &Actor::local_operator(), Action::SignedIn)
                .of_user("alice@example.com")
                .with("step", i);
            let (event, next) = head.append(&key(), event);
            log.push(event);
            head = next;
        }
        (log, head)
    }

    fn verify(log: &[AuditEvent], head: Head) -> Result<Head, Tampered> {
        let mut verifier = Verifier::new(&key(), Chain::FIRST);
        log.iter().try_for_each(|event| verifier.take(event))?;
        verifier.finish(head)
    }

    #[test]
    fn a_missing_a_changed_and_a_reordered_event_are_found() {
        let (log, head) = log();
        assert_eq!(verify(&log, head), Ok(head));
        for i in 0..5 {
            let sequence = u64::try_from(i).unwrap() + 1;
            let mut missing = log.clone();
            missing.remove(i);
            assert_eq!(verify(&missing, head), Err(Tampered::Missing { chain: Chain::FIRST, sequence }));
            let changes: [fn(&mut AuditEvent); 8] = [
                |logged| logged.event.at = UnixTime::from_secs(77),
                |logged| logged.event.actor = "mallory".to_owned(),
                |logged| logged.event.action = Action::TokenDeleted,
                |logged| logged.event.upn = "mallory@example.com".to_owned(),
                |logged| logged.event.serial = "1".to_owned(),
                |logged| drop(logged.event.detail.insert("step".to_owned(), "9".to_owned())),
                |logged| logged.event.detail.clear(),
                |logged| logged.hash.0[31] ^= 1,
            ];
            for change in changes {
                let mut changed = log.clone();
                change(&mut changed[i]);
                assert_eq!(verify(&changed, head), Err(Tampered::Changed { chain: Chain::FIRST, sequence }));
            }
        }
        let mut swapped = log.clone();
        swapped.swap(1, 2);
        assert_eq!(verify(&swapped, head), Err(Tampered::Missing { chain: Chain::FIRST, sequence: 2 }));
    }

    #[test]
    fn a_hash_depends_on_the_key_the_chain_the_number_and_the_one_before() {
        let event = Event::new(UnixTime::from_secs(1), &Actor::local_operator(), Action::SignedIn);
        let other = AuditKey::new(Hmac::new(&[8; 64].into()));
        let (start, before) = (ChainHash::START, ChainHash([1; 32]));
        let hashes = [
            start.followed_by(&key(), Chain::FIRST, 1, &event),
            start.followed_by(&other, Chain::FIRST, 1, &event),
            start.followed_by(&key(), Chain(1), 1, &event),
            start.followed_by(&key(), Chain::FIRST, 2, &event),
            before.followed_by(&key(), Chain::FIRST, 1, &event),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert!(!hashes[..index].contains(hash), "{index}");
        }
    }

    #[test]
    fn a_checkpoint_is_read_back() {
        let head = |chain, events| Head { chain: Chain(chain), events, hash: ChainHash([9; 32]) };
        let heads = [head(0, 0), head(3, 7), head(u64::MAX, 1)];
        let event = Event::checkpoint(UnixTime::from_secs(1), &Actor::local_operator(), &heads);
        let mut ends = event.checked_ends();
        ends.sort_by_key(|head| head.chain);
        assert_eq!(ends, heads[1..]);
        assert!(Event { action: Action::SignedIn, ..event }.checked_ends().is_empty());
    }

    #[test]
    fn names_of_actions_are_unique_and_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.name());
        }
    }
}
