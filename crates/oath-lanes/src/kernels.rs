//! The choice of kernels for a slice of a given length.

use crate::block::halves;
#[cfg(target_arch = "x86_64")]
use crate::cpu::{Avx512, ShaNi};
use crate::hash::Hash;
use crate::lanes::plain4;
#[cfg(target_arch = "x86_64")]
use crate::lanes::{avx2x8, avx512x8, avx512x16};
use crate::path::Present;

/// Computes `out[i]` = the number of `counter + i` if the best path computes so few in one call of the SHA extensions.
/// Returns false and leaves `out` untouched otherwise.
///
/// This is the shortcut for the windows of a sign-in: the general choice would add a tenth to their time.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn in_one_call<P: Hash<S>, const S: usize>(pads: &P, counter: u64, out: &mut [u32]) -> bool {
    if out.len() <= P::AT_ONCE
        && let Some((high, low)) = one_high_word(counter, out.len())
        && let Some(sha_ni) = Present::best_sha_ni()
    {
        P::sha_ni(sha_ni, pads, high, low, out);
        return true;
    }
    false
}

/// The words of a counter, if the `count` counters from it on share the high word.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn one_high_word(counter: u64, count: usize) -> Option<(u32, u32)> {
    let (high, low) = halves(counter);
    low.checked_add(u32::try_from(count).ok()?).map(|_| (high, low))
}

/// `out[i]` = the number of `counter + i`. Counters wrap at 2^64.
#[inline(never)]
pub(crate) fn counters<P: Hash<S>, const S: usize>(present: Present, pads: &P, counter: u64, out: &mut [u32]) {
    let (mut counter, mut out) = (counter, out);
    while !out.is_empty() {
        // The kernels count in 32 bits: a part ends where the high word of the counter changes.
        let (high, low) = halves(counter);
        let room = (1u64 << 32) - u64::from(low);
        let (part, rest) = out.split_at_mut(usize::try_from(room).unwrap_or(usize::MAX).min(out.len()));
        counters_of_one_high_word(present, pads, high, low, part);
        counter = counter.wrapping_add(room);
        out = rest;
    }
}

/// Two short slices, each from a counter of its own: in one call where one vector holds both, else one after the other.
pub(crate) fn apart<P: Hash<S>, const S: usize>(
    present: Present,
    pads: &P,
    firsts: [u64; 2],
    [one, other]: [&mut [u32]; 2],
) {
    #[cfg(target_arch = "x86_64")]
    match (present, one.len().saturating_add(other.len())) {
        (Present::Avx512(avx512, None), 0..=16) => {
            return avx512x16::apart(avx512, pads, firsts, [one, other]);
        }
        (Present::Avx512(avx512, Some(_)), total @ 0..=16) if total > P::INTERLEAVED => {
            return avx512x16::apart(avx512, pads, firsts, [one, other]);
        }
        (Present::Avx2(avx2), 0..=8) => {
            return avx2x8::apart(avx2, pads, firsts, [one, other]);
        }
        _ => {}
    }
    for (first, out) in firsts.into_iter().zip([one, other]) {
        counters(present, pads, first, out);
    }
}

/// `out[i]` = the number of `counter` under `keys[i]`, as far as both slices reach.
pub(crate) fn keys<P: Hash<S>, const S: usize>(present: Present, keys: &[&P], counter: u64, out: &mut [u32]) {
    let (high, low) = halves(counter);
    let n = keys.len().min(out.len());
    let (keys, out) = (keys.split_at(n).0, out.split_at_mut(n).0);
    match present {
        Present::Crate => key_by_key(keys, out, |key| key.number_by_crate(high, low)),
        Present::Scalar => {
            let schedule = P::schedule(high, low);
            key_by_key(keys, out, |key| number_scheduled(key, &schedule));
        }
        Present::Lanes if n == 1 => key_by_key(keys, out, |key| number(key, high, low)),
        Present::Lanes => plain4::keys(keys, &P::schedule(high, low), out),
        #[cfg(target_arch = "x86_64")]
        Present::ShaNi(sha_ni) => P::sha_ni_keys(sha_ni, keys, high, low, out),
        #[cfg(target_arch = "x86_64")]
        Present::Avx2(_) if n == 1 => key_by_key(keys, out, |key| number(key, high, low)),
        #[cfg(target_arch = "x86_64")]
        Present::Avx2(avx2) => avx2x8::keys(avx2, keys, &P::schedule(high, low), out),
        #[cfg(target_arch = "x86_64")]
        Present::Avx512(avx512, sha_ni) => wide_keys(avx512, sha_ni, keys, high, low, out),
    }
}

fn counters_of_one_high_word<P: Hash<S>, const S: usize>(
    present: Present,
    pads: &P,
    high: u32,
    low: u32,
    out: &mut [u32],
) {
    match present {
        Present::Crate => one_by_one(low, out, |low| pads.number_by_crate(high, low)),
        Present::Scalar => one_by_one(low, out, |low| number(pads, high, low)),
        Present::Lanes if out.len() == 1 => one_by_one(low, out, |low| number(pads, high, low)),
        Present::Lanes => plain4::counters(pads, high, low, out),
        #[cfg(target_arch = "x86_64")]
        Present::ShaNi(sha_ni) => by_parts(sha_ni, pads, high, low, out),
        #[cfg(target_arch = "x86_64")]
        Present::Avx2(_) if out.len() == 1 => one_by_one(low, out, |low| number(pads, high, low)),
        #[cfg(target_arch = "x86_64")]
        Present::Avx2(avx2) => avx2x8::counters(avx2, pads, high, low, out),
        #[cfg(target_arch = "x86_64")]
        Present::Avx512(avx512, sha_ni) => wide_counters(avx512, sha_ni, pads, high, low, out),
    }
}

/// Sixteen lanes for most of `out`, then the SHA extensions or eight lanes, whichever is faster for the rest.
#[cfg(target_arch = "x86_64")]
fn wide_counters<P: Hash<S>, const S: usize>(
    avx512: Avx512,
    sha_ni: Option<ShaNi>,
    pads: &P,
    high: u32,
    low: u32,
    out: &mut [u32],
) {
    let (sixteens, rest) = out.split_at_mut(in_sixteens(out.len()));
    // 2^32 is the one length that does not fit into 32 bits. It is a multiple of sixteen and leaves no rest.
    let next = low.wrapping_add(u32::try_from(sixteens.len()).unwrap_or_default());
    if !sixteens.is_empty() {
        avx512x16::counters(avx512, pads, high, low, sixteens);
    }
    match sha_ni {
        Some(sha_ni) if rest.len() <= P::INTERLEAVED => by_parts(sha_ni, pads, high, next, rest),
        _ => avx512x8::counters(avx512, pads, high, next, rest),
    }
}

/// As [`wide_counters`], for one counter under many keys.
#[cfg(target_arch = "x86_64")]
fn wide_keys<P: Hash<S>, const S: usize>(
    avx512: Avx512,
    sha_ni: Option<ShaNi>,
    keys: &[&P],
    high: u32,
    low: u32,
    out: &mut [u32],
) {
    let (keys, rest_keys) = keys.split_at(in_sixteens(keys.len()));
    let (sixteens, rest) = out.split_at_mut(keys.len());
    if !sixteens.is_empty() {
        avx512x16::keys(avx512, keys, &P::schedule(high, low), sixteens);
    }
    match sha_ni {
        Some(sha_ni) if rest.len() <= P::INTERLEAVED => P::sha_ni_keys(sha_ni, rest_keys, high, low, rest),
        _ => avx512x8::keys(avx512, rest_keys, &P::schedule(high, low), rest),
    }
}

/// How many of `n` numbers sixteen lanes compute: all of them if the last group of sixteen would be more than half
/// full.
#[cfg(target_arch = "x86_64")]
const fn in_sixteens(n: usize) -> usize {
    let rest = n & 15;
    if rest > 8 { n } else { n - rest }
}

/// Any number of counters that share `high` on the SHA extensions, as many at once as they take.
#[cfg(target_arch = "x86_64")]
fn by_parts<P: Hash<S>, const S: usize>(sha_ni: ShaNi, pads: &P, high: u32, low: u32, out: &mut [u32]) {
    let mut low = low;
    for part in out.chunks_mut(P::AT_ONCE) {
        let next = low.wrapping_add(u32::try_from(part.len()).unwrap_or_default());
        P::sha_ni(sha_ni, pads, high, low, part);
        low = next;
    }
}

fn one_by_one(low: u32, out: &mut [u32], number: impl Fn(u32) -> u32) {
    let mut low = low;
    for slot in out {
        *slot = number(low);
        low = low.wrapping_add(1);
    }
}

fn key_by_key<P>(keys: &[&P], out: &mut [u32], number: impl Fn(&P) -> u32) {
    for (slot, key) in out.iter_mut().zip(keys) {
        *slot = number(key);
    }
}

// `number` and `number_scheduled` are not inlined: in a loop, the compiler would turn them into poor vector code.

#[inline(never)]
fn number<P: Hash<S>, const S: usize>(pads: &P, high: u32, low: u32) -> u32 {
    P::number(pads.inner(), pads.outer(), high, low)
}

#[inline(never)]
fn number_scheduled<P: Hash<S>, const S: usize>(pads: &P, schedule: &P::Schedule) -> u32 {
    P::number_scheduled(pads.inner(), pads.outer(), schedule)
}
