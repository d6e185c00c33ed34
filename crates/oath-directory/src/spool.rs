//! Input that comes once and is to be read twice: standard input, a pipe.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use core::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use zeroize::Zeroizing;

/// Input that was read to its end, to be read again as often as needed.
///
/// As much as [`Spool::IN_MEMORY`] is kept in memory. More goes into a temporary file without a name, which only its owner can
/// read and which the operating system removes with the process, however that ends. It is encrypted under a key that never
/// leaves this process, so that a seed file leaves no secrets on the disk.
pub struct Spool(Kept);

enum Kept {
    Memory(Zeroizing<Vec<u8>>),
    File { file: File, cipher: ChaCha20Poly1305, bytes: u64 },
}

/// So many bytes are sealed at a time, each piece under a nonce of its own.
const PIECE: usize = 64 << 10;
const TAG: usize = 16;

impl Spool {
    /// So many bytes are kept in memory.
    pub const IN_MEMORY: usize = 4 << 20;

    /// Reads `input` to its end.
    ///
    /// # Errors
    /// Those of the input, and of the folder for temporary files.
    pub fn new(input: impl Read) -> io::Result<Self> {
        Self::of(input, Self::IN_MEMORY)
    }

    fn of(mut input: impl Read, in_memory: usize) -> io::Result<Self> {
        // It does not grow, so that no copy is left.
        let mut memory = Zeroizing::new(vec![0; in_memory]);
        let length = fill(&mut input, &mut memory)?;
        if length < memory.len() {
            memory.truncate(length);
            return Ok(Self(Kept::Memory(memory)));
        }
        let cipher = random_cipher()?;
        let mut file = tempfile::tempfile()?;
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let (mut number, mut bytes) = (0, 0u64);
        let mut write = |piece: &mut [u8]| {
            let tag = cipher.encrypt_inout_detached(&nonce(number), b"", piece.into()).map_err(|_| too_long())?;
            file.write_all(piece)?;
            file.write_all(&tag)?;
            number = number.saturating_add(1);
            bytes = bytes.saturating_add(piece.len().try_into().unwrap_or(u64::MAX));
            io::Result::Ok(())
        };
        memory.chunks_mut(PIECE).try_for_each(&mut write)?;
        memory.truncate(PIECE);
        loop {
            let length = fill(&mut input, &mut memory)?;
            let Some(piece @ [_, ..]) = memory.get_mut(..length) else { break };
            write(piece)?;
        }
        Ok(Self(Kept::File { file, cipher, bytes }))
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Kept::Memory(memory) => memory.len().try_into().unwrap_or(u64::MAX),
            Kept::File { bytes, .. } => *bytes,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The input from its beginning. Two readers of one spool do not read at the same time: they share a place in its file.
    ///
    /// # Errors
    /// Those of the temporary file.
    pub fn reader(&self) -> io::Result<SpoolReader<'_>> {
        let source = match &self.0 {
            Kept::Memory(memory) => Source::Memory(memory),
            Kept::File { file, cipher, .. } => {
                let mut file = file;
                file.rewind()?;
                let piece = Zeroizing::new(vec![0; PIECE.saturating_add(TAG)]);
                Source::File { file, cipher, number: 0, piece, at: 0, end: 0 }
            }
        };
        Ok(SpoolReader(source))
    }
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Reads a [`Spool`].
pub struct SpoolReader<'a>(Source<'a>);

enum Source<'a> {
    Memory(&'a [u8]),
    File {
        file: &'a File,
        cipher: &'a ChaCha20Poly1305,
        /// Of the next piece.
        number: u64,
        /// Opened, from `at` to `end`.
        piece: Zeroizing<Vec<u8>>,
        at: usize,
        end: usize,
    },
}

impl Read for SpoolReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (file, cipher, number, piece, at, end) = match &mut self.0 {
            Source::Memory(memory) => return memory.read(out),
            Source::File { file, cipher, number, piece, at, end } => (file, cipher, number, piece, at, end),
        };
        if at == end {
            let length = fill(file, piece)?;
            (*at, *end) = (0, 0);
            if length == 0 {
                return Ok(0);
            }
            let sealed = piece.get_mut(..length).and_then(<[u8]>::split_last_chunk_mut::<TAG>);
            let (text, tag) = sealed.ok_or_else(damaged)?;
            let opened = cipher.decrypt_inout_detached(&nonce(*number), b"", (&mut *text).into(), &Tag::from(*tag));
            opened.map_err(|_| damaged())?;
            *end = text.len();
            *number = number.saturating_add(1);
        }
        let read = piece.get(*at..*end).unwrap_or_default().read(out)?;
        *at = at.saturating_add(read);
        Ok(read)
    }
}

impl fmt::Debug for SpoolReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpoolReader").finish_non_exhaustive()
    }
}

/// Reads until the buffer is full or the input ends.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0usize;
    while let Some(rest @ [_, ..]) = buffer.get_mut(length..) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(read) => length = length.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn random_cipher() -> io::Result<ChaCha20Poly1305> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *key).map_err(io::Error::other)?;
    let key: &Key = (&*key).into();
    Ok(ChaCha20Poly1305::new(key))
}

/// The number of the piece: the key is used for one spool.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce.iter_mut().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
    Nonce::from(nonce)
}

fn too_long() -> io::Error {
    io::Error::other("the piece is too long to be sealed")
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the temporary file was changed by something else")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As [`Spool::IN_MEMORY`], in less time.
    const MANY: usize = 2 * PIECE;

    fn pattern(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at * at % 251).unwrap()).collect()
    }

    fn all(spool: &Spool) -> Vec<u8> {
        let mut all = Vec::new();
        spool.reader().unwrap().read_to_end(&mut all).unwrap();
        all
    }

    #[test]
    fn what_was_read_is_read_again_as_often_as_needed() {
        for length in [0, 1, MANY - 1, MANY, MANY + 1, MANY + PIECE, MANY + 3 * PIECE + 7] {
            let bytes = pattern(length);
            let spool = Spool::of(&*bytes, MANY).unwrap();
            assert_eq!(matches!(spool.0, Kept::File { .. }), length >= MANY, "{length}");
            assert_eq!((spool.len(), spool.is_empty()), (u64::try_from(length).unwrap(), length == 0));
            assert_eq!(format!("{spool:?}"), format!("Spool {{ len: {length}, .. }}"));
            assert!(all(&spool) == bytes && all(&spool) == bytes, "{length}");
        }
    }

    #[test]
    fn the_temporary_file_shows_nothing_and_a_change_of_it_is_found() {
        let bytes = [b"ROW,OF,A,SEED,FILE\n".repeat(PIECE / 16), vec![b'x'; 2 * MANY]].concat();
        let spool = Spool::of(&*bytes, MANY).unwrap();
        let Kept::File { file, .. } = &spool.0 else { panic!("in a file") };
        let (mut file, mut stored) = (file, Vec::new());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let metadata = file.metadata().unwrap();
            assert_eq!((metadata.mode() & 0o077, metadata.nlink()), (0, 0), "for its owner alone, and without a name");
        }
        file.rewind().unwrap();
        file.read_to_end(&mut stored).unwrap();
        assert!(stored.len() > bytes.len() && !stored.windows(9).any(|part| part == b"SEED,FILE"));
        // Equal pieces are sealed differently.
        let sealed: std::collections::HashSet<&[u8]> = stored.chunks(PIECE + TAG).collect();
        assert_eq!(sealed.len(), stored.len().div_ceil(PIECE + TAG));
        stored[PIECE + TAG + 5] ^= 1;
        file.rewind().unwrap();
        file.write_all(&stored).unwrap();
        let (mut reader, mut read) = (spool.reader().unwrap(), Vec::new());
        assert_eq!(reader.read_to_end(&mut read).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read, &bytes[..PIECE], "nothing of the changed piece");
    }

    #[test]
    fn an_error_of_the_input_is_one_of_the_spool() {
        struct Failing(usize);
        impl Read for Failing {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let length = self.0.min(out.len());
                self.0 -= length;
                if length == 0 { Err(io::ErrorKind::StaleNetworkFileHandle.into()) } else { Ok(length) }
            }
        }
        for length in [5, MANY + PIECE + 5] {
            assert_eq!(Spool::of(Failing(length), MANY).unwrap_err().kind(), io::ErrorKind::StaleNetworkFileHandle);
        }
    }
}
