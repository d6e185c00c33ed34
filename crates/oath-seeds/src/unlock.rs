use core::fmt;
use zeroize::Zeroizing;

/// What opens an encrypted file: a password, a key, an `OpenPGP` secret key. Neither `Clone` nor printed; wiped on drop.
///
/// ```
/// use oath_seeds::Unlock;
/// let mut unlock = Unlock::default();
/// unlock.password("qwerty");
/// assert_eq!(format!("{unlock:?}"), "Unlock([elided])");
/// ```
#[derive(Default)]
pub struct Unlock {
    password: Option<Zeroizing<String>>,
    key: Option<Zeroizing<Vec<u8>>>,
    openpgp: Option<Zeroizing<Vec<u8>>>,
}

impl Unlock {
    /// Sets the password or passphrase: of a PSKC file with a derived key, of an `OpenPGP` message, of an `OpenPGP` secret key.
    pub fn password(&mut self, password: &str) -> &mut Self {
        self.password = Some(Zeroizing::new(password.to_owned()));
        self
    }

    /// Sets the pre-shared key of a PSKC file, as bytes.
    pub fn key(&mut self, key: &[u8]) -> &mut Self {
        self.key = Some(Zeroizing::new(key.to_owned()));
        self
    }

    /// Sets the `OpenPGP` secret key that the file is encrypted to, armoured or binary.
    pub fn openpgp(&mut self, secret_key: &[u8]) -> &mut Self {
        self.openpgp = Some(Zeroizing::new(secret_key.to_owned()));
        self
    }

    /// The password. Secret.
    pub(crate) fn expose_password(&self) -> Option<&str> {
        self.password.as_ref().map(|text| text.as_str())
    }

    /// The key. Secret.
    pub(crate) fn expose_key(&self) -> Option<&[u8]> {
        self.key.as_ref().map(|bytes| bytes.as_slice())
    }

    /// The `OpenPGP` secret key. Secret.
    #[cfg(feature = "openpgp")]
    pub(crate) fn expose_openpgp(&self) -> Option<&[u8]> {
        self.openpgp.as_ref().map(|bytes| bytes.as_slice())
    }
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unlock([elided])")
    }
}
