use crate::cells::push;
use crate::entra::{self, header::HEADER};
use crate::{Field, Format, Moving, Record, UpnRule};
use core::fmt;
use oath_totp::{Algorithm, Digits, Key};
use std::io;
use zeroize::Zeroizing;

/// Writes every record in a format, or, where it cannot carry one of them, nothing at all: UTF-8 without a byte-order
/// mark, CRLF, quotes only where a field needs them. Reading it gives the records back.
///
/// ```
/// use oath_seeds::{Format, Options, Record, read, write};
/// use oath_totp::Secret;
/// let mut record = Record::new("0950380269", Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?);
/// record.upn = Some("o'neil@example.com".to_owned());
/// let mut file = Vec::new();
/// write([&record], Format::EntraCsv, &mut file)?;
/// assert!(file.ends_with(b"\r\no''neil@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,,\r\n"));
/// assert_eq!(read(&file, &Options::default())?.records[0].secret, record.secret);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`WriteError::CannotCarry`] with every record that has an obstacle; [`WriteError::Io`].
pub fn write<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    format: Format,
    out: impl io::Write,
) -> Result<(), WriteError> {
    write_with(records, format, UpnRule::Required, out)
}

/// Likewise, where the format takes records without a user if the rule does.
///
/// # Errors
/// As [`write()`].
pub fn write_with<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    format: Format,
    upn: UpnRule,
    out: impl io::Write,
) -> Result<(), WriteError> {
    let records: Vec<&Record> = records.into_iter().collect();
    let refused: Vec<Refused> =
        records.iter().enumerate().filter_map(|(index, record)| Refused::of(index, record, format, upn)).collect();
    if !refused.is_empty() {
        return Err(WriteError::CannotCarry(refused));
    }
    let mut writer = Writer::new(out, format, upn)?;
    for record in records {
        writer.write(record)?;
    }
    writer.finish()?;
    Ok(())
}

/// What keeps a record out of a format; empty where nothing does.
#[must_use]
pub fn obstacles(record: &Record, format: Format, upn: UpnRule) -> Vec<Obstacle> {
    let Format::EntraCsv = format;
    let mut found = Vec::new();
    if record.algorithm != Algorithm::Sha1 {
        found.push(Obstacle::Algorithm(record.algorithm));
    }
    if record.digits != Digits::Six {
        found.push(Obstacle::Digits(record.digits));
    }
    match record.moving {
        Moving::Counter { .. } => found.push(Obstacle::Counter),
        Moving::Time { step } => {
            if !matches!(step.x(), 30 | 60) {
                found.push(Obstacle::Interval(step.x()));
            }
            if step.t0() != 0 {
                found.push(Obstacle::Epoch(step.t0()));
            }
        }
    }
    if !(Key::LEGACY_MIN_BYTES..=entra::MAX_SECRET_BYTES).contains(&record.secret.byte_len()) {
        found.push(Obstacle::SecretLength { bytes: record.secret.byte_len() });
    }
    if record.upn.is_none() && upn == UpnRule::Required {
        found.push(Obstacle::NoUpn);
    }
    found.extend(entra::unreadable_fields(record, upn).map(Obstacle::Unreadable));
    found
}

/// Writes records one by one, with memory that does not grow. What it writes passes through one buffer that is wiped;
/// `out` needs none of its own.
pub struct Writer<W: io::Write> {
    out: W,
    format: Format,
    upn: UpnRule,
    buffer: Zeroizing<Vec<u8>>,
    written: usize,
}

/// The buffer is handed on when it is this full.
const FLUSH: usize = 32 << 10;
/// Room for the longest row behind that: six fields, all quotes, so that the buffer never moves.
const ROOM: usize = FLUSH + 6 * 4 * entra::row::MAX_FIELD;

impl<W: io::Write> Writer<W> {
    /// Begins a file with what stands in front of the records.
    ///
    /// # Errors
    /// What `out` answers.
    pub fn new(out: W, format: Format, upn: UpnRule) -> io::Result<Self> {
        let mut buffer = Zeroizing::new(Vec::with_capacity(ROOM));
        buffer.extend_from_slice(HEADER.as_bytes());
        buffer.extend_from_slice(b"\r\n");
        Ok(Self { out, format, upn, buffer, written: 0 })
    }

    /// Writes one record. Where the format cannot carry it, nothing of it is written, and the writer can go on.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&mut self, record: &Record) -> Result<(), WriteError> {
        if let Some(refused) = Refused::of(self.written, record, self.format, self.upn) {
            return Err(WriteError::CannotCarry(vec![refused]));
        }
        let upn = record.upn.as_deref().map(entra::escaped_upn).unwrap_or_default();
        let interval = match record.moving {
            Moving::Time { step } if step.x() == 60 => "60",
            _ => "30",
        };
        let secret = record.secret.expose_base32();
        for value in [&upn, &record.serial, secret.as_str(), interval, &record.manufacturer] {
            push(&mut self.buffer, value);
            self.buffer.push(b',');
        }
        push(&mut self.buffer, &record.model);
        self.buffer.extend_from_slice(b"\r\n");
        self.written = self.written.saturating_add(1);
        if self.buffer.len() >= FLUSH {
            self.hand_on()?;
        }
        Ok(())
    }

    /// Writes the rest and flushes.
    ///
    /// # Errors
    /// What the output answers.
    pub fn finish(mut self) -> io::Result<W> {
        self.hand_on()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// The buffer holds secrets.
impl<W: io::Write> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("format", &self.format).field("written", &self.written).finish_non_exhaustive()
    }
}

/// A reason why a format cannot carry a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// It has one hash, and not this one.
    Algorithm(Algorithm),
    /// It has one length of codes, and not this one.
    Digits(Digits),
    /// It knows no HOTP.
    Counter,
    /// It takes other intervals than this, in seconds.
    Interval(u32),
    /// It counts from 1970, not from this T0.
    Epoch(u64),
    /// The secret is too long or too short for it.
    SecretLength {
        /// What it has.
        bytes: usize,
    },
    /// It asks for a user.
    NoUpn,
    /// What stands in this field would not be read back as it is.
    Unreadable(Field),
}

impl Obstacle {
    /// Its stable name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Algorithm(_) => "algorithm",
            Self::Digits(_) => "digits",
            Self::Counter => "counter",
            Self::Interval(_) => "interval",
            Self::Epoch(_) => "epoch",
            Self::SecretLength { .. } => "secret-length",
            Self::NoUpn => "no-upn",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(algorithm) => write!(f, "the hash is {algorithm}; the format takes SHA1 only"),
            Self::Digits(digits) => write!(f, "its codes have {digits} digits; the format takes 6 only"),
            Self::Counter => f.write_str("it counts events (HOTP); the format takes TOTP only"),
            Self::Interval(x) => write!(f, "its interval is {x} s; the format takes 30 and 60 only"),
            Self::Epoch(t0) => write!(f, "its time begins at {t0}; the format takes 0 only"),
            Self::SecretLength { bytes } => write!(
                f,
                "the secret has {bytes} bytes; the format takes {} to {} (128 characters)",
                Key::LEGACY_MIN_BYTES,
                entra::MAX_SECRET_BYTES
            ),
            Self::NoUpn => f.write_str("it has no user; the format asks for one"),
            Self::Unreadable(field) => write!(f, "the {field} would not be read back as it is"),
        }
    }
}

/// A record that a format cannot carry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Which of those to be written, from 0.
    pub index: usize,
    /// Its serial number.
    pub serial: String,
    /// Why.
    pub obstacles: Vec<Obstacle>,
}

impl Refused {
    fn of(index: usize, record: &Record, format: Format, upn: UpnRule) -> Option<Self> {
        let obstacles = obstacles(record, format, upn);
        (!obstacles.is_empty()).then(|| Self { index, serial: record.serial.clone(), obstacles })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "token {}: ", self.serial.escape_debug())?;
        for (index, obstacle) in self.obstacles.iter().enumerate() {
            write!(f, "{}{obstacle}", if index > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

/// Why a file was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The output failed.
    Io(io::Error),
    /// The format cannot carry these records; none of them was written.
    CannotCarry(Vec<Refused>),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the seed file could not be written: {error}"),
            Self::CannotCarry(refused) => {
                for (index, one) in refused.iter().take(5).enumerate() {
                    write!(f, "{}{one}", if index > 0 { "\n" } else { "" })?;
                }
                match refused.len().checked_sub(5) {
                    Some(more @ 1..) => write!(f, "\nand {more} more"),
                    _ => Ok(()),
                }
            }
        }
    }
}

impl core::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::CannotCarry(_) => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
