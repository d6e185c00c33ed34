use crate::entra::{Outcome, Table};
use crate::lines::{Head, Lines};
use crate::{Encoding, FailedRow, Finding, Format, Kind, Options, Row, SeedFile, Severity, sniff};
use core::fmt;
use encoding_rs::WINDOWS_1252;
use std::collections::VecDeque;
use std::io;
use zeroize::Zeroizing;

/// A seed file row by row. Memory does not grow with the file, but for some 50 bytes a row by which duplicates are found.
///
/// The rows are the iterator's; what there is to say about the file as a whole is in
/// [`take_findings`](Self::take_findings): some at the beginning, the rest once the iterator has ended.
///
/// ```
/// use oath_seeds::{Options, Reader};
/// let file = "upn,serial number,secret key,time interval,manufacturer,model\r\n\
///             alice@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r\n";
/// let mut reader = Reader::new(file.as_bytes(), &Options::default())?;
/// for row in &mut reader {
///     let row = row?;
///     assert_eq!((row.line, row.serial()), (2, Some("0950380269")));
///     assert!(row.record.is_some());
/// }
/// assert!(reader.take_findings().is_empty());
/// # Ok::<(), oath_seeds::ReadError>(())
/// ```
pub struct Reader<R> {
    format: Format,
    encoding: Encoding,
    lines: Lines<R>,
    table: Table,
    findings: Vec<Finding>,
    /// Read ahead, to be compared with the rows before them together.
    rows: VecDeque<Row>,
    /// What stopped the reading behind them.
    failed: Option<ReadError>,
    ended: bool,
    closed: bool,
}

/// So many rows are read ahead.
const AHEAD: usize = 32;

impl<R: io::Read> Reader<R> {
    /// Reads the head of a file: its encoding, its format, its header. It reads in large pieces: `input` needs no buffer.
    ///
    /// # Errors
    /// [`ReadError::Io`], and [`ReadError::Refused`] where it is no seed file that can be read.
    pub fn new(input: R, options: &Options) -> Result<Self, ReadError> {
        let format = options.format.unwrap_or(Format::EntraCsv);
        let head = Head::read(input)?;
        let detected = sniff::detected(head.bytes())?;
        let mut findings = Vec::new();
        match detected.encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => findings.push(Finding::new(
                Kind::EncodingUtf16,
                Severity::Warning,
                "The file is in UTF-16; it is read so.",
                "Other tools may not: save it as UTF-8.",
            )),
            Encoding::Utf8 | Encoding::Windows1252 => {
                if detected.mark > 0 {
                    findings.push(Finding::new(
                        Kind::ByteOrderMark,
                        Severity::Note,
                        "A byte-order mark stands before the header.",
                        "It is ignored. A tool that does not know it finds no column \"upn\": save it as UTF-8 without one.",
                    ));
                }
            }
        }
        let lines = head.lines(detected)?;
        let head = lossy(lines.ahead());
        if let Some(refusal) = sniff::text(&head) {
            return Err(refusal.into());
        }
        // Whether the head is cut within a character does not matter: only whole lines are looked at.
        let end = |b: &u8| matches!(b, b'\n' | b'\r');
        let whole = lines.ahead().split_inclusive(end).filter(|line| line.last().is_some_and(end));
        let latin = whole.into_iter().any(|line| core::str::from_utf8(line).is_err());
        let encoding = if latin { Encoding::Windows1252 } else { detected.encoding };
        let mut reader = Self {
            format,
            encoding,
            lines,
            table: Table::new(options),
            findings,
            rows: VecDeque::with_capacity(AHEAD),
            failed: None,
            ended: false,
            closed: false,
        };
        while !reader.ended {
            match reader.step()? {
                None => break,
                Some(Outcome::Header(findings)) => {
                    reader.findings.extend(findings);
                    return Ok(reader);
                }
                Some(_) => {}
            }
        }
        Err(sniff::no_header().into())
    }

    /// The format it is read as.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The encoding, as far as the beginning tells.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What there is to say about the file as a whole and has not been taken yet: about its head from the beginning,
    /// about whole columns and what recurs once the iterator has ended.
    #[must_use]
    pub fn take_findings(&mut self) -> Vec<Finding> {
        core::mem::take(&mut self.findings)
    }

    /// Gives a row back that is no longer needed, so that its memory serves the next ones. Worth it where a million rows
    /// are only looked at:
    ///
    /// ```
    /// # use oath_seeds::{Options, Reader};
    /// # let file = "upn,serial number,secret key,time interval,manufacturer,model\n";
    /// # let mut reader = Reader::new(file.as_bytes(), &Options::default())?;
    /// while let Some(row) = reader.next() {
    ///     let row = row?;
    ///     // …
    ///     reader.recycle(row);
    /// }
    /// # Ok::<(), oath_seeds::ReadError>(())
    /// ```
    pub fn recycle(&mut self, mut row: Row) {
        if let Some(record) = &mut row.record {
            self.table.texts.take_back(record);
        }
    }

    /// Reads some rows and compares them with those before.
    fn read_ahead(&mut self) {
        while !self.ended && self.rows.len() < AHEAD {
            match self.step() {
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error);
                }
            }
        }
        self.table.settle(&mut self.rows);
        if self.ended && self.failed.is_none() && !core::mem::replace(&mut self.closed, true) {
            self.findings.extend(self.table.closing());
        }
    }

    /// The next line; `None` at the end.
    fn step(&mut self) -> Result<Option<Outcome>, ReadError> {
        let Some(line) = self.lines.next()? else {
            self.ended = true;
            return Ok(None);
        };
        Ok(Some(match core::str::from_utf8(line.bytes) {
            Ok(text) => self.table.line(&line, text, false, &mut self.rows)?,
            Err(_) => {
                let text = windows_1252(line.bytes);
                self.table.line(&line, &text, true, &mut self.rows)?
            }
        }))
    }
}

impl<R: io::Read> Iterator for Reader<R> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rows.is_empty() {
            self.read_ahead();
        }
        match self.rows.pop_front() {
            Some(row) => Some(Ok(row)),
            None => self.failed.take().map(Err),
        }
    }
}

impl<R: io::Read> core::iter::FusedIterator for Reader<R> {}

/// The buffers hold secrets.
impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("format", &self.format)
            .field("encoding", &self.encoding)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

/// The text with a replacement character for what is not UTF-8. Its room is made at once, for `String::from_utf8_lossy`
/// leaves a copy where its string grows.
fn lossy(bytes: &[u8]) -> Zeroizing<String> {
    let room = char::REPLACEMENT_CHARACTER.len_utf8();
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(room)));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// The same of Windows-1252, whose every byte is a character.
fn windows_1252(bytes: &[u8]) -> Zeroizing<String> {
    let mut decoder = WINDOWS_1252.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(room));
    let _ = decoder.decode_to_string(bytes, &mut text, true);
    text
}

/// Reads a whole file into memory.
///
/// # Errors
/// [`ReadError::Refused`] where it is no seed file that can be read.
pub fn read(bytes: &[u8], options: &Options) -> Result<SeedFile, ReadError> {
    read_from(bytes, options)
}

/// Reads a whole file from wherever it comes, piece by piece: only its records and findings are kept in memory.
///
/// # Errors
/// [`ReadError`].
pub fn read_from(input: impl io::Read, options: &Options) -> Result<SeedFile, ReadError> {
    let mut reader = Reader::new(input, options)?;
    let mut findings = reader.take_findings();
    let mut records = Vec::new();
    let mut failed = Vec::new();
    loop {
        reader.read_ahead();
        if reader.rows.is_empty() {
            break;
        }
        // As the iterator would, without a row that is moved from hand to hand.
        for row in reader.rows.drain(..) {
            findings.extend(row.findings);
            match row.record {
                Some(record) => records.push(record),
                None => failed.push(FailedRow { line: row.line, upn: row.upn, serial: row.serial }),
            }
        }
    }
    if let Some(error) = reader.failed.take() {
        return Err(error);
    }
    findings.extend(reader.take_findings());
    Ok(SeedFile { format: reader.format, encoding: reader.encoding, records, failed, findings })
}

/// Why a file cannot be read, or not further.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The input failed.
    Io(io::Error),
    /// It is no seed file that can be read; the finding says what it seems to be and what to do.
    Refused(Box<Finding>),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the seed file could not be read: {error}"),
            Self::Refused(finding) => finding.fmt(f),
        }
    }
}

impl core::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Finding> for ReadError {
    fn from(refusal: Finding) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

#[cfg(test)]
mod tests {
    use super::{lossy, windows_1252};

    #[test]
    fn texts_are_decoded_in_a_string_that_does_not_move() {
        for bytes in [&b""[..], b"abc", &[b'\xe4'; 500], &[0x80; 500], b"a\xe4b\xf6", "ä€😀".as_bytes()] {
            let text = lossy(bytes);
            assert_eq!(*text, String::from_utf8_lossy(bytes));
            assert!(text.capacity() == 3 * bytes.len(), "as it was made");
            let text = windows_1252(bytes);
            assert_eq!(*text, encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0);
            assert!(text.capacity() >= 3 * bytes.len(), "room for any byte");
        }
    }
}
