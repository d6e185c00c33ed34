//! The attempts that a sign-in has: each known source its own, all unknown ones together. Of one row, so that parallel guesses
//! get as many tries of each budget as serial ones.

use crate::keys::same;
use crate::model::{Attempts, Gate, KnownSource, Tag, Versioned};
use crate::policy::{Policy, is_from_the_future, later};
use oath_totp::UnixTime;

/// What a gate counts, as one sign-in from one source sees it.
#[derive(Clone, Copy)]
pub(crate) struct Budget<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) gate: Option<&'a Versioned<Gate>>,
    /// Where the sign-in comes from; `None`: unknown.
    pub(crate) source: Option<Tag>,
    pub(crate) now: UnixTime,
}

impl Budget<'_> {
    /// Wrong codes that count for this sign-in.
    pub(crate) fn attempts(&self) -> Attempts {
        let shared = self.gate.map(|gate| gate.value.attempts).unwrap_or_default();
        self.mine().map_or(shared, |known| known.attempts)
    }

    /// The attempts and the known sources after a wrong code.
    pub(crate) fn after_failure(&self) -> (Attempts, Vec<KnownSource>) {
        let (mut shared, mut known) = self.counted();
        let after = self.policy.after_failure(&self.attempts(), self.now);
        match self.mine() {
            None => shared = after,
            Some(mine) => {
                for known in known.iter_mut().filter(|known| same(known.source, mine.source)) {
                    known.attempts = after;
                }
            }
        }
        (shared, known)
    }

    /// The attempts and the known sources after a right code: its source is known from now on. A right code from a known source
    /// leaves the count of strangers as it is, so that they get no new tries whenever the user signs in.
    pub(crate) fn after_success(&self) -> (Attempts, Vec<KnownSource>) {
        let (shared, mut known) = self.counted();
        let shared = if self.mine().is_some() { shared } else { Attempts::default() };
        known.retain(|known| self.is_known(known));
        if let Some(source) = self.source {
            known.retain(|known| !same(known.source, source));
            known.push(KnownSource { source, last_seen: self.now, attempts: Attempts::default() });
            known.sort_by_key(|known| core::cmp::Reverse(known.last_seen));
            known.truncate(self.policy.known_sources.min(Gate::MOST_KNOWN));
        }
        (shared, known)
    }

    fn counted(&self) -> (Attempts, Vec<KnownSource>) {
        self.gate.map(|gate| (gate.value.attempts, gate.value.known.clone())).unwrap_or_default()
    }

    /// The source of this sign-in, where it is known.
    fn mine(&self) -> Option<&KnownSource> {
        let source = self.source?;
        let known = self.gate?.value.known.iter().take(self.policy.known_sources);
        known.filter(|known| self.is_known(known)).find(|known| same(known.source, source))
    }

    /// Whether it was seen of late, and by no clock of the future.
    fn is_known(&self, known: &KnownSource) -> bool {
        self.now < later(known.last_seen, self.policy.known_source_kept)
            && !is_from_the_future(known.last_seen, self.now)
    }
}
