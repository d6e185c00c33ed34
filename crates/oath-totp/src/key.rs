use crate::parameters::Algorithm;
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use oath_lanes::{Sha1Pads, Sha256Pads, dynamic_truncation};
use sha2::Sha512;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The shared secret K, absorbed into the two pad states of HMAC (RFC 2104): all that codes are computed from.
///
/// K itself is not kept. Wiped when dropped; no `Clone`; `Debug` shows the algorithm only.
pub struct Key(Pads);

#[expect(clippy::large_enum_variant, reason = "SHA-512 is rare, and a box would need an allocator")]
enum Pads {
    Sha1(Sha1Pads),
    Sha256(Sha256Pads),
    Sha512(Hmac<Sha512>),
}

impl Key {
    /// The least length of K, in bytes: RFC 4226 §4, R6 ("at least 128 bits").
    pub const MIN_BYTES: usize = 16;
    /// The least length that [`legacy_from_bytes`](Self::legacy_from_bytes) takes, in bytes: 80 bits.
    pub const LEGACY_MIN_BYTES: usize = 10;

    /// Absorbs K of 16 bytes or more (128 bits, RFC 4226 §4 R6; 160 are recommended). A K longer than the hash's block
    /// is hashed first, as RFC 2104 says.
    ///
    /// Leakage: K is secret, its length and the algorithm are public.
    ///
    /// # Errors
    /// [`KeyError`] where K is shorter.
    pub fn from_bytes(k: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        Self::at_least(Self::MIN_BYTES, k, algorithm)
    }

    /// The same for keys from 10 bytes (80 bits) on, which services and older tokens still hand out. They are weaker
    /// than RFC 4226 allows: take them only where the other side cannot be changed.
    ///
    /// # Errors
    /// [`KeyError`] where K is shorter than 10 bytes.
    pub fn legacy_from_bytes(k: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        Self::at_least(Self::LEGACY_MIN_BYTES, k, algorithm)
    }

    fn at_least(least: usize, k: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        let too_short = KeyError { found: k.len(), least };
        if k.len() < least {
            return Err(too_short);
        }
        Ok(Self(match algorithm {
            Algorithm::Sha1 => Pads::Sha1(Sha1Pads::new(k)),
            Algorithm::Sha256 => Pads::Sha256(Sha256Pads::new(k)),
            // HMAC takes keys of every length; the error cannot come.
            Algorithm::Sha512 => Pads::Sha512(Hmac::new_from_slice(k).map_err(|_| too_short)?),
        }))
    }

    /// Which hash it is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Pads::Sha1(_) => Algorithm::Sha1,
            Pads::Sha256(_) => Algorithm::Sha256,
            Pads::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// `out[i] = DT(HMAC(K, counter + i))`, RFC 4226 §5.3: numbers of 31 bits. Counters wrap at 2^64.
    ///
    /// Leakage: K and `out` are secret; `counter` and the length of `out` are public.
    pub(crate) fn truncated(&self, counter: u64, out: &mut [u32]) {
        match &self.0 {
            Pads::Sha1(pads) => pads.truncated(counter, out),
            Pads::Sha256(pads) => pads.truncated(counter, out),
            Pads::Sha512(keyed) => {
                let mut counter = counter;
                for number in out {
                    *number = sha512(keyed.clone(), counter);
                    counter = counter.wrapping_add(1);
                }
            }
        }
    }
}

fn sha512(mut keyed: Hmac<Sha512>, counter: u64) -> u32 {
    keyed.update(&counter.to_be_bytes());
    let mut digest = keyed.finalize().into_bytes();
    let (words, _) = digest.as_chunks::<4>();
    let word = |i: usize| words.get(i).copied().map_or(0, u32::from_be_bytes);
    let number = dynamic_truncation(&[word(0), word(1), word(2), word(3), word(4)], word(15));
    digest.zeroize();
    number
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, [elided])", self.algorithm())
    }
}

/// Every variant wipes itself: ours by their own `Drop`, `hmac` by its `zeroize` feature.
impl ZeroizeOnDrop for Key {}

/// K is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError {
    /// How many bytes K has.
    pub found: usize,
    /// How many it must have at least.
    pub least: usize,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, least } = self;
        write!(
            f,
            "the secret is too short: {found} bytes, expected at least {least} ({} bits)",
            least.saturating_mul(8)
        )?;
        if (Key::LEGACY_MIN_BYTES..Key::MIN_BYTES).contains(found) {
            f.write_str("; secrets from 80 bits on are taken only on request (legacy)")?;
        }
        Ok(())
    }
}

impl core::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn short_keys_are_legacy_and_shorter_ones_are_refused() {
        for algorithm in Algorithm::ALL {
            assert!(Key::from_bytes(&[7; 16], algorithm).is_ok());
            assert!(Key::legacy_from_bytes(&[7; 10], algorithm).is_ok());
            assert_eq!(Key::from_bytes(&[7; 15], algorithm).unwrap_err(), KeyError { found: 15, least: 16 });
            assert_eq!(Key::legacy_from_bytes(&[7; 9], algorithm).unwrap_err(), KeyError { found: 9, least: 10 });
        }
        assert_eq!(
            Key::from_bytes(&[7; 10], Algorithm::Sha1).unwrap_err().to_string(),
            "the secret is too short: 10 bytes, expected at least 16 (128 bits); \
             secrets from 80 bits on are taken only on request (legacy)"
        );
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let shown = format!("{:?}", Key::from_bytes(b"12345678901234567890", Algorithm::Sha512).unwrap());
        assert_eq!(shown, "Key(SHA512, [elided])");
    }
}
