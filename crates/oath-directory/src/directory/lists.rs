use super::Directory;
use crate::audit::{AuditEvent, ChainHash, Tampered, Verifier};
use crate::error::{Error, Refusal};
use crate::model::{Status, Upn, User};
use crate::store::{Listed, Store, TokenFilter};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// How many events.
    pub events: u64,
    /// The last one's hash: note it down elsewhere, and later checks can show that nothing before it was changed.
    pub head: ChainHash,
}

/// How many records are read at once.
const PAGE: usize = 1000;

impl<S: Store> Directory<S> {
    /// All users, in the order of their names.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let mut all: Vec<User> = Vec::new();
        loop {
            let after = all.last().map(|user| user.upn.key().to_owned());
            let page = self.store.users(after, PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// The tokens that fit the query, in the order of their serial numbers.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn tokens(&self, query: &TokenQuery) -> Result<Vec<Listed>, Error> {
        let filter = TokenFilter {
            status: query.status,
            holder: query.upn.as_ref().map(|upn| upn.key().to_owned()),
            serial: query.serial.clone(),
        };
        let mut all: Vec<Listed> = Vec::new();
        loop {
            let after = all.last().map(|listed| listed.token.serial.clone());
            let page = self.store.tokens(filter.clone(), after, PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
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

    /// Audit events behind the one with the number `after` (0: from the first), at most `limit`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<AuditEvent>, Error> {
        Ok(self.store.events(after, limit).await?)
    }

    /// Checks the whole audit log: a missing, changed or reordered event is found.
    ///
    /// # Errors
    /// [`Error::Store`]. What was found is the inner result.
    pub async fn verify_audit(&self) -> Result<Result<AuditReport, Tampered>, Error> {
        // The end first: events that are appended meanwhile are checked next time.
        let kept = self.store.head().await?;
        let mut verifier = Verifier::default();
        let mut after = 0;
        while after < kept.events {
            let left = usize::try_from(kept.events.saturating_sub(after)).unwrap_or(PAGE);
            let page = self.store.events(after, left.min(PAGE)).await?;
            if page.is_empty() {
                break;
            }
            for event in &page {
                if let Err(tampered) = verifier.take(event) {
                    return Ok(Err(tampered));
                }
                after = event.sequence;
            }
        }
        Ok(verifier.finish(kept).map(|head| AuditReport { events: head.events, head: head.hash }))
    }
}
