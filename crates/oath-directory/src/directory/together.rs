use super::rehearsal::Replica;
use super::{Directory, TRIES, rest};
use crate::error::Error;
use crate::store::{CommitError, MemoryStore, Store, Wanted};
use core::future::Future;

/// How many operations share a transaction at the most: so few that sign-ins which come between two of them wait for some
/// milliseconds only.
const MOST: usize = 100;

/// An operation on each of many items.
pub(super) trait Each<I> {
    /// What it comes to for one item.
    type Done: Send;

    /// All that it looks at for these items.
    fn wanted(&self, items: &[I]) -> Wanted;

    /// Does it for one.
    fn operate(
        &self,
        directory: &Directory<MemoryStore>,
        item: &I,
    ) -> impl Future<Output = Result<Self::Done, Error>> + Send;
}

impl<S: Store> Directory<S> {
    /// Does operations one after the other, many in one transaction: they are tried on a copy in memory of what they look at,
    /// and all that they changed there is written at once. Each comes to what it would come to by itself.
    ///
    /// `done` is told each result once it is written. The first operation that fails ends it: those before it are written and told, those after it are not tried.
    ///
    /// Where another caller has changed what they looked at, they are tried again, half as many at a time.
    pub(super) async fn together<I, E: Each<I>>(
        &self,
        mut items: &[I],
        each: &E,
        mut done: impl FnMut(&I, E::Done),
    ) -> Result<(), Error> {
        let (mut most, mut tried) = (MOST, 0);
        while !items.is_empty() {
            rest(tried).await;
            let (now, later) = items.split_at(most.min(items.len()));
            let mut copy = Replica::recording(self.store.tenant());
            self.copy(&mut copy, each.wanted(now)).await?;
            let (directory, mut results, mut failed) = (self.on(copy.store.clone()), Vec::new(), None);
            for item in now {
                match each.operate(&directory, item).await {
                    Ok(result) => results.push(result),
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            let changes = copy.changes()?;
            let written =
                if changes.is_empty() { Ok(()) } else { self.store.commit(changes, self.keys.audit_key()).await };
            match written {
                Ok(()) => {}
                Err(CommitError::Conflict) => {
                    (most, tried) = ((now.len() / 2).max(1), tried.saturating_add(1));
                    if tried < TRIES {
                        continue;
                    }
                    return Err(Error::Contention);
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
            now.iter().zip(results).for_each(|(item, result)| done(item, result));
            if let Some(error) = failed {
                return Err(error);
            }
            (items, most, tried) = (later, most.saturating_mul(2).min(MOST), 0);
        }
        Ok(())
    }
}
