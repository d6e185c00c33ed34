use super::Directory;
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
}
