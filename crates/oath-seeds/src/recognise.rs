//! What a file is: a format, or something that is no seed file, said by name with what to do.

mod refused;

use self::refused::{ASK, YUBICO, bytes, is_yubico_short, seems};
#[cfg(feature = "openpgp")]
use self::refused::{BINARY, begins_with_packet, is_binary};
use crate::cells::{SEPARATORS, Splitter, trimmed};
use crate::encoding::{Detected, detect};
use crate::{Encoding, Finding, Format, Kind, Severity};
use zeroize::Zeroizing;

/// The encoding of a file of text, by its head; or what the file is instead.
pub(crate) fn detected(head: &[u8]) -> Result<Detected, Finding> {
    let detected = detect(head).ok_or_else(encoding)?;
    let refusal = match detected.encoding {
        Encoding::Utf16Le | Encoding::Utf16Be => None,
        Encoding::Utf8 | Encoding::Windows1252 => bytes(head.get(detected.mark..).unwrap_or_default()),
    };
    refusal.map_or(Ok(detected), Err)
}

/// Whether a file is an `OpenPGP` message, armoured or binary.
#[cfg(feature = "openpgp")]
pub(crate) fn is_openpgp(head: &[u8]) -> bool {
    let text = trimmed_start(head);
    text.starts_with(b"-----BEGIN PGP MESSAGE")
        || is_cleartext_signed(head)
        || (begins_with_packet(head) && is_binary(head) && !is_known(head) && detect(head).is_some_and(is_8_bit))
}

/// Whether a head has the mark of another kind of file: that of PNG could begin a signature.
#[cfg(feature = "openpgp")]
fn is_known(head: &[u8]) -> bool {
    BINARY.iter().any(|(mark, ..)| head.starts_with(mark))
}

#[cfg(feature = "openpgp")]
fn is_8_bit(detected: Detected) -> bool {
    detected.encoding == Encoding::Utf8
}

/// Whether a file is a text with an `OpenPGP` signature below it.
#[cfg(feature = "openpgp")]
pub(crate) fn is_cleartext_signed(head: &[u8]) -> bool {
    trimmed_start(head).starts_with(b"-----BEGIN PGP SIGNED MESSAGE")
}

/// Without what mail programs put before a message: a byte-order mark, blank lines.
#[cfg(feature = "openpgp")]
pub(crate) fn trimmed_start(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()
}

/// Marks of formats in the head of a text, in lower case: all of those of a line must be there.
const MARKS: &[(Place, &[&str], Format, &str)] = &[
    (Place::In, &["<", "keycontainer"], Format::Pskc, "the element KeyContainer"),
    (Place::In, &["<", "<productcode"], Format::DeepnetXml, "the element productCode"),
    // A header may leave the code of the product out; a file of SafeNet has none.
    (Place::In, &["<data", "<header", "<tokens"], Format::DeepnetXml, "the elements data, header and tokens"),
    (Place::In, &["<tokens", "<token"], Format::SafeNetXml, "the element Tokens"),
    (Place::Start, &["otpauth-migration:"], Format::OtpauthMigration, "a URI otpauth-migration:"),
    (Place::Start, &["otpauth:"], Format::OtpauthLines, "a URI otpauth:"),
    (Place::In, &["sccauthenticatorid"], Format::SafeWord, "the attribute sccAuthenticatorId"),
    (Place::Start, &["# version: 2"], Format::PrivacyIdeaCsv, "its first line # version: 2"),
];

/// Names of members that a JSON document has in its head, in lower case and without blanks.
const MEMBERS: &[(&[&str], Format)] = &[
    (&["\"header\":", "\"slots\":"], Format::AegisJson),
    (&["\"servicesencrypted\":"], Format::TwoFasJson),
    (&["\"services\":"], Format::TwoFasJson),
    (&["\"authenticators\":"], Format::StratumJson),
    (&["\"credentialdata\":", "\"secretdata\":"], Format::KeycloakJson),
    (&["\"factortype\":"], Format::OktaJson),
    (&["hardwareoath"], Format::GraphJson),
    (&["\"inventory\":"], Format::GraphJson),
    (&["\"secretkey\":", "\"serialnumber\":"], Format::GraphJson),
    (&["\"accounts\":", "\"credentials\":"], Format::CxfJson),
    (&["\"exporterrpid\":"], Format::CxfJson),
    (&["\"credentials\":", "\"type\":\"totp\""], Format::CxfJson),
    (&["\"entries\":", "\"entry_type\":"], Format::ProtonJson),
    (&["\"entries\":", "\"content\":"], Format::ProtonJson),
    (&["\"encrypted\":"], Format::BitwardenJson),
    (&["\"items\":", "\"login\":"], Format::BitwardenJson),
    (&["\"tokens\":", "\"algo\":"], Format::FreeOtpJson),
    (&["\"tokenorder\":"], Format::FreeOtpJson),
    (&["\"secret\":", "\"label\":"], Format::AndOtpJson),
    (&["\"secret\":", "\"thumbnail\":"], Format::AndOtpJson),
    (&["\"salt\":", "\"content\":"], Format::ProtonJson),
    // An encrypted export of Ente Auth, which every JSON format refuses by name.
    (&["\"encrypteddata\":", "\"encryptionnonce\":"], Format::ProtonJson),
];

#[derive(PartialEq)]
enum Place {
    Start,
    In,
}

/// What a file seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognition {
    /// The format.
    pub format: Format,
    /// By what it is known.
    pub why: &'static str,
    /// Formats that the same beginning could be of, and that would read it otherwise.
    pub rivals: &'static [Format],
}

impl Recognition {
    const fn of(format: Format, why: &'static str) -> Self {
        Self { format, why, rivals: &[] }
    }
}

/// Recognises a file by its beginning: some kilobytes, without a byte-order mark, or the whole file.
///
/// ```
/// use oath_seeds::{Format, recognise};
/// let found = recognise("otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?;
/// assert_eq!((found.format, found.why), (Format::OtpauthLines, "a URI otpauth:"));
/// assert_eq!(recognise("<TKNBatch>").map_err(|refusal| refusal.code()), Err("other-format"));
/// # Ok::<(), Box<oath_seeds::Finding>>(())
/// ```
///
/// # Errors
/// What the file is instead, and what to do.
pub fn recognise(head: &str) -> Result<Recognition, Box<Finding>> {
    let text = Zeroizing::new(head.trim_start().to_ascii_lowercase());
    if text.is_empty() {
        return Err(Box::new(empty()));
    }
    let found =
        |place: &Place, mark: &str| if *place == Place::Start { text.starts_with(mark) } else { text.contains(mark) };
    if let Some(refusal) = refused::text(&text) {
        return Err(Box::new(refusal));
    }
    if text.starts_with(['{', '[']) {
        return json(&text).map_err(Box::new);
    }
    if let Some((_, _, format, why)) =
        MARKS.iter().find(|(place, marks, ..)| marks.iter().all(|mark| found(place, mark)))
    {
        return Ok(Recognition::of(*format, why));
    }
    if text.starts_with('<') {
        return Err(Box::new(seems(Kind::NotASeedFile, "XML of an unknown kind", ASK)));
    }
    lines(&text).map_err(Box::new)
}

fn json(text: &str) -> Result<Recognition, Finding> {
    let mut dense = Zeroizing::new(String::with_capacity(text.len()));
    text.chars().filter(|c| !c.is_ascii_whitespace()).for_each(|c| dense.push(c));
    if let Some(refusal) = refused::json(&dense) {
        return Err(refusal);
    }
    let found = MEMBERS.iter().find(|(names, _)| names.iter().all(|name| dense.contains(name)));
    match found {
        Some((_, format)) => Ok(Recognition::of(*format, "the names of its members")),
        None => Err(seems(Kind::NotASeedFile, "JSON of an unknown kind", ASK)),
    }
}

/// Formats that have the columns serial, hex, type alike.
const TYPED: &[Format] = &[Format::PrivacyIdeaCsv, Format::LinOtpCsv, Format::NetIqCsv];

/// Recognises a table by its first line that is no comment; `text` is in lower case.
fn lines(text: &str) -> Result<Recognition, Finding> {
    let mut rows = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let Some(first) = rows.next() else {
        return Err(no_header());
    };
    if first.starts_with("hotp") && first.split_ascii_whitespace().count() >= 4 && !first.contains([',', ';']) {
        return Ok(Recognition::of(Format::UsersFile, "its first word HOTP"));
    }
    let mut splitter = Splitter::new();
    for separator in SEPARATORS {
        let cells: Vec<Zeroizing<String>> = splitter
            .split(first, separator)
            .iter()
            .take(32)
            .map(|cell| Zeroizing::new(trimmed(cell).to_owned()))
            .collect();
        if cells.len() < 2 {
            continue;
        }
        if let Some(found) = table(&cells, rows.clone(), separator) {
            return found;
        }
    }
    // What is wrong with the header is said where it is read.
    Ok(Recognition::of(Format::EntraCsv, "no mark of another format"))
}

/// Recognises a table by the cells of its first line.
fn table<'a>(
    cells: &[Zeroizing<String>],
    mut rest: impl Iterator<Item = &'a str>,
    separator: char,
) -> Option<Result<Recognition, Finding>> {
    let plain = |cell: &str| cell.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let names =
        |names: &[&str]| names.iter().all(|name| cells.iter().any(|cell| cell.len() <= 64 && plain(cell) == *name));
    let cell = |index: usize| cells.get(index).map(|cell| cell.as_str()).unwrap_or_default();
    let typed = |index: usize| matches!(cell(index), "totp" | "hotp" | "ocra2");
    let hex = |index: usize| {
        let text = cell(index);
        text.len() >= 20 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b' ')
    };
    if names(&["line", "field", "code", "whatiswrong"]) || names(&["place", "field", "code", "whatiswrong"]) {
        let action = "Correct the rows it names in the file that was uploaded, and upload that.";
        return Some(Err(refusal(Kind::OtherFormat, "This is a failures file, which holds no tokens.", action)));
    }
    if is_yubico_short(cells) {
        return Some(Err(seems(Kind::OtherFormat, YUBICO, ASK)));
    }
    if let Some(refusal) = refused::table(names) {
        return Some(Err(refusal));
    }
    if names(&["logintotp"]) {
        return Some(Ok(Recognition::of(Format::BitwardenJson, "the column login_totp")));
    }
    if names(&["serialnumber", "secretkey"]) {
        let user = names(&["upn"]) || names(&["userprincipalname"]);
        return Some(Ok(match user {
            true if cells.len() > 6 && rest.any(|line| line.contains("galt")) => {
                Recognition::of(Format::ThalesCsv, "its columns and serial numbers GALT…")
            }
            true => Recognition::of(Format::EntraCsv, "its columns"),
            false => Recognition::of(Format::DeepnetCsv, "its columns, without one for the user"),
        }));
    }
    if names(&["userprincipalname"]) {
        let action = "Import it as users, or take it as the file of users for tokens that were read.";
        return Some(Err(refusal(Kind::OtherFormat, "This is a list of users, which holds no tokens.", action)));
    }
    if names(&["username", "resolver", "realm"]) {
        return Some(Ok(Recognition::of(Format::PrivacyIdeaCsv, "the columns username, resolver, realm")));
    }
    if hex(1) && typed(2) {
        let hash = |line: &str| {
            line.split(separator).nth(5).is_some_and(|cell| cell.trim().trim_matches('"').starts_with("sha"))
        };
        if cell(5).starts_with("sha") || rest.any(hash) {
            return Some(Ok(Recognition::of(Format::LinOtpCsv, "its columns, the sixth with a hash")));
        }
        let (why, format) = ("its columns serial, hex, type", Format::PrivacyIdeaCsv);
        return Some(Ok(Recognition { format, why, rivals: TYPED }));
    }
    if typed(2) && hex(3) {
        return Some(Ok(Recognition::of(Format::MultiOtpCsv, "its columns, the third with a type")));
    }
    if hex(1) && cells.len() == 3 && cell(2).bytes().all(|b| b.is_ascii_digit()) {
        return Some(Ok(Recognition::of(Format::PingIdCsv, "its columns serial, hex, counter")));
    }
    if hex(1) && cells.len() <= 3 {
        let (why, format) = ("its columns serial, hex", Format::DuoCsv);
        return Some(Ok(Recognition {
            format,
            why,
            rivals: &[Format::PingIdCsv, Format::PrivacyIdeaCsv, Format::LinOtpCsv],
        }));
    }
    None
}

fn refusal(kind: Kind, message: impl Into<std::borrow::Cow<'static, str>>, action: &'static str) -> Finding {
    Finding::new(kind, Severity::Error, message, action)
}

fn empty() -> Finding {
    refusal(Kind::EmptyFile, "The file is empty.", "Send the vendor's file again; the copy may have failed.")
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

/// Refuses a file in more envelopes than are opened.
pub(crate) fn too_many_envelopes() -> Finding {
    refusal(
        Kind::TooLarge,
        "The file is compressed or encrypted more than twice, one in the other; two envelopes are opened.",
        "Unpack it first, and read the file inside.",
    )
}

/// Refuses a compressed file that does not unpack.
pub(crate) fn damaged_gzip() -> Finding {
    let action = "Copy or download the file again; the copy may have failed.";
    refusal(Kind::Malformed, "The file is compressed with gzip and is damaged or cut off.", action)
}

/// Whether a file is compressed with gzip.
pub(crate) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(b"\x1f\x8b\x08")
}

/// Refuses a format that is known by name and has no reader in this build.
pub(crate) fn not_read(format: Format) -> Finding {
    refusal(Kind::OtherFormat, format!("This is {format} ({}), which is not read here.", format.title()), ASK)
}
