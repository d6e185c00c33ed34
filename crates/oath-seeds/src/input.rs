//! The bytes of a file once its envelopes are open: gzip, `OpenPGP`.

use crate::lines::Head;
use crate::recognise;
use crate::{Finding, Limits, ReadError, Unlock};
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};
use zeroize::Zeroizing;

/// Bytes that have been read already, and what comes after them.
pub(crate) struct Prefixed<R> {
    head: Zeroizing<Vec<u8>>,
    start: usize,
    input: R,
}

impl<R> Prefixed<R> {
    pub(crate) const fn new(head: Zeroizing<Vec<u8>>, input: R) -> Self {
        Self { head, start: 0, input }
    }
}

impl<R: Read> Read for Prefixed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.head.get(self.start..).unwrap_or_default();
        if rest.is_empty() {
            return self.input.read(out);
        }
        let read = rest.read(out)?;
        self.start = self.start.saturating_add(read);
        Ok(read)
    }
}

/// An input without its envelopes.
pub(crate) enum Input<R> {
    /// As it is.
    Plain(R),
    /// Compressed.
    Gzip(Box<MultiGzDecoder<Prefixed<Input<R>>>>),
    /// Opened in memory.
    #[cfg(feature = "openpgp")]
    Memory(Prefixed<io::Empty>),
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(out),
            Self::Gzip(input) => input.read(out).map_err(DamagedGzip::or_other),
            #[cfg(feature = "openpgp")]
            Self::Memory(input) => input.read(out),
        }
    }
}

/// So many envelopes are opened, one in the other.
const MOST_ENVELOPES: usize = 2;

impl<R: Read> Input<R> {
    /// Opens what is around a file, and reads its beginning. The findings are about the envelopes.
    ///
    /// A compressed file is unpacked while it is read, so that it takes no more memory than its rows; an `OpenPGP` message is
    /// opened as a whole, within [`Limits::document_bytes`].
    pub(crate) fn open(input: R, limits: Limits, unlock: &Unlock) -> Result<(Head<Self>, Vec<Finding>), ReadError> {
        let mut head = Head::read(Self::Plain(input))?;
        let mut findings = Vec::new();
        let mut envelopes = 0usize;
        while let Some(envelope) = Envelope::around(head.bytes()) {
            envelopes = envelopes.saturating_add(1);
            if envelopes > MOST_ENVELOPES {
                return Err(recognise::too_many_envelopes().into());
            }
            let (bytes, input) = head.into_parts();
            let prefixed = Prefixed::new(bytes, input);
            head = match envelope {
                Envelope::Gzip => Head::read(Self::Gzip(Box::new(MultiGzDecoder::new(prefixed))))?,
                #[cfg(feature = "openpgp")]
                Envelope::OpenPgp => Head::read(Self::openpgp(prefixed, limits, unlock, &mut findings)?)?,
            };
        }
        #[cfg(not(feature = "openpgp"))]
        let _ = (limits, unlock, &mut findings);
        Ok((head, findings))
    }

    #[cfg(feature = "openpgp")]
    fn openpgp(
        mut input: Prefixed<Self>,
        limits: Limits,
        unlock: &Unlock,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, ReadError> {
        let message = read_whole(&mut input, limits.document_bytes)?;
        let opened = crate::openpgp::open(&message, limits, unlock)?;
        if opened.signed {
            findings.push(Finding::new(
                crate::Kind::SignatureUnchecked,
                crate::Severity::Note,
                "The OpenPGP message is signed; the signature was not checked.",
                "Check it with gpg --verify or gpg --decrypt where it matters who made the file.",
            ));
        }
        Ok(Self::Memory(Prefixed::new(opened.bytes, io::empty())))
    }
}

/// What is around a file.
enum Envelope {
    Gzip,
    #[cfg(feature = "openpgp")]
    OpenPgp,
}

impl Envelope {
    fn around(head: &[u8]) -> Option<Self> {
        #[cfg(feature = "openpgp")]
        if recognise::is_openpgp(head) {
            return Some(Self::OpenPgp);
        }
        recognise::is_gzip(head).then_some(Self::Gzip)
    }
}

/// All of an input that has at most so many bytes.
#[cfg(feature = "openpgp")]
fn read_whole(input: &mut impl Read, limit: usize) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    const PIECE: usize = 64 << 10;
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    let all = crate::buffer::Buffer::with_room(PIECE);
    all.read_whole(&mut piece, limit, |piece| Ok(crate::encoding::read_some(input, piece)?))
}

/// The cause of an error: a compressed file that does not unpack.
#[derive(Debug)]
pub(crate) struct DamagedGzip;

impl DamagedGzip {
    /// Tells what the decoder says of the data from what the input says.
    fn or_other(error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                io::Error::new(io::ErrorKind::InvalidData, Self)
            }
            _ => error,
        }
    }

    pub(crate) fn is_in(error: &io::Error) -> bool {
        matches!(error.get_ref(), Some(cause) if cause.is::<Self>())
    }
}

impl core::fmt::Display for DamagedGzip {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the gzip data is damaged or cut off")
    }
}

impl core::error::Error for DamagedGzip {}
