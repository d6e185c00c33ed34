use super::Directory;
use crate::audit::{Actor, AuditEvent, Chain, Event, Head, Tampered, Verifier};
use crate::error::{Error, Refusal};
use crate::model::{Status, Upn, User};
use crate::store::{Changes, CommitError, Listed, Store, TokenFilter};
use oath_totp::UnixTime;

/// Which tokens to list. What is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct TokenQuery {
    /// With this status.
    pub status: Option<Status>,
    /// Held by this user.
    pub upn: Option<Upn>,
    /// With this serial number.
    pub serial: Option<String>,
}

/// An audit log that was checked from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// How many events in all chains.
    pub events: u64,
    /// The ends of the chains: an administrator who notes them down elsewhere can later show that nothing before them was
    /// changed.
    pub heads: Vec<Head>,
}

impl AuditReport {
    /// The last hash; with several chains those of all, in the order of the chains, separated by spaces.
    #[must_use]
    pub fn head(&self) -> String {
        self.heads.iter().map(|head| head.hash.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// How many records are read at once.
const PAGE: usize = 1000;

impl<S: Store> Directory<S> {
    /// All users, in the order of their names. [`users_after`](Self::users_after) reads them page by page.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let mut all: Vec<User> = Vec::new();
        loop {
            let page = self.users_after(all.last().map(|user| &user.upn), PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// The users after one of this name, in the order of their names; at most `limit`, and fewer only at the end. `None`: from the
    /// first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn users_after(&self, after: Option<&Upn>, limit: usize) -> Result<Vec<User>, Error> {
        Ok(self.store.users(after.map(|upn| upn.key().to_owned()), limit).await?)
    }

    /// The tokens that fit the query, in the order of their serial numbers. [`tokens_after`](Self::tokens_after) reads them page
    /// by page.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn tokens(&self, query: &TokenQuery) -> Result<Vec<Listed>, Error> {
        let mut all: Vec<Listed> = Vec::new();
        loop {
            let after = all.last().map(|listed| listed.token.serial.as_str());
            let page = self.tokens_after(query, after, PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// The tokens that fit the query after one of this serial number, in their order; at most `limit`, and fewer only at the end.
    /// `None`: from the first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn tokens_after(
        &self,
        query: &TokenQuery,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Listed>, Error> {
        let filter = TokenFilter {
            status: query.status,
            holder: query.upn.as_ref().map(|upn| upn.key().to_owned()),
            serial: query.serial.clone(),
        };
        Ok(self.store.tokens(filter, after.map(str::to_owned), limit).await?)
    }

    /// One token.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`].
    pub async fn token(&self, serial: &str) -> Result<Listed, Error> {
        let query = TokenQuery { serial: Some(serial.to_owned()), ..TokenQuery::default() };
        let found = self.tokens(&query).await?.into_iter().next();
        found.ok_or_else(|| Refusal::UnknownToken { serial: serial.to_owned() }.into())
    }

    /// The chains of the audit log.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn chains(&self) -> Result<Vec<Chain>, Error> {
        Ok(self.store.heads().await?.into_iter().map(|head| head.chain).collect())
    }

    /// Audit events of a chain after the one with the number `after` (0: from the first), at most `limit`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, Error> {
        Ok(self.store.events(chain, after, limit).await?)
    }

    /// Writes the ends of all chains of the audit log down in the chain of this writer, which ties the chains together: a
    /// chain that was cut off or removed before is then missed. To be called from time to time where there is more than one
    /// writer.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn checkpoint(&self, actor: &Actor, now: UnixTime) -> Result<(), Error> {
        let events = vec![Event::checkpoint(now, actor, &self.store.heads().await?)];
        match self.store.commit(Changes { events, ..Changes::default() }, self.keys.audit_key()).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict) => Err(Error::Contention),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    /// Checks the whole audit log, each chain by itself and against the checkpoints in all of them: a missing, changed or
    /// reordered event is found.
    ///
    /// # Errors
    /// [`Error::Store`]. What was found is the inner result.
    pub async fn verify_audit(&self) -> Result<Result<AuditReport, Tampered>, Error> {
        // The ends first: events that are appended meanwhile are checked next time.
        let heads = self.store.heads().await?;
        for kept in &heads {
            if let Err(tampered) = self.verify_chain(*kept).await? {
                return Ok(Err(tampered));
            }
        }
        let events = heads.iter().fold(0, |sum: u64, head| sum.saturating_add(head.events));
        Ok(Ok(AuditReport { events, heads }))
    }

    async fn verify_chain(&self, kept: Head) -> Result<Result<(), Tampered>, Error> {
        let mut verifier = Verifier::new(self.keys.audit_key(), kept.chain);
        let mut after = 0;
        while after < kept.events {
            let left = usize::try_from(kept.events.saturating_sub(after)).unwrap_or(PAGE);
            let page = self.store.events(kept.chain, after, left.min(PAGE)).await?;
            if page.is_empty() {
                break;
            }
            for logged in &page {
                if let Err(tampered) = verifier.take(logged) {
                    return Ok(Err(tampered));
                }
                for end in logged.event.checked_ends() {
                    if let Err(tampered) = self.contains(end).await? {
                        return Ok(Err(tampered));
                    }
                }
                after = logged.sequence;
            }
        }
        Ok(verifier.finish(kept).map(drop))
    }

    /// Whether a chain still has the event that was its last when its end was noted down.
    ///
    /// # Errors
    /// [`Error::Store`]. What was found is the inner result.
    pub async fn contains(&self, end: Head) -> Result<Result<(), Tampered>, Error> {
        let Head { chain, events: sequence, hash } = end;
        let found = self.store.events(chain, sequence.saturating_sub(1), 1).await?;
        Ok(match found.first().filter(|found| found.sequence == sequence) {
            None => Err(Tampered::Missing { chain, sequence }),
            Some(found) if found.hash != hash => Err(Tampered::Changed { chain, sequence }),
            Some(_) => Ok(()),
        })
    }
}
