//! What a hash provides for the paths.

#[cfg(target_arch = "x86_64")]
use crate::cpu::ShaNi;

/// The pad states of one key, S words each, and the functions that compute numbers from them. "The number" of a counter
/// C is `DT(HMAC(K, C))`; `high` and `low` are the two words of C.
///
/// Leakage, of every function: pad states and numbers are secret; counters, schedules, lengths and paths are public.
pub(crate) trait Hash<const S: usize>: Sized {
    /// The message schedule of a counter's block, round constants added. Public: it does not depend on a key.
    type Schedule;

    /// The state after the inner pad.
    fn inner(&self) -> &[u32; S];

    /// The state after the outer pad.
    fn outer(&self) -> &[u32; S];

    /// The number, computed by the block function of the hash's crate.
    fn number_by_crate(&self, high: u32, low: u32) -> u32;

    /// The number in straight-line scalar code. `inline(always)`: it is the body of a lane loop.
    fn number(inner: &[u32; S], outer: &[u32; S], high: u32, low: u32) -> u32;

    /// The schedule for [`Self::number_scheduled`].
    fn schedule(high: u32, low: u32) -> Self::Schedule;

    /// [`Self::number`] of the counter that `schedule` was made from.
    fn number_scheduled(inner: &[u32; S], outer: &[u32; S], schedule: &Self::Schedule) -> u32;

    /// Up to this many numbers, the SHA extensions are faster than eight lanes of AVX-512.
    #[cfg(target_arch = "x86_64")]
    const INTERLEAVED: usize;

    /// The largest number of states that one call of the SHA extensions interleaves.
    #[cfg(target_arch = "x86_64")]
    const AT_ONCE: usize;

    /// The numbers of up to `AT_ONCE` consecutive counters that share `high`, on the SHA extensions.
    #[cfg(target_arch = "x86_64")]
    fn sha_ni(cpu: ShaNi, pads: &Self, high: u32, low: u32, out: &mut [u32]);

    /// The numbers of one counter under any number of keys, on the SHA extensions.
    #[cfg(target_arch = "x86_64")]
    fn sha_ni_keys(cpu: ShaNi, keys: &[&Self], high: u32, low: u32, out: &mut [u32]);
}
