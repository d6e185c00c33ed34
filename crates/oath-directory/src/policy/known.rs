use super::{Policy, PolicyError};
use std::sync::{Arc, PoisonError, RwLock};

/// The policy that was read last, so that a sign-in compares a short text and parses nothing.
#[derive(Debug)]
pub(crate) struct Known(RwLock<(String, Arc<Policy>)>);

impl Default for Known {
    fn default() -> Self {
        Self(RwLock::new((String::new(), Arc::default())))
    }
}

impl Known {
    /// The policy of a stored text.
    pub(crate) fn of(&self, text: &str) -> Result<Arc<Policy>, PolicyError> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.0 == text {
            return Ok(Arc::clone(&known.1));
        }
        drop(known);
        let policy = Arc::new(Policy::of_stored(text)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = (text.to_owned(), Arc::clone(&policy));
        Ok(policy)
    }
}
