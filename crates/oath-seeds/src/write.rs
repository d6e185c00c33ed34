use crate::buffer::Buffer;
use crate::encode::{Encoder, encoder};
use crate::obstacle::obstacles;
use crate::{Field, Format, Loss, Moving, Obstacle, Place, Protection, Record, Target, losses};
use core::fmt;
use oath_totp::{Algorithm, Digits};
use std::io;

/// How a file is to be written.
///
/// ```
/// use oath_seeds::{Target, WriteOptions};
/// let options = WriteOptions::default().target(Target::Inventory).accept_loss(true);
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// The system that the file is for, whose rules are kept besides the format's; `None`: the format's own
    /// ([`Format::target`]).
    pub target: Option<Target>,
    /// Writes records of which the format loses something.
    pub accept_loss: bool,
    /// Encrypts the secrets of the file. A format that cannot ([`WriteError::NotProtected`]) is not written.
    pub protection: Option<Protection>,
}

impl WriteOptions {
    /// Sets the system that the file is for.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets whether records are written of which the format loses something.
    #[must_use]
    pub fn accept_loss(mut self, accept: bool) -> Self {
        self.accept_loss = accept;
        self
    }

    /// Encrypts the secrets of the file.
    #[must_use]
    pub fn protect(mut self, protection: Protection) -> Self {
        self.protection = Some(protection);
        self
    }
}

impl Format {
    /// Every format that can be written.
    pub fn written() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|format| format.capacity().is_some())
    }

    /// The system whose own format it is.
    #[must_use]
    pub const fn target(self) -> Option<Target> {
        Some(match self {
            Self::EntraCsv => Target::Entra,
            Self::GraphJson => Target::Graph,
            Self::DuoCsv => Target::Duo,
            Self::PingIdCsv => Target::PingId,
            Self::OktaJson => Target::Okta,
            Self::KeycloakJson => Target::Keycloak,
            Self::PrivacyIdeaCsv => Target::PrivacyIdea,
            Self::LinOtpCsv => Target::LinOtp,
            Self::NetIqCsv => Target::NetIq,
            Self::MultiOtpCsv => Target::MultiOtp,
            _ => return None,
        })
    }
}

/// Writes every record in a format, or, where one of them cannot be written, nothing at all. Reading the file gives the
/// records back, but for what was lost by consent.
///
/// ```
/// use oath_seeds::{Format, Options, Record, WriteOptions, read, write};
/// use oath_totp::Secret;
/// let mut record = Record::new("0950380269", Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?);
/// record.upn = Some("o'neil@example.com".to_owned());
/// let mut file = Vec::new();
/// write([&record], Format::EntraCsv, &WriteOptions::default(), &mut file)?;
/// assert!(file.ends_with(b"\r\no''neil@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,,\r\n"));
/// assert_eq!(read(&file, &Options::default())?.records[0].secret, record.secret);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`WriteError::CannotCarry`] with every record that has an obstacle or a loss that was not accepted;
/// [`WriteError::NotWritten`]; [`WriteError::NotProtected`]; [`WriteError::Io`].
pub fn write<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    format: Format,
    options: &WriteOptions,
    out: impl io::Write,
) -> Result<(), WriteError> {
    let records: Vec<&Record> = records.into_iter().collect();
    let refused = refused(records.iter().copied(), format, options);
    if !refused.is_empty() {
        return Err(WriteError::CannotCarry(refused));
    }
    let mut writer = Writer::new(out, format, options)?;
    for record in records {
        writer.encode(record)?;
    }
    writer.finish()?;
    Ok(())
}

/// The records that [`write`](write()) refuses: each with its obstacles, and with its losses unless they are accepted. Where a format
/// says the parameters once for the whole file, the first record that it can hold sets them.
///
/// ```
/// use oath_seeds::{Format, Record, WriteOptions, refused};
/// use oath_totp::Secret;
/// let secret = Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?;
/// let record = Record::unnumbered(secret);
/// assert_eq!(refused([&record], Format::DuoCsv, &WriteOptions::default())[0].obstacles[0].name(), "needs");
/// # Ok::<(), oath_totp::SecretError>(())
/// ```
#[must_use]
pub fn refused<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    format: Format,
    options: &WriteOptions,
) -> Vec<Refused> {
    let mut uniform = None;
    let each = records.into_iter().enumerate();
    each.filter_map(|(index, record)| Refused::of(index, record, format, options, &mut uniform)).collect()
}

/// Writes records one by one, with memory that does not grow where the format is one of rows. What it writes passes through
/// one buffer that is wiped; `out` needs none of its own.
pub struct Writer<'a, W: io::Write> {
    out: W,
    format: Format,
    options: &'a WriteOptions,
    encoder: Box<dyn Encoder + 'a>,
    buffer: Buffer,
    written: usize,
    uniform: Option<Parameters>,
    traces: Traces,
}

/// What the encoders leave of secrets on the stack. It is overwritten after every few records and at the end: after each, that
/// takes longer than the record.
struct Traces(usize);

impl Traces {
    /// So many records are encoded before it is overwritten.
    const MOST: usize = 64;

    fn add(&mut self) {
        self.0 = self.0.saturating_add(1);
        if self.0 >= Self::MOST {
            self.0 = 0;
            oath_totp::overwrite_stack();
        }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        oath_totp::overwrite_stack();
    }
}

impl<'a, W: io::Write> Writer<'a, W> {
    /// Begins a file with what stands before the records.
    ///
    /// # Errors
    /// [`WriteError::NotWritten`]; [`WriteError::NotProtected`]; [`WriteError::Io`].
    pub fn new(out: W, format: Format, options: &'a WriteOptions) -> Result<Self, WriteError> {
        let mut encoder = encoder(format, options).ok_or(WriteError::NotWritten(format))?;
        if options.protection.is_some() && format != Format::Pskc {
            return Err(WriteError::NotProtected(format));
        }
        let mut buffer = Buffer::new();
        encoder.head(&mut buffer);
        if let Some(fault) = encoder.fault() {
            return Err(fault.into());
        }
        Ok(Self { out, format, options, encoder, buffer, written: 0, uniform: None, traces: Traces(0) })
    }

    /// Writes one record. Where the format cannot hold it, nothing of it is written, and the writer can go on.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&mut self, record: &Record) -> Result<(), WriteError> {
        if let Some(refused) = Refused::of(self.written, record, self.format, self.options, &mut self.uniform) {
            return Err(WriteError::CannotCarry(vec![refused]));
        }
        self.encode(record)
    }

    fn encode(&mut self, record: &Record) -> Result<(), WriteError> {
        self.encoder.record(record, &mut self.buffer);
        self.traces.add();
        if let Some(fault) = self.encoder.fault() {
            return Err(fault.into());
        }
        self.written = self.written.saturating_add(1);
        if self.buffer.is_full() {
            self.buffer.hand_on(&mut self.out)?;
        }
        Ok(())
    }

    /// Writes the rest and flushes.
    ///
    /// # Errors
    /// What the output answers.
    pub fn finish(mut self) -> io::Result<W> {
        self.encoder.tail(&mut self.buffer);
        if let Some(fault) = self.encoder.fault() {
            return Err(fault);
        }
        self.buffer.hand_on(&mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The buffer holds secrets.
impl<W: io::Write> fmt::Debug for Writer<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("format", &self.format).field("written", &self.written).finish_non_exhaustive()
    }
}

/// The fields of a record that would not be read back as they are.
pub(crate) fn unreadable_fields(record: &Record, format: Format) -> Vec<Field> {
    crate::encode::unreadable_fields(record, format)
}

/// What a uniform format says once for the whole file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Parameters {
    interval: Option<u32>,
    algorithm: Algorithm,
    digits: Digits,
}

impl Parameters {
    const fn of(record: &Record) -> Self {
        let interval = match record.moving {
            Moving::Time { step } => Some(step.x()),
            Moving::Counter { .. } => None,
        };
        Self { interval, algorithm: record.algorithm, digits: record.digits }
    }

    fn differs(self, other: Self) -> Option<Field> {
        if self.interval.is_some() != other.interval.is_some() {
            Some(Field::Type)
        } else if self.interval != other.interval {
            Some(Field::TimeInterval)
        } else if self.algorithm != other.algorithm {
            Some(Field::Algorithm)
        } else {
            (self.digits != other.digits).then_some(Field::Digits)
        }
    }
}

/// A record that a format cannot hold, or not without loss.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Which of those to be written, from 0.
    pub index: usize,
    /// Its name: the serial number where it has one, and `number 1` where it has no name and no place.
    pub name: String,
    /// Why it cannot be written.
    pub obstacles: Vec<Obstacle>,
    /// What would be lost, where that was not accepted.
    pub losses: Vec<Loss>,
}

impl Refused {
    fn of(
        index: usize,
        record: &Record,
        format: Format,
        options: &WriteOptions,
        uniform: &mut Option<Parameters>,
    ) -> Option<Self> {
        let mut obstacles = obstacles(record, format, options);
        if obstacles.is_empty() && format.capacity().is_some_and(|capacity| capacity.uniform) {
            let first = *uniform.get_or_insert(Parameters::of(record));
            obstacles.extend(first.differs(Parameters::of(record)).map(Obstacle::Mixed));
        }
        let losses = if options.accept_loss { Vec::new() } else { losses(record, format) };
        let refused = !obstacles.is_empty() || !losses.is_empty();
        // It may come from no file either.
        let name = || record.own_name().or_else(|| (record.place != Place::File).then(|| record.place.to_string()));
        let name = || name().unwrap_or_else(|| format!("number {}", index.saturating_add(1)));
        refused.then(|| Self { index, name: name(), obstacles, losses })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "token {}: ", self.name.escape_debug())?;
        let mut separator = "";
        for obstacle in &self.obstacles {
            write!(f, "{separator}{obstacle}")?;
            separator = "; ";
        }
        for loss in &self.losses {
            write!(f, "{separator}{loss}")?;
            separator = "; ";
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
    /// The format is only read.
    NotWritten(Format),
    /// The format cannot be encrypted, and encryption was asked for.
    NotProtected(Format),
    /// These records cannot be written, or not without a loss; none was written.
    CannotCarry(Vec<Refused>),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the seed file could not be written: {error}"),
            Self::NotWritten(format) => {
                write!(f, "{format} is read, but not written; formats that are written: ")?;
                for (index, format) in Format::written().enumerate() {
                    write!(f, "{}{format}", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Self::NotProtected(format) => {
                write!(
                    f,
                    "{format} cannot be encrypted: take {}, or encrypt the plain file by other means",
                    Format::Pskc
                )
            }
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
            Self::NotWritten(_) | Self::NotProtected(_) | Self::CannotCarry(_) => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
