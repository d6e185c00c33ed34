use crate::ciphers::{Cipher, Hash, Size};
use core::fmt;
use std::io;
use zeroize::Zeroizing;

/// Fills bytes at random.
pub(crate) type Random = fn(&mut [u8]) -> io::Result<()>;

/// What a file is encrypted with when it is written: a key or a password. Neither `Clone` nor printed; wiped on drop.
///
/// ```
/// use oath_seeds::{Protection, WriteOptions};
/// let options = WriteOptions::default().protect(Protection::password("a long passphrase")?);
/// assert!(format!("{options:?}").contains("Protection([elided])"));
/// # Ok::<(), oath_seeds::EmptyPassword>(())
/// ```
pub struct Protection {
    secret: Zeroizing<Vec<u8>>,
    /// The rounds by which a password becomes a key; `None` for a key.
    rounds: Option<u32>,
    cipher: Cipher,
    pub(crate) random: Random,
}

impl Protection {
    /// The rounds of PBKDF2 with HMAC-SHA-1 that are taken where none are said.
    pub const ROUNDS: u32 = 1_300_000;

    /// A key that reader and writer share: 16 bytes for AES-128, 24 for AES-192, 32 for AES-256.
    ///
    /// # Errors
    /// [`KeyLength`].
    pub fn key(key: &[u8]) -> Result<Self, KeyLength> {
        let size = match key.len() {
            16 => Size::Aes128,
            24 => Size::Aes192,
            32 => Size::Aes256,
            found => return Err(KeyLength { found }),
        };
        Ok(Self::new(key, None, Cipher::Cbc(size)))
    }

    /// A password, from which a key for AES-128 is derived by PBKDF2 with HMAC-SHA-1, as in figure 7 of RFC 6030: what every
    /// reader of PSKC knows. With 1,300,000 rounds it takes about as long as a quarter of a second.
    ///
    /// # Errors
    /// [`EmptyPassword`].
    pub fn password(password: &str) -> Result<Self, EmptyPassword> {
        if password.is_empty() {
            return Err(EmptyPassword);
        }
        Ok(Self::new(password.as_bytes(), Some(Self::ROUNDS), Cipher::Cbc(Size::Aes128)))
    }

    fn new(secret: &[u8], rounds: Option<u32>, cipher: Cipher) -> Self {
        let random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()));
        Self { secret: Zeroizing::new(secret.to_vec()), rounds, cipher, random }
    }

    /// Takes AES-256 for a key derived from a password. Not every reader knows it.
    #[must_use]
    pub fn aes_256(mut self) -> Self {
        if self.rounds.is_some() {
            self.cipher = Cipher::Cbc(Size::Aes256);
        }
        self
    }

    /// Sets the rounds by which a password becomes a key, at least 1. Fewer than 600,000 can be guessed through too quickly.
    #[must_use]
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = self.rounds.map(|_| rounds.max(1));
        self
    }

    /// Takes salts, initialisation vectors and the key of the authentication code from elsewhere than the operating system: for
    /// tests, which want the same file twice, and for machines with a generator of their own.
    #[must_use]
    pub fn random(mut self, random: fn(&mut [u8]) -> io::Result<()>) -> Self {
        self.random = random;
        self
    }

    pub(crate) const fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The rounds of a password; `None` for a key.
    pub(crate) const fn rounds_of_password(&self) -> Option<u32> {
        self.rounds
    }

    /// The key, or the one that the password and the salt give. Secret.
    pub(crate) fn expose_key(&self, salt: &[u8]) -> Zeroizing<Vec<u8>> {
        match self.rounds {
            Some(rounds) => Hash::Sha1.derive(&self.secret, salt, rounds, self.cipher.key_bytes()),
            None => self.secret.clone(),
        }
    }
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Protection([elided])")
    }
}

/// A password of no characters protects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmptyPassword;

impl fmt::Display for EmptyPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the password is empty")
    }
}

impl core::error::Error for EmptyPassword {}

/// A key that is not as long as any that AES has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyLength {
    /// Its bytes.
    pub found: usize,
}

impl fmt::Display for KeyLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key has {} bytes: expected 16 (AES-128), 24 (AES-192) or 32 (AES-256)", self.found)
    }
}

impl core::error::Error for KeyLength {}
