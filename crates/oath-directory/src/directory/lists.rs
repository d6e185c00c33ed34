use super::Directory;
use crate::error::{Error, Refusal};
use crate::model::{Status, Upn, User};
use crate::policy::Policy;
use crate::store::{Listed, ListedUser, Store, TokenFilter};
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

/// Which users to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// Only those who have to wait after wrong codes, from one source or another.
    pub locked: bool,
}

/// A user of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserStatus {
    /// The user.
    pub user: User,
    /// Wrong codes from all sources, of each since its last right one.
    pub failures: u32,
    /// Until when codes from one source or another are refused unread; `None`: the next code is read.
    pub locked_until: Option<UnixTime>,
}

impl UserStatus {
    fn of(ListedUser { user, gate }: ListedUser, policy: &Policy, now: UnixTime) -> Self {
        let gate = gate.unwrap_or_default();
        Self { user, failures: gate.failures(), locked_until: policy.locked_until(&gate, now) }
    }
}

/// How many records are read at once.
const PAGE: usize = 1000;

impl<S: Store> Directory<S> {
    /// All users, in the order of their names. [`users_after`](Self::users_after) reads them page by page, with their locks.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let mut all: Vec<User> = Vec::new();
        loop {
            let page = self.store.users(all.last().map(|user| user.upn.key().to_owned()), PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page.into_iter().map(|listed| listed.user));
            if !full {
                return Ok(all);
            }
        }
    }

    /// The users after one of this name, in the order of their names, and whether they are locked now; at most `limit`, and fewer
    /// only at the end. `None`: from the first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn users_after(
        &self,
        now: UnixTime,
        query: UserQuery,
        after: Option<&Upn>,
        limit: usize,
    ) -> Result<Vec<UserStatus>, Error> {
        let policy = self.policy().await?.value;
        let mut after = after.map(|upn| upn.key().to_owned());
        let mut found = Vec::new();
        loop {
            // Few users are locked: whole pages are read, whatever is missing.
            let most = if query.locked { PAGE } else { limit };
            let page = self.store.users(after, most).await?;
            let ended = page.len() < most;
            after = page.last().map(|listed| listed.user.upn.key().to_owned());
            let users = page.into_iter().map(|listed| UserStatus::of(listed, &policy, now));
            found.extend(users.filter(|user| !query.locked || user.locked_until.is_some()));
            if ended || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
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
            upload: None,
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

    /// The user name of the holder of a token.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`]; [`Refusal::WrongStatus`] where no user holds it.
    pub async fn holder_of(&self, serial: &str) -> Result<Upn, Error> {
        let Listed { token, holder, .. } = self.token(serial).await?;
        let nobody = || Refusal::WrongStatus {
            serial: serial.to_owned(),
            status: token.status,
            expected: "one that a user holds",
            action: "name a token that a user holds, or the user",
        };
        Ok(holder.ok_or_else(nobody)?.upn)
    }
}
