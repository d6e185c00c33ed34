//! How rows end: nearly all rows of a file have the same interval, manufacturer and model after what is their own.

use super::row::Parameters;
use crate::Moving;
use crate::values::model::Said;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the columns after the user, the serial number and the secret say.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) manufacturer: Arc<str>,
    pub(super) model: Arc<str>,
    pub(super) said: Said,
    pub(super) parameters: Parameters,
    /// `None` where an error says why.
    pub(super) moving: Option<Moving>,
}

/// The ending that was read last and about which there was nothing to say.
///
/// Its text is compared in the usual way, as every value of these columns is; it is wiped, for a shifted row may have its
/// secret there.
#[derive(Default)]
pub(super) struct Last(Option<(Zeroizing<String>, Ending)>);

impl Last {
    /// What a text was read as, where it is the one before.
    pub(super) fn of(&self, text: Option<&str>) -> Option<&Ending> {
        let (known, ending) = self.0.as_ref()?;
        (**known == *text?).then_some(ending)
    }

    pub(super) fn keep(&mut self, text: &str, ending: &Ending) {
        self.0 = Some((Zeroizing::new(text.to_owned()), ending.clone()));
    }
}

/// The text is not shown.
impl core::fmt::Debug for Last {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Last").field(&self.0.as_ref().map(|(_, ending)| ending)).finish()
    }
}
