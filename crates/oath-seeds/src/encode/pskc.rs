//! `pskc`: RFC 6030, plain, or with the secrets encrypted under a key or a password as in its figures 6 and 7.

use super::Encoder;
use crate::buffer::Buffer;
use crate::ciphers::{Cipher, IV_BYTES, hmac_sha1};
use crate::documents::is_pskc_upn;
use crate::protection::{Protection, Random};
use crate::values::{base64, date};
use crate::{Field, Moving, Record};
use core::fmt::Write as _;
use oath_totp::Algorithm;
use quick_xml::escape::escape;
use std::io;
use zeroize::Zeroizing;

/// The bytes of the salt of a password, and of the key of the authentication codes.
const SALT_BYTES: usize = 16;
const MAC_KEY_BYTES: usize = 20;

pub(super) struct Pskc<'o> {
    protection: Option<&'o Protection>,
    sealer: Option<Sealer>,
    fault: Option<io::Error>,
}

/// What encrypts the values of a file.
struct Sealer {
    cipher: Cipher,
    key: Zeroizing<Vec<u8>>,
    /// On the heap: an array that moves leaves a copy.
    mac_key: Zeroizing<Vec<u8>>,
    random: Random,
}

impl Sealer {
    /// The initialisation vector and the ciphertext of a value.
    ///
    /// Leakage: the value is secret, its length is public.
    fn seal(&self, plain: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut iv = [0; IV_BYTES];
        (self.random)(&mut iv)?;
        self.cipher.seal(&self.key, &iv, plain).ok_or_else(|| io::Error::other("a value could not be encrypted"))
    }
}

impl<'o> Pskc<'o> {
    pub(super) const fn new(protection: Option<&'o Protection>) -> Self {
        Self { protection, sealer: None, fault: None }
    }

    /// Writes how the file is encrypted, and makes what encrypts it.
    fn begin(protection: &Protection, out: &mut Buffer) -> io::Result<Sealer> {
        let random = protection.random;
        let cipher = protection.cipher();
        let mut mac_key = Zeroizing::new(vec![0; MAC_KEY_BYTES]);
        random(&mut mac_key)?;
        let mut salt = [0; SALT_BYTES];
        out.push("  <EncryptionKey>\n");
        if let Some(rounds) = protection.rounds_of_password() {
            random(&mut salt)?;
            out.push(
                "    <xenc11:DerivedKey>\n      <xenc11:KeyDerivationMethod \
                 Algorithm=\"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2\">\n        \
                 <pkcs5:PBKDF2-params>\n          <Salt><Specified>",
            );
            out.push_bytes(&base64::encode(&salt));
            let _ = write!(
                out,
                "</Specified></Salt>\n          <IterationCount>{rounds}</IterationCount>\n          \
                 <KeyLength>{}</KeyLength>\n          <PRF/>\n",
                cipher.key_bytes()
            );
            out.push("        </pkcs5:PBKDF2-params>\n      </xenc11:KeyDerivationMethod>\n    </xenc11:DerivedKey>\n");
        } else {
            out.push("    <ds:KeyName>Pre-shared-key</ds:KeyName>\n");
        }
        out.push("  </EncryptionKey>\n");
        let sealer = Sealer { cipher, key: protection.expose_key(&salt), mac_key, random };
        out.push("  <MACMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\">\n    <MACKey>\n      ");
        push_sealed(cipher, &sealer.seal(&sealer.mac_key)?, out);
        out.push("\n    </MACKey>\n  </MACMethod>\n");
        Ok(sealer)
    }

    fn secret(&self, secret: &[u8], out: &mut Buffer) -> io::Result<()> {
        let Some(sealer) = &self.sealer else {
            out.push("<PlainValue>");
            out.push_bytes(&base64::encode(secret));
            out.push("</PlainValue>");
            return Ok(());
        };
        let value = sealer.seal(secret)?;
        let tag = hmac_sha1(&sealer.mac_key, &value).ok_or_else(|| io::Error::other("no authentication code"))?;
        out.push("<EncryptedValue>");
        push_sealed(sealer.cipher, &value, out);
        out.push("</EncryptedValue><ValueMAC>");
        out.push_bytes(&base64::encode(&tag));
        out.push("</ValueMAC>");
        Ok(())
    }
}

fn push_sealed(cipher: Cipher, value: &[u8], out: &mut Buffer) {
    let (namespace, fragment) = cipher.name();
    for part in ["<xenc:EncryptionMethod Algorithm=\"", namespace, fragment, "\"/><xenc:CipherData><xenc:CipherValue>"]
    {
        out.push(part);
    }
    out.push_bytes(&base64::encode(value));
    out.push("</xenc:CipherValue></xenc:CipherData>");
}

/// An element with a public text; nothing where there is none.
fn push_element(indent: &str, name: &str, text: Option<&str>, out: &mut Buffer) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        for part in [indent, "<", name, ">", &escape(text), "</", name, ">\n"] {
            out.push(part);
        }
    }
}

impl Encoder for Pskc<'_> {
    fn head(&mut self, out: &mut Buffer) {
        out.push("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"");
        let Some(protection) = self.protection else {
            out.push(">\n");
            return;
        };
        out.push(" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"");
        if protection.rounds_of_password().is_some() {
            out.push(
                " xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" \
                 xmlns:pkcs5=\"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#\"",
            );
        }
        out.push(">\n");
        match Self::begin(protection, out) {
            Ok(sealer) => self.sealer = Some(sealer),
            Err(error) => self.fault = Some(error),
        }
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        if self.protection.is_some() && self.sealer.is_none() {
            // The head has failed, and nothing is written that should have been encrypted.
            return;
        }
        let details = record.details();
        let serial = record.serial.as_deref().unwrap_or_default();
        out.push("  <KeyPackage>\n    <DeviceInfo>\n");
        push_element("      ", "Manufacturer", Some(&record.manufacturer), out);
        push_element("      ", "SerialNo", Some(serial), out);
        push_element("      ", "Model", Some(&record.model), out);
        push_element("      ", "UserId", details.account.as_deref(), out);
        out.push("    </DeviceInfo>\n    <Key Id=\"");
        out.push(&escape(details.key_id.as_deref().unwrap_or(serial)));
        out.push("\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:");
        out.push(match record.moving {
            Moving::Time { .. } => "totp\">\n",
            Moving::Counter { .. } => "hotp\">\n",
        });
        push_element("      ", "Issuer", details.issuer.as_deref(), out);
        out.push("      <AlgorithmParameters>\n");
        let suite = match record.algorithm {
            Algorithm::Sha1 => None,
            Algorithm::Sha256 => Some("HMAC-SHA256"),
            Algorithm::Sha512 => Some("HMAC-SHA512"),
        };
        push_element("        ", "Suite", suite, out);
        let _ = write!(
            out,
            "        <ResponseFormat Length=\"{}\" Encoding=\"DECIMAL\"/>\n      </AlgorithmParameters>\n      <Data>\n        \
             <Secret>",
            record.digits.count()
        );
        if let Err(error) = self.secret(record.secret.expose_bytes(), out) {
            self.fault = Some(error);
            return;
        }
        out.push("</Secret>\n");
        let _ = match record.moving {
            Moving::Counter { counter } => {
                writeln!(out, "        <Counter><PlainValue>{counter}</PlainValue></Counter>")
            }
            Moving::Time { step } => writeln!(
                out,
                "        <Time><PlainValue>{}</PlainValue></Time>\n        \
                 <TimeInterval><PlainValue>{}</PlainValue></TimeInterval>",
                step.t0(),
                step.x()
            ),
        };
        if let Some(drift) = details.drift {
            let _ = writeln!(out, "        <TimeDrift><PlainValue>{drift}</PlainValue></TimeDrift>");
        }
        out.push("      </Data>\n");
        push_element("      ", "UserId", record.upn.as_deref(), out);
        let (start, expiry) = (details.start.and_then(date::write), details.expiry.and_then(date::write));
        if start.is_some() || expiry.is_some() {
            out.push("      <Policy>\n");
            push_element("        ", "StartDate", start.as_deref(), out);
            push_element("        ", "ExpiryDate", expiry.as_deref(), out);
            out.push("      </Policy>\n");
        }
        out.push("    </Key>\n  </KeyPackage>\n");
    }

    fn tail(&mut self, out: &mut Buffer) {
        out.push("</KeyContainer>\n");
    }

    fn fault(&mut self) -> Option<io::Error> {
        self.fault.take()
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let details = record.details();
    let largest = u64::try_from(i64::MAX).unwrap_or(u64::MAX);
    let text = |text: &Option<String>| text.as_deref().is_none_or(fits);
    let serial = record.serial.as_deref();
    let number = serial.is_none_or(|serial| {
        let mut checks = crate::check::Checks::new(crate::Place::File, crate::Repairs::Offer);
        fits(serial) && crate::values::serial::read(serial, &mut checks).as_deref() == Some(serial)
    });
    let account = details.account.as_deref();
    [
        (Field::Upn, record.upn.as_deref().is_none_or(|upn| fits(upn) && is_pskc_upn(upn))),
        (Field::SerialNumber, number),
        (Field::Manufacturer, record.manufacturer.is_empty() || fits(&record.manufacturer)),
        (Field::Model, record.model.is_empty() || fits(&record.model)),
        (Field::Issuer, text(&details.issuer)),
        // One that looks like a user would be read as the user, and one that is the user's would be left out.
        (
            Field::Account,
            account.is_none_or(|account| {
                fits(account)
                    && (record.upn.is_some() || !is_pskc_upn(account))
                    && record.upn.as_deref() != Some(account)
            }),
        ),
        // One that is the serial number's is not kept besides.
        (Field::KeyId, text(&details.key_id) && (details.key_id.is_none() || details.key_id.as_deref() != serial)),
        (Field::Start, details.start.is_none_or(date::fits)),
        (Field::Expiry, details.expiry.is_none_or(date::fits)),
        (Field::Drift, details.drift != Some(0)),
        (Field::Counter, !matches!(record.moving, Moving::Counter { counter } if counter > largest)),
        (Field::T0, !matches!(record.moving, Moving::Time { step } if step.t0() > largest)),
    ]
    .into_iter()
    .filter_map(|(field, good)| (!good).then_some(field))
    .collect()
}

/// Whether a text stays as it is in XML: not empty, no white space around it, no character that XML does not have or that a
/// reader replaces.
fn fits(text: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{85}' | '\u{2028}');
    !text.is_empty() && text.trim_ascii() == text && !text.contains(odd)
}
