use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use zeroize::Zeroizing;

/// How much is read at once.
const SIZE: usize = 256 * 1024;
/// One is being filled, one is full, one is being looked at.
const BUFFERS: usize = 3;

/// Secrets pass through: wiped when dropped, by whichever side drops it.
type Buffer = Zeroizing<Vec<u8>>;

/// Reads ahead on a thread of its own, so that what is read is looked at while the system brings the next. In a few
/// buffers that go round, whatever the length of the input.
///
/// The thread ends with the input, with its first error, or once this is dropped.
pub(crate) struct Ahead {
    filled: Receiver<io::Result<(Buffer, usize)>>,
    emptied: SyncSender<Buffer>,
    /// What is being looked at, from `start` to `end`.
    buffer: Buffer,
    start: usize,
    end: usize,
    ended: bool,
}

impl Ahead {
    pub(crate) fn new(input: impl Read + Send + 'static) -> Self {
        // As long as there are buffers, so that sending one never waits.
        let (to_reader, filled) = sync_channel(BUFFERS);
        let (emptied, to_fill) = sync_channel(BUFFERS);
        let buffer = || Zeroizing::new(vec![0; SIZE]);
        for _ in 1..BUFFERS {
            // Cannot fail: the other end is still here.
            let _ = emptied.send(buffer());
        }
        let to_report = to_reader.clone();
        let thread = thread::Builder::new().name("read ahead".to_owned());
        if let Err(error) = thread.spawn(move || fill(input, &to_fill, &to_reader)) {
            let _ = to_report.send(Err(error));
        }
        Self { filled, emptied, buffer: buffer(), start: 0, end: 0, ended: false }
    }
}

/// What the thread does.
fn fill(mut input: impl Read, to_fill: &Receiver<Buffer>, filled: &SyncSender<io::Result<(Buffer, usize)>>) {
    for mut buffer in to_fill {
        let read = loop {
            match input.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let last = !matches!(read, Ok(1..));
        // It fails where the reader was dropped.
        if filled.send(read.map(|length| (buffer, length))).is_err() || last {
            return;
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && !self.ended {
            // It fails where the thread is at its end already.
            let _ = self.emptied.send(core::mem::take(&mut self.buffer));
            (self.start, self.end, self.ended) = (0, 0, true);
            let gone = |_| io::Error::other("the thread that reads ahead is gone");
            (self.buffer, self.end) = self.filled.recv().map_err(gone)??;
            self.ended = self.end == 0;
        }
        let read = self.buffer.get(self.start..self.end).unwrap_or_default().read(bytes)?;
        self.start = self.start.saturating_add(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use std::sync::mpsc::{Sender, channel};

    /// Bytes of a pattern in pieces of odd lengths, with interruptions, then the end or an error; says when it is dropped.
    struct Input {
        left: usize,
        at: usize,
        calls: usize,
        error: bool,
        dropped: Sender<()>,
    }

    fn pattern(at: usize) -> u8 {
        u8::try_from(at % 251).unwrap()
    }

    impl Read for Input {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls.is_multiple_of(5) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.left == 0 && self.error {
                return Err(io::ErrorKind::StaleNetworkFileHandle.into());
            }
            let length = bytes.len().min(self.left).min(if self.calls.is_multiple_of(2) { usize::MAX } else { 77_777 });
            bytes[..length].iter_mut().zip(self.at..).for_each(|(byte, at)| *byte = pattern(at));
            (self.left, self.at) = (self.left - length, self.at + length);
            Ok(length)
        }
    }

    impl Drop for Input {
        fn drop(&mut self) {
            self.dropped.send(()).unwrap();
        }
    }

    fn ahead(length: usize, error: bool) -> (Ahead, Receiver<()>) {
        let (dropped, gone) = channel();
        (Ahead::new(Input { left: length, at: 0, calls: 0, error, dropped }), gone)
    }

    const SOON: Duration = Duration::from_secs(60);

    #[test]
    fn everything_comes_once_and_in_order() {
        for length in [0, 1, SIZE - 1, SIZE, SIZE + 1, 10 * SIZE + 5] {
            let (mut ahead, gone) = ahead(length, false);
            let mut all = Vec::new();
            ahead.read_to_end(&mut all).unwrap();
            assert!(all.len() == length && all.iter().zip(0..).all(|(byte, at)| *byte == pattern(at)), "{length}");
            assert_eq!(ahead.read(&mut [0; 9]).unwrap(), 0, "the end stays the end");
            gone.recv_timeout(SOON).unwrap();
        }
    }

    #[test]
    fn an_error_comes_after_what_was_read() {
        let (mut ahead, gone) = ahead(3 * SIZE, true);
        let mut all = Vec::new();
        let error = ahead.read_to_end(&mut all).unwrap_err();
        assert_eq!((error.kind(), all.len()), (io::ErrorKind::StaleNetworkFileHandle, 3 * SIZE));
        assert_eq!(ahead.read(&mut [0; 9]).unwrap(), 0);
        gone.recv_timeout(SOON).unwrap();
    }

    #[test]
    fn the_thread_ends_when_the_reader_is_dropped() {
        for read in [0, 1, SIZE] {
            let (mut ahead, gone) = ahead(usize::MAX, false);
            ahead.read_exact(&mut vec![0; read]).unwrap();
            drop(ahead);
            gone.recv_timeout(SOON).unwrap();
        }
    }
}
