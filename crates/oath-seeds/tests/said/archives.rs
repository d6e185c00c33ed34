//! What is no text, told by its first bytes.

use crate::{Case, case};

/// A ZIP archive whose first file has this name.
fn zip(name: &str, flags: u8) -> Vec<u8> {
    let mut file = b"PK\x03\x04\x14\x00".to_vec();
    file.extend([flags, 0]);
    file.extend([8; 18]);
    file.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    file.extend([0; 2]);
    file.extend(name.bytes());
    file.extend([0xff; 40]);
    file
}

fn sqlite(schema: &str) -> Vec<u8> {
    [b"SQLite format 3\0\x10\x00", schema.as_bytes(), &[0; 20]].concat()
}

/// A backup of andOTP with so many rounds and bytes.
fn and_otp(rounds: u32, bytes: usize) -> Vec<u8> {
    [rounds.to_be_bytes().as_slice(), &vec![0x85; bytes]].concat()
}

/// A line of text of this length, then bytes.
fn after_a_line(length: usize) -> Vec<u8> {
    [vec![b'x'; length], b"\n".to_vec(), vec![1; 100]].concat()
}

/// So many bytes of which some are control characters.
fn control(of: usize, control: usize) -> Vec<u8> {
    [vec![1; control], vec![b'x'; of.saturating_sub(control)]].concat()
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("a workbook by its types", zip("[Content_Types].xml", 0)),
        case("a workbook by its folder", zip("xl/workbook.xml", 0)),
        case("an OpenDocument spreadsheet", zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet", 0)),
        case("1Password's attributes", zip("export.attributes", 0)),
        case("1Password's data", zip("export.data", 1)),
        case("Authenticator Plus", zip("Accounts.txt", 1)),
        case("Authenticator Plus, its page", zip("Accounts.html", 9)),
        case("Authenticator Plus without a password", zip("Accounts.txt", 0)),
        case("Raivo", zip("raivo-otp-export.json", 1)),
        case("Raivo without a flag", zip("raivo-otp-export.json", 0)),
        case("a ZIP archive with a password", zip("seeds.csv", 1)),
        case("a ZIP archive", zip("seeds.csv", 0)),
        case("a ZIP archive with another flag", zip("seeds.csv", 2)),
        case("Google Authenticator by its accounts", sqlite("CREATE TABLE accounts (secret TEXT NOT NULL)")),
        case("accounts without secrets", sqlite("CREATE TABLE accounts (name TEXT)")),
        case("secrets without accounts", sqlite("CREATE TABLE x (secret TEXT NOT NULL)")),
        case("Google Authenticator by its log", sqlite("auditlog_import")),
        case("Microsoft Authenticator by its URL", sqlite("paws_url")),
        case("Microsoft Authenticator by its key", sqlite("oath_secret_key")),
        case("Stratum", sqlite("authenticatorcategory")),
        case("another database", sqlite("CREATE TABLE x (y)")),
        case("andOTP, 140,000 rounds", and_otp(140_000, 41)),
        case("andOTP, 160,000 rounds", and_otp(160_000, 100)),
        case("139,999 rounds", and_otp(139_999, 100)),
        case("160,001 rounds", and_otp(160_001, 100)),
        case("andOTP, cut off", and_otp(150_000, 40)),
        case("seven characters and bytes", after_a_line(7)),
        case("eight characters and bytes", after_a_line(8)),
        case("control characters, 2 of 64", control(64, 2)),
        case("control characters, 3 of 64", control(64, 3)),
        case("control characters, 4 of 128", control(128, 4)),
        case("a line of seven characters and no more", "xxxxxxx\n\u{1}"),
        case("a line of text and no more", "serial,x\n"),
        case("a byte of zero", "x".repeat(20) + "\0" + &"x".repeat(20)),
        case("tabs and line ends", "\t\n\t\n\t\n"),
        case("a vertical tab", "\u{b}".repeat(40)),
        case("an OpenPGP packet in the new format", [&[0xc1, 0xc0, 1, 2, 3, 0, 5][..], &[1; 40]].concat()),
        case("an OpenPGP packet in the old format", [&[0x85, 1, 12, 3, 0][..], &[1; 40]].concat()),
    ]
}
