use super::Directory;
use crate::error::Error;
use crate::report::{Adding, Report};
use crate::store::{Store, TokenFilter, Wanted};
use oath_totp::UnixTime;

/// How many records are read at once.
const PAGE: usize = 1000;

impl<S: Store> Directory<S> {
    /// The fleet in numbers, as of now: all tokens and users page by page, in memory that does not grow with them. Records that
    /// change meanwhile are counted as they are when their page is read.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Keys`] where the directory belongs to another ring.
    pub async fn report(&self, now: UnixTime) -> Result<Report, Error> {
        let view = self.store.view(Wanted { activations: true, ..Wanted::default() }).await?;
        let (view, policy) = self.seen(view)?;
        let mut adding = Adding::new(&policy, view.activations.as_ref().map(|read| &read.value), now);
        let mut after = None;
        loop {
            let page = self.store.tokens(TokenFilter::default(), after, PAGE).await?;
            page.iter().for_each(|listed| adding.token(listed));
            match page.last() {
                Some(last) if page.len() >= PAGE => after = Some(last.token.serial.clone()),
                _ => break,
            }
        }
        let mut after = None;
        loop {
            let page = self.store.users(after, PAGE).await?;
            page.iter().for_each(|listed| adding.user(listed));
            match page.last() {
                Some(last) if page.len() >= PAGE => after = Some(last.user.upn.key().to_owned()),
                _ => break,
            }
        }
        Ok(adding.finish())
    }
}
