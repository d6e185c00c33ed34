//! What a key container says once: the encryption key, how it is derived, and how values are authenticated.

use super::super::Element;
use crate::check::Checks;
use crate::ciphers::{Cipher, Hash};
use crate::values::{base64, parameters};
use crate::{Field, Finding, Kind, Severity, Unlock};
use zeroize::Zeroizing;

/// Where the encryption key comes from.
enum Source {
    /// A key that the vendor gives beside the file, perhaps under a name.
    Shared(Option<String>),
    /// PBKDF2 of a password.
    Password { hash: Hash, salt: Vec<u8>, rounds: u32, key_bytes: Option<usize> },
}

/// How the key of the authentication codes is known.
enum MacKey {
    /// It is the encryption key.
    Encryption,
    /// Encrypted under it.
    Sealed(Cipher, Vec<u8>),
    Open(Zeroizing<Vec<u8>>),
}

/// A file that may be encrypted. The encryption key is found out when the first value needs it.
pub(super) struct Container<'u> {
    unlock: &'u Unlock,
    most_rounds: u32,
    source: Source,
    derived: Option<Zeroizing<Vec<u8>>>,
    hash: Hash,
    mac_key: MacKey,
    /// The cipher that a draft says once for the file, and its initialisation vector.
    draft_cipher: Option<(Cipher, Vec<u8>)>,
    seen: (bool, bool),
    /// Values that were decrypted.
    pub(super) opened: u64,
    /// Values whose authentication code was wrong.
    pub(super) closed: u64,
    /// Values whose code was over the plaintext.
    pub(super) draft_macs: u64,
}

/// A value of a key.
pub(super) enum Value<'t> {
    /// As text: Base64 or a number.
    Plain(&'t str),
    /// As bytes, decrypted.
    Bytes(Zeroizing<Vec<u8>>),
}

impl<'u> Container<'u> {
    pub(super) fn new(unlock: &'u Unlock, most_rounds: u32) -> Self {
        Self {
            unlock,
            most_rounds,
            source: Source::Shared(None),
            derived: None,
            hash: Hash::Sha1,
            mac_key: MacKey::Encryption,
            draft_cipher: None,
            seen: (false, false),
            opened: 0,
            closed: 0,
            draft_macs: 0,
        }
    }

    /// Reads `EncryptionKey`, or the `EncryptionMethod` of drafts.
    pub(super) fn encryption(&mut self, element: Element<'_>) -> Result<(), Finding> {
        if core::mem::replace(&mut self.seen.0, true) {
            return Err(malformed("EncryptionKey is there twice."));
        }
        if element.descendants().any(|inner| matches!(inner.name(), "X509Data" | "KeyValue" | "EncryptedKey")) {
            return Err(unsupported(
                "The file is encrypted to a certificate or a public key (X.509, RSA), which is not read here.",
            ));
        }
        if let Some(method) = element.attribute("Algorithm") {
            if method.to_ascii_lowercase().starts_with("pbe") {
                return Err(unsupported(
                    "The file is encrypted with a password in the way of a draft, which is not read here.",
                ));
            }
            let Some(cipher) = Cipher::of(method) else { return Err(unknown_cipher(method)) };
            let iv = match element.text_of("IV") {
                Some(text) => {
                    base64::decode_spaced(text).ok_or_else(|| malformed("The IV of the file is not Base64."))?
                }
                None => Zeroizing::default(),
            };
            self.draft_cipher = Some((cipher, iv.to_vec()));
        }
        let Some(derived) = element.child("DerivedKey") else {
            self.source = Source::Shared(element.text_of("KeyName").map(parameters::shown));
            return Ok(());
        };
        let method = derived.child("KeyDerivationMethod");
        let name = method.and_then(|method| method.attribute("Algorithm")).unwrap_or_default();
        let Some(params) =
            method.and_then(|method| method.child("PBKDF2-params")).filter(|_| name.ends_with("#pbkdf2"))
        else {
            return Err(unsupported(format!(
                "The key of the file is derived from the password by {}; expected PBKDF2.",
                parameters::shown(name)
            )));
        };
        let salt = params.at(&["Salt", "Specified"]).and_then(|salt| base64::decode_spaced(salt.text()));
        let Some(salt) = salt.filter(|salt| !salt.is_empty()) else {
            return Err(malformed("The salt of the key derivation is missing or not Base64."));
        };
        let rounds = params.text_of("IterationCount").unwrap_or_default();
        // More digits than any count has: it is beyond the limit as well.
        let digits = !rounds.is_empty() && rounds.bytes().all(|b| b.is_ascii_digit());
        let Some(count) = digits.then(|| rounds.parse::<u32>().unwrap_or(u32::MAX)).filter(|count| *count > 0) else {
            return Err(malformed("The rounds of the key derivation (IterationCount) are no number from 1."));
        };
        if count > self.most_rounds {
            return Err(Finding::new(
                Kind::TooLarge,
                Severity::Error,
                format!("The key derivation has more than {} rounds, which is the limit.", self.most_rounds),
                "So many take too long: look at where the file comes from; if it is right, raise the limit.",
            ));
        }
        let key_bytes = match params.text_of("KeyLength").map(str::parse::<usize>) {
            None => None,
            Some(Ok(bytes @ (16 | 24 | 32))) => Some(bytes),
            Some(_) => {
                return Err(unsupported(
                    "The derived key (KeyLength) is not of 16, 24 or 32 bytes, as those of AES are.",
                ));
            }
        };
        // python-pskc writes the name as the text of the element.
        let prf = params.child("PRF").and_then(|prf| prf.attribute("Algorithm")).or_else(|| params.text_of("PRF"));
        let hash = match prf {
            None => Hash::Sha1,
            Some(name) => Hash::of(name).ok_or_else(|| {
                unsupported(format!(
                    "The key derivation uses {}; expected HMAC with SHA-1, SHA-256 or SHA-512.",
                    parameters::shown(name)
                ))
            })?,
        };
        self.source = Source::Password { hash, salt: salt.to_vec(), rounds: count, key_bytes };
        Ok(())
    }

    /// Reads `MACMethod`, or the `DigestMethod` of drafts.
    pub(super) fn mac_method(&mut self, element: Element<'_>) -> Result<(), Finding> {
        if core::mem::replace(&mut self.seen.1, true) {
            return Err(malformed("MACMethod is there twice."));
        }
        if let Some(name) = element.attribute("Algorithm") {
            self.hash = Hash::of(name).ok_or_else(|| {
                unsupported(format!(
                    "Values are authenticated with {}; expected HMAC with SHA-1, SHA-256 or SHA-512.",
                    parameters::shown(name)
                ))
            })?;
        }
        if let Some(key) = element.child("MACKey") {
            let (cipher, value) = sealed(key)?;
            self.mac_key = MacKey::Sealed(cipher, value);
        }
        Ok(())
    }

    /// The encryption key for a cipher. Secret.
    fn expose_key(&mut self, cipher: Cipher) -> Result<&[u8], Finding> {
        let key = match &self.source {
            Source::Shared(name) => match self.unlock.expose_key() {
                Some(key) => key,
                None => return Err(key_missing(name.as_deref(), self.unlock.expose_password().is_some())),
            },
            Source::Password { hash, salt, rounds, key_bytes } => {
                if self.derived.is_none() {
                    let Some(password) = self.unlock.expose_password() else {
                        return Err(password_missing(self.unlock.expose_key().is_some()));
                    };
                    let key_bytes = key_bytes.unwrap_or(cipher.key_bytes());
                    self.derived = Some(hash.derive(password.as_bytes(), salt, *rounds, key_bytes));
                }
                self.derived.as_ref().map(|key| key.as_slice()).unwrap_or_default()
            }
        };
        if key.len() != cipher.key_bytes() {
            return Err(Finding::new(
                Kind::KeyWrong,
                Severity::Error,
                format!(
                    "The key has {} bytes; the file is encrypted with {}, whose key has {}.",
                    key.len(),
                    cipher.name().1,
                    cipher.key_bytes()
                ),
                "Give the key as the vendor sent it: in hex, two digits a byte, and nothing else.",
            ));
        }
        Ok(key)
    }

    /// The key of the authentication codes, decrypted when it is first needed. `cipher` is that of the value. Secret.
    fn expose_mac_key(&mut self, cipher: Cipher) -> Result<&[u8], Finding> {
        let opened = match &self.mac_key {
            MacKey::Sealed(cipher, value) => {
                let (cipher, value) = (*cipher, value.clone());
                Some(cipher.open(self.expose_key(cipher)?, &value))
            }
            MacKey::Encryption | MacKey::Open(_) => None,
        };
        match opened {
            Some(Some(key)) => self.mac_key = MacKey::Open(key),
            Some(None) => return Err(self.wrong()),
            None => {}
        }
        if matches!(self.mac_key, MacKey::Encryption) {
            return self.expose_key(cipher);
        }
        match &self.mac_key {
            MacKey::Open(key) => Ok(key),
            MacKey::Encryption | MacKey::Sealed(..) => Err(self.wrong()),
        }
    }

    /// Refuses a file of which no value opens.
    pub(super) fn wrong(&self) -> Finding {
        let what = match self.source {
            Source::Shared(_) => "key",
            Source::Password { .. } => "password",
        };
        Finding::new(
            Kind::KeyWrong,
            Severity::Error,
            format!("The {what} does not open the file: no value fits its authentication code."),
            format!(
                "Give the {what} that the vendor sent for this very file, without blanks or line ends that do not belong \
                 to it. If it is right, the file was changed on its way: ask for it again."
            ),
        )
    }

    /// Reads a value: plain, or encrypted and authenticated. `None` with an error among the checks where it cannot be read; the
    /// error of the result refuses the file.
    ///
    /// Leakage: keys and values are secret. Lengths, and whether the authentication code is right, are public; the code is
    /// compared in constant time before anything is decrypted.
    pub(super) fn value<'t>(
        &mut self,
        element: Element<'t>,
        field: Field,
        lenient: bool,
        checks: &mut Checks,
    ) -> Result<Option<Value<'t>>, Finding> {
        let plain = element.child("PlainValue");
        let encrypted = element.child("EncryptedValue");
        let tag = element.child("ValueMAC").or_else(|| element.child("ValueDigest"));
        let (cipher, value) = match (plain, encrypted) {
            (Some(plain), None) => return Ok(Some(Value::Plain(plain.text()))),
            (None, Some(encrypted)) => match sealed(encrypted) {
                Ok(sealed) => sealed,
                Err(finding) => {
                    checks.error(finding.kind, field, finding.message, finding.action);
                    return Ok(None);
                }
            },
            (None, None) if lenient && element.child("Value").is_some() => {
                let text = element.text_of("Value").unwrap_or_default();
                let (Some((cipher, iv)), Some(_)) = (&self.draft_cipher, tag) else {
                    return Ok(Some(Value::Plain(text)));
                };
                let Some(ciphertext) = base64::decode_spaced(text) else {
                    checks.error(Kind::ValueMalformed, field, format!("The {field} is not Base64."), ASK);
                    return Ok(None);
                };
                (*cipher, [iv.as_slice(), &ciphertext].concat())
            }
            (None, None) => {
                let message = format!("The {field} has neither a PlainValue nor an EncryptedValue.");
                checks.error(Kind::ValueMissing, field, message, ASK);
                return Ok(None);
            }
            (Some(_), Some(_)) => {
                let message = format!("The {field} has both a PlainValue and an EncryptedValue.");
                checks.error(Kind::ValueMalformed, field, message, ASK);
                return Ok(None);
            }
        };
        let mut over_plain = None;
        match tag.map(|tag| base64::decode_spaced(tag.text())) {
            None if cipher.authenticates() => {}
            None => {
                let message = format!("The {field} is encrypted, but has no authentication code (ValueMAC).");
                let action = "Ask the vendor for a file with ValueMAC, as RFC 6030 (section 6.1.1) has it: without one a change \
                              to the file cannot be seen.";
                checks.error(Kind::MacMissing, field, message, action);
                return Ok(None);
            }
            Some(None) => {
                let message = format!("The authentication code (ValueMAC) of the {field} is not Base64.");
                checks.error(Kind::MacWrong, field, message, ASK);
                return Ok(None);
            }
            Some(Some(tag)) => {
                let hash = self.hash;
                if !hash.verifies(self.expose_mac_key(cipher)?, &value, &tag) {
                    if !lenient {
                        return Ok(self.mac_wrong(field, checks));
                    }
                    over_plain = Some(tag);
                }
            }
        }
        let plain = cipher.open(self.expose_key(cipher)?, &value);
        if let Some(tag) = over_plain {
            let hash = self.hash;
            let key = self.expose_mac_key(cipher)?;
            if !plain.as_ref().is_some_and(|plain| hash.verifies(key, plain, &tag)) {
                return Ok(self.mac_wrong(field, checks));
            }
            self.draft_macs = self.draft_macs.saturating_add(1);
        }
        match plain {
            Some(plain) => {
                self.opened = self.opened.saturating_add(1);
                Ok(Some(Value::Bytes(plain)))
            }
            None if cipher.authenticates() => Ok(self.mac_wrong(field, checks)),
            None => {
                let message =
                    format!("The {field} does not decrypt to a value, though its authentication code is right.");
                checks.error(Kind::ValueMalformed, field, message, ASK);
                Ok(None)
            }
        }
    }

    fn mac_wrong<'t>(&mut self, field: Field, checks: &mut Checks) -> Option<Value<'t>> {
        self.closed = self.closed.saturating_add(1);
        let message = format!(
            "The authentication code of the {field} is wrong: the value was changed, or made with another key."
        );
        checks.error(Kind::MacWrong, field, message, "Do not use this token; ask the vendor for the file again.");
        None
    }
}

const ASK: &str = "Ask the vendor for the file again; it was damaged on its way, or changed by hand.";

/// The cipher and the bytes of an encrypted value.
fn sealed(element: Element<'_>) -> Result<(Cipher, Vec<u8>), Finding> {
    let method = element.child("EncryptionMethod");
    let scheme = method.and_then(|method| method.child("EncryptionScheme")).or(method);
    let name = scheme.and_then(|scheme| scheme.attribute("Algorithm")).unwrap_or_default();
    let Some(cipher) = Cipher::of(name) else { return Err(unknown_cipher(name)) };
    let value = element.at(&["CipherData", "CipherValue"]).and_then(|value| base64::decode_spaced(value.text()));
    match value {
        Some(value) => Ok((cipher, value.to_vec())),
        None => Err(malformed("An encrypted value (CipherValue) is missing or not Base64.")),
    }
}

fn unknown_cipher(name: &str) -> Finding {
    let fragment = name.rsplit_once('#').map_or(name, |(_, fragment)| fragment);
    unsupported(format!(
        "It is encrypted with {}; expected AES-CBC or the AES key wrap with 128, 192 or 256 bits.",
        parameters::shown(fragment)
    ))
}

fn unsupported(message: impl Into<std::borrow::Cow<'static, str>>) -> Finding {
    let action = "Ask the vendor for a file encrypted with a password or a pre-shared key (RFC 6030, sections 6.1 and 6.2), or \
                  open it with the vendor's program.";
    Finding::new(Kind::EncryptionUnsupported, Severity::Error, message, action)
}

fn malformed(message: &'static str) -> Finding {
    Finding::new(Kind::ValueMalformed, Severity::Error, message, ASK)
}

fn key_missing(name: Option<&str>, password_given: bool) -> Finding {
    let name = name.map(|name| format!(", whose name is {name},")).unwrap_or_default();
    let given = if password_given { " A password was given; it does not serve here." } else { "" };
    Finding::new(
        Kind::KeyMissing,
        Severity::Error,
        format!("The file is encrypted with a key{name} that the vendor shares with you.{given}"),
        "Look for it in a second mail, in a letter or on the vendor's portal: 32, 48 or 64 hex digits. Give it together with the \
         file.",
    )
}

fn password_missing(key_given: bool) -> Finding {
    let given = if key_given { " A key was given; it does not serve here." } else { "" };
    Finding::new(
        Kind::PasswordMissing,
        Severity::Error,
        format!("The file is encrypted with a password.{given}"),
        "Look for it in a second mail, in a letter or on the vendor's portal. Give it together with the file.",
    )
}
