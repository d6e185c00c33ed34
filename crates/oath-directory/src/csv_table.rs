//! A CSV file as people save one: UTF-8, UTF-16 or Windows-1252; a header; comma, semicolon or tab, whichever the header has.

use csv::{Position, ReaderBuilder, StringRecord, Trim};
use oath_seeds::text_of_users;

/// A text whose rows all have as many cells as the header. Holds the text and no row.
#[derive(Debug)]
pub(crate) struct Table {
    /// The names of the columns.
    pub(crate) names: StringRecord,
    text: String,
    separator: u8,
    rows: u64,
}

/// Why a file is no table.
pub(crate) enum CsvError {
    /// It is no text; what it seems to be and what to do.
    NotText(String),
    /// The row on this line does not have the columns of the header.
    Malformed { line: u64 },
}

impl Table {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, CsvError> {
        let text = match bytes {
            [] => String::new(),
            _ => text_of_users(bytes).map_err(|error| CsvError::NotText(error.to_string()))?,
        };
        // One kind of line end, so that the parser counts lines as people do.
        let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text };
        let header = text.lines().next().unwrap_or_default();
        let separator = [b',', b';', b'\t'].into_iter().find(|s| header.contains(char::from(*s))).unwrap_or(b',');
        let names = reader(&text, separator).headers().map_err(|_| CsvError::Malformed { line: 1 })?.clone();
        let mut table = Self { names, text, separator, rows: 0 };
        let mut rows = 0u64;
        for record in reader(&table.text, separator).into_records() {
            if let Err(error) = record {
                return Err(CsvError::Malformed { line: table.line(error.position()) });
            }
            rows = rows.saturating_add(1);
        }
        table.rows = rows;
        Ok(table)
    }

    /// How many rows there are below the header.
    pub(crate) const fn len(&self) -> u64 {
        self.rows
    }

    /// The rows with their lines, from 1, read anew each time.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, StringRecord)> + '_ {
        let records = reader(&self.text, self.separator).into_records();
        // All of them were read before without an error.
        records.filter_map(Result::ok).map(|record| (self.line(record.position()), record))
    }

    fn line(&self, position: Option<&Position>) -> u64 {
        position.map_or(1, |position| line_of(position, &self.text))
    }
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(separator).trim(Trim::All).from_reader(text.as_bytes())
}

/// The line on which a row begins. The parser's position is before the empty lines above it.
fn line_of(position: &Position, text: &str) -> u64 {
    let at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let empty = text.bytes().skip(at).take_while(|byte| *byte == b'\n').count();
    position.line().saturating_add(u64::try_from(empty).unwrap_or(u64::MAX))
}
