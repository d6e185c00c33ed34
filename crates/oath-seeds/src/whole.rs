use crate::{Finding, Moving, Place, ReadError, Reader, Record, Row, Severity};
use core::fmt;
use core::hash::{BuildHasher as _, Hasher};
use std::collections::hash_map::RandomState;
use std::hash::DefaultHasher;
use std::io;
use std::vec;

/// What reading a file to its end has shown.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Survey {
    /// How many rows there are, those that are no records among them.
    pub rows: u64,
    /// How many warnings there are about the rows and about the file as a whole.
    pub warnings: u64,
    /// What there is to say about the file as a whole.
    pub findings: Vec<Finding>,
}

impl Survey {
    fn row(&mut self, row: &Row) {
        self.rows = self.rows.saturating_add(1);
        self.warn(&row.findings);
    }

    fn warn(&mut self, findings: &[Finding]) {
        let warnings = findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
        self.warnings = self.warnings.saturating_add(warnings.try_into().unwrap_or(u64::MAX));
    }

    fn end(&mut self, findings: Vec<Finding>) {
        self.warn(&findings);
        self.findings = findings;
    }
}

/// The rows of a file that is taken as a whole or not at all. They are those of [`Reader::rows`], and memory does not grow
/// with a file of rows beyond what [`Reader`] takes.
///
/// What stands at the end of a file decides about rows at its beginning: an error there refuses the file, and a serial number
/// that a spreadsheet rounded makes others doubtful. So the file is read twice: once to its end by
/// [`Reader::whole`], and once more by this iterator.
///
/// ```
/// use oath_seeds::{Options, ReadError, Reader};
/// let file = "upn,serial number,secret key,time interval,manufacturer,model\r\n\
///             alice@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r\n";
/// let reader = || Reader::new(file.as_bytes(), &Options::default());
/// let rows = reader()?.whole(reader)?;
/// assert_eq!((rows.survey().rows, rows.survey().findings.len()), (1, 0));
/// assert_eq!(rows.collect::<Result<Vec<_>, _>>()?.len(), 1);
/// # Ok::<(), ReadError>(())
/// ```
pub struct WholeFile<R> {
    survey: Survey,
    source: Source<R>,
}

enum Source<R> {
    /// A document, which was held as a whole in any case.
    Held(vec::IntoIter<Row>),
    Again {
        reader: Box<Reader<R>>,
        /// The first serial number that a spreadsheet rounded.
        damaged: Option<Place>,
        /// Over the rows of the first reading.
        expected: u64,
        /// Over those of this one so far.
        found: Digest,
    },
    Ended,
}

impl<R: io::Read> Reader<R> {
    /// Reads the file to its end, to be read once more row by row. `again` opens it for that, with the same options.
    ///
    /// # Errors
    /// The first one of either reading, also where it stands at the end of the file: then there are no rows.
    pub fn whole(mut self, again: impl FnOnce() -> Result<Self, ReadError>) -> Result<WholeFile<R>, ReadError> {
        let mut survey = Survey::default();
        if self.is_held() {
            let (rows, findings) = self.rows()?;
            rows.iter().for_each(|row| survey.row(row));
            survey.end(findings);
            return Ok(WholeFile { survey, source: Source::Held(rows.into_iter()) });
        }
        let state = RandomState::new();
        let mut first = Digest::new(&state);
        while let Some(row) = self.look() {
            let row = row?;
            survey.row(row);
            first.take(row);
        }
        let damaged = self.damaged();
        self.drop_passed();
        survey.end(self.take_findings());
        let reader = Box::new(again()?);
        let source = Source::Again { reader, damaged, expected: first.end(), found: Digest::new(&state) };
        Ok(WholeFile { survey, source })
    }
}

impl<R> WholeFile<R> {
    /// What the first reading has shown.
    #[must_use]
    pub const fn survey(&self) -> &Survey {
        &self.survey
    }
}

impl<R: io::Read> Iterator for WholeFile<R> {
    type Item = Result<Row, ReadError>;

    /// # Errors
    /// Those of the input, and at the end [`ReadError::Changed`] where the rows were not those of the first reading.
    fn next(&mut self) -> Option<Self::Item> {
        let row = match &mut self.source {
            Source::Held(rows) => return rows.next().map(Ok),
            Source::Ended => return None,
            Source::Again { reader, damaged, expected, found } => match reader.next() {
                Some(Ok(mut row)) => {
                    found.take(&row);
                    if let Some(damaged) = *damaged {
                        reader.refuse_if_doubtful(&mut row, damaged);
                    }
                    return Some(Ok(row));
                }
                Some(Err(error)) => Some(Err(error)),
                None => (found.end() != *expected).then_some(Err(ReadError::Changed)),
            },
        };
        self.source = Source::Ended;
        row
    }
}

impl<R: io::Read> core::iter::FusedIterator for WholeFile<R> {}

impl<R> fmt::Debug for WholeFile<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeFile").field("survey", &self.survey).finish_non_exhaustive()
    }
}

/// A hash over rows, under a random key that lives as long as the two readings. It sees the secrets and shows nothing of them:
/// `SipHash` has no branch and no index that depends on its input.
struct Digest(DefaultHasher);

impl Digest {
    fn new(state: &RandomState) -> Self {
        Self(state.build_hasher())
    }

    /// What a caller takes from a row.
    fn take(&mut self, row: &Row) {
        let Self(hasher) = self;
        hasher.write_u64(row.place.number());
        text(hasher, row.upn());
        text(hasher, row.serial());
        if let Some(Record { secret, algorithm, digits, moving, manufacturer, model, .. }) = &row.record {
            bytes(hasher, secret.expose_bytes());
            text(hasher, Some(algorithm.name()));
            hasher.write_usize(digits.count());
            match moving {
                Moving::Time { step } => {
                    hasher.write_u32(step.x());
                    hasher.write_u64(step.t0());
                }
                Moving::Counter { counter } => hasher.write_u64(*counter),
            }
            bytes(hasher, manufacturer.as_bytes());
            bytes(hasher, model.as_bytes());
        }
    }

    fn end(&self) -> u64 {
        self.0.finish()
    }
}

/// With its length, so that two texts in a row are not taken for two others.
fn bytes(hasher: &mut impl Hasher, bytes: &[u8]) {
    hasher.write_usize(bytes.len());
    hasher.write(bytes);
}

fn text(hasher: &mut impl Hasher, text: Option<&str>) {
    hasher.write_u8(text.is_some().into());
    bytes(hasher, text.unwrap_or_default().as_bytes());
}
