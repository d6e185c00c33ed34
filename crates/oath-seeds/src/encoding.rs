use crate::Encoding;
use crate::characters::{self, ByteOrder, Progress};
use std::io;
use zeroize::Zeroizing;

/// What the first bytes say about the encoding: `None` for UTF-32, which no program here reads.
pub(crate) fn detect(head: &[u8]) -> Option<Detected> {
    let (encoding, mark) = match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return None,
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        // Two ASCII characters in UTF-16 without a mark.
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => (Encoding::Utf16Le, 0),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => (Encoding::Utf16Be, 0),
        _ => (Encoding::Utf8, 0),
    };
    Some(Detected { encoding, mark })
}

/// An encoding and how many bytes of byte-order mark lead it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detected {
    pub(crate) encoding: Encoding,
    pub(crate) mark: usize,
}

/// Input as UTF-8, or as whatever 8-bit bytes it has: those are looked at line by line.
pub(crate) struct Decoded<R> {
    input: R,
    wide: Option<Wide>,
}

/// UTF-16 on its way.
struct Wide {
    order: ByteOrder,
    raw: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
    /// The input is at its end.
    ended: bool,
}

impl Wide {
    /// Reads more, after the part of a character that is left.
    fn refill(&mut self, input: &mut impl io::Read) -> io::Result<()> {
        self.raw.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        let read = read_some(input, self.raw.get_mut(self.end..).unwrap_or_default())?;
        self.end = self.end.saturating_add(read);
        self.ended = read == 0;
        Ok(())
    }
}

/// The least space a decoded character needs.
pub(crate) const LEAST_SPACE: usize = 16;

impl<R: io::Read> Decoded<R> {
    /// `head`: the bytes after the mark that are read already; they are decoded first.
    pub(crate) fn utf_16(input: R, encoding: Encoding, head: &[u8]) -> Self {
        let order = if encoding == Encoding::Utf16Be { ByteOrder::Big } else { ByteOrder::Little };
        let mut raw = Zeroizing::new(vec![0; head.len().max(16 << 10)]);
        raw.iter_mut().zip(head).for_each(|(to, from)| *to = *from);
        Self { input, wide: Some(Wide { order, raw, start: 0, end: head.len(), ended: false }) }
    }

    pub(crate) const fn as_is(input: R) -> Self {
        Self { input, wide: None }
    }

    /// Up to `out.len()` more bytes, at least [`LEAST_SPACE`] of them free; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(wide) = &mut self.wide else { return read_some(&mut self.input, out) };
        loop {
            let raw = wide.raw.get(wide.start..wide.end).unwrap_or_default();
            let Progress { read, written } = characters::utf_16(raw, wide.order, wide.ended, out);
            wide.start = wide.start.saturating_add(read);
            if written > 0 || wide.ended {
                return Ok(written);
            }
            wide.refill(&mut self.input)?;
        }
    }
}

/// One read that signals do not interrupt.
pub(crate) fn read_some(input: &mut impl io::Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(out) {
            // A reader that claims more than there is room for is wrong; it is not believed.
            Ok(read) => return Ok(read.min(out.len())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl io::Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut out[..1])
        }
    }

    #[test]
    fn marks_and_patterns() {
        let of = |head: &[u8]| detect(head).map(|d| (d.encoding, d.mark));
        assert_eq!(of(b"upn,"), Some((Encoding::Utf8, 0)));
        assert_eq!(of(b""), Some((Encoding::Utf8, 0)));
        assert_eq!(of(b"\xef\xbb\xbfupn"), Some((Encoding::Utf8, 3)));
        assert_eq!(of(b"\xff\xfeu\0"), Some((Encoding::Utf16Le, 2)));
        assert_eq!(of(b"\xfe\xff\0u"), Some((Encoding::Utf16Be, 2)));
        assert_eq!(of(b"u\0p\0"), Some((Encoding::Utf16Le, 0)));
        assert_eq!(of(b"\0u\0p"), Some((Encoding::Utf16Be, 0)));
        assert_eq!(of(b"\xff\xfe\0\0"), None);
    }

    #[test]
    fn utf_16_in_single_bytes() {
        let text = "ü€😀,x";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for split in 0..bytes.len() {
            let mut decoded = Decoded::utf_16(Drip(&bytes[split..]), Encoding::Utf16Le, &bytes[..split]);
            let mut out = Vec::new();
            loop {
                let mut part = [0; LEAST_SPACE];
                let read = decoded.read(&mut part).unwrap();
                out.extend_from_slice(&part[..read]);
                if read == 0 {
                    break;
                }
            }
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
