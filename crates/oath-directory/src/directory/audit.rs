use super::Directory;
use crate::audit::{Actor, AuditEvent, Chain, Event, EventQuery, Head, Tampered, Verifier};
use crate::error::{Error, Refusal};
use crate::rights::Operation;
use crate::store::{Changes, CommitError, Store, StoreError};
use oath_totp::UnixTime;
use std::collections::BTreeMap;

/// An audit log that was checked from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// How many events in all chains the database holds.
    pub events: u64,
    /// The ends of the chains: an administrator who notes them down elsewhere can later show that nothing before them was
    /// changed.
    pub heads: Vec<Head>,
    /// The last events that were exported and pruned, of the chains that do not begin with their first event: the database
    /// holds what comes after them.
    pub beginnings: Vec<Head>,
    /// Up to where prunings were recorded in the log. That is further than a beginning where a pruning was broken off.
    pub(super) pruned: BTreeMap<Chain, Head>,
}

impl AuditReport {
    /// The last hash; with several chains those of all, in the order of the chains, separated by spaces.
    #[must_use]
    pub fn head(&self) -> String {
        self.heads.iter().map(|head| head.hash.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// How many events are read at once.
pub(super) const PAGE: usize = 1000;

/// The beginnings of chains.
pub(super) type Beginnings = BTreeMap<Chain, Head>;

pub(super) fn beginning_of(beginnings: &Beginnings, chain: Chain) -> Head {
    beginnings.get(&chain).copied().unwrap_or(Head::empty(chain))
}

/// When the newest event of a database was written.
pub(crate) async fn newest_event(store: &impl Store) -> Result<Option<UnixTime>, StoreError> {
    let mut newest = None;
    for head in store.heads().await? {
        let last = store.events(head.chain, head.events.saturating_sub(1), 1).await?;
        newest = newest.max(last.last().map(|logged| logged.event.at));
    }
    Ok(newest)
}

impl<S: Store> Directory<S> {
    /// The chains of the audit log.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn chains(&self) -> Result<Vec<Chain>, Error> {
        Ok(self.store.heads().await?.into_iter().map(|head| head.chain).collect())
    }

    /// When the newest event was written: the latest of the last events of all chains. `None` where the database holds none.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn last_event(&self) -> Result<Option<UnixTime>, Error> {
        Ok(newest_event(&self.store).await?)
    }

    /// Audit events of a chain after the one with the number `after` (0: from the first), at most `limit`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, Error> {
        Ok(self.store.events(chain, after, limit).await?)
    }

    /// Those of the events after `after` that the query asks for, at most `limit`. Reads the chain in pages.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn events_that(
        &self,
        query: &EventQuery,
        chain: Chain,
        mut after: u64,
        limit: usize,
    ) -> Result<Vec<AuditEvent>, Error> {
        let (mut found, mut size) = (Vec::new(), limit.min(PAGE));
        while found.len() < limit {
            let page = self.store.events(chain, after, size).await?;
            let Some(last) = page.last() else { break };
            (after, size) = (last.sequence, PAGE);
            let left = limit.saturating_sub(found.len());
            found.extend(page.into_iter().filter(|logged| query.fits(&logged.event)).take(left));
        }
        Ok(found)
    }

    /// Writes the ends of all chains of the audit log down in the chain of this writer, which ties the chains together: a
    /// chain that was cut off or removed before is then missed. To be called from time to time where there is more than one
    /// writer. Returns the ends.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn checkpoint(&self, actor: &Actor, now: UnixTime) -> Result<Vec<Head>, Error> {
        self.allow(actor, now, Operation::Maintain, None).await?;
        let heads = self.store.heads().await?;
        let events = vec![Event::checkpoint(now, actor, &heads)];
        self.log(Changes { events, ..Changes::default() }).await?;
        Ok(heads)
    }

    /// Commits changes that rest on no decision: they are not tried again.
    pub(super) async fn log(&self, changes: Changes) -> Result<(), Error> {
        match self.store.commit(changes, self.keys.audit_key()).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict) => Err(Error::Contention),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    /// Checks the whole audit log, each chain by itself and against the checkpoints in all of them: a missing, changed or
    /// reordered event is found. A chain may begin after its first event only where an event of the log records that those
    /// before were [pruned](Self::prune_audit).
    ///
    /// # Errors
    /// [`Error::Store`]. What was found is the inner result.
    pub async fn verify_audit(&self) -> Result<Result<AuditReport, Tampered>, Error> {
        // The beginnings before and after: a pruning between them would look like missing events.
        let mut beginnings = self.beginnings().await?;
        loop {
            let found = self.verify_after(&beginnings).await?;
            let after = self.beginnings().await?;
            if after == beginnings {
                return Ok(found);
            }
            beginnings = after;
        }
    }

    pub(super) async fn beginnings(&self) -> Result<Beginnings, Error> {
        Ok(self.store.beginnings().await?.into_iter().map(|beginning| (beginning.chain, beginning)).collect())
    }

    async fn verify_after(&self, beginnings: &Beginnings) -> Result<Result<AuditReport, Tampered>, Error> {
        // The ends first: events that are appended meanwhile are checked next time.
        let heads = self.store.heads().await?;
        let (mut events, mut pruned) = (0u64, BTreeMap::new());
        for kept in &heads {
            if let Err(tampered) = self.verify_chain(*kept, beginnings, &mut pruned).await? {
                return Ok(Err(tampered));
            }
            events = events.saturating_add(kept.events.saturating_sub(beginning_of(beginnings, kept.chain).events));
        }
        for (chain, beginning) in beginnings {
            let recorded = pruned.get(chain).copied().unwrap_or(Head::empty(*chain));
            let chain = *chain;
            // A chain of which nothing is left has no event that would show a wrong hash.
            if recorded.events < beginning.events || recorded.events == beginning.events && recorded != *beginning {
                return Ok(Err(Tampered::Missing { chain, sequence: recorded.events.saturating_add(1) }));
            }
            if !heads.iter().any(|head| head.chain == chain) {
                return Ok(Err(Tampered::Missing { chain, sequence: beginning.events.saturating_add(1) }));
            }
        }
        Ok(Ok(AuditReport { events, heads, beginnings: beginnings.values().copied().collect(), pruned }))
    }

    async fn verify_chain(
        &self,
        kept: Head,
        beginnings: &Beginnings,
        pruned: &mut BTreeMap<Chain, Head>,
    ) -> Result<Result<(), Tampered>, Error> {
        let beginning = beginning_of(beginnings, kept.chain);
        let mut verifier = Verifier::from(self.keys.audit_key(), beginning);
        // From the first that is there, so that one which was put before the beginning is found, too.
        let mut after = 0;
        while after < kept.events {
            let left = usize::try_from(kept.events.saturating_sub(after)).unwrap_or(PAGE);
            let page = self.store.events(kept.chain, after, left.min(PAGE)).await?;
            let before = page.len();
            // Those that were appended since the end was read.
            let page: Vec<_> = page.into_iter().filter(|logged| logged.sequence <= kept.events).collect();
            for logged in &page {
                if let Err(tampered) = verifier.take(logged) {
                    return Ok(Err(tampered));
                }
                for end in logged.event.checked_ends() {
                    if let Err(tampered) = self.holds(end, beginning_of(beginnings, end.chain)).await? {
                        return Ok(Err(tampered));
                    }
                }
                for end in logged.event.pruned_ends() {
                    if let Err(tampered) = self.holds(end, beginning_of(beginnings, end.chain)).await? {
                        return Ok(Err(tampered));
                    }
                    let furthest = pruned.entry(end.chain).or_insert(end);
                    if furthest.events < end.events {
                        *furthest = end;
                    }
                }
                after = logged.sequence;
            }
            if page.is_empty() || page.len() < before {
                break;
            }
        }
        Ok(verifier.finish(kept).map(drop))
    }

    /// Whether a chain still has the event that was its last when its end was noted down.
    ///
    /// # Errors
    /// [`Refusal::EventPruned`]: the exported file holds the event. [`Error::Store`]. What was found is the inner result.
    pub async fn contains(&self, end: Head) -> Result<Result<(), Tampered>, Error> {
        let beginning = beginning_of(&self.beginnings().await?, end.chain);
        if end.events < beginning.events {
            let Head { chain, events: sequence, .. } = end;
            return Err(Refusal::EventPruned { chain, sequence, first: beginning.events.saturating_add(1) }.into());
        }
        self.holds(end, beginning).await
    }

    /// The same; of events that were pruned it knows the last one alone.
    pub(super) async fn holds(&self, end: Head, beginning: Head) -> Result<Result<(), Tampered>, Error> {
        let Head { chain, events: sequence, hash } = end;
        if sequence <= beginning.events {
            let is_other = sequence == beginning.events && end != beginning;
            return Ok(if is_other { Err(Tampered::Changed { chain, sequence }) } else { Ok(()) });
        }
        let found = self.store.events(chain, sequence.saturating_sub(1), 1).await?;
        Ok(match found.first().filter(|found| found.sequence == sequence) {
            None => Err(Tampered::Missing { chain, sequence }),
            Some(found) if found.hash != hash => Err(Tampered::Changed { chain, sequence }),
            Some(_) => Ok(()),
        })
    }
}
