//! What is no seed file, or an export that is not read, by name and with what to do.

use super::{Place, empty, refusal};
use crate::{Finding, Kind};
use zeroize::Zeroizing;

/// The start of a file, its kind, what it is, what to do.
type Mark = (&'static [u8], Kind, &'static str, &'static str);

const EXPORT: &str =
    "Open it in the spreadsheet program and save it as \"CSV UTF-8\", with the serial numbers as text.";
const PLAIN: &str = "In the app, back up again without a password; delete that file once it is read.";
const DECRYPT: &str = "Decrypt it first (gpg --decrypt) and keep the plain file as short as you can.";
const MOVE: &str = "Move the accounts into an app whose plain export is read (Aegis, 2FAS, Stratum, Google Authenticator's QR codes), \
                    and export them there.";
const SCAN: &str =
    "Scan its QR codes, save their texts (otpauth:… or otpauth-migration:…) one a line, and read that file.";
const UNPACK: &str = "Unpack it and read the file inside.";
pub(super) const ASK: &str = "Ask the vendor for the file with the columns upn, serial number, secret key, time interval, \
                   manufacturer, model.";

pub(super) const BINARY: &[Mark] = &[
    (b"PK\x03\x04", Kind::NotASeedFile, "a ZIP archive or an Excel workbook (.xlsx)", EXPORT),
    (b"PK\x05\x06", Kind::NotASeedFile, "an empty ZIP archive", UNPACK),
    (b"\xd0\xcf\x11\xe0", Kind::NotASeedFile, "an old or a password-protected Office document", EXPORT),
    (b"%PDF", Kind::NotASeedFile, "a PDF document", ASK),
    (b"\x89PNG", Kind::NotASeedFile, "an image (PNG)", SCAN),
    (b"\xff\xd8\xff", Kind::NotASeedFile, "an image (JPEG)", SCAN),
    (b"GIF8", Kind::NotASeedFile, "an image (GIF)", SCAN),
    (b"{\\rtf", Kind::NotASeedFile, "a word processor's document (RTF)", ASK),
    (b"7z\xbc\xaf\x27\x1c", Kind::NotASeedFile, "a 7-Zip archive", UNPACK),
    (b"Rar!", Kind::NotASeedFile, "a RAR archive", UNPACK),
    (b"\x7fELF", Kind::NotASeedFile, "a program", ASK),
    (b"MZ\x90", Kind::NotASeedFile, "a Windows program", "Do not run it. Ask the vendor for the plain file."),
    (b"SQLite format 3\0", Kind::NotASeedFile, "an SQLite database", ASK),
    (
        b"\x03\xd9\xa2\x9a",
        Kind::EncryptedFile,
        "a KeePass database",
        "Copy each otpauth URI of its entries into a text file, one a line.",
    ),
    (
        b"\xac\xed\0\x05",
        Kind::EncryptedFile,
        "a backup of FreeOTP 2 (externalBackup.xml), whose seeds are encrypted",
        "FreeOTP 2 writes no plain file: enrol the tokens again, or read the file that they were enrolled from.",
    ),
    (b"AUTHENTICATORPRO", Kind::EncryptedFile, "an encrypted backup of Stratum (Authenticator Pro)", PLAIN),
    (b"AuthenticatorPro", Kind::EncryptedFile, "an encrypted backup of Stratum (Authenticator Pro)", PLAIN),
    (b"Salted__", Kind::EncryptedFile, "a file that openssl encrypted", "Decrypt it first (openssl enc -d)."),
    (b"age-encryption.org/", Kind::EncryptedFile, "a file that age encrypted", "Decrypt it first (age --decrypt)."),
    (b"-----BEGIN PGP MESSAGE", Kind::EncryptedFile, "an OpenPGP message", DECRYPT),
    (b"-----BEGIN PGP", Kind::NotASeedFile, "an OpenPGP key or signature", ASK),
    (b"-----BEGIN AGE", Kind::EncryptedFile, "a file that age encrypted", "Decrypt it first (age --decrypt)."),
    (b"-----BEGIN", Kind::NotASeedFile, "a key, a certificate or an S/MIME message (PEM)", ASK),
];

/// Refuses by the raw bytes at the beginning of a file that is not UTF-16.
pub(super) fn bytes(head: &[u8]) -> Option<Finding> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Some(empty());
    }
    if head.starts_with(b"PK\x03\x04") {
        let holds = |name: &[u8]| head.windows(name.len()).any(|part| part == name);
        if holds(b"[Content_Types].xml") || holds(b"xl/") {
            return Some(seems(Kind::NotASeedFile, "an Excel workbook (.xlsx)", EXPORT));
        }
        if holds(b"opendocument.spreadsheet") {
            return Some(seems(Kind::NotASeedFile, "an OpenDocument spreadsheet (.ods)", EXPORT));
        }
    }
    if let Some(refusal) = zip(head).or_else(|| sqlite(head)).or_else(|| and_otp(head)) {
        return Some(refusal);
    }
    if let Some((_, kind, what, action)) = BINARY.iter().find(|(mark, ..)| head.starts_with(mark)) {
        return Some(seems(*kind, what, action));
    }
    // A file that begins with a line of text is text, whatever was appended to it.
    let first = head.split(|b| *b == b'\n').next().unwrap_or_default();
    if first.len() < head.len() && first.len() >= 8 && first.iter().all(|b| matches!(b, b'\t' | b'\r' | b' '..=b'~')) {
        return None;
    }
    if is_binary(head) {
        if begins_with_packet(head) {
            return Some(seems(Kind::EncryptedFile, "an OpenPGP message in binary form", DECRYPT));
        }
        let action = "If an authenticator app wrote it, it is an encrypted backup: export again without a password. Else ask \
                      the vendor for the plain file.";
        return Some(seems(Kind::NotASeedFile, "binary, not text", action));
    }
    None
}

/// Whether a head holds more control characters than any text.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let control = head.iter().filter(|b| **b < 9 || matches!(b, 14..=31)).count();
    head.contains(&0) || control.saturating_mul(32) > head.len()
}

/// Whether the first byte is of an `OpenPGP` packet that begins a message (RFC 9580 §4.2, in the old and the new format):
/// session keys (types 1 and 3), signatures (2, 4), compressed data (8), encrypted data (9, 18, 20).
pub(super) fn begins_with_packet(head: &[u8]) -> bool {
    match head.first() {
        Some(old @ 0x80..=0xbf) => matches!((old >> 2) & 15, 1..=4 | 8 | 9),
        Some(new @ 0xc0..) => matches!(new & 63, 1..=4 | 8 | 9 | 18 | 20),
        _ => false,
    }
}

/// Refuses a ZIP archive by the name of its first file, and by its flags (APPNOTE.TXT §4.3.7).
fn zip(head: &[u8]) -> Option<Finding> {
    let rest = head.strip_prefix(b"PK\x03\x04")?;
    let has_password = rest.get(2)? & 1 == 1;
    let length = rest.get(22..24).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes)?;
    let name = rest.get(26..)?.get(..length.into())?;
    let (kind, what, action) = match (name, has_password) {
        (b"export.attributes" | b"export.data", _) => {
            (Kind::OtherFormat, "an export of 1Password (.1pux)", ONE_PASSWORD)
        }
        (b"Accounts.txt" | b"Accounts.html", true) => (
            Kind::EncryptedFile,
            "an encrypted export of Authenticator Plus",
            "Unpack it with its password, and read the file Accounts.txt.",
        ),
        (b"raivo-otp-export.json", _) => (
            Kind::EncryptedFile,
            "an encrypted export of Raivo OTP",
            "Unpack it with its master password, and move the accounts into an app whose plain export is read.",
        ),
        (_, true) => (
            Kind::EncryptedFile,
            "a ZIP archive with a password",
            "Unpack it with the password, and read the file inside.",
        ),
        _ => return None,
    };
    Some(seems(kind, what, action))
}

/// Refuses the database of an app by the names in its schema, which stands on its first page.
fn sqlite(head: &[u8]) -> Option<Finding> {
    if !head.starts_with(b"SQLite format 3\0") {
        return None;
    }
    let holds = |name: &str| memchr::memmem::find(head, name.as_bytes()).is_some();
    let (what, action) =
        if holds("auditlog_import") || (holds("CREATE TABLE accounts") && holds("secret TEXT NOT NULL")) {
            ("the database of Google Authenticator", GOOGLE)
        } else if holds("paws_url") || holds("oath_secret_key") {
            ("the database of Microsoft Authenticator", MICROSOFT)
        } else if holds("authenticatorcategory") {
            ("the database of Stratum (Authenticator Pro)", PLAIN)
        } else {
            return None;
        };
    Some(seems(Kind::OtherFormat, what, action))
}

/// Refuses an encrypted backup of andOTP: four bytes say its rounds, which andOTP draws from 140,000 to 160,000; salt, nonce,
/// ciphertext and tag follow. Those of its first versions have no mark.
fn and_otp(head: &[u8]) -> Option<Finding> {
    const SALT_NONCE_TAG: usize = 12 + 12 + 16;
    let (rounds, rest) = head.split_first_chunk()?;
    let is_backup = (140_000..=160_000).contains(&u32::from_be_bytes(*rounds)) && rest.len() > SALT_NONCE_TAG;
    let action = "In andOTP, back up again as plain text; delete that file once it is read.";
    is_backup.then(|| seems(Kind::EncryptedFile, "an encrypted backup of andOTP", action))
}

const ONE_PASSWORD: &str =
    "In 1Password, export as CSV; copy the URIs of its column OTPAuth into a text file, one a line, and read that.";
const GOOGLE: &str =
    "In the app, choose Transfer accounts, scan the QR codes that it shows, and read their texts, one a line.";
const MICROSOFT: &str = "Microsoft Authenticator exports no seeds: enrol the accounts again, or read the file that they were enrolled from.";
const AUTHY: &str = "Authy exports no seeds: enrol the accounts again, or read the file that they were enrolled from.";
const STEAM: &str = "Its codes are letters, which no other system computes: keep it in Steam.";
const DUO: &str = "It holds accounts of Duo's app, not of hardware tokens. Move them into an app whose plain export is read, \
                   and export them there.";

/// Exports of apps as JSON that are no format here: members that a document has, in lower case and without blanks.
const JSON: &[(&[&str], Kind, &str, &str)] = &[
    (&["\"authenticator_tokens\":"], Kind::EncryptedFile, "an encrypted backup of Authy", AUTHY),
    (&["\"encryptedseed\":", "\"uniqueid\":"], Kind::EncryptedFile, "an encrypted backup of Authy", AUTHY),
    (&["\"encrypted_seed\":"], Kind::EncryptedFile, "an encrypted backup of Authy", AUTHY),
    (&["\"otpgenerator\":", "\"accounttype\":"], Kind::OtherFormat, "a backup of Duo Mobile", DUO),
    (&["\"localdeviceid\":", "\"accounts\":"], Kind::OtherFormat, "an export of LastPass Authenticator", MOVE),
    (&["\"shared_secret\":", "\"identity_secret\":"], Kind::OtherFormat, "an authenticator of Steam", STEAM),
];

/// Refuses JSON of an app whose export is not read; `dense` is in lower case and without blanks.
pub(super) fn json(dense: &str) -> Option<Finding> {
    let (_, kind, what, action) = JSON.iter().find(|(members, ..)| members.iter().all(|name| dense.contains(name)))?;
    Some(seems(*kind, what, action))
}

/// Refuses the table of a password manager by its columns.
pub(super) fn table(has: impl Fn(&[&str]) -> bool) -> Option<Finding> {
    if has(&["otpauth", "password", "title"]) {
        let action =
            "Copy the URIs of its column OTPAuth into a text file, one a line, and read that; delete both files then.";
        return Some(seems(Kind::OtherFormat, "an export of 1Password as a table", action));
    }
    if has(&["totp", "password", "grouping"]) {
        let action = "Write each secret of its column totp as a line otpauth://totp/ACCOUNT?secret=SECRET, and read that file; \
                      delete both files then.";
        return Some(seems(Kind::OtherFormat, "an export of LastPass as a table", action));
    }
    None
}

/// Refuses a text by its beginning or by what stands in its head; `text` is in lower case.
pub(super) fn text(text: &str) -> Option<Finding> {
    let found =
        |place: &Place, mark: &str| if *place == Place::Start { text.starts_with(mark) } else { text.contains(mark) };
    if let Some((_, _, kind, what, action)) = REFUSED.iter().find(|(place, mark, ..)| found(place, mark)) {
        return Some(seems(*kind, what, action));
    }
    is_one_block(text).then(|| {
        let what = "one block of Base64: an encrypted backup, as TOTP Authenticator writes it, or an encoded file";
        let action = "Open it with the program that wrote it, export again without a password, and read that file.";
        seems(Kind::EncryptedFile, what, action)
    })
}

/// Whether a text is a single word that is longer than any secret, in the alphabet of Base64.
fn is_one_block(text: &str) -> bool {
    const LONGER_THAN_A_SECRET: usize = 1500;
    let word = text.trim_end().trim_end_matches('=').as_bytes();
    let is_mixed = word.iter().any(u8::is_ascii_digit) && memchr::memchr2(b'+', b'/', word).is_some();
    word.len() > LONGER_THAN_A_SECRET
        && is_mixed
        && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

const FREE_OTP: &str = "In FreeOTP+, export the tokens as JSON, and read that file.";

pub(super) const YUBICO: &str = "a Yubico configuration log: YubiKeys with HOTP or AES, and no TOTP tokens";

/// What a text has at its beginning, or where it says "in": anywhere in its head; what it is; what to do.
const REFUSED: &[(Place, &str, Kind, &str, &str)] = &[
    (Place::Start, "com.rsa.securid", Kind::OtherFormat, "an RSA SecurID software token (ctf), which is not OATH", ASK),
    (Place::In, "com.authy.storage", Kind::EncryptedFile, "the data of the app Authy", AUTHY),
    (
        Place::In,
        "com.blizzard.messenger",
        Kind::OtherFormat,
        "the data of the app Battle.net",
        "It is no seed of an OATH token.",
    ),
    (Place::In, "static_totp_codes_list", Kind::OtherFormat, "the data of the app TOTP Authenticator", MOVE),
    (Place::In, "<string name=\"tokenorder\">", Kind::OtherFormat, "the data of the app FreeOTP", FREE_OTP),
    (Place::In, "&quot;issuerext&quot;:", Kind::OtherFormat, "the data of the app FreeOTP", FREE_OTP),
    (
        Place::In,
        "5642bee8-a5ff-11dc-8314-0800200c9a66",
        Kind::OtherFormat,
        "an export of 1Password (.1pif)",
        ONE_PASSWORD,
    ),
    (
        Place::In,
        "<tknbatch",
        Kind::OtherFormat,
        "an RSA SecurID file (sdtid): a proprietary format that is not OATH",
        ASK,
    ),
    (
        Place::Start,
        "<!doctype html",
        Kind::NotASeedFile,
        "a web page: the download has probably met a sign-in page",
        ASK,
    ),
    (Place::Start, "<html", Kind::NotASeedFile, "a web page: the download has probably met a sign-in page", ASK),
    (
        Place::Start,
        "phonefactor:",
        Kind::OtherFormat,
        "a registration for Microsoft's push sign-in, which is not OATH",
        ASK,
    ),
    (Place::Start, "logging start", Kind::OtherFormat, YUBICO, ASK),
    (Place::Start, "yubico otp,", Kind::OtherFormat, YUBICO, ASK),
    (Place::Start, "oath-hotp,", Kind::OtherFormat, YUBICO, ASK),
    (Place::Start, "static password", Kind::OtherFormat, YUBICO, ASK),
    (Place::Start, "challenge-response", Kind::OtherFormat, YUBICO, ASK),
];

/// `serial,public id,private id|0|,key,access code,timestamp,`: one key a line.
pub(super) fn is_yubico_short(cells: &[Zeroizing<String>]) -> bool {
    let [serial, _, private, key, _, time, ..] = cells else { return false };
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    serial.bytes().all(|b| b.is_ascii_digit())
        && hex(private)
        && matches!(key.len(), 32 | 40)
        && hex(key)
        && crate::values::time::read(&time.to_ascii_uppercase()).is_some()
}

pub(super) fn seems(kind: Kind, what: &str, action: &'static str) -> Finding {
    refusal(kind, format!("This is no seed file that can be read: it seems to be {what}."), action)
}
