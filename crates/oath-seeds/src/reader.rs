mod error;

pub use self::error::ReadError;
use crate::characters::{lossy, starts_as_windows_1252, windows_1252};
use crate::duplicates::{self, Duplicates};
use crate::input::Input;
use crate::lines::Lines;
use crate::source::{Context, Rows};
use crate::{Encoding, Finding, Format, Kind, Options, Place, Row, SeedFile, Severity, Target, Unlock};
use crate::{documents, recognise, rows, target};
use core::fmt;
use std::collections::VecDeque;
use std::io;

/// A seed file row by row. In a format of rows, memory does not grow with the file, but for some 50 bytes a row by which
/// duplicates are found. A document (XML, JSON) is read as a whole.
///
/// The rows are the iterator's; what there is to say about the file as a whole is in
/// [`take_findings`](Self::take_findings): some at the beginning, the rest once the iterator has ended.
///
/// ```
/// use oath_seeds::{Options, Place, Reader};
/// let file = "upn,serial number,secret key,time interval,manufacturer,model\r\n\
///             alice@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r\n";
/// let mut reader = Reader::new(file.as_bytes(), &Options::default())?;
/// for row in &mut reader {
///     let row = row?;
///     assert_eq!((row.place, row.serial()), (Place::Line(2), Some("0950380269")));
///     assert!(row.record.is_some());
/// }
/// assert!(reader.take_findings().is_empty());
/// # Ok::<(), oath_seeds::ReadError>(())
/// ```
pub struct Reader<R> {
    format: Format,
    encoding: Encoding,
    target: Target,
    source: Source<R>,
    context: Context,
    duplicates: Duplicates,
    /// Read ahead, to be compared with the rows before them together.
    rows: VecDeque<Row>,
    /// So many of them have been compared and checked.
    settled: usize,
    /// So many of these have been looked at, and are done with.
    looked: usize,
    /// The error that ended the reading after them.
    failed: Option<ReadError>,
    ended: bool,
    closed: bool,
    /// No row has come yet.
    empty: bool,
}

/// Where rows come from.
enum Source<R> {
    Lines(Box<Lines<Input<R>>>, Box<dyn Rows>),
    /// A document, all of whose rows have been read.
    Read,
}

impl<R> Source<R> {
    /// Gives findings the columns of their fields.
    fn place(&self, findings: &mut [Finding]) {
        match self {
            Self::Lines(_, source) => source.place(findings),
            Self::Read => {}
        }
    }
}

/// So many rows are read ahead.
const AHEAD: usize = 64;

impl<R: io::Read> Reader<R> {
    /// Reads the head of a file: its encoding, its format, its header. It reads in large pieces: `input` needs no buffer.
    ///
    /// # Errors
    /// [`ReadError::Io`], and [`ReadError::Refused`] where it is no seed file that can be read.
    pub fn new(input: R, options: &Options) -> Result<Self, ReadError> {
        Self::unlocked(input, options, &Unlock::default())
    }

    /// The same for a file that may be encrypted.
    ///
    /// # Errors
    /// As [`new`](Self::new); a missing or a wrong password or key is a refusal that says so.
    pub fn unlocked(input: R, options: &Options, unlock: &Unlock) -> Result<Self, ReadError> {
        options.assume.check()?;
        let (head, findings) = Input::open(input, options.limits, unlock)?;
        let detected = recognise::detected(head.bytes())?;
        let mut context = Context::new(options);
        context.findings.extend(findings);
        match detected.encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => context.findings.push(Finding::new(
                Kind::EncodingUtf16,
                Severity::Warning,
                "The file is in UTF-16; it is read so.",
                "Other tools may not: save it as UTF-8.",
            )),
            Encoding::Utf8 | Encoding::Windows1252 => {
                if detected.mark > 0 {
                    context.findings.push(Finding::new(
                        Kind::ByteOrderMark,
                        Severity::Note,
                        "A byte-order mark stands before the header.",
                        "It is ignored. A tool that does not know it finds no column \"upn\": save it as UTF-8 without one.",
                    ));
                }
            }
        }
        let lines = head.lines(detected)?;
        let text = lossy(lines.ahead());
        let format = match options.format {
            Some(format) => format,
            None => recognise(&text).map_err(ReadError::Refused)?.format,
        };
        let mut reader = Self {
            format,
            encoding: if starts_as_windows_1252(lines.ahead()) { Encoding::Windows1252 } else { detected.encoding },
            target: options.target.unwrap_or(Target::of_format(format, options.otherwise)),
            source: Source::Read,
            context,
            duplicates: Duplicates::new(),
            rows: VecDeque::with_capacity(AHEAD),
            settled: 0,
            looked: 0,
            failed: None,
            ended: false,
            closed: false,
            empty: true,
        };
        match rows::source(format, options) {
            Some(source) => {
                reader.source = Source::Lines(Box::new(lines), source);
                reader.begin()?;
                if options.target.is_none() {
                    reader.target = Target::of_format(reader.format, options.otherwise);
                }
            }
            None => reader.document(lines, unlock)?,
        }
        Ok(reader)
    }

    /// Reads lines until rows begin.
    fn begin(&mut self) -> Result<(), ReadError> {
        loop {
            let Source::Lines(_, source) = &self.source else { return Ok(()) };
            if source.has_begun() {
                self.format = source.format().unwrap_or(self.format);
                return Ok(());
            }
            if self.ended {
                return Err(source.unbegun().unwrap_or_else(recognise::no_header).into());
            }
            self.step()?;
        }
    }

    /// Reads a document as a whole.
    fn document(&mut self, lines: Lines<Input<R>>, unlock: &Unlock) -> Result<(), ReadError> {
        let Some(document) = documents::reader(self.format) else {
            return Err(recognise::not_read(self.format).into());
        };
        let bytes = lines.rest(self.context.limits.document_bytes)?;
        let text = match core::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(_) => {
                self.encoding = Encoding::Windows1252;
                &windows_1252(&bytes)
            }
        };
        if self.encoding == Encoding::Windows1252 {
            self.context.findings.push(Finding::new(
                Kind::EncodingWindows1252,
                Severity::Warning,
                "The file is not UTF-8; it was read as Windows-1252.",
                "Check the letters with accents, and save the file as UTF-8.",
            ));
        }
        let read = document(text, &mut self.context, unlock, &mut self.rows);
        oath_totp::overwrite_stack();
        read?;
        self.ended = true;
        Ok(())
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

    /// The system whose rules the records are checked against.
    #[must_use]
    pub const fn target(&self) -> Target {
        self.target
    }

    /// What there is to say about the file as a whole and has not been taken yet: about its head from the beginning,
    /// about whole columns and what recurs once the iterator has ended.
    #[must_use]
    pub fn take_findings(&mut self) -> Vec<Finding> {
        core::mem::take(&mut self.context.findings)
    }

    /// The next row, as the iterator has it, where it stays. For a caller that only looks at each of a million rows: its
    /// memory serves the rows after it.
    ///
    /// ```
    /// # use oath_seeds::{Options, Reader};
    /// # let file = "upn,serial number,secret key,time interval,manufacturer,model\n";
    /// # let mut reader = Reader::new(file.as_bytes(), &Options::default())?;
    /// while let Some(row) = reader.look() {
    ///     let row = row?;
    ///     // …
    /// }
    /// # Ok::<(), oath_seeds::ReadError>(())
    /// ```
    ///
    /// # Errors
    /// As the iterator.
    pub fn look(&mut self) -> Option<Result<&mut Row, ReadError>> {
        if self.looked == self.settled {
            self.give_back();
            self.read_ahead();
        }
        let next = self.looked;
        match self.rows.get_mut(next) {
            Some(row) => {
                self.looked = next.saturating_add(1);
                Some(Ok(row))
            }
            None => self.failed.take().map(Err),
        }
    }

    /// Drops the rows that were looked at, and keeps the memory of their texts.
    fn give_back(&mut self) {
        let Self { rows, context, looked, settled, .. } = self;
        for record in rows.range_mut(..*looked).filter_map(|row| row.record.as_mut()) {
            context.texts.take_back(record);
        }
        rows.drain(..*looked);
        *settled = settled.saturating_sub(*looked);
        *looked = 0;
    }

    /// How many of the records that the iterator has handed out turned out to have a doubtful serial number: see
    /// [`rows`](Self::rows).
    #[must_use]
    pub fn doubtful(&self) -> u64 {
        self.duplicates.passed()
    }

    /// All rows from here to the end, and what there is to say about the file as a whole: for a file that is taken as a whole
    /// or not at all. They are in memory at once; [`whole`](Self::whole) reads a file twice instead.
    ///
    /// Where a spreadsheet has rounded serial numbers of a column, others may lack leading zeros. The iterator refuses those
    /// below the first rounded one and can only count those above, which it has handed out. Here they are refused, too.
    ///
    /// ```
    /// use oath_seeds::{Options, Reader};
    /// let file = "upn,serial number,secret key,time interval,manufacturer,model\r\n\
    ///             alice@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r\n";
    /// let (rows, findings) = Reader::new(file.as_bytes(), &Options::default())?.rows()?;
    /// assert_eq!((rows.len(), findings.len()), (1, 0));
    /// # Ok::<(), oath_seeds::ReadError>(())
    /// ```
    ///
    /// # Errors
    /// The first one of the iterator.
    pub fn rows(mut self) -> Result<(Vec<Row>, Vec<Finding>), ReadError> {
        let mut rows = self.by_ref().collect::<Result<Vec<Row>, _>>()?;
        let passed = self.duplicates.passed();
        let refused = self.duplicates.refuse_doubtful(&mut rows, |findings| self.source.place(findings));
        // Not where the iterator has handed some of them out.
        if refused >= passed {
            self.drop_passed();
        }
        Ok((rows, self.take_findings()))
    }

    /// Whether it is a document, all of whose rows are in memory.
    pub(crate) const fn is_held(&self) -> bool {
        matches!(self.source, Source::Read)
    }

    /// The first serial number so far that a spreadsheet rounded.
    pub(crate) const fn damaged(&self) -> Option<Place> {
        self.duplicates.damaged()
    }

    /// Refuses a row that was handed out, where its serial number is doubtful.
    pub(crate) fn refuse_if_doubtful(&self, row: &mut Row, damaged: Place) {
        duplicates::refuse_if_doubtful(row, damaged, |findings| self.source.place(findings));
    }

    /// Takes back what was said about serial numbers that have been handed out: they are refused one by one.
    pub(crate) fn drop_passed(&mut self) {
        self.context.findings.retain(|finding| finding.kind != Kind::SerialColumnDamaged);
    }

    /// Reads some rows, compares them with those before, and checks them for the target.
    fn read_ahead(&mut self) {
        while !self.ended && self.rows.len() < AHEAD {
            if let Err(error) = self.step() {
                self.ended = true;
                self.failed = Some(error);
            }
        }
        // Of the secrets that were decoded.
        oath_totp::overwrite_stack();
        self.settle();
        if self.ended && self.failed.is_none() && !core::mem::replace(&mut self.closed, true) {
            self.context.findings.extend(self.context.tallies.findings());
            self.context.findings.extend(self.duplicates.findings());
            if self.empty {
                self.context.findings.push(recognise::no_rows(self.format));
            }
        }
    }

    fn settle(&mut self) {
        let Self { source, context, rows, duplicates, target, empty, .. } = self;
        *empty &= rows.is_empty();
        let place = |findings: &mut [Finding]| source.place(findings);
        duplicates.settle(rows.range_mut(self.settled..), place);
        for row in rows.range_mut(self.settled..) {
            target::settle(row, *target, place);
            if context.refuse_weak {
                target::refuse_weak(row, *target);
            }
            context.tallies.gather(row);
        }
        self.settled = rows.len();
    }

    /// The next line.
    fn step(&mut self) -> Result<(), ReadError> {
        let Self { source: Source::Lines(lines, source), context, rows, .. } = self else {
            self.ended = true;
            return Ok(());
        };
        let Some(line) = lines.next()? else {
            self.ended = true;
            source.end(context, rows);
            return Ok(());
        };
        match core::str::from_utf8(line.bytes) {
            Ok(text) => source.line(&line, text, false, context, rows)?,
            Err(_) => source.line(&line, &windows_1252(line.bytes), true, context, rows)?,
        }
        Ok(())
    }
}

impl<R: io::Read> Iterator for Reader<R> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.looked > 0 {
            self.give_back();
        }
        if self.settled == 0 {
            self.read_ahead();
        }
        match self.rows.pop_front() {
            Some(row) => {
                self.settled = self.settled.saturating_sub(1);
                Some(Ok(row))
            }
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
            .field("findings", &self.context.findings)
            .finish_non_exhaustive()
    }
}

/// Reads a whole file into memory.
///
/// # Errors
/// [`ReadError::Refused`] where it is no seed file that can be read.
pub fn read(bytes: &[u8], options: &Options) -> Result<SeedFile, ReadError> {
    read_from(bytes, options, &Unlock::default())
}

/// Reads a whole file from wherever it comes, piece by piece: only its records and findings are kept in memory.
///
/// # Errors
/// [`ReadError`].
pub fn read_from(input: impl io::Read, options: &Options, unlock: &Unlock) -> Result<SeedFile, ReadError> {
    let mut reader = Reader::unlocked(input, options, unlock)?;
    let mut findings = reader.take_findings();
    let mut records = Vec::new();
    let mut failed = Vec::new();
    loop {
        reader.read_ahead();
        if reader.rows.is_empty() {
            break;
        }
        // As the iterator would, without a row that is moved from hand to hand.
        reader.settled = 0;
        for mut row in reader.rows.drain(..) {
            findings.append(&mut row.findings);
            match row.record.take() {
                Some(record) => records.push(record),
                None => failed.push(row.into_failed()),
            }
        }
    }
    if let Some(error) = reader.failed.take() {
        return Err(error);
    }
    let doubtful = reader.duplicates.take_doubtful(&mut records, |findings| reader.source.place(findings));
    if !doubtful.is_empty() {
        reader.drop_passed();
        for mut row in doubtful {
            findings.append(&mut row.findings);
            failed.push(row.into_failed());
        }
        failed.sort_by_key(|row| row.place);
    }
    findings.extend(reader.take_findings());
    Ok(SeedFile { format: reader.format, encoding: reader.encoding, target: reader.target, records, failed, findings })
}
