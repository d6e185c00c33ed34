use crate::{Finding, recognise};
use std::io;
use zeroize::Zeroizing;

/// The buffer is handed on when it is this full.
const FLUSH: usize = 32 << 10;

/// Bytes on their way to an output, wiped after use. Where it has to grow, it moves by hand and wipes the old place.
pub(crate) struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    pub(crate) fn new() -> Self {
        Self::with_room(FLUSH.saturating_mul(2))
    }

    pub(crate) fn with_room(bytes: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    /// Makes room for so many more bytes.
    pub(crate) fn reserve(&mut self, more: usize) {
        let wanted = self.0.len().saturating_add(more);
        if wanted > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(wanted.saturating_mul(2)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
    }

    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// All that `read` gives after what is here, `piece` by piece, where that is no more than `limit` bytes.
    pub(crate) fn read_whole<E: From<Finding>>(
        mut self,
        piece: &mut [u8],
        limit: usize,
        mut read: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Zeroizing<Vec<u8>>, E> {
        loop {
            if self.0.len() > limit {
                return Err(recognise::too_large(limit).into());
            }
            match read(piece)? {
                0 => return Ok(self.into_bytes()),
                read => self.push_bytes(piece.get(..read).unwrap_or_default()),
            }
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= FLUSH
    }

    /// Writes all of it and empties the buffer.
    pub(crate) fn hand_on(&mut self, out: &mut impl io::Write) -> io::Result<()> {
        out.write_all(&self.0)?;
        self.0.clear();
        Ok(())
    }
}

impl core::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Buffer([elided])")
    }
}

/// For `write!`: numbers and other public texts.
impl core::fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Buffer;

    #[test]
    fn it_grows_without_losing_a_byte() {
        let mut buffer = Buffer::with_room(4);
        for byte in 0..=255u8 {
            buffer.push_bytes(&[byte, byte]);
        }
        let expected: Vec<u8> = (0..=255).flat_map(|byte| [byte, byte]).collect();
        assert_eq!(buffer.bytes(), expected);
        let mut out = Vec::new();
        buffer.hand_on(&mut out).unwrap();
        assert_eq!((out, buffer.bytes()), (expected, &[][..]));
    }
}
