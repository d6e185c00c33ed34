//! The ways to compute, and which of them the machine has.

/// A way to compute the numbers. The machine's best is chosen at run time; with the feature `force-path` a test or a
/// benchmark names another.
///
/// All paths give the same numbers. Which one runs depends on the machine and the length of the output only.
#[cfg_attr(
    not(feature = "force-path"),
    allow(dead_code, unreachable_pub, reason = "no machine has every path, and only tests name one")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Path {
    /// The block functions of the crates `sha1` and `sha2`, one counter after the other.
    Crate,
    /// One copy of the rounds of SHA-1 over a word and one over four, for one number or four at a time; SHA-256 by its
    /// crate. For a module that must be small: a build with `--cfg oath_small` has no other.
    Small,
    /// Straight-line scalar code, one counter after the other.
    Scalar,
    /// Lane loops in the vectors that the target always has (SSE2, NEON, wasm SIMD128), scalar code for a single
    /// counter.
    Lanes,
    /// x86-64 with the SHA extensions and no AVX-512: several states interleaved. Faster than AVX2 for every length.
    ShaNi,
    /// x86-64 with AVX2 and without the SHA extensions: lane loops of eight.
    Avx2,
    /// x86-64 with AVX-512 F, VL and BW and without the SHA extensions: lane loops of sixteen and eight.
    Avx512,
    /// x86-64 with the SHA extensions and AVX-512: the first for short slices and tails, the second for the bulk.
    ShaNiAvx512,
}

impl Path {
    /// Every path, of any machine.
    #[cfg(any(test, feature = "force-path"))]
    #[cfg_attr(not(feature = "force-path"), allow(unreachable_pub, reason = "only tests ask"))]
    pub const ALL: [Self; 8] =
        [Self::Crate, Self::Small, Self::Scalar, Self::Lanes, Self::ShaNi, Self::Avx2, Self::Avx512, Self::ShaNiAvx512];

    /// This path, if the machine has what it needs.
    #[cfg(any(test, feature = "force-path"))]
    pub(crate) fn present(self) -> Option<Present> {
        let present = match self {
            Self::Crate | Self::Small | Self::Scalar | Self::Lanes => true,
            Self::ShaNi => cpu::sha_ni(),
            Self::Avx2 => cpu::avx2(),
            Self::Avx512 => cpu::avx512(),
            Self::ShaNiAvx512 => cpu::sha_ni() && cpu::avx512(),
        };
        present.then_some(Present(self))
    }
}

/// A path whose instructions the machine has: made here only, so that it can stand as the reason for an unsafe call.
#[derive(Clone, Copy)]
pub(crate) struct Present(Path);

impl Present {
    pub(crate) const fn path(self) -> Path {
        self.0
    }

    /// Whether [`best`](Self::best) has the SHA extensions: asked for every sign-in, and quicker answered.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(crate) fn best_has_sha_ni() -> bool {
        #[cfg(feature = "force-path")]
        if let Some(Self(forced)) = force::forced() {
            return matches!(forced, Path::ShaNi | Path::ShaNiAvx512);
        }
        cpu::sha_ni()
    }

    /// The fastest path of this machine.
    #[inline]
    pub(crate) fn best() -> Self {
        #[cfg(feature = "force-path")]
        if let Some(forced) = force::forced() {
            return forced;
        }
        if cfg!(oath_small) {
            return Self(Path::Small);
        }
        Self(if cpu::sha_ni() {
            if cpu::avx512() { Path::ShaNiAvx512 } else { Path::ShaNi }
        } else if cpu::avx512() {
            Path::Avx512
        } else if cpu::avx2() {
            Path::Avx2
        } else {
            cpu::plain()
        })
    }
}

/// What this processor says of itself. Under Miri it says that it has nothing.
#[cfg(target_arch = "x86_64")]
mod cpu {
    use super::Path;

    cpufeatures::new!(has_sha_ni, "sha", "sse2", "ssse3", "sse4.1");
    cpufeatures::new!(has_avx2, "avx2");
    cpufeatures::new!(has_avx512, "avx2", "fma", "avx512f", "avx512vl", "avx512bw");

    pub(super) use self::{has_avx2::get as avx2, has_avx512::get as avx512, has_sha_ni::get as sha_ni};

    pub(super) const fn plain() -> Path {
        Path::Lanes
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod cpu {
    use super::Path;

    pub(super) const fn sha_ni() -> bool {
        false
    }

    pub(super) const fn avx2() -> bool {
        false
    }

    pub(super) const fn avx512() -> bool {
        false
    }

    #[cfg(target_arch = "aarch64")]
    cpufeatures::new!(has_sha2, "sha2");

    /// The hash crates know the SHA instructions of Arm, which cost less per block than a quarter of a NEON block.
    #[cfg(target_arch = "aarch64")]
    pub(super) fn plain() -> Path {
        if has_sha2::get() { Path::Crate } else { Path::Lanes }
    }

    /// WebAssembly says at build time whether it has vectors. Without, straight-line code is still ahead of the crates,
    /// whose loops stay loops where the build asks for a small module.
    #[cfg(target_family = "wasm")]
    pub(super) const fn plain() -> Path {
        if cfg!(target_feature = "simd128") { Path::Lanes } else { Path::Scalar }
    }

    /// Elsewhere, flash or cache may be small: no second copy of the hash.
    #[cfg(not(any(target_arch = "aarch64", target_family = "wasm")))]
    pub(super) const fn plain() -> Path {
        Path::Crate
    }
}

/// The switch of tests and benchmarks: one path for the whole process.
#[cfg(feature = "force-path")]
pub(crate) mod force {
    use super::{Path, Present};
    use core::sync::atomic::{AtomicUsize, Ordering};

    /// A position in [`Path::ALL`], or any other number for none.
    static FORCED: AtomicUsize = AtomicUsize::new(usize::MAX);

    /// From now on every call of every thread takes `path`; `None` gives the choice back to the machine.
    ///
    /// False, and nothing has changed, if this machine lacks it.
    pub fn force(path: Option<Path>) -> bool {
        let position = match path {
            None => usize::MAX,
            Some(path) if path.present().is_none() => return false,
            Some(path) => Path::ALL.iter().position(|p| *p == path).unwrap_or(usize::MAX),
        };
        FORCED.store(position, Ordering::Relaxed);
        true
    }

    /// Only a present path was ever stored.
    #[inline]
    pub(super) fn forced() -> Option<Present> {
        Path::ALL.get(FORCED.load(Ordering::Relaxed)).map(|path| Present(*path))
    }
}
