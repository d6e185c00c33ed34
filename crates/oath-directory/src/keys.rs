//! The key ring: what seals secrets at rest and recognises them. It lies outside the database.

mod change;
mod error;
#[cfg(feature = "sqlite")]
mod former;
mod tags;
#[cfg(test)]
mod tests;
mod text;

pub use self::error::KeyRingError;
#[cfg(feature = "sqlite")]
pub(crate) use self::former::FormerKeys;

use crate::audit::AuditKey;
use crate::model::{Fingerprint, Parameters, RecogniserId, Sealed, Tag, TenantId, Token, TokenId};
use crate::work::{Work, count};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use core::fmt;
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use oath_totp::{Algorithm, Secret, overwritten};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const KEY: usize = 32;
const NONCE: usize = 24;
const TAG: usize = 16;

/// Named keys: the last one seals, all of them open. Each of them also recognises secrets by their [`Fingerprint`], which names the
/// key it was made under. One key more binds records to ring and tenant by a [`Tag`] and chains the audit log.
///
/// Secrets are sealed with XChaCha20-Poly1305 under a random nonce of 192 bits, bound to the tenant and to the token's id, serial
/// number and parameters: a ciphertext moved to another row does not open, and no record of one tenant is one of another that
/// has the same ring. What recognises, binds and chains is derived for each tenant. Wiped when dropped; `Debug` shows names only.
///
/// A key that seals no token any more is removed. Where the states of deleted tokens were made under it, it is retired instead:
/// what it recognises by stays, which opens nothing.
pub struct KeyRing {
    // Each key in a block of its own on the heap, which does not move when the list grows.
    sealing: Vec<(String, Secret)>,
    /// What keys that were removed recognise by.
    retired: Vec<(String, Secret)>,
    binding: Secret,
    tenant: TenantId,
    // Keyed once: a sign-in clones them. On the heap, as the keys: a ring that moves leaves no copy. The last one is that
    // of the key that seals.
    recognisers: Vec<Recogniser>,
    binder: Box<Hmac<Sha256>>,
    audit: AuditKey,
    id: Tag,
}

/// What one key recognises by, for the tenant.
struct Recogniser {
    name: String,
    id: RecogniserId,
    key: Box<Hmac<Sha256>>,
}

impl Recogniser {
    fn new(name: &str, recognising: &[u8], tenant: TenantId) -> Self {
        // For each key by itself: the frames of several together are larger than what is overwritten.
        overwritten(|| {
            let root = keyed(recognising);
            let id = root.clone().chain_update(b"oath-directory recogniser id v3").finalize();
            let key = Box::new(derived(&root, b"oath-directory recognising key v3", tenant));
            Self { name: name.to_owned(), id: RecogniserId::of(id.into_bytes().into()), key }
        })
    }

    fn fingerprint(&self, secret: &Secret) -> Fingerprint {
        // The hash keeps copies of the secret and of the key on the stack.
        overwritten(|| {
            let mut mac = (*self.key).clone();
            mac.update(b"oath-directory fingerprint v3");
            mac.update(secret.expose_bytes());
            let mac: [u8; 32] = mac.finalize().into_bytes().into();
            Fingerprint::new(self.id, mac)
        })
    }
}

/// What a sealing key recognises by, whatever the tenant.
fn recognising(sealing: &Secret) -> Zeroizing<[u8; 32]> {
    let mac = keyed(sealing.expose_bytes()).chain_update(b"oath-directory recogniser v3").finalize();
    Zeroizing::new(mac.into_bytes().into())
}

/// A key for one purpose and tenant.
fn derived(root: &Hmac<Sha256>, label: &[u8], tenant: TenantId) -> Hmac<Sha256> {
    // The tenant comes last, and has a fixed length.
    let labelled = root.clone().chain_update(label).chain_update(tenant.to_bytes());
    let mut key: [u8; 32] = labelled.finalize().into_bytes().into();
    let derived = keyed(&key);
    key.zeroize();
    derived
}

impl KeyRing {
    fn new(sealing: Vec<(String, Secret)>, retired: Vec<(String, Secret)>, binding: Secret, tenant: TenantId) -> Self {
        let ring = Self::with_keys_set_up(sealing, retired, binding, tenant);
        // Setting the keys up leaves copies of what was computed in frames that have returned.
        oath_totp::overwrite_stack();
        ring
    }

    // Not inlined: the frame must be below that of `new`.
    #[inline(never)]
    fn with_keys_set_up(
        sealing: Vec<(String, Secret)>,
        retired: Vec<(String, Secret)>,
        binding: Secret,
        tenant: TenantId,
    ) -> Self {
        let root = keyed(binding.expose_bytes());
        let binder = Box::new(derived(&root, b"oath-directory binding key v2", tenant));
        let audit = AuditKey::new(derived(&root, b"oath-directory audit key v2", tenant));
        let id = short(root.clone().chain_update(b"oath-directory ring v2").finalize().into_bytes().into());
        let mut recognisers = Vec::with_capacity(retired.len().saturating_add(sealing.len()));
        recognisers.extend(retired.iter().map(|(name, key)| Recogniser::new(name, key.expose_bytes(), tenant)));
        recognisers.extend(sealing.iter().map(|(name, key)| Recogniser::new(name, &*recognising(key), tenant)));
        Self { sealing, retired, binding, tenant, recognisers, binder, audit, id }
    }

    /// The same keys, set up for the records of this tenant. A ring that was just made or read is that of the default one;
    /// [`Directory::new`](crate::Directory::new) sets it up for the tenant of its store.
    #[must_use]
    pub fn of_tenant(self, tenant: TenantId) -> Self {
        let Self { sealing, retired, binding, .. } = self;
        Self::new(sealing, retired, binding, tenant)
    }

    /// What the audit log of the directory is chained with.
    #[must_use]
    pub const fn audit_key(&self) -> &AuditKey {
        &self.audit
    }

    /// Which ring it is, whatever the tenant: a MAC of a constant. The directory keeps it, so that another ring is refused.
    #[must_use]
    pub const fn id(&self) -> Tag {
        self.id
    }

    /// A ring with one new key.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyRingError> {
        let mut name = [0; 4];
        fill(&mut name)?;
        let name = HEXLOWER.encode(&name);
        let new = || Secret::generate_bytes(KEY).map_err(|_| KeyRingError::NoRandomness);
        let sealing = vec![(name, new()?)];
        Ok(Self::new(sealing, Vec::new(), new()?, TenantId::default()))
    }

    /// Whether the ring holds the key of this name.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.sealing.iter().any(|(other, _)| other == name)
    }

    /// What the secret is recognised by, made under the key that seals.
    ///
    /// Leakage: the secret, its length aside.
    ///
    /// # Errors
    /// [`KeyRingError::Incomplete`] where the ring has no key.
    pub fn fingerprint(&self, secret: &Secret) -> Result<Fingerprint, KeyRingError> {
        let last = self.recognisers.last().ok_or(KeyRingError::Incomplete)?;
        Ok(last.fingerprint(secret))
    }

    /// What the secret may have been recognised by before the key that seals was activated: under each other key of the ring.
    ///
    /// Leakage: as [`fingerprint`](Self::fingerprint).
    #[must_use]
    pub fn other_fingerprints(&self, secret: &Secret) -> Vec<Fingerprint> {
        let others = self.recognisers.split_last().map_or(&[][..], |(_, others)| others);
        others.iter().map(|recogniser| recogniser.fingerprint(secret)).collect()
    }

    /// Whether a fingerprint was made under the key that seals.
    #[must_use]
    pub fn is_newest(&self, fingerprint: &Fingerprint) -> bool {
        self.recognisers.last().is_some_and(|last| last.id == fingerprint.recogniser())
    }

    /// The name of the key that a fingerprint was made under; `None` where the ring does not hold it.
    #[must_use]
    pub fn recogniser_of(&self, fingerprint: &Fingerprint) -> Option<&str> {
        let id = fingerprint.recogniser();
        self.recognisers.iter().find(|recogniser| recogniser.id == id).map(|recogniser| recogniser.name.as_str())
    }

    /// Seals a secret under the last key of the ring, for this token only.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(
        &self,
        id: TokenId,
        serial: &str,
        parameters: &Parameters,
        secret: &Secret,
    ) -> Result<Sealed, KeyRingError> {
        let (name, key) = self.sealing.last().ok_or(KeyRingError::Incomplete)?;
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let mut bytes = Vec::with_capacity(secret.byte_len().saturating_add(TAG));
        bytes.extend_from_slice(secret.expose_bytes());
        cipher(key)
            .and_then(|cipher| {
                let binding = binding(self.tenant, id, serial, parameters);
                cipher.encrypt_in_place(&XNonce::from(nonce), &binding, &mut bytes).ok()
            })
            .ok_or(KeyRingError::Incomplete)?;
        Ok(Sealed { key: name.clone(), bytes: [nonce.as_slice(), &bytes].concat() })
    }

    /// Opens the secret of a token.
    ///
    /// # Errors
    /// [`KeyRingError`] where the ring lacks the key, or where the ciphertext is not what was sealed for this token.
    pub fn open(&self, token: &Token) -> Result<Secret, KeyRingError> {
        self.open_bound(token, &binding(self.tenant, token.id, &token.serial, &token.parameters))
    }

    fn open_bound(&self, token: &Token, binding: &[u8]) -> Result<Secret, KeyRingError> {
        count(Work::Opens, 1);
        let Sealed { key: name, bytes } = &token.sealed;
        let damaged = || KeyRingError::Damaged { serial: token.serial.clone() };
        let Some((_, key)) = self.sealing.iter().find(|(other, _)| other == name) else {
            return Err(KeyRingError::Lacking { key: name.clone(), serial: token.serial.clone() });
        };
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        cipher(key)
            .and_then(|cipher| cipher.decrypt_in_place(&XNonce::from(*nonce), binding, &mut *opened).ok())
            .ok_or_else(damaged)?;
        Secret::from_bytes(&opened).map_err(|_| damaged())
    }
}

/// Whether a record is bound to the ring: its tag is the one it must be.
pub(crate) fn same(found: Tag, expected: Tag) -> bool {
    found.0.ct_eq(&expected.0).into()
}

/// The first 128 bits.
fn short(mac: [u8; 32]) -> Tag {
    let mut tag = Tag::default();
    tag.0.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
    tag
}

/// HMAC pads a short key with zeros (RFC 2104): padded here, it has the one length that cannot fail.
fn keyed(bytes: &[u8]) -> Hmac<Sha256> {
    let mut key = Zeroizing::new([0; 64]);
    key.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Hmac::<Sha256>::new((&*key).into())
}

fn cipher(key: &Secret) -> Option<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.expose_bytes()).ok()
}

/// The row that a ciphertext belongs to. The serial number comes last, the rest has a fixed length.
fn binding(tenant: TenantId, id: TokenId, serial: &str, parameters: &Parameters) -> Vec<u8> {
    [&b"oath-directory seal v2"[..], &tenant.to_bytes(), &row(id, serial, parameters)].concat()
}

fn row(id: TokenId, serial: &str, parameters: &Parameters) -> Vec<u8> {
    let Parameters { algorithm, digits, time_step } = parameters;
    let mut bytes = Vec::with_capacity(64);
    bytes.extend_from_slice(&id.to_bytes());
    bytes.push(match algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    });
    bytes.push(u8::from(*digits));
    bytes.extend_from_slice(&time_step.x().to_be_bytes());
    bytes.extend_from_slice(&time_step.t0().to_be_bytes());
    bytes.extend_from_slice(serial.as_bytes());
    bytes
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), KeyRingError> {
    getrandom::fill(bytes).map_err(|_| KeyRingError::NoRandomness)
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.recognisers.iter().map(|recogniser| &recogniser.name)).finish()
    }
}
