use crate::buffer::Buffer;
use crate::encoding::{Decoded, Detected, LEAST_SPACE, read_some};
use crate::{Encoding, ReadError};
use core::fmt;
use memchr::memchr;
use std::io;
use zeroize::Zeroizing;

/// No row of a seed file is longer, in bytes of UTF-8; what is longer is skipped and reported.
pub(crate) const MAX_LINE: usize = 16 << 10;
/// As much of the beginning as is looked at to recognise a file.
const HEAD: usize = 8 << 10;
/// The buffer of a file that fits into it, with room for more than the head: a buffer is wiped as a whole.
const SMALL_BUFFER: usize = 16 << 10;
/// The buffer of a larger file.
const BUFFER: usize = 128 << 10;

/// The raw beginning of an input, before its encoding is known.
pub(crate) struct Head<R> {
    input: R,
    buffer: Zeroizing<Vec<u8>>,
    end: usize,
}

impl<R: io::Read> Head<R> {
    /// Reads the beginning.
    pub(crate) fn read(mut input: R) -> io::Result<Self> {
        let mut buffer = Zeroizing::new(vec![0; SMALL_BUFFER]);
        let mut end = 0;
        while end < HEAD {
            match read_some(&mut input, buffer.get_mut(end..).unwrap_or_default())? {
                0 => break,
                read => end = end.saturating_add(read),
            }
        }
        Ok(Self { input, buffer, end })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.end).unwrap_or_default()
    }

    /// What has been read, and the input that comes after it.
    pub(crate) fn into_parts(self) -> (Zeroizing<Vec<u8>>, R) {
        let Self { input, mut buffer, end } = self;
        buffer.truncate(end);
        (buffer, input)
    }

    /// The lines after the byte-order mark.
    pub(crate) fn lines(self, detected: Detected) -> io::Result<Lines<R>> {
        let Self { input, mut buffer, mut end } = self;
        let mut start = detected.mark.min(end);
        let mut source = match detected.encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let source = Decoded::utf_16(input, detected.encoding, buffer.get(start..end).unwrap_or_default());
                (start, end) = (0, 0);
                source
            }
            Encoding::Utf8 | Encoding::Windows1252 => Decoded::as_is(input),
        };
        while end.saturating_sub(start) < HEAD && detected.encoding != Encoding::Utf8 {
            match source.read(buffer.get_mut(end..).unwrap_or_default())? {
                0 => break,
                read => end = end.saturating_add(read),
            }
        }
        // CR alone ends lines where there is no LF: what old Macintosh programs wrote.
        let head = buffer.get(start..end).unwrap_or_default();
        let terminator = if memchr(b'\n', head).is_none() && memchr(b'\r', head).is_some() { b'\r' } else { b'\n' };
        Ok(Lines { source, buffer, start, end, number: 0, terminator, ended: false })
    }
}

/// The lines of a text, one at a time, in one buffer. It is replaced once by a larger one, and wiped.
///
/// A line ends at its line end even within quotes: no field of a token goes over two lines, and a quote that is
/// not closed must not swallow the rows below.
pub(crate) struct Lines<R> {
    source: Decoded<R>,
    buffer: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
    number: u64,
    terminator: u8,
    ended: bool,
}

/// One line, without its end.
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: u64,
    /// Empty where it is too long.
    pub(crate) bytes: &'a [u8],
    /// More than one CR stood at its end.
    pub(crate) stray_cr: bool,
    /// It was longer than [`MAX_LINE`] and has been skipped.
    pub(crate) too_long: bool,
}

impl<R: io::Read> Lines<R> {
    /// What is in the buffer and not yet read as lines.
    pub(crate) fn ahead(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// All that is left, where it has at most so many bytes. It is read into one block after the other, each twice as large
    /// and each wiped, so that no copy stays.
    pub(crate) fn rest(mut self, limit: usize) -> Result<Zeroizing<Vec<u8>>, ReadError> {
        let mut all = Buffer::with_room(self.buffer.len());
        all.push_bytes(self.ahead());
        let Self { source, buffer, .. } = &mut self;
        all.read_whole(buffer, limit, |piece| Ok(source.read(piece)?))
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut too_long = false;
        let (from, to) = loop {
            if let Some(length) = memchr(self.terminator, self.ahead()) {
                let from = self.start;
                let to = from.saturating_add(length);
                self.start = to.saturating_add(1);
                break (from, to);
            }
            if self.end.saturating_sub(self.start) > MAX_LINE {
                too_long = true;
                self.start = self.end;
            }
            if self.ended {
                if self.start == self.end && !too_long {
                    return Ok(None);
                }
                let from = self.start;
                self.start = self.end;
                break (from, self.end);
            }
            self.fill()?;
        };
        self.number = self.number.saturating_add(1);
        let line = self.buffer.get(from..to).unwrap_or_default();
        let too_long = too_long || line.len() > MAX_LINE;
        let kept = if self.terminator == b'\n' {
            line.iter().rposition(|&b| b != b'\r').map_or(0, |last| last.saturating_add(1))
        } else {
            line.len()
        };
        let stray_cr = line.len().saturating_sub(kept) > 1;
        let bytes = if too_long { &[] } else { line.get(..kept).unwrap_or_default() };
        Ok(Some(Line { number: self.number, bytes, stray_cr, too_long }))
    }

    fn fill(&mut self) -> io::Result<()> {
        let is_full = self.buffer.len().saturating_sub(self.end) < LEAST_SPACE;
        if is_full && self.buffer.len() < BUFFER {
            let mut larger = Zeroizing::new(vec![0; BUFFER]);
            let (ahead, length) = (self.ahead(), self.ahead().len());
            larger.iter_mut().zip(ahead).for_each(|(to, from)| *to = *from);
            (self.buffer, self.start, self.end) = (larger, 0, length);
        } else if is_full || self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        let read = self.source.read(self.buffer.get_mut(self.end..).unwrap_or_default())?;
        self.end = self.end.saturating_add(read);
        self.ended = read == 0;
        Ok(())
    }
}

/// The buffer holds secrets.
impl<R> fmt::Debug for Lines<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("number", &self.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::detect;

    fn lines(bytes: &[u8]) -> Vec<(u64, String, bool, bool)> {
        let head = Head::read(bytes).unwrap();
        let detected = detect(head.bytes()).unwrap();
        let mut lines = head.lines(detected).unwrap();
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = String::from_utf8(line.bytes.to_vec()).unwrap();
            all.push((line.number, text, line.stray_cr, line.too_long));
        }
        all
    }

    #[test]
    fn every_line_end() {
        let two = [(1, "a".to_owned(), false, false), (2, "b".to_owned(), false, false)];
        for text in ["a\nb", "a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\rb", "\u{feff}a\nb\n"] {
            assert_eq!(lines(text.as_bytes()), two, "{text:?}");
        }
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"\n").len(), 1);
        assert_eq!(lines(b"a\r\r\n"), [(1, "a".to_owned(), true, false)]);
        assert_eq!(lines(b"\xff\xfea\0\n\0b\0"), two);
    }

    #[test]
    fn long_lines_are_skipped_and_cost_no_memory() {
        for length in [MAX_LINE + 1, SMALL_BUFFER + 2, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER] {
            let text = format!("a\n{}\nb", "x".repeat(length));
            let found = lines(text.as_bytes());
            assert_eq!(found.iter().map(|l| (l.0, l.3)).collect::<Vec<_>>(), [(1, false), (2, true), (3, false)]);
            assert_eq!(lines(&text.as_bytes()[..length + 2]).len(), 2, "{length} without a line end");
        }
        assert!(!lines("x".repeat(MAX_LINE).as_bytes())[0].3);
        // Lines that the small buffer holds nearly, just or no longer.
        for before in [0, 1, 100, 9000] {
            for length in MAX_LINE - 20..=MAX_LINE {
                let text = format!("{}\n{}\nb", "a".repeat(before), "x".repeat(length));
                let found = lines(text.as_bytes());
                let lengths: Vec<_> = found.iter().map(|line| (line.1.len(), line.3)).collect();
                assert_eq!(lengths, [(before, false), (length, false), (1, false)]);
            }
        }
    }
}
