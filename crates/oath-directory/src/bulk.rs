//! One operation for many tokens, from a CSV file with a row for each: a column for the serial number and, as the operation
//! needs, one for the user or for the code and the next code; in any order and any usual spelling, others are passed over.
//! UTF-8, UTF-16 or Windows-1252. [`Directory::bulk`](crate::Directory::bulk) does it.

use crate::csv_table::{CsvError, Table};
use crate::error::Refusal;
use crate::model::{MalformedUpn, Upn};
use core::fmt;
use csv::StringRecord;
use oath_seeds::{is_serial_column, is_upn_column, is_user_column};
use oath_totp::{Code, CodeError, CodeRun};

/// What is done to each token of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// [`assign`](crate::Directory::assign): needs a column for the user.
    Assign,
    /// [`activate`](crate::Directory::activate): needs a column for the code, and has one for the next code where it helps.
    Activate,
    /// [`unassign`](crate::Directory::unassign).
    Unassign,
    /// [`delete`](crate::Directory::delete).
    Delete,
}

impl Operation {
    /// `assign`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Activate => "activate",
            Self::Unassign => "unassign",
            Self::Delete => "delete",
        }
    }

    /// The operation that is called so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Assign, Self::Activate, Self::Unassign, Self::Delete].into_iter().find(|one| one.name() == name)
    }
}

/// A row of a file. `Debug` shows no code.
#[derive(Clone, Debug)]
pub struct BulkRow {
    /// Its line, from 1.
    pub line: u64,
    /// The serial number as it stands there.
    pub serial: String,
    /// What to do, where the row says it.
    pub task: Result<Task, RowError>,
}

/// What to do to one token.
#[derive(Clone, Debug)]
pub enum Task {
    /// Give it to this user.
    Assign(Upn),
    /// Activate it with this code, or with this one and the next.
    Activate(CodeRun),
    /// Take it back from its holder.
    Unassign,
    /// Take it out of the directory.
    Delete,
}

/// How a row ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It changed the token.
    Now,
    /// The token was like that already, as from the same file before.
    Before,
}

/// Why a row failed. Shows no code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowError {
    /// There is no serial number in it.
    SerialEmpty,
    /// The code is none.
    Code(CodeError),
    /// The next code is none.
    NextCode(CodeError),
    /// The directory says no.
    Refused(Refusal),
}

impl RowError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SerialEmpty => "serial-empty",
            Self::Code(_) | Self::NextCode(_) => "code-malformed",
            Self::Refused(refusal) => refusal.code(),
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::SerialEmpty => "write the number on the back of the token",
            Self::Code(_) | Self::NextCode(_) => {
                "write the code as the token shows it, with its leading zeros, which a spreadsheet drops"
            }
            Self::Refused(refusal) => refusal.action(),
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SerialEmpty => f.write_str("the serial number is empty"),
            Self::Code(error) => write!(f, "the code: {error}"),
            Self::NextCode(error) => write!(f, "the next code: {error}"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for RowError {}

impl From<Refusal> for RowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<MalformedUpn> for RowError {
    fn from(error: MalformedUpn) -> Self {
        Refusal::Upn(error).into()
    }
}

/// What a file came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkReport {
    /// Rows that changed their token.
    pub done: u64,
    /// Rows whose token was like that already.
    pub unchanged: u64,
    /// Rows that failed.
    pub failed: u64,
    /// Rows that were not tried, since the policy allows no more activations at the time.
    pub left: u64,
    /// Where rows are left: in how many seconds the first of them may be tried.
    pub retry_after: Option<u64>,
}

impl BulkReport {
    /// Adds what further rows came to.
    pub fn add(&mut self, more: Self) {
        let Self { done, unchanged, failed, left, retry_after } = more;
        self.done = self.done.saturating_add(done);
        self.unchanged = self.unchanged.saturating_add(unchanged);
        self.failed = self.failed.saturating_add(failed);
        self.left = self.left.saturating_add(left);
        self.retry_after = self.retry_after.or(retry_after);
    }
}

/// A file for an operation that was read to its end, so that it is known to be one. Holds its text; each row is made when it is
/// asked for. `Debug` shows no code.
pub struct BulkFile {
    table: Table,
    columns: Columns,
    operation: Operation,
}

impl BulkFile {
    /// Reads a file. Comma, semicolon or tab separate its columns, whichever the header has.
    ///
    /// # Errors
    /// [`BulkFileError`]; nothing is read then.
    pub fn read(bytes: &[u8], operation: Operation) -> Result<Self, BulkFileError> {
        let table = Table::read(bytes)?;
        let columns = Columns::of(&table.names, operation)?;
        Ok(Self { table, columns, operation })
    }

    /// How many rows it has below its header.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.table.len()
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its rows, in their order.
    pub fn rows(&self) -> impl Iterator<Item = BulkRow> + '_ {
        self.table.rows().map(|(line, record)| self.columns.row(line, &record, self.operation))
    }
}

impl fmt::Debug for BulkFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkFile").field("operation", &self.operation).field("rows", &self.len()).finish()
    }
}

/// Names of columns as in [`plain`], in the languages of the columns for serial numbers.
const CODE: &[&str] = &[
    "code",
    "otp",
    "totp",
    "tokencode",
    "verificationcode",
    "activationcode",
    "firstcode",
    "code1",
    "código",
    "codigo",
    "codice",
    "kod",
    "kode",
];
const NEXT_CODE: &[&str] = &[
    "nextcode",
    "secondcode",
    "code2",
    "nextotp",
    "nächstercode",
    "codesuivant",
    "códigosiguiente",
    "codigosiguiente",
    "codicesuccessivo",
    "volgendecode",
];

/// A column's name without its case, blanks, dashes and underscores.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Where what stands. A column that the operation does not need has no place.
struct Columns {
    serial: usize,
    upn: Option<usize>,
    code: Option<usize>,
    next_code: Option<usize>,
}

impl Columns {
    fn of(names: &StringRecord, operation: Operation) -> Result<Self, BulkFileError> {
        let column = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&plain(name).as_str()));
        let needed =
            |found: Option<usize>, column| found.ok_or(BulkFileError::NoColumn { column, operation }).map(Some);
        let serial = names.iter().position(is_serial_column);
        let mut columns = Self {
            serial: serial.ok_or(BulkFileError::NoColumn { column: "serial number", operation })?,
            upn: None,
            code: None,
            next_code: None,
        };
        match operation {
            Operation::Assign => {
                let upn = names.iter().position(is_upn_column).or_else(|| names.iter().position(is_user_column));
                columns.upn = needed(upn, "upn")?;
            }
            Operation::Activate => {
                columns.code = needed(column(CODE), "code")?;
                columns.next_code = column(NEXT_CODE);
            }
            Operation::Unassign | Operation::Delete => {}
        }
        Ok(columns)
    }

    fn row(&self, line: u64, record: &StringRecord, operation: Operation) -> BulkRow {
        let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default();
        let serial = cell(Some(self.serial)).to_owned();
        let task = || {
            if serial.is_empty() {
                return Err(RowError::SerialEmpty);
            }
            Ok(match operation {
                Operation::Assign => Task::Assign(cell(self.upn).parse()?),
                Operation::Activate => {
                    let code = Code::from_typed(cell(self.code)).map_err(RowError::Code)?;
                    Task::Activate(match cell(self.next_code) {
                        "" => code.into(),
                        next => [code, Code::from_typed(next).map_err(RowError::NextCode)?].into(),
                    })
                }
                Operation::Unassign => Task::Unassign,
                Operation::Delete => Task::Delete,
            })
        };
        BulkRow { line, task: task(), serial }
    }
}

/// A file that is none for the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BulkFileError {
    /// It is no text; what it seems to be and what to do.
    NotText(String),
    /// Its header lacks a column.
    NoColumn {
        /// The usual name of the column.
        column: &'static str,
        /// What needs it.
        operation: Operation,
    },
    /// A row does not have the columns of the header.
    Malformed {
        /// Its line, from 1.
        line: u64,
    },
}

impl From<CsvError> for BulkFileError {
    fn from(error: CsvError) -> Self {
        match error {
            CsvError::NotText(what) => Self::NotText(what),
            CsvError::Malformed { line } => Self::Malformed { line },
        }
    }
}

impl BulkFileError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotText(_) => "tokens-not-text",
            Self::NoColumn { .. } => "tokens-header",
            Self::Malformed { .. } => "tokens-row-malformed",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::NotText(_) => "save it as CSV UTF-8",
            Self::NoColumn { operation: Operation::Assign, .. } => {
                "name the columns in its first line: serial number,upn"
            }
            Self::NoColumn { operation: Operation::Activate, .. } => {
                "name the columns in its first line: serial number,code and, optional, next code"
            }
            Self::NoColumn { operation: Operation::Unassign | Operation::Delete, .. } => {
                "name the column in its first line: serial number"
            }
            Self::Malformed { .. } => "correct that line; nothing was changed",
        }
    }
}

impl fmt::Display for BulkFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText(what) => write!(f, "the file of tokens cannot be read: {what}"),
            Self::NoColumn { column, .. } => write!(f, "the file of tokens has no column {column}"),
            Self::Malformed { line } => {
                write!(f, "line {line} of the file of tokens does not have as many columns as its first line")
            }
        }
    }
}

impl core::error::Error for BulkFileError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, serial number and what to do or why not.
    fn told(bytes: &[u8], operation: Operation) -> Vec<(u64, String, String)> {
        let task = |task: Result<Task, RowError>| match task {
            Ok(Task::Assign(upn)) => upn.to_string(),
            Ok(Task::Activate(CodeRun::One(_))) => "one code".to_owned(),
            Ok(Task::Activate(CodeRun::Several(_))) => "two codes".to_owned(),
            Ok(Task::Unassign | Task::Delete) => String::new(),
            Err(error) => error.code().to_owned(),
        };
        let rows = BulkFile::read(bytes, operation).unwrap();
        rows.rows().map(|row| (row.line, row.serial, task(row.task))).collect()
    }

    #[test]
    fn columns_are_found_in_any_spelling_and_encoding() {
        let text = "Benutzer;Seriennummer;Notiz\r\nalice@example.com;0950380269;Z\u{fc}rich\r\n\r\nbob;7;\r\n;8;\r\nx@y.z;;\r\n";
        let latin = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
        let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [text.as_bytes(), &latin, &utf_16] {
            let row = |line, serial: &str, what: &str| (line, serial.to_owned(), what.to_owned());
            assert_eq!(
                told(bytes, Operation::Assign),
                [
                    row(2, "0950380269", "alice@example.com"),
                    row(4, "7", "upn-malformed"),
                    row(5, "8", "upn-malformed"),
                    row(6, "", "serial-empty")
                ]
            );
            assert_eq!(told(bytes, Operation::Delete)[0], row(2, "0950380269", ""), "other columns are passed over");
        }
        let upn_first = b"user,upn,serial\nAlice,alice@example.com,1\n";
        assert_eq!(told(upn_first, Operation::Assign)[0].2, "alice@example.com");
    }

    #[test]
    fn codes_are_read_as_people_type_them_and_never_shown() {
        let text = b"serial number,Code,Next Code\n1,012345,\n2,012 345,678901\n3,12345,\n4,012345,67890x\n5,,\n";
        let kinds: Vec<_> = told(text, Operation::Activate).into_iter().map(|(_, _, what)| what).collect();
        assert_eq!(kinds, ["one code", "two codes", "code-malformed", "code-malformed", "code-malformed"]);
        let file = BulkFile::read(text, Operation::Activate).unwrap();
        assert_eq!(format!("{file:?}"), "BulkFile { operation: Activate, rows: 5 }");
        for row in file.rows() {
            let mut shown = format!("{row:?}");
            if let Err(error) = row.task {
                shown.push_str(&error.to_string());
            }
            assert!(!shown.contains("12345") && !shown.contains("6789"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_file_for_the_operation_is_refused_with_its_place() {
        let no_column = |column, operation| Some(BulkFileError::NoColumn { column, operation });
        let error = |bytes: &[u8], operation| BulkFile::read(bytes, operation).err();
        assert_eq!(error(b"", Operation::Delete), no_column("serial number", Operation::Delete));
        assert_eq!(error(b"serial\n1\n", Operation::Assign), no_column("upn", Operation::Assign));
        assert_eq!(error(b"serial,upn\n1,a@b.c\n", Operation::Activate), no_column("code", Operation::Activate));
        let short = error(b"serial,upn\n1,a@b.c\n2\n", Operation::Unassign);
        assert_eq!(short, Some(BulkFileError::Malformed { line: 3 }));
        let workbook = error(b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", Operation::Delete).unwrap().to_string();
        assert!(workbook.contains("Excel workbook"), "{workbook}");
    }
}
