//! `OpenPGP` messages around a file: encrypted to a key or with a passphrase, signed, compressed (RFC 9580).

use crate::buffer::Buffer;
use crate::{Finding, Kind, Limits, Severity, Unlock, recognise};
use pgp::armor::Dearmor;
use pgp::composed::{
    CleartextSignedMessage, DecryptionOptions, Edata, Esk, Message, PublicOrSecret, SignedSecretKey, TheRing,
};
use pgp::packet::{PacketParser, PublicKeyEncryptedSessionKey};
use pgp::types::{KeyDetails as _, Password, Tag};
use std::io::{self, BufRead, BufReader, Read as _};
use zeroize::Zeroizing;

/// No message has more compressed layers.
const MOST_LAYERS: usize = 4;
/// No message is tried that names more recipients and passphrases: each may cost a key derivation.
const MOST_RECIPIENTS: usize = 64;
/// No more recipients than these are listed.
const MOST_LISTED: usize = 8;
/// As much is read at a time.
const PIECE: usize = 64 << 10;

/// What was in a message.
pub(crate) struct Opened {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// The message bears a signature, which is not checked: the signer's key is not asked for.
    pub(crate) signed: bool,
}

/// Opens a message, armoured or binary. An encrypted one is opened only where it is protected against changes, and nothing of
/// it is given out before that has been checked.
///
/// Leakage: the crate `pgp` keeps plaintext in buffers of its own, and the passphrase where it derives a key from it, which are
/// not wiped. Who the recipients are is public.
pub(crate) fn open(message: &[u8], limits: Limits, unlock: &Unlock) -> Result<Opened, Finding> {
    if recognise::is_cleartext_signed(message) {
        return cleartext(message);
    }
    if !is_whole(message) {
        return Err(damaged());
    }
    let (message, _) = Message::from_reader(message).map_err(|_| damaged())?;
    match message {
        Message::Encrypted { esk, edata, is_nested } => {
            let message = decrypt(esk, edata, is_nested, unlock)?;
            content(message, limits, true)
        }
        message => content(message, limits, false),
    }
}

/// Whether a message has all the bytes that its armour and the lengths of its packets announce (RFC 9580 §4.2 and §6.2). A
/// message that is cut off fails to decrypt as with a wrong passphrase; so this is told before.
fn is_whole(message: &[u8]) -> bool {
    let text = recognise::trimmed_start(message);
    if text.starts_with(b"-----BEGIN") {
        let ends = memchr::memmem::find(text, b"-----END PGP MESSAGE-----").is_some();
        return ends && packets_are_whole(BufReader::new(Dearmor::new(text)));
    }
    packets_are_whole(message)
}

/// Reads over the packets of a message. What comes after the last one is not judged here.
fn packets_are_whole(message: impl BufRead) -> bool {
    let mut packets = PacketParser::new(message);
    while let Some(Ok(mut body)) = packets.next_ref() {
        if io::copy(&mut body, &mut io::sink()).is_err() {
            return false;
        }
    }
    true
}

/// A text with a signature below it, readable as it is.
fn cleartext(message: &[u8]) -> Result<Opened, Finding> {
    let (message, _) = CleartextSignedMessage::from_armor(message).map_err(|_| damaged())?;
    Ok(Opened { bytes: Zeroizing::new(message.signed_text().into_bytes()), signed: true })
}

/// Opens an encrypted message.
fn decrypt<'a>(esk: Vec<Esk>, edata: Edata<'a>, is_nested: bool, unlock: &Unlock) -> Result<Message<'a>, Finding> {
    if matches!(edata, Edata::SymEncryptedData { .. }) {
        return Err(refusal(
            Kind::MacMissing,
            "The OpenPGP message is encrypted without protection against changes (no MDC, no AEAD).",
            "Ask the sender to encrypt it again with a current program; such a message could have been altered on its way.",
        ));
    }
    if esk.len() > MOST_RECIPIENTS {
        let action = "Ask the sender to encrypt it to fewer keys.";
        return Err(refusal(Kind::TooLarge, "The OpenPGP message has more than 64 recipients.", action));
    }
    let recipients: Vec<&PublicKeyEncryptedSessionKey> = esk
        .iter()
        .filter_map(|esk| match esk {
            Esk::PublicKeyEncryptedSessionKey(recipient) => Some(recipient),
            Esk::SymKeyEncryptedSessionKey(_) => None,
        })
        .collect();
    let with_passphrase = recipients.len() < esk.len();
    let password = unlock.expose_password().map(Password::from);
    let keys = match unlock.expose_openpgp() {
        Some(key) => secret_keys(key)?,
        None => Vec::new(),
    };
    let fits = recipients.iter().any(|recipient| keys.iter().any(|key| is_for(recipient, key)));
    let locked = keys.iter().any(is_locked);
    // What is wrong where no session key is found.
    let wrong = match (with_passphrase, password.is_some()) {
        _ if fits && locked && password.is_none() => refusal(
            Kind::PasswordMissing,
            "The OpenPGP secret key is protected by a passphrase, and none was given.",
            "Give the key's passphrase.",
        ),
        _ if fits && locked => refusal(
            Kind::KeyWrong,
            "The passphrase does not open the OpenPGP secret key.",
            "Give the passphrase of this key.",
        ),
        _ if fits => refusal(
            Kind::KeyWrong,
            "The OpenPGP secret key does not open the message, though the message names it.",
            "Export the secret key again: gpg --export-secret-keys.",
        ),
        (true, true) => refusal(
            Kind::KeyWrong,
            "The passphrase does not open the OpenPGP message.",
            "Give the passphrase of this message. If it is the right one, the message was damaged on its way.",
        ),
        _ if !keys.is_empty() => other_key(&recipients, &keys),
        _ => missing(&recipients, with_passphrase),
    };
    if !(fits || with_passphrase && password.is_some()) {
        return Err(wrong);
    }
    let ring = TheRing {
        secret_keys: keys.iter().collect(),
        key_passwords: password.iter().collect(),
        message_password: password.iter().collect(),
        session_keys: Vec::new(),
        // GnuPG's AEAD is authenticated too.
        decrypt_options: DecryptionOptions::new().enable_gnupg_aead(),
    };
    let message = Message::Encrypted { esk, edata, is_nested };
    match message.decrypt_the_ring(ring, true) {
        Ok((message, _)) => Ok(message),
        // A wrong passphrase may give a session key of no meaning, with which the message seems to be damaged.
        Err(pgp::errors::Error::MissingKey) => Err(wrong),
        Err(_) if with_passphrase && !fits => Err(wrong),
        Err(_) => Err(altered()),
    }
}

/// Reads what is in a message once it is decrypted.
fn content(mut message: Message<'_>, limits: Limits, encrypted: bool) -> Result<Opened, Finding> {
    let failed = if encrypted { altered } else { damaged };
    let mut signed = message.is_signed();
    let mut layers = 0usize;
    while message.packet_header().tag() == Tag::CompressedData {
        layers = layers.saturating_add(1);
        if layers > MOST_LAYERS {
            return Err(damaged());
        }
        message = message.decompress().map_err(|_| failed())?;
        signed |= message.is_signed();
    }
    if message.literal_data_header().is_none() {
        return Err(refusal(
            Kind::EncryptionUnsupported,
            "The OpenPGP message holds another encrypted message, or no data.",
            "Decrypt it first (gpg --decrypt), and read what comes out.",
        ));
    }
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    let all = Buffer::with_room(PIECE);
    let bytes = all.read_whole(&mut piece, limits.document_bytes, |piece| message.read(piece).map_err(|_| failed()))?;
    Ok(Opened { bytes, signed })
}

/// The secret keys of a file, armoured or binary.
fn secret_keys(file: &[u8]) -> Result<Vec<SignedSecretKey>, Finding> {
    const ACTION: &str = "Export it with gpg --export-secret-keys KEY, and give that file.";
    let unreadable = || refusal(Kind::KeyWrong, "The OpenPGP key cannot be read.", ACTION);
    let (all, _) = PublicOrSecret::from_reader_many(file).map_err(|_| unreadable())?;
    let mut keys = Vec::new();
    for key in all {
        if let PublicOrSecret::Secret(key) = key.map_err(|_| unreadable())? {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return Err(refusal(Kind::KeyWrong, "The OpenPGP key file holds no secret key, but a public one.", ACTION));
    }
    Ok(keys)
}

/// Whether a message is for a key, or for a key that it does not name.
fn is_for(recipient: &PublicKeyEncryptedSessionKey, key: &SignedSecretKey) -> bool {
    recipient.match_identity(key.primary_key.public_key())
        || key.secret_subkeys.iter().any(|subkey| recipient.match_identity(subkey.public_key()))
}

fn is_locked(key: &SignedSecretKey) -> bool {
    key.primary_key.secret_params().is_encrypted()
        || key.secret_subkeys.iter().any(|subkey| subkey.secret_params().is_encrypted())
}

/// Says that nothing was given to open a message with.
fn missing(recipients: &[&PublicKeyEncryptedSessionKey], with_passphrase: bool) -> Finding {
    match (recipients, with_passphrase) {
        ([], _) => refusal(
            Kind::PasswordMissing,
            "The OpenPGP message is encrypted with a passphrase.",
            "Give the passphrase.",
        ),
        (recipients, false) => refusal(
            Kind::OpenPgpKeyMissing,
            format!("The OpenPGP message is encrypted to {}.", listed(recipients)),
            "Export the secret key (gpg --export-secret-keys KEY-ID), and give that file; of a key that has a passphrase, the \
             passphrase too.",
        ),
        (recipients, true) => refusal(
            Kind::PasswordMissing,
            format!("The OpenPGP message is encrypted with a passphrase and to {}.", listed(recipients)),
            "Give the passphrase or the secret key of one of them.",
        ),
    }
}

/// Says that a message is for other keys.
fn other_key(recipients: &[&PublicKeyEncryptedSessionKey], keys: &[SignedSecretKey]) -> Finding {
    let to = match recipients {
        [] => "with a passphrase".to_owned(),
        recipients => ["to ", &listed(recipients)].concat(),
    };
    let own: Vec<String> = keys
        .iter()
        .flat_map(|key| {
            let subkeys = key.secret_subkeys.iter().map(|subkey| subkey.legacy_key_id());
            core::iter::once(key.primary_key.legacy_key_id()).chain(subkeys)
        })
        .take(MOST_LISTED)
        .map(|id| upper(&id.to_string()))
        .collect();
    refusal(
        Kind::KeyWrong,
        format!("The OpenPGP message is encrypted {to}; the key given is {}.", own.join(", ")),
        if recipients.is_empty() {
            "Give the passphrase."
        } else {
            "Give the secret key of a recipient, or ask the sender to encrypt it to your key."
        },
    )
}

/// The keys that a message is encrypted to.
fn listed(recipients: &[&PublicKeyEncryptedSessionKey]) -> String {
    let name = |recipient: &PublicKeyEncryptedSessionKey| match (recipient.id(), recipient.fingerprint()) {
        (Ok(id), _) if !id.is_wildcard() => Some(upper(&id.to_string())),
        (_, Ok(Some(fingerprint))) => Some(upper(&fingerprint.to_string())),
        _ => None,
    };
    let unnamed = || "a key that is not named".to_owned();
    if let [only] = recipients {
        return name(only).map_or_else(unnamed, |id| format!("the key {id}"));
    }
    let names: Vec<String> =
        recipients.iter().take(MOST_LISTED).map(|recipient| name(recipient).unwrap_or_else(unnamed)).collect();
    let more = recipients.len().saturating_sub(MOST_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    ["the keys ", &names.join(", "), &more].concat()
}

/// As programs show key IDs.
fn upper(id: &str) -> String {
    id.to_ascii_uppercase()
}

fn damaged() -> Finding {
    let action = "Copy the whole message again, from its first line to its last.";
    refusal(Kind::Malformed, "The OpenPGP message is damaged or cut off.", action)
}

fn altered() -> Finding {
    refusal(
        Kind::MacWrong,
        "The OpenPGP message was altered or damaged on its way: its integrity check failed.",
        "Ask the sender for the file again; nothing of this one was read.",
    )
}

fn refusal(kind: Kind, message: impl Into<std::borrow::Cow<'static, str>>, action: &'static str) -> Finding {
    Finding::new(kind, Severity::Error, message, action)
}
