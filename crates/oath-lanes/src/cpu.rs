//! Instruction sets of the processor, as types.
//!
//! A value of [`ShaNi`], [`Avx2`] or [`Avx512`] proves that this processor has the instructions: the field is private
//! to this file, and `detected` is the only constructor. Every safe function that runs such instructions takes the
//! proof as an argument.
//!
//! Under Miri, detection finds nothing.

/// Declares a proof type and its detection.
#[cfg(target_arch = "x86_64")]
macro_rules! proof {
    ($(#[$doc:meta])+ $name:ident, $detection:ident: $($feature:tt),+) => {
        cpufeatures::new!($detection, $($feature),+);

        $(#[$doc])+
        #[derive(Clone, Copy)]
        pub(crate) struct $name(());

        impl $name {
            /// The proof, if the processor has the instructions. The answer is cached after the first call.
            #[inline]
            pub(crate) fn detected() -> Option<Self> {
                $detection::get().then_some(Self(()))
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// The processor has the SHA extensions, SSE2, SSSE3 and SSE4.1.
    ShaNi, has_sha_ni: "sha", "sse2", "ssse3", "sse4.1"
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// The processor has AVX2.
    Avx2, has_avx2: "avx2"
}

#[cfg(target_arch = "x86_64")]
proof! {
    /// The processor has AVX-512 F, VL and BW, and what they imply: AVX2 and FMA.
    Avx512, has_avx512: "avx2", "fma", "avx512f", "avx512vl", "avx512bw"
}

/// Whether the hash crates find SHA instructions on this Arm64 processor. No proof: this crate calls none of them.
#[cfg(target_arch = "aarch64")]
pub(crate) fn hash_crates_have_sha() -> bool {
    cpufeatures::new!(has_sha2, "sha2");
    has_sha2::get()
}
