//! The ring as text, as its file holds it.

use super::{KEY, KeyRing, KeyRingError};
use crate::model::TenantId;
use oath_totp::Secret;
use zeroize::Zeroizing;

impl KeyRing {
    /// Reads what [`expose_text`](Self::expose_text) wrote.
    ///
    /// # Errors
    /// [`KeyRingError::Malformed`] with the line that is wrong; never what stands there.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let (mut sealing, mut retired, mut binding) = (Vec::new(), Vec::new(), None);
        for (line, words) in (1..).zip(text.lines().map(|line| line.split_whitespace())) {
            let malformed = || KeyRingError::Malformed { line };
            let words: Vec<&str> = words.collect();
            let is_new = |name: &str| sealing.iter().chain(&retired).all(|(other, _): &(String, Secret)| other != name);
            match *words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["seal", name, hex] if is_new(name) => {
                    sealing.push((name.to_owned(), key(hex).ok_or_else(malformed)?));
                }
                ["recognise", name, hex] if is_new(name) => {
                    retired.push((name.to_owned(), key(hex).ok_or_else(malformed)?));
                }
                // Before keys recognised by themselves, the key that binds recognised too, and was called so.
                ["bind" | "recognise", hex] if binding.is_none() => {
                    binding = Some(key(hex).ok_or_else(malformed)?);
                }
                _ => return Err(malformed()),
            }
        }
        match binding {
            Some(binding) if !sealing.is_empty() => Ok(Self::new(sealing, retired, binding, TenantId::default())),
            _ => Err(KeyRingError::Incomplete),
        }
    }

    /// The ring as text, keys included, in a string that is wiped when dropped.
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        // Room for all of it, so that the string never moves and leaves a copy.
        let mut text = Zeroizing::new(String::with_capacity(512 + 256 * self.recognisers.len()));
        text.push_str(
            "# The key ring of an OATH directory. Without it no code can be verified; with it and the database every\n\
             # secret can be read. Keep it secret, keep a copy, and keep both away from the database.\n",
        );
        let mut line = |head: &[&str], key: &Secret| {
            for word in head {
                text.push_str(word);
                text.push(' ');
            }
            // Not by `data-encoding`, which indexes a table by the nibbles.
            text.push_str(&key.expose_hex());
            text.push('\n');
        };
        line(&["bind"], &self.binding);
        for (name, key) in &self.retired {
            line(&["recognise", name], key);
        }
        for (name, key) in &self.sealing {
            line(&["seal", name], key);
        }
        text
    }
}

fn key(hex: &str) -> Option<Secret> {
    Secret::from_hex(hex).ok().filter(|key| key.byte_len() == KEY)
}
