//! The bytes of a file once its envelopes are open: gzip, `OpenPGP`.

use crate::lines::Head;
use crate::recognise;
use crate::{Limits, ReadError, Unlock};
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
    Gzip(Box<MultiGzDecoder<Prefixed<R>>>),
    /// Opened in memory.
    Memory(Prefixed<io::Empty>),
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(out),
            Self::Gzip(input) => input.read(out),
            Self::Memory(input) => input.read(out),
        }
    }
}

impl<R: Read> Input<R> {
    /// Opens what is around a file, and reads its beginning.
    pub(crate) fn open(input: R, limits: Limits, unlock: &Unlock) -> Result<Head<Self>, ReadError> {
        let head = Head::read(Self::Plain(input))?;
        let _ = (limits, unlock);
        if recognise::is_gzip(head.bytes()) {
            let (bytes, input) = head.into_parts();
            let Self::Plain(input) = input else { return Err(recognise::no_rows(crate::Format::EntraCsv).into()) };
            return Ok(Head::read(Self::Gzip(Box::new(MultiGzDecoder::new(Prefixed::new(bytes, input)))))?);
        }
        Ok(head)
    }
}
