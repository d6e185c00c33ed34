//! Changing the keys of a ring: a new one is added and opens and recognises from then on, it is activated when all processes know
//! it, and an old one goes when no token is sealed under it. Where secrets of deleted tokens are recognised by it, that stays.

use super::{KEY, KeyRing, KeyRingError, Recogniser, fill, recognising};
use data_encoding::HEXLOWER;
use oath_totp::{Secret, overwrite_stack};

impl KeyRing {
    /// The names of the sealing keys. The last one seals.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sealing.iter().map(|(name, _)| name.as_str())
    }

    /// The names of retired keys, which recognise and open nothing.
    pub fn retired_names(&self) -> impl Iterator<Item = &str> {
        self.retired.iter().map(|(name, _)| name.as_str())
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
        loop {
            fill(&mut bytes)?;
            let name = HEXLOWER.encode(&bytes);
            let key = Secret::generate_bytes(KEY).map_err(|_| KeyRingError::NoRandomness)?;
            let new = Recogniser::new(&name, &*recognising(&key), self.tenant);
            overwrite_stack();
            // Fingerprints name their key by a short id.
            if self.recognisers.iter().any(|other| other.name == new.name || other.id == new.id) {
                continue;
            }
            let before_last = |len: usize| len.saturating_sub(1);
            self.recognisers.insert(before_last(self.recognisers.len()), new);
            self.sealing.insert(before_last(self.sealing.len()), (name.clone(), key));
            return Ok(name);
        }
    }

    /// Makes a key the one that seals.
    ///
    /// # Errors
    /// [`KeyRingError::Unknown`].
    pub fn activate(&mut self, name: &str) -> Result<(), KeyRingError> {
        let key = self.take(name)?;
        self.sealing.push(key);
        let at = self.recognisers.iter().position(|recogniser| recogniser.name == name);
        let recogniser = at.map(|at| self.recognisers.remove(at));
        self.recognisers.extend(recogniser);
        Ok(())
    }

    /// Takes a key out of the ring: what is sealed under it does not open any more, and what was made under it is not recognised.
    ///
    /// # Errors
    /// [`KeyRingError::Unknown`]; [`KeyRingError::Seals`].
    pub fn remove(&mut self, name: &str) -> Result<(), KeyRingError> {
        if self.retired_names().any(|other| other == name) {
            self.retired.retain(|(other, _)| other != name);
        } else {
            self.refuse_sealing(name)?;
            drop(self.take(name)?);
        }
        self.recognisers.retain(|recogniser| recogniser.name != name);
        Ok(())
    }

    /// Takes a sealing key out of the ring, but goes on to recognise by it: what is sealed under it does not open any more.
    ///
    /// # Errors
    /// As [`remove`](Self::remove).
    pub fn retire(&mut self, name: &str) -> Result<(), KeyRingError> {
        self.refuse_sealing(name)?;
        let (name, key) = self.take(name)?;
        let recognising = Secret::from_bytes(&*recognising(&key)).map_err(|_| KeyRingError::Incomplete)?;
        overwrite_stack();
        self.retired.push((name, recognising));
        Ok(())
    }

    fn refuse_sealing(&self, name: &str) -> Result<(), KeyRingError> {
        if name == self.sealing_name() { Err(KeyRingError::Seals { name: name.to_owned() }) } else { Ok(()) }
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

    #[test]
    fn each_key_recognises_and_a_retired_one_goes_on_to() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        let mut ring = KeyRing::generate().unwrap();
        let old = ring.sealing_name().to_owned();
        let first = ring.fingerprint(&secret).unwrap();
        assert_eq!((ring.recogniser_of(&first), ring.is_newest(&first)), (Some(&*old), true));
        assert!(ring.other_fingerprints(&secret).is_empty());
        let new = ring.add().unwrap();
        // Not before it is activated.
        assert_eq!(ring.fingerprint(&secret), Ok(first));
        let [second] = *ring.other_fingerprints(&secret) else { panic!("{ring:?}") };
        ring.activate(&new).unwrap();
        assert_eq!((ring.fingerprint(&secret), ring.other_fingerprints(&secret)), (Ok(second), vec![first]));
        assert_eq!((ring.recogniser_of(&second), ring.is_newest(&first)), (Some(&*new), false));

        assert_eq!(ring.retire(&new), Err(KeyRingError::Seals { name: new.clone() }));
        ring.retire(&old).unwrap();
        let text = ring.expose_text();
        assert!(!text.contains(&format!("seal {old}")) && text.contains(&format!("recognise {old} ")));
        // The same ring again, for any tenant.
        let again = KeyRing::parse(&text).unwrap();
        for ring in [&ring, &again] {
            assert_eq!((ring.fingerprint(&secret), ring.other_fingerprints(&secret)), (Ok(second), vec![first]));
            assert_eq!((ring.holds(&old), ring.retired_names().collect::<Vec<_>>()), (false, vec![&*old]));
        }
        let other = again.of_tenant(crate::model::TenantId::from_random(1));
        assert_ne!(other.other_fingerprints(&secret), [first]);
        assert_eq!(other.recogniser_of(&first), Some(&*old));
        ring.remove(&old).unwrap();
        assert_eq!((ring.recogniser_of(&first), ring.other_fingerprints(&secret)), (None, Vec::new()));
        assert_eq!(ring.retire(&old), Err(KeyRingError::Unknown { name: old.clone() }));
    }
}
