use crate::parameters::Algorithm;
use crate::traces;
use core::fmt;
use oath_lanes::{Sha1Pads, Sha256Pads, Sha512Pads};
use zeroize::ZeroizeOnDrop;

/// The shared secret K, absorbed into the two pad states of HMAC (RFC 2104). Codes are computed from these alone.
///
/// K itself is not kept. No `Clone`; `Debug` shows the algorithm only. The pad states are on the heap, so that moving a
/// key leaves no copy; without the feature `alloc` a move leaves one.
///
/// **What is left in memory.** Dropping a key wipes its pad states and overwrites 8 KiB of the stack below. Until then
/// each code that is computed leaves pad states, the digest and the truncated number in stack frames that have returned:
/// wiping them at every call would take longer than the call. A server that keeps its keys calls
/// [`overwrite_stack`](crate::overwrite_stack) at the end of a request. Where the compiler puts `generate` into its caller,
/// the digest and the number may lie in the caller's own frame. Copies in registers, and pages that the system
/// has written to disk, are out of reach.
pub struct Key(Pads);

#[cfg(feature = "alloc")]
type Held<T> = alloc::boxed::Box<T>;
#[cfg(not(feature = "alloc"))]
type Held<T> = T;

#[cfg(feature = "alloc")]
fn held<T>(pads: T) -> Held<T> {
    Held::new(pads)
}
#[cfg(not(feature = "alloc"))]
fn held<T>(pads: T) -> Held<T> {
    pads
}

enum Pads {
    Sha1(Held<Sha1Pads>),
    Sha256(Held<Sha256Pads>),
    Sha512(Held<Sha512Pads>),
}

impl Key {
    /// The least length of K, in bytes: RFC 4226 §4, R6 ("at least 128 bits").
    pub const MIN_BYTES: usize = 16;
    /// The least length that [`legacy_from_bytes`](Self::legacy_from_bytes) takes, in bytes: 80 bits.
    pub const LEGACY_MIN_BYTES: usize = 10;

    /// Absorbs K of 16 bytes or more (128 bits, RFC 4226 §4 R6; 160 bits are recommended). A K longer than the hash's
    /// block is hashed first, as RFC 2104 §2 says.
    ///
    /// Leakage: K is secret, its length and the algorithm are public.
    ///
    /// # Errors
    /// [`KeyError`] where K is shorter.
    pub fn from_bytes(k: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        Self::at_least(Self::MIN_BYTES, k, algorithm)
    }

    /// Absorbs K of 10 bytes or more (80 bits). Some services and older tokens still use such keys, which are weaker than
    /// RFC 4226 allows: accept them only where the other side cannot be changed.
    ///
    /// Leakage: as [`from_bytes`](Self::from_bytes).
    ///
    /// # Errors
    /// [`KeyError`] where K is shorter than 10 bytes.
    pub fn legacy_from_bytes(k: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        Self::at_least(Self::LEGACY_MIN_BYTES, k, algorithm)
    }

    fn at_least(least: usize, k: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        if k.len() < least {
            return Err(KeyError { found: k.len(), least });
        }
        Ok(traces::overwritten(|| {
            Self(match algorithm {
                Algorithm::Sha1 => Pads::Sha1(held(Sha1Pads::new(k))),
                Algorithm::Sha256 => Pads::Sha256(held(Sha256Pads::new(k))),
                Algorithm::Sha512 => Pads::Sha512(held(Sha512Pads::new(k))),
            })
        }))
    }

    /// The hash of the HMAC.
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
    #[inline]
    pub(crate) fn truncated(&self, counter: u64, out: &mut [u32]) {
        match &self.0 {
            Pads::Sha1(pads) => pads.truncated(counter, out),
            Pads::Sha256(pads) => pads.truncated(counter, out),
            Pads::Sha512(pads) => pads.truncated(counter, out),
        }
    }
}

impl Key {
    /// [`truncated`](Self::truncated) of two slices, each from a counter of its own.
    #[inline]
    pub(crate) fn truncated_apart(&self, counters: [u64; 2], out: [&mut [u32]; 2]) {
        match &self.0 {
            Pads::Sha1(pads) => pads.truncated_apart(counters, out),
            Pads::Sha256(pads) => pads.truncated_apart(counters, out),
            Pads::Sha512(pads) => pads.truncated_apart(counters, out),
        }
    }
}

/// Many keys of one algorithm, for one counter at a time.
#[cfg(feature = "alloc")]
pub(crate) enum Keys<'a> {
    Sha1(alloc::vec::Vec<&'a Sha1Pads>),
    Sha256(alloc::vec::Vec<&'a Sha256Pads>),
    Sha512(alloc::vec::Vec<&'a Sha512Pads>),
}

#[cfg(feature = "alloc")]
impl<'a> Keys<'a> {
    /// The keys of this algorithm, in their order.
    pub(crate) fn of(algorithm: Algorithm, keys: impl Iterator<Item = &'a Key>) -> Self {
        let pads = keys.map(|key| &key.0);
        match algorithm {
            Algorithm::Sha1 => {
                Self::Sha1(pads.filter_map(|p| if let Pads::Sha1(p) = p { Some(&**p) } else { None }).collect())
            }
            Algorithm::Sha256 => {
                Self::Sha256(pads.filter_map(|p| if let Pads::Sha256(p) = p { Some(&**p) } else { None }).collect())
            }
            Algorithm::Sha512 => {
                Self::Sha512(pads.filter_map(|p| if let Pads::Sha512(p) = p { Some(&**p) } else { None }).collect())
            }
        }
    }

    /// The number of keys.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Sha1(keys) => keys.len(),
            Self::Sha256(keys) => keys.len(),
            Self::Sha512(keys) => keys.len(),
        }
    }

    /// `out[i] = DT(HMAC(K_i, counter))` for each key that has a place in `out`. All keys share the message schedule of
    /// the counter.
    ///
    /// Leakage: the keys and `out` are secret; `counter` and the lengths are public.
    pub(crate) fn truncated(&self, counter: u64, out: &mut [u32]) {
        match self {
            Self::Sha1(keys) => Sha1Pads::truncated_many(keys, counter, out),
            Self::Sha256(keys) => Sha256Pads::truncated_many(keys, counter, out),
            Self::Sha512(keys) => Sha512Pads::truncated_many(keys, counter, out),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, [elided])", self.algorithm())
    }
}

/// The kernels leave pad states on the stack below. Overwriting them at every call would be slow, so it is done here.
impl Drop for Key {
    fn drop(&mut self) {
        traces::overwrite_stack();
    }
}

/// Every variant wipes itself.
impl ZeroizeOnDrop for Key {}

/// K is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyError {
    /// The length of K in bytes.
    pub found: usize,
    /// The least length in bytes.
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
