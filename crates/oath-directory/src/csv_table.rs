//! A CSV file as people save one: UTF-8, UTF-16 or Windows-1252; a header; comma, semicolon or tab, whichever the header has.

use csv::{Position, ReaderBuilder, StringRecord, Trim};
use oath_seeds::text_of_users;

/// The rows with their lines, from 1, below the names of their columns. Every row has as many cells as the header.
pub(crate) struct Table {
    pub(crate) names: StringRecord,
    pub(crate) rows: Vec<(u64, StringRecord)>,
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
        let text = text.replace("\r\n", "\n");
        let header = text.lines().next().unwrap_or_default();
        let separator = [b',', b';', b'\t'].into_iter().find(|s| header.contains(char::from(*s))).unwrap_or(b',');
        let mut reader = ReaderBuilder::new().delimiter(separator).trim(Trim::All).from_reader(text.as_bytes());
        let names = reader.headers().map_err(|_| CsvError::Malformed { line: 1 })?.clone();
        let line = |position: Option<&Position>| position.map_or(1, |position| line_of(position, &text));
        let rows = reader.records().map(|record| match record {
            Ok(record) => Ok((line(record.position()), record)),
            Err(error) => Err(CsvError::Malformed { line: line(error.position()) }),
        });
        Ok(Self { names, rows: rows.collect::<Result<_, _>>()? })
    }
}

/// The line on which a row begins. The parser's position is before the empty lines above it.
fn line_of(position: &Position, text: &str) -> u64 {
    let at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let empty = text.bytes().skip(at).take_while(|byte| *byte == b'\n').count();
    position.line().saturating_add(u64::try_from(empty).unwrap_or(u64::MAX))
}
