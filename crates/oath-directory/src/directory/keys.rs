//! Which keys of the ring the tokens are sealed under, and sealing them again under another one.

use super::Directory;
use crate::error::Error;
use crate::keys::KeyRingError;
use crate::store::{Listed, Store, TokenFilter};

/// How many tokens are read, and sealed again, at once.
const BATCH: usize = 500;

impl<S: Store> Directory<S> {
    /// Whether the ring holds the keys of all tokens.
    ///
    /// # Errors
    /// [`KeyRingError::Lacking`] with the first token whose key is not in the ring; [`Error::Store`].
    pub async fn check_keys_held(&self) -> Result<(), Error> {
        let mut after = None;
        loop {
            let page = self.store.tokens(TokenFilter::default(), after, BATCH).await?;
            let lacking = page.iter().find(|Listed { token, .. }| !self.keys.holds(&token.sealed.key));
            if let Some(Listed { token, .. }) = lacking {
                return Err(
                    KeyRingError::Lacking { key: token.sealed.key.clone(), serial: token.serial.clone() }.into()
                );
            }
            match page.last() {
                Some(last) => after = Some(last.token.serial.clone()),
                None => return Ok(()),
            }
        }
    }
}
