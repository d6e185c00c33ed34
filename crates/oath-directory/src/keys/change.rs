//! Changing the sealing keys of a ring: a new one is added and opens from then on, it is activated when all processes know it,
//! and an old one goes when no token is sealed under it.

use super::{KEY, KeyRing, KeyRingError, fill};
use data_encoding::HEXLOWER;
use oath_totp::Secret;

impl KeyRing {
    /// The names of the sealing keys. The last one seals.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sealing.iter().map(|(name, _)| name.as_str())
    }

    /// The name of the key that seals.
    #[must_use]
    pub fn sealing_name(&self) -> &str {
        self.names().last().unwrap_or_default()
    }

    /// Adds a new key, which does not seal yet. Returns its name.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn add(&mut self) -> Result<String, KeyRingError> {
        let mut bytes = [0; 4];
        let name = loop {
            fill(&mut bytes)?;
            let name = HEXLOWER.encode(&bytes);
            if !self.holds(&name) {
                break name;
            }
        };
        let key = Secret::generate_bytes(KEY).map_err(|_| KeyRingError::NoRandomness)?;
        self.sealing.insert(self.sealing.len().saturating_sub(1), (name.clone(), key));
        Ok(name)
    }

    /// Makes a key the one that seals.
    ///
    /// # Errors
    /// [`KeyRingError::Unknown`].
    pub fn activate(&mut self, name: &str) -> Result<(), KeyRingError> {
        let key = self.take(name)?;
        self.sealing.push(key);
        Ok(())
    }

    /// Takes a key out of the ring: what is sealed under it does not open any more.
    ///
    /// # Errors
    /// [`KeyRingError::Unknown`]; [`KeyRingError::Seals`].
    pub fn remove(&mut self, name: &str) -> Result<(), KeyRingError> {
        if name == self.sealing_name() {
            return Err(KeyRingError::Seals { name: name.to_owned() });
        }
        self.take(name).map(drop)
    }

    fn take(&mut self, name: &str) -> Result<(String, Secret), KeyRingError> {
        let at = self.names().position(|other| other == name);
        let at = at.ok_or_else(|| KeyRingError::Unknown { name: name.to_owned() })?;
        Ok(self.sealing.remove(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(ring: &KeyRing) -> Vec<String> {
        ring.names().map(str::to_owned).collect()
    }

    #[test]
    fn a_key_is_added_without_sealing_then_activated_and_the_old_one_removed() {
        let mut ring = KeyRing::generate().unwrap();
        let (id, old) = (ring.id(), ring.sealing_name().to_owned());
        let new = ring.add().unwrap();
        assert_eq!((names(&ring), ring.sealing_name()), (vec![new.clone(), old.clone()], &*old));
        assert_eq!(ring.remove(&old), Err(KeyRingError::Seals { name: old.clone() }));
        ring.activate(&new).unwrap();
        assert_eq!((names(&ring), ring.sealing_name()), (vec![old.clone(), new.clone()], &*new));
        // The text keeps the order, and the ring is the same one for the directory.
        let again = KeyRing::parse(&ring.expose_text()).unwrap();
        assert_eq!((names(&again), again.id()), (names(&ring), id));
        ring.remove(&old).unwrap();
        assert_eq!(names(&ring), [new]);
        let unknown = Err(KeyRingError::Unknown { name: old.clone() });
        assert_eq!((ring.remove(&old), ring.activate(&old)), (unknown.clone(), unknown));
    }
}
