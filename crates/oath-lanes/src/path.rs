//! The ways to compute the numbers, and the choice among those that the processor has.

#[cfg(target_arch = "x86_64")]
use crate::cpu::{Avx2, Avx512, ShaNi};

/// A way to compute that this processor has. Each variant holds the proof that its instructions exist.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(any(test, feature = "force-path")),
    allow(dead_code, reason = "each kind of processor chooses some of them; only tests choose all")
)]
pub(crate) enum Present {
    Crate,
    Scalar,
    Lanes,
    #[cfg(target_arch = "x86_64")]
    ShaNi(ShaNi),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// With SHA extensions, these compute short slices and remainders.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512, Option<ShaNi>),
}

impl Present {
    /// The fastest path of this processor, or the path that a test forced.
    #[inline]
    pub(crate) fn best() -> Self {
        #[cfg(feature = "force-path")]
        if let Some(forced) = force::forced() {
            return forced;
        }
        #[cfg(target_arch = "x86_64")]
        {
            let sha_ni = ShaNi::detected();
            if let Some(avx512) = Avx512::detected() {
                return Self::Avx512(avx512, sha_ni);
            }
            if let Some(sha_ni) = sha_ni {
                return Self::ShaNi(sha_ni);
            }
            if let Some(avx2) = Avx2::detected() {
                return Self::Avx2(avx2);
            }
        }
        Self::portable()
    }

    /// The SHA extensions, if [`best`](Self::best) uses them. Every sign-in asks this; it costs less than `best`.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(crate) fn best_sha_ni() -> Option<ShaNi> {
        #[cfg(feature = "force-path")]
        if let Some(forced) = force::forced() {
            return match forced {
                Self::ShaNi(sha_ni) => Some(sha_ni),
                Self::Avx512(_, sha_ni) => sha_ni,
                _ => None,
            };
        }
        ShaNi::detected()
    }

    /// The fastest path where no instructions of this crate were detected.
    #[cfg(target_arch = "x86_64")]
    const fn portable() -> Self {
        Self::Lanes
    }

    /// The SHA instructions of Arm, which the hash crates use, take less time for a block than a quarter of a NEON
    /// block.
    #[cfg(target_arch = "aarch64")]
    fn portable() -> Self {
        if crate::cpu::hash_crates_have_sha() { Self::Crate } else { Self::Lanes }
    }

    /// WebAssembly declares its vectors at build time. Without them, straight-line code is faster than the hash crates:
    /// their loops stay loops in a build for size.
    #[cfg(target_family = "wasm")]
    const fn portable() -> Self {
        if cfg!(target_feature = "simd128") { Self::Lanes } else { Self::Scalar }
    }

    /// Other processors may have little flash or cache: no second copy of the hash.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_family = "wasm")))]
    const fn portable() -> Self {
        Self::Crate
    }
}

/// The name of a way to compute, for tests and benchmarks that compare them.
///
/// All paths compute the same numbers. Only some of them exist on a given processor.
#[cfg(any(test, feature = "force-path"))]
#[cfg_attr(not(feature = "force-path"), allow(unreachable_pub, reason = "only tests name a path"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Path {
    /// The block functions of the crates `sha1` and `sha2`, one number after the other.
    Crate,
    /// Straight-line scalar code, one number after the other.
    Scalar,
    /// Lane loops in the vectors that the target always has (SSE2, NEON, wasm SIMD128); scalar code for a single
    /// number.
    Lanes,
    /// x86-64 with the SHA extensions and without AVX-512: several states interleaved. Faster than AVX2 for every
    /// length.
    ShaNi,
    /// x86-64 with AVX2 and without the SHA extensions: loops over eight lanes.
    Avx2,
    /// x86-64 with AVX-512 F, VL and BW and without the SHA extensions: loops over sixteen and eight lanes.
    Avx512,
    /// x86-64 with the SHA extensions and AVX-512: AVX-512 for long slices, the SHA extensions for short ones and
    /// remainders.
    ShaNiAvx512,
}

#[cfg(any(test, feature = "force-path"))]
impl Path {
    /// All paths, of all processors.
    #[cfg_attr(not(feature = "force-path"), allow(unreachable_pub, reason = "only tests name a path"))]
    pub const ALL: [Self; 7] =
        [Self::Crate, Self::Scalar, Self::Lanes, Self::ShaNi, Self::Avx2, Self::Avx512, Self::ShaNiAvx512];

    /// This path with its proof, if the processor has what it needs.
    pub(crate) fn present(self) -> Option<Present> {
        match self {
            Self::Crate => Some(Present::Crate),
            Self::Scalar => Some(Present::Scalar),
            Self::Lanes => Some(Present::Lanes),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi => ShaNi::detected().map(Present::ShaNi),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::detected().map(Present::Avx2),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::detected().map(|avx512| Present::Avx512(avx512, None)),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNiAvx512 => {
                let sha_ni = ShaNi::detected()?;
                Avx512::detected().map(|avx512| Present::Avx512(avx512, Some(sha_ni)))
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::ShaNi | Self::Avx2 | Self::Avx512 | Self::ShaNiAvx512 => None,
        }
    }
}

/// The switch of tests and benchmarks: one path for the whole process.
#[cfg(feature = "force-path")]
pub(crate) mod force {
    use super::{Path, Present};
    use core::sync::atomic::{AtomicUsize, Ordering};

    /// An index into [`Path::ALL`], or `usize::MAX` where no path is forced.
    static FORCED: AtomicUsize = AtomicUsize::new(usize::MAX);

    /// Makes every later call in every thread use `path`; `None` restores the processor's best path.
    ///
    /// Returns false and changes nothing if the processor lacks the path.
    pub fn force(path: Option<Path>) -> bool {
        let position = match path {
            None => usize::MAX,
            Some(path) if path.present().is_none() => return false,
            Some(path) => Path::ALL.iter().position(|p| *p == path).unwrap_or(usize::MAX),
        };
        FORCED.store(position, Ordering::Relaxed);
        true
    }

    #[inline]
    pub(super) fn forced() -> Option<Present> {
        Path::ALL.get(FORCED.load(Ordering::Relaxed))?.present()
    }
}
