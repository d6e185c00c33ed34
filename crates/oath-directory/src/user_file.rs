//! Users as a CSV file, as the portals export them: a column `userPrincipalName` and, where there are any, `displayName`,
//! `userType`, `accountEnabled` (or its opposite, `Block credential`) and `id` (`Object Id`), in any order, any case and with
//! or without blanks, and in the languages of the portals; others are passed over. UTF-8, UTF-16 or Windows-1252.

mod names;

use crate::csv_table::{CsvError, Table};
use crate::model::UserKind;
use core::fmt;
use oath_seeds::is_upn_column;

/// A row of a users file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Its line, from 1.
    pub line: u64,
    /// `userPrincipalName`, not yet checked.
    pub upn: String,
    /// `userType`, where the file says it.
    pub kind: Option<UserKind>,
    /// `displayName`, where there is one.
    pub display_name: Option<String>,
    /// `accountEnabled`, where the file says it.
    pub enabled: Option<bool>,
    /// `id`: the object ID, where there is one.
    pub object_id: Option<String>,
}

/// Reads a users file. Comma, semicolon or tab separate its columns, whichever the header has.
///
/// # Errors
/// [`UserFileError`] with the line; nothing is read then.
pub fn read(bytes: &[u8]) -> Result<Vec<UserRow>, UserFileError> {
    Ok(UserFile::read(bytes)?.rows)
}

/// A users file, and what its columns were taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFile {
    /// Its rows.
    pub rows: Vec<UserRow>,
    /// The columns that were read: Microsoft Graph's name of the property, or `blockCredential`, and the name in the header.
    pub columns: Vec<(&'static str, String)>,
    /// The names of the columns that were passed over.
    pub passed_over: Vec<String>,
}

impl UserFile {
    /// Reads a users file, as [`read`](read()).
    ///
    /// # Errors
    /// As there.
    pub fn read(bytes: &[u8]) -> Result<Self, UserFileError> {
        let table = Table::read(bytes)?;
        let columns = Columns::of(&table.names)?;
        let rows = table.rows().map(|(line, record)| columns.row(line, &record)).collect::<Result<_, _>>()?;
        let taken = columns.taken();
        let name = |at: usize| table.names.get(at).unwrap_or_default().to_owned();
        let passed_over = (0..table.names.len()).filter(|at| taken.iter().all(|(_, other)| other != at)).map(name);
        Ok(Self {
            rows,
            passed_over: passed_over.collect(),
            columns: taken.iter().map(|(what, at)| (*what, name(*at))).collect(),
        })
    }
}

/// Where what stands.
struct Columns {
    upn: usize,
    kind: Option<usize>,
    display_name: Option<usize>,
    enabled: Option<usize>,
    /// The opposite of `enabled`.
    blocked: Option<usize>,
    object_id: Option<usize>,
}

impl Columns {
    fn of(names: &csv::StringRecord) -> Result<Self, UserFileError> {
        let plain: Vec<String> = names.iter().map(names::plain).collect();
        let column = |wanted: &[&str]| plain.iter().position(|name| wanted.contains(&name.as_str()));
        Ok(Self {
            upn: names.iter().position(is_upn_column).ok_or(UserFileError::NoUserPrincipalName)?,
            kind: column(names::USER_TYPE),
            display_name: column(names::DISPLAY_NAME),
            enabled: column(names::ENABLED),
            blocked: column(names::BLOCKED),
            object_id: column(names::OBJECT_ID),
        })
    }

    /// The columns that are there, by the names of their properties.
    fn taken(&self) -> Vec<(&'static str, usize)> {
        let Self { upn, kind, display_name, enabled, blocked, object_id } = *self;
        let all = [
            ("userPrincipalName", Some(upn)),
            ("displayName", display_name),
            ("userType", kind),
            ("accountEnabled", enabled),
            ("blockCredential", blocked),
            ("id", object_id),
        ];
        all.into_iter().filter_map(|(what, at)| Some((what, at?))).collect()
    }

    fn row(&self, line: u64, record: &csv::StringRecord) -> Result<UserRow, UserFileError> {
        let field = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default();
        let text = |column| Some(field(column)).filter(|text| !text.is_empty()).map(str::to_owned);
        let yes_or_no = |column| match field(column) {
            "" => Ok(None),
            found => match names::yes_or_no(found) {
                None => Err(UserFileError::YesOrNo { line, found: found.to_owned() }),
                told => Ok(told),
            },
        };
        let upn = field(Some(self.upn)).to_owned();
        let kind = match field(self.kind) {
            "" => None,
            name => {
                let kind = names::kind(name);
                Some(kind.ok_or_else(|| UserFileError::UserType { line, found: name.to_owned() })?)
            }
        };
        let blocked = yes_or_no(self.blocked)?;
        let enabled = yes_or_no(self.enabled)?.or(blocked.map(|blocked| !blocked));
        Ok(UserRow { line, upn, kind, display_name: text(self.display_name), enabled, object_id: text(self.object_id) })
    }
}

/// A file that is no users file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserFileError {
    /// It is no text; what it seems to be and what to do.
    NotText(String),
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
    /// Whether a user may sign in is neither true nor false.
    YesOrNo {
        /// The line, from 1.
        line: u64,
        /// What stands there.
        found: String,
    },
}

impl UserFileError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotText(_) => "users-not-text",
            Self::NoUserPrincipalName => "users-header",
            Self::Malformed { .. } => "users-row-malformed",
            Self::UserType { .. } => "users-type-unknown",
            Self::YesOrNo { .. } => "users-enabled-unknown",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::NotText(_) => "save it as CSV UTF-8",
            Self::NoUserPrincipalName => {
                "name the columns in its first line: userPrincipalName and, optional, userType, displayName, accountEnabled, id"
            }
            Self::Malformed { .. } | Self::UserType { .. } | Self::YesOrNo { .. } => {
                "correct that line; nothing was imported"
            }
        }
    }
}

impl fmt::Display for UserFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText(what) => write!(f, "the users file cannot be read: {what}"),
            Self::NoUserPrincipalName => f.write_str("the users file has no column userPrincipalName"),
            Self::Malformed { line } => {
                write!(f, "line {line} of the users file does not have as many columns as its first line")
            }
            Self::UserType { line, found } => {
                write!(f, "line {line} of the users file has the userType {found:?}; expected Member or Guest")
            }
            Self::YesOrNo { line, found } => {
                write!(f, "line {line} of the users file has the accountEnabled {found:?}; expected true or false")
            }
        }
    }
}

impl core::error::Error for UserFileError {}

impl From<CsvError> for UserFileError {
    fn from(error: CsvError) -> Self {
        match error {
            CsvError::NotText(what) => Self::NotText(what),
            CsvError::Malformed { line } => Self::Malformed { line },
        }
    }
}

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
            enabled: None,
            object_id: None,
        };
        assert_eq!(
            read(text.as_bytes()).unwrap(),
            [row(2, "alice@example.com", None, Some("Alice")), row(3, "bob@example.com", Some(UserKind::Guest), None)]
        );
        assert_eq!(read(b"userPrincipalName\na@b.c\n").unwrap(), [row(2, "a@b.c", None, None)]);
        let guest = "eve_else.com#ext#@contoso.onmicrosoft.com";
        let text = format!("userPrincipalName,userType\n{guest},\n{guest},Member\n");
        let rows = [row(2, guest, None, None), row(3, guest, Some(UserKind::Member), None)];
        assert_eq!(read(text.as_bytes()).unwrap(), rows);
    }

    #[test]
    fn exports_of_the_portals_are_read_with_object_ids_and_whether_users_may_sign_in() {
        let entra = "userPrincipalName,displayName,id,userType,accountEnabled\r\na@b.c,A,1-2,Member,False\r\nd@e.f,,3-4,,TRUE\r\n";
        let admin = "Block credential;Display name;Object Id;User principal name\n\
                     True;J\u{fc}rgen;1-2;a@b.c\nFalse;\u{c5}sa;3-4;d@e.f\n";
        let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
        let utf_16 = |text: &str| {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
        };
        for file in [entra.as_bytes().to_vec(), admin.as_bytes().to_vec(), latin(admin), utf_16(admin)] {
            let rows = read(&file).unwrap();
            let rows: Vec<_> =
                rows.iter().map(|row| (row.line, row.upn.as_str(), row.enabled, row.object_id.as_deref())).collect();
            assert_eq!(rows, [(2, "a@b.c", Some(false), Some("1-2")), (3, "d@e.f", Some(true), Some("3-4"))]);
        }
        let names = read(&latin(admin)).unwrap().into_iter().map(|row| row.display_name.unwrap()).collect::<Vec<_>>();
        assert_eq!(names, ["J\u{fc}rgen", "\u{c5}sa"]);
    }

    /// What is passed over is told: a column that was not recognised could say that a user may not sign in.
    #[test]
    fn an_export_in_another_language_is_read_and_its_columns_are_told() {
        let german = "Benutzerprinzipalname;Anzeigename;Benutzertyp;Konto aktiviert;Objekt-ID;B\u{fc}ro\r\n\
                      a@b.c;J\u{fc}rgen;Mitglied;Nein;1-2;x\r\nd@e.f;;Gast;Ja;3-4;\r\n";
        let latin: Vec<u8> = german.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let UserFile { rows, columns, passed_over } = UserFile::read(&latin).unwrap();
        let found: Vec<_> = rows.iter().map(|row| (row.kind, row.enabled, row.object_id.as_deref())).collect();
        let (member, guest) = (Some(UserKind::Member), Some(UserKind::Guest));
        assert_eq!(found, [(member, Some(false), Some("1-2")), (guest, Some(true), Some("3-4"))]);
        assert_eq!(rows[0].display_name.as_deref(), Some("J\u{fc}rgen"));
        assert_eq!(passed_over, ["B\u{fc}ro"]);
        let told: Vec<_> = columns.iter().map(|(what, name)| (*what, name.as_str())).collect();
        let expected = [
            ("userPrincipalName", "Benutzerprinzipalname"),
            ("displayName", "Anzeigename"),
            ("userType", "Benutzertyp"),
            ("accountEnabled", "Konto aktiviert"),
            ("id", "Objekt-ID"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_no_users_file_is_refused_with_its_place() {
        assert_eq!(read(b""), Err(UserFileError::NoUserPrincipalName));
        assert_eq!(read(b"mail,name\na@b.c,A\n"), Err(UserFileError::NoUserPrincipalName));
        let workbook = read(b"PK\x03\x04\x14\0\x06\0[Content_Types].xml").unwrap_err();
        assert!(workbook.to_string().contains("Excel workbook"), "{workbook}");
        let short = b"userPrincipalName,userType\na@b.c,Member\n\nd@e.f\n";
        assert_eq!(read(short), Err(UserFileError::Malformed { line: 4 }));
        let short = b"userPrincipalName,userType\r\na@b.c,Member\r\n\r\nd@e.f\r\n";
        assert_eq!(read(short), Err(UserFileError::Malformed { line: 4 }));
        let enabled = b"userPrincipalName,accountEnabled\na@b.c,perhaps\n";
        assert_eq!(read(enabled), Err(UserFileError::YesOrNo { line: 2, found: "perhaps".to_owned() }));
        let kind = b"userPrincipalName,userType\na@b.c,Admin\n";
        assert_eq!(read(kind), Err(UserFileError::UserType { line: 2, found: "Admin".to_owned() }));
    }
}
