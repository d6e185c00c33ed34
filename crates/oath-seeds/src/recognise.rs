//! What a file is that is no seed file of a known format: said by name, with what to do.

use crate::encoding::{Detected, detect};
use crate::{Encoding, Finding, Format, Kind, Severity};
use zeroize::Zeroizing;

/// The start of a file, its kind, what it is, what to do.
type Mark = (&'static [u8], Kind, &'static str, &'static str);

const EXPORT: &str =
    "Open it in the spreadsheet program and save it as \"CSV UTF-8\", with the serial numbers as text.";
const DECRYPT: &str = "Decrypt it first (gpg --decrypt) and keep the plain file as short as you can.";
const UNPACK: &str = "Unpack it and read the file inside.";
const ASK: &str = "Ask the vendor for the file with the columns upn, serial number, secret key, time interval, \
                   manufacturer, model.";
const LATER: &str =
    "This format is not read yet: ask the vendor for the Entra ID (Azure MFA) CSV file of the same tokens.";

const BINARY: &[Mark] = &[
    (b"PK\x03\x04", Kind::NotASeedFile, "a ZIP archive or an Excel workbook (.xlsx)", EXPORT),
    (b"PK\x05\x06", Kind::NotASeedFile, "an empty ZIP archive", UNPACK),
    (b"\xd0\xcf\x11\xe0", Kind::NotASeedFile, "an old or a password-protected Office document", EXPORT),
    (b"%PDF", Kind::NotASeedFile, "a PDF document", ASK),
    (b"\x89PNG", Kind::NotASeedFile, "an image (PNG)", ASK),
    (b"\xff\xd8\xff", Kind::NotASeedFile, "an image (JPEG)", ASK),
    (b"GIF8", Kind::NotASeedFile, "an image (GIF)", ASK),
    (b"{\\rtf", Kind::NotASeedFile, "a word processor's document (RTF)", ASK),
    (b"7z\xbc\xaf\x27\x1c", Kind::NotASeedFile, "a 7-Zip archive", UNPACK),
    (b"Rar!", Kind::NotASeedFile, "a RAR archive", UNPACK),
    (b"\x7fELF", Kind::NotASeedFile, "a program", ASK),
    (b"MZ\x90", Kind::NotASeedFile, "a Windows program", "Do not run it. Ask the vendor for the plain file."),
    (b"SQLite format 3\0", Kind::NotASeedFile, "an SQLite database", ASK),
    (b"Salted__", Kind::EncryptedFile, "a file that openssl encrypted", "Decrypt it first (openssl enc -d)."),
    (b"age-encryption.org/", Kind::EncryptedFile, "a file that age encrypted", "Decrypt it first (age --decrypt)."),
    (b"-----BEGIN PGP MESSAGE", Kind::EncryptedFile, "an OpenPGP message", DECRYPT),
    (b"-----BEGIN PGP", Kind::NotASeedFile, "an OpenPGP key or signature", ASK),
    (b"-----BEGIN AGE", Kind::EncryptedFile, "a file that age encrypted", "Decrypt it first (age --decrypt)."),
    (b"-----BEGIN", Kind::NotASeedFile, "a key, a certificate or an S/MIME message (PEM)", ASK),
];

/// The first bytes of `OpenPGP` packets that begin an encrypted message (RFC 9580 §4.2).
const PGP_PACKETS: &[u8] = &[0x84, 0x85, 0x86, 0x8c, 0x8d, 0xc1, 0xc3, 0xd2, 0xd4];

/// The encoding of a file of text, by its head; or what the file is instead.
pub(crate) fn detected(head: &[u8]) -> Result<Detected, Finding> {
    let detected = detect(head).ok_or_else(encoding)?;
    let refusal = match detected.encoding {
        Encoding::Utf16Le | Encoding::Utf16Be => None,
        Encoding::Utf8 | Encoding::Windows1252 => bytes(head.get(detected.mark..).unwrap_or_default()),
    };
    refusal.map_or(Ok(detected), Err)
}

/// Refuses by the raw bytes at the beginning of a file that is not UTF-16.
fn bytes(head: &[u8]) -> Option<Finding> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Some(refusal(
            Kind::EmptyFile,
            "The file is empty.",
            "Send the vendor's file again; the copy may have failed.",
        ));
    }
    if let Some((_, kind, what, action)) = BINARY.iter().find(|(mark, ..)| head.starts_with(mark)) {
        return Some(seems(*kind, what, action));
    }
    let control = head.iter().filter(|b| **b < 9 || matches!(b, 14..=31)).count();
    if head.contains(&0) || control.saturating_mul(32) > head.len() {
        if head.first().is_some_and(|first| PGP_PACKETS.contains(first)) {
            return Some(seems(Kind::EncryptedFile, "an OpenPGP message in binary form", DECRYPT));
        }
        return Some(seems(Kind::NotASeedFile, "binary, not text", ASK));
    }
    None
}

/// What a text has at its beginning, or where it says "in": anywhere in its head; what it is; what to do.
const TEXTS: &[(Place, &str, Kind, &str, &str)] = &[
    (Place::In, "keycontainer", Kind::OtherFormat, "a PSKC file (RFC 6030, XML)", LATER),
    (
        Place::In,
        "<tknbatch",
        Kind::OtherFormat,
        "an RSA SecurID file (sdtid): a proprietary format that is not OATH",
        ASK,
    ),
    (Place::In, "<productcode", Kind::OtherFormat, "a Deepnet DualShield file (XML)", LATER),
    (Place::In, "<movingfactor", Kind::OtherFormat, "a SafeNet token file (XML)", LATER),
    (
        Place::Start,
        "<!doctype html",
        Kind::NotASeedFile,
        "a web page: the download has probably met a sign-in page",
        ASK,
    ),
    (Place::Start, "<html", Kind::NotASeedFile, "a web page: the download has probably met a sign-in page", ASK),
    (Place::Start, "<", Kind::NotASeedFile, "XML of an unknown kind", ASK),
    (Place::Start, "otpauth-migration:", Kind::OtherFormat, "an export of Google Authenticator", LATER),
    (Place::Start, "otpauth:", Kind::OtherFormat, "a list of otpauth:// URIs", LATER),
    (
        Place::Start,
        "phonefactor:",
        Kind::OtherFormat,
        "a registration for Microsoft's push sign-in, which is not OATH",
        ASK,
    ),
    (Place::Start, "hotp ", Kind::OtherFormat, "a users file of the OATH Toolkit (pam_oath)", LATER),
    (Place::Start, "hotp/", Kind::OtherFormat, "a users file of the OATH Toolkit (pam_oath)", LATER),
    (Place::Start, "logging start", Kind::OtherFormat, "a Yubico configuration log, which holds no TOTP tokens", ASK),
    (Place::In, "sccauthenticatorid", Kind::OtherFormat, "a SafeWord file (.dat)", LATER),
    (Place::Start, "# version: 2", Kind::OtherFormat, "privacyidea-csv", LATER),
];

enum Place {
    Start,
    In,
}

/// Refuses by the text at the beginning.
pub(crate) fn text(head: &str) -> Option<Finding> {
    let head = Zeroizing::new(head.trim_start().to_ascii_lowercase());
    if head.is_empty() {
        return bytes(b"");
    }
    if head.starts_with(['{', '[']) {
        return Some(
            if ["secretkey", "#$delta", "hardwareoath", "\"inventory\""].iter().any(|mark| head.contains(mark)) {
                refusal(Kind::OtherFormat, "This is graph-json (Microsoft Graph), not entra-csv.", LATER)
            } else {
                seems(Kind::NotASeedFile, "JSON of an unknown kind", ASK)
            },
        );
    }
    let found = TEXTS.iter().find(|(place, mark, ..)| match place {
        Place::Start => head.starts_with(mark),
        Place::In => head.contains(mark),
    });
    found.map(|(_, _, kind, what, action)| seems(*kind, what, action))
}

/// Names the format of a first line whose columns are not ours.
pub(crate) fn other_csv(cells: &[&str]) -> Option<(&'static str, &'static str)> {
    let lower: Vec<Zeroizing<String>> =
        cells.iter().take(32).map(|cell| Zeroizing::new(cell.to_ascii_lowercase())).collect();
    let names =
        |names: &[&str]| names.iter().all(|name| lower.iter().any(|cell| cell.replace([' ', '_'], "") == *name));
    let cell = |index: usize| lower.get(index).map(|cell| cell.as_str()).unwrap_or_default();
    let kind = |index: usize| matches!(cell(index).trim(), "totp" | "hotp");
    let hex = |index: usize| {
        let text = cell(index).trim();
        text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let upn = "Put the column upn in front, with the user of each token, to make it entra-csv.";
    if names(&["serialnumber", "secretkey"]) && !names(&["upn"]) && !names(&["userprincipalname"]) {
        return Some(("deepnet-csv (no column for the user)", upn));
    }
    if names(&["line", "field", "code", "whatiswrong"]) {
        return Some(("a failures file", "Correct the rows it names in the file that was uploaded, and upload that."));
    }
    if names(&["userprincipalname"]) && !names(&["secretkey"]) {
        return Some(("a list of users, which holds no tokens", "Import it as users."));
    }
    if names(&["username", "resolver", "realm"]) {
        return Some(("privacyidea-csv", LATER));
    }
    if hex(1) && kind(2) {
        return Some(("privacyidea-csv, linotp-csv or netiq-csv (serial, hex seed, type)", LATER));
    }
    if hex(3) && kind(2) {
        return Some(("multiotp-csv", LATER));
    }
    if hex(1) && cells.len() <= 3 {
        return Some(("a file for Duo or PingID (serial, hex seed)", LATER));
    }
    None
}

fn seems(kind: Kind, what: &str, action: &'static str) -> Finding {
    refusal(kind, format!("This is no seed file that can be read: it seems to be {what}."), action)
}

fn refusal(kind: Kind, message: impl Into<std::borrow::Cow<'static, str>>, action: &'static str) -> Finding {
    Finding::new(kind, Severity::Error, message, action)
}

/// Refuses an encoding that is not read.
fn encoding() -> Finding {
    refusal(
        Kind::EncodingUnsupported,
        "The file is in UTF-32; expected UTF-8, UTF-16 or Windows-1252.",
        "Save it as UTF-8.",
    )
}

/// Refuses a file of blank lines and comments.
pub(crate) fn no_header() -> Finding {
    refusal(Kind::HeaderMissing, "The file has no header and no token, only blank lines or comments.", ASK)
}

/// Refuses a document that is larger than the limit, in bytes.
pub(crate) fn too_large(limit: usize) -> Finding {
    refusal(
        Kind::TooLarge,
        format!("The file has more than {limit} bytes, which is the limit for a document."),
        "Split it, or raise the limit.",
    )
}

/// Says that a file has no token.
pub(crate) fn no_rows(format: Format) -> Finding {
    let (message, action) = match format {
        Format::EntraCsv | Format::DeepnetCsv | Format::ThalesCsv => (
            "The file has a header, but no token.",
            "Ask the vendor for the file again, or check whether the rows went to another sheet.",
        ),
        _ => ("The file holds no token.", "Ask the vendor for the file again."),
    };
    Finding::new(Kind::NoRows, Severity::Warning, message, action)
}

/// Whether a file is compressed with gzip.
pub(crate) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(b"\x1f\x8b\x08")
}

/// Refuses a format that is known by name and has no reader in this build.
pub(crate) fn not_read(format: Format) -> Finding {
    refusal(Kind::OtherFormat, format!("This is {format} ({}), which is not read here.", format.title()), ASK)
}

/// The format of a file by the text at its beginning, or why it is none.
pub(crate) fn format(head: &str) -> Result<Format, Finding> {
    match text(head) {
        Some(refusal) => Err(refusal),
        None => Ok(Format::EntraCsv),
    }
}
