//! The pad states that a key is absorbed into.

use zeroize::{Zeroize, ZeroizeOnDrop};

macro_rules! pads {
    ($name:ident, [$word:ty; $words:literal], $hash:literal) => {
        #[doc = concat!("K absorbed into the two states of HMAC-", $hash, " (RFC 2104 §4).")]
        ///
        /// Each counter then costs two blocks.
        ///
        /// The states are wiped on drop. There is no `Clone`: a key has one owner. `Debug` shows no state.
        pub struct $name {
            pub(crate) inner: [$word; $words],
            pub(crate) outer: [$word; $words],
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "([elided])"))
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                self.inner.zeroize();
                self.outer.zeroize();
            }
        }

        impl ZeroizeOnDrop for $name {}
    };
}

pads!(Sha1Pads, [u32; 5], "SHA-1");
pads!(Sha256Pads, [u32; 8], "SHA-256");
pads!(Sha512Pads, [u64; 8], "SHA-512");
