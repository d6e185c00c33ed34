//! The failures file of an upload: one line for each thing that kept a row out, to be corrected and uploaded again.
//!
//! Entra ID offers its own as `Failures_<uploaded file name>.csv`, with field names that differ from the upload's; which
//! ones is not public. **The columns here are this project's own**: `place,upn,serial,field,code,what is wrong,what to do`.
//! They never hold a secret. It is made for a spreadsheet, so cells that one would compute are neutralised by a `'` in
//! front.
//!
//! ```
//! use oath_seeds::failures::{Failure, Writer, file_name};
//! assert_eq!(file_name("tokens.csv"), "Failures_tokens.csv");
//! let mut writer = Writer::new(Vec::new())?;
//! writer.write(&Failure {
//!     place: "line 3".into(),
//!     upn: Some("=cmd@example.com"),
//!     code: "user-unknown",
//!     message: "The directory has no such user.",
//!     ..Failure::default()
//! })?;
//! assert!(writer.finish()?.ends_with(b"line 3,'=cmd@example.com,,,user-unknown,The directory has no such user.,\r\n"));
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::buffer::Buffer;
use crate::cells::push;
use crate::{Field, Finding, Place, Row, SeedFile, Severity};
use std::borrow::Cow;
use std::io;

/// The columns, in their order.
pub const COLUMNS: [&str; 7] = ["place", "upn", "serial", "field", "code", "what is wrong", "what to do"];

/// One line of the file, borrowed from wherever it comes: a finding here, a reason of the directory's there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure<'a> {
    /// Where in the uploaded file: `line 3`; empty for the file as a whole.
    pub place: Cow<'a, str>,
    /// The user of the row.
    pub upn: Option<&'a str>,
    /// The serial number of the row.
    pub serial: Option<&'a str>,
    /// The field at fault.
    pub field: Option<&'a str>,
    /// A stable code in kebab case.
    pub code: &'a str,
    /// What is wrong. Never a secret.
    pub message: &'a str,
    /// What to do.
    pub action: &'a str,
}

impl<'a> Failure<'a> {
    /// A finding of a row.
    #[must_use]
    pub fn of(row: &'a Row, finding: &'a Finding) -> Self {
        Self { place: row.place.to_string().into(), upn: row.upn(), serial: row.serial(), ..Self::of_file(finding) }
    }

    /// A finding about the file: a refusal, say.
    #[must_use]
    pub fn of_file(finding: &'a Finding) -> Self {
        Self {
            place: match finding.place {
                Place::File => Cow::Borrowed(""),
                place => place.to_string().into(),
            },
            upn: None,
            serial: None,
            field: finding.field.map(Field::name),
            code: finding.code(),
            message: &finding.message,
            action: &finding.action,
        }
    }
}

/// `Failures_tokens.csv` for `tokens.csv`, whatever folder stands before it; characters that file systems do not take
/// become `_`.
#[must_use]
pub fn file_name(uploaded: &str) -> String {
    let name = uploaded.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = match name.len().checked_sub(4).and_then(|at| name.split_at_checked(at)) {
        Some((stem, suffix)) if suffix.eq_ignore_ascii_case(".csv") => stem,
        _ => name,
    };
    let safe = |c: char| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c };
    let stem: String = stem.chars().take(200).map(safe).collect();
    format!("Failures_{stem}.csv")
}

/// Writes the failures file of a whole seed file: each of its errors, in its order.
///
/// # Errors
/// What `out` answers.
pub fn write(file: &SeedFile, out: impl io::Write) -> io::Result<()> {
    let mut writer = Writer::new(out)?;
    for finding in file.findings.iter().filter(|finding| finding.severity == Severity::Error) {
        let place = file.failed.binary_search_by_key(&finding.place, |row| row.place).ok();
        let row = place.and_then(|place| file.failed.get(place));
        writer.write(&Failure {
            upn: row.and_then(|row| row.upn.as_deref()),
            serial: row.and_then(|row| row.serial.as_deref()),
            ..Failure::of_file(finding)
        })?;
    }
    writer.finish().map(drop)
}

/// Writes a failures file: UTF-8, CRLF. `out` is written to line by line: give it a buffer.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    line: Buffer,
}

impl<W: io::Write> Writer<W> {
    /// Begins the file with its header.
    ///
    /// # Errors
    /// What `out` answers.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Self { out, line: Buffer::with_room(1024) };
        writer.cells(COLUMNS)?;
        Ok(writer)
    }

    /// Writes one line.
    ///
    /// # Errors
    /// What the output answers.
    pub fn write(&mut self, failure: &Failure<'_>) -> io::Result<()> {
        let Failure { ref place, upn, serial, field, code, message, action } = *failure;
        let text = Option::unwrap_or_default;
        self.cells([place, text(upn), text(serial), text(field), code, message, action])
    }

    /// Flushes and gives the output back.
    ///
    /// # Errors
    /// What the output answers.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn cells(&mut self, cells: [&str; 7]) -> io::Result<()> {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.line.push(",");
            }
            push(&mut self.line, &neutral(cell));
        }
        self.line.push("\r\n");
        self.line.hand_on(&mut self.out)
    }
}

/// A cell that a spreadsheet takes as text: what it would compute begins with `=`, `+`, `-`, `@` (in full width, too), a
/// tab or a line end.
fn neutral(cell: &str) -> Cow<'_, str> {
    const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if cell.starts_with(BEGINS) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for (uploaded, name) in [
            ("tokens.csv", "Failures_tokens.csv"),
            ("Tokens May.CSV", "Failures_Tokens May.csv"),
            ("/home/a/b.csv", "Failures_b.csv"),
            ("C:\\x\\b.txt", "Failures_b.txt.csv"),
            ("../..", "Failures_...csv"),
            ("a\nb?.csv", "Failures_a_b_.csv"),
            ("ü.csv", "Failures_ü.csv"),
            ("", "Failures_.csv"),
        ] {
            assert_eq!(file_name(uploaded), name);
        }
    }

    #[test]
    fn nothing_is_left_for_a_spreadsheet_to_compute() {
        for begin in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
            let cell = format!("{begin}1+1|cmd");
            let mut writer = Writer::new(Vec::new()).unwrap();
            writer
                .write(&Failure { serial: Some(&cell), upn: Some(&cell), message: &cell, ..Failure::default() })
                .unwrap();
            let file = String::from_utf8(writer.finish().unwrap()).unwrap();
            let line = file.split_once("\r\n").unwrap().1;
            assert_eq!(line.matches(&format!("'{begin}")).count(), 3, "{line:?}");
            assert_eq!(line.matches(begin.trim()).count() / 3 * 3, line.matches(begin.trim()).count());
        }
    }

    #[test]
    fn a_whole_file_gives_one_line_for_each_error() {
        let file = "upn,serial number,secret key,time interval,manufacturer,model\n\
                    a@example.com,1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,One\n\
                    b@example.com,2,,45,Contoso,One\n\
                    c@example.com,3\n";
        let file = crate::read(file.as_bytes(), &crate::Options::default()).unwrap();
        let mut out = Vec::new();
        write(&file, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let begins: Vec<String> =
            out.lines().skip(1).map(|line| line.split(',').take(5).collect::<Vec<_>>().join(",")).collect();
        assert_eq!(
            begins,
            [
                "line 3,b@example.com,2,secret key,secret-empty",
                "line 3,b@example.com,2,time interval,interval-unsupported",
                "line 4,c@example.com,3,,too-few-columns"
            ]
        );
    }

    #[test]
    fn the_columns_differ_from_the_upload_s() {
        let file = Writer::new(Vec::new()).unwrap().finish().unwrap();
        assert_eq!(file, b"place,upn,serial,field,code,what is wrong,what to do\r\n");
    }
}
