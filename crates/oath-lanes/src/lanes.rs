//! Many numbers in the lanes of vectors, from safe scalar code.
//!
//! The loops below go over lanes, and the body of each is a whole scalar HMAC in straight-line code. The compiler turns
//! such a loop into vector code: each scalar operation becomes one operation on all lanes, in the registers that the
//! function's target features allow. For this, the loop must stand in the function with the target feature, and
//! everything in its body must be `inline(always)`.

use crate::block::halves;
use crate::columns::Columns;
#[cfg(target_arch = "x86_64")]
use crate::cpu::{Avx2, Avx512};
use crate::hash::Hash;
use zeroize::Zeroize;

#[inline(always)]
fn counters_in<P: Hash<S>, const S: usize, const L: usize>(pads: &P, high: u32, low: u32) -> [u32; L] {
    let mut numbers = [0; L];
    for (number, i) in numbers.iter_mut().zip(0..) {
        *number = P::number(pads.inner(), pads.outer(), high, low.wrapping_add(i));
    }
    numbers
}

#[inline(always)]
fn listed_in<P: Hash<S>, const S: usize, const L: usize>(pads: &P, highs: &[u32; L], lows: &[u32; L]) -> [u32; L] {
    let mut numbers = [0; L];
    for ((number, high), low) in numbers.iter_mut().zip(highs).zip(lows) {
        *number = P::number(pads.inner(), pads.outer(), *high, *low);
    }
    numbers
}

#[inline(always)]
fn keys_in<P: Hash<S>, const S: usize, const L: usize>(columns: &Columns<S, L>, schedule: &P::Schedule) -> [u32; L] {
    let mut numbers = [0; L];
    for (number, i) in numbers.iter_mut().zip(0..) {
        let [inner, outer] = columns.pads(i);
        *number = P::number_scheduled(&inner, &outer, schedule);
    }
    numbers
}

/// Declares a module for one vector width: the lane loops (`*_full`), and the functions that apply them to a slice of
/// any length. Where the width needs a target feature, those functions take the proof that the processor has it.
macro_rules! width {
    ($module:ident, $lanes:literal, $fill:ident $(, $cpu:ident, $feature:literal)?) => {
        pub(crate) mod $module {
            use super::{Columns, Hash, Zeroize, counters_in, halves, keys_in, listed_in};

            const L: usize = $lanes;

            #[inline(never)]
            $(#[target_feature(enable = $feature)])?
            fn counters_full<P: Hash<S>, const S: usize>(pads: &P, high: u32, low: u32, out: &mut [u32; L]) {
                *out = counters_in(pads, high, low);
            }

            #[inline(never)]
            $(#[target_feature(enable = $feature)])?
            #[allow(dead_code, reason = "only some widths compute two runs of counters together")]
            fn listed_full<P: Hash<S>, const S: usize>(
                pads: &P,
                highs: &[u32; L],
                lows: &[u32; L],
                out: &mut [u32; L],
            ) {
                *out = listed_in(pads, highs, lows);
            }

            #[inline(never)]
            $(#[target_feature(enable = $feature)])?
            fn keys_full<P: Hash<S>, const S: usize>(
                columns: &Columns<S, L>,
                schedule: &P::Schedule,
                out: &mut [u32; L],
            ) {
                *out = keys_in::<P, S, L>(columns, schedule);
            }

            mod slices {
                use super::*;

                /// The numbers of consecutive counters that share `high`.
                $(#[target_feature(enable = $feature)])?
                pub(crate) fn counters<P: Hash<S>, const S: usize>(pads: &P, high: u32, low: u32, out: &mut [u32]) {
                    let mut low = low;
                    let (chunks, rest) = out.as_chunks_mut::<L>();
                    for chunk in chunks {
                        counters_full(pads, high, low, chunk);
                        low = low.wrapping_add($lanes);
                    }
                    if !rest.is_empty() {
                        let mut full = [0; L];
                        counters_full(pads, high, low, &mut full);
                        rest.iter_mut().zip(&full).for_each(|(number, found)| *number = *found);
                        full.zeroize();
                    }
                }

                /// The numbers of two runs of consecutive counters, at most L in all.
                $(#[target_feature(enable = $feature)])?
                #[allow(dead_code, reason = "only some widths compute two runs of counters together")]
                pub(crate) fn apart<P: Hash<S>, const S: usize>(pads: &P, firsts: [u64; 2], out: [&mut [u32]; 2]) {
                    let [mut highs, mut lows, mut full] = [[0; L]; 3];
                    let mut lanes = highs.iter_mut().zip(&mut lows);
                    for (first, out) in firsts.into_iter().zip(&out) {
                        let mut counter = first;
                        for (high, low) in lanes.by_ref().take(out.len()) {
                            (*high, *low) = halves(counter);
                            counter = counter.wrapping_add(1);
                        }
                    }
                    listed_full(pads, &highs, &lows, &mut full);
                    let [one, other] = out;
                    let (left, right) = full.split_at(one.len().min(L));
                    one.iter_mut().zip(left).for_each(|(number, found)| *number = *found);
                    other.iter_mut().zip(right).for_each(|(number, found)| *number = *found);
                    full.zeroize();
                }

                /// The numbers of the counter of `schedule` under many keys.
                $(#[target_feature(enable = $feature)])?
                pub(crate) fn keys<P: Hash<S>, const S: usize>(
                    keys: &[&P],
                    schedule: &P::Schedule,
                    out: &mut [u32],
                ) {
                    let (chunks, rest) = out.as_chunks_mut::<L>();
                    let mut columns = Columns::<S, L>::new();
                    let (groups, last) = keys.as_chunks::<L>();
                    for (chunk, group) in chunks.iter_mut().zip(groups) {
                        columns.$fill(group);
                        keys_full::<P, S>(&columns, schedule, chunk);
                    }
                    if let Some(first) = last.first() {
                        let mut full = [0; L];
                        let mut group = [*first; L];
                        group.iter_mut().zip(last).for_each(|(slot, key)| *slot = key);
                        columns.$fill(&group);
                        keys_full::<P, S>(&columns, schedule, &mut full);
                        rest.iter_mut().zip(&full).for_each(|(number, found)| *number = *found);
                        full.zeroize();
                    }
                }
            }

            width!(@ $($cpu)?);
        }
    };

    // Without a target feature the functions are safe as they are.
    (@) => {
        pub(crate) use self::slices::{counters, keys};
    };

    // With one, each is called through a safe function that takes the proof. `slices` is private: there is no other
    // way.
    (@ $cpu:ident) => {
        use super::$cpu;

        /// The numbers of consecutive counters that share `high`.
        #[inline(always)]
        #[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
        pub(crate) fn counters<P: Hash<S>, const S: usize>(_: $cpu, pads: &P, high: u32, low: u32, out: &mut [u32]) {
            // SAFETY: a value of $cpu exists only where the processor was found to have the target feature.
            unsafe { slices::counters(pads, high, low, out) }
        }

        /// The numbers of two runs of consecutive counters, at most L in all.
        #[inline(always)]
        #[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
        #[allow(dead_code, reason = "only some widths compute two runs of counters together")]
        pub(crate) fn apart<P: Hash<S>, const S: usize>(
            _: $cpu,
            pads: &P,
            firsts: [u64; 2],
            out: [&mut [u32]; 2],
        ) {
            // SAFETY: a value of $cpu exists only where the processor was found to have the target feature.
            unsafe { slices::apart(pads, firsts, out) }
        }

        /// The numbers of the counter of `schedule` under many keys.
        #[inline(always)]
        #[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
        pub(crate) fn keys<P: Hash<S>, const S: usize>(_: $cpu, keys: &[&P], schedule: &P::Schedule, out: &mut [u32]) {
            // SAFETY: a value of $cpu exists only where the processor was found to have the target feature.
            unsafe { slices::keys(keys, schedule, out) }
        }
    };
}

width!(plain4, 4, fill);
#[cfg(target_arch = "x86_64")]
width!(avx2x8, 8, fill_sse2, Avx2, "avx2");
#[cfg(target_arch = "x86_64")]
width!(avx512x8, 8, fill_sse2, Avx512, "avx512f,avx512vl,avx512bw");
#[cfg(target_arch = "x86_64")]
width!(avx512x16, 16, fill_sse2, Avx512, "avx512f,avx512vl,avx512bw");
