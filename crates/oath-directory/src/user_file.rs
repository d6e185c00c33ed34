//! Users as a CSV file: the columns `userPrincipalName` and, where there are any, `userType` and `displayName`, in any
//! order and any case; others are passed over. What the export of users from the Entra admin center holds, too.

use crate::model::UserKind;
use core::fmt;

/// A row of a users file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Its line, from 1.
    pub line: u64,
    /// `userPrincipalName`, not yet checked.
    pub upn: String,
    /// `userType`; where it is empty or not there, a guest whose user name holds `#EXT#`, and a member otherwise.
    pub kind: UserKind,
    /// `displayName`, where there is one.
    pub display_name: Option<String>,
}

/// Reads a users file of UTF-8 text. Comma, semicolon or tab separate its columns, whichever the header has.
///
/// # Errors
/// [`UserFileError`] with the line; nothing is read then.
pub fn read(text: &[u8]) -> Result<Vec<UserRow>, UserFileError> {
    let text = core::str::from_utf8(text).map_err(|_| UserFileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let header = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().find(|s| header.contains(char::from(*s))).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|_| UserFileError::Malformed { line: 1 })?.clone();
    let column = |name: &str| names.iter().position(|found| found.eq_ignore_ascii_case(name));
    let upn = column("userPrincipalName").ok_or(UserFileError::NoUserPrincipalName)?;
    let (kind, display_name) = (column("userType"), column("displayName"));
    let mut rows = Vec::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(|error| UserFileError::Malformed { line: lines.of(error.position()) })?;
        let line = lines.of(record.position());
        let field = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default();
        let kind = match field(kind) {
            "" => UserKind::of_name(field(Some(upn))),
            name => {
                UserKind::from_name(name).ok_or_else(|| UserFileError::UserType { line, found: name.to_owned() })?
            }
        };
        let display_name = Some(field(display_name)).filter(|name| !name.is_empty()).map(str::to_owned);
        rows.push(UserRow { line, upn: field(Some(upn)).to_owned(), kind, display_name });
    }
    Ok(rows)
}

/// A file that is no users file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserFileError {
    /// It is not UTF-8 text.
    NotUtf8,
    /// Its header has no column `userPrincipalName`.
    NoUserPrincipalName,
    /// A row does not have the columns of the header.
    Malformed {
        /// Its line, from 1.
        line: u64,
    },
    /// A user is neither member nor guest.
    UserType {
        /// The line, from 1.
        line: u64,
        /// What stands there.
        found: String,
    },
}

/// Lines counted by their line feeds. The parser's own count is one behind where lines end in CR LF: it ends a record at
/// the CR and begins the next one before the LF.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a position, which lies behind the one asked for before.
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let byte = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        let rest = self.text.get(byte..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = byte.saturating_add(blank);
        let passed = self.text.get(self.at..start).unwrap_or_default();
        let feeds = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(feeds).unwrap_or(u64::MAX));
        self.at = start.max(self.at);
        self.line
    }
}

impl UserFileError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "users-not-utf-8",
            Self::NoUserPrincipalName => "users-header",
            Self::Malformed { .. } => "users-row-malformed",
            Self::UserType { .. } => "users-type-unknown",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "save it as CSV UTF-8",
            Self::NoUserPrincipalName => {
                "name the columns in its first line: userPrincipalName and, optional, userType, displayName"
            }
            Self::Malformed { .. } | Self::UserType { .. } => "correct that line; nothing was imported",
        }
    }
}

impl fmt::Display for UserFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("the users file is not UTF-8 text"),
            Self::NoUserPrincipalName => f.write_str("the users file has no column userPrincipalName"),
            Self::Malformed { line } => {
                write!(f, "line {line} of the users file does not have as many columns as its first line")
            }
            Self::UserType { line, found } => {
                write!(f, "line {line} of the users file has the userType {found:?}; expected Member or Guest")
            }
        }
    }
}

impl core::error::Error for UserFileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_in_any_order_and_case() {
        let text = "\u{feff}displayName;USERPRINCIPALNAME;userType;other\r\nAlice;alice@example.com;;1\r\n;bob@example.com;guest;2\r\n";
        let row = |line, upn: &str, kind, name: Option<&str>| UserRow {
            line,
            upn: upn.to_owned(),
            kind,
            display_name: name.map(str::to_owned),
        };
        assert_eq!(
            read(text.as_bytes()).unwrap(),
            [
                row(2, "alice@example.com", UserKind::Member, Some("Alice")),
                row(3, "bob@example.com", UserKind::Guest, None)
            ]
        );
        assert_eq!(read(b"userPrincipalName\na@b.c\n").unwrap(), [row(2, "a@b.c", UserKind::Member, None)]);
        let guest = "eve_else.com#ext#@contoso.onmicrosoft.com";
        let text = format!("userPrincipalName,userType\n{guest},\n{guest},Member\n");
        let rows = [row(2, guest, UserKind::Guest, None), row(3, guest, UserKind::Member, None)];
        assert_eq!(read(text.as_bytes()).unwrap(), rows, "the name of a guest says so where the column does not");
    }

    #[test]
    fn what_is_no_users_file_is_refused_with_its_place() {
        assert_eq!(read(b""), Err(UserFileError::NoUserPrincipalName));
        assert_eq!(read(b"upn,name\na@b.c,A\n"), Err(UserFileError::NoUserPrincipalName));
        assert_eq!(read(b"\xff\xfe"), Err(UserFileError::NotUtf8));
        let short = b"userPrincipalName,userType\na@b.c,Member\n\nd@e.f\n";
        assert_eq!(read(short), Err(UserFileError::Malformed { line: 4 }));
        let short = b"userPrincipalName,userType\r\na@b.c,Member\r\n\r\nd@e.f\r\n";
        assert_eq!(read(short), Err(UserFileError::Malformed { line: 4 }));
        let kind = b"userPrincipalName,userType\na@b.c,Admin\n";
        assert_eq!(read(kind), Err(UserFileError::UserType { line: 2, found: "Admin".to_owned() }));
    }
}
