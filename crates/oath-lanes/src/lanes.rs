//! Many numbers in the lanes of vectors, from safe scalar code.
//!
//! The loops below go over lanes, and their body is the whole of a scalar HMAC in straight-line code. The compiler
//! turns the loop inside out: each operation becomes one over all lanes, in whatever registers the function may use.
//! That is why the function with the target feature holds the loop, and why everything in the body is `inline(always)`.

use crate::columns::Columns;
use crate::kernels::{Kernels, halves};
use zeroize::Zeroize;

#[inline(always)]
fn counters_in<P: Kernels<S>, const S: usize, const L: usize>(pads: &P, high: u32, low: u32) -> [u32; L] {
    let mut numbers = [0; L];
    for (number, i) in numbers.iter_mut().zip(0..) {
        *number = P::number(pads.inner(), pads.outer(), high, low.wrapping_add(i));
    }
    numbers
}

#[inline(always)]
fn listed_in<P: Kernels<S>, const S: usize, const L: usize>(pads: &P, highs: &[u32; L], lows: &[u32; L]) -> [u32; L] {
    let mut numbers = [0; L];
    for ((number, high), low) in numbers.iter_mut().zip(highs).zip(lows) {
        *number = P::number(pads.inner(), pads.outer(), *high, *low);
    }
    numbers
}

#[inline(always)]
fn keys_in<P: Kernels<S>, const S: usize, const L: usize>(columns: &Columns<S, L>, schedule: &P::Schedule) -> [u32; L] {
    let mut numbers = [0; L];
    for (number, i) in numbers.iter_mut().zip(0..) {
        let [inner, outer] = columns.pads(i);
        *number = P::number_scheduled(&inner, &outer, schedule);
    }
    numbers
}

/// Declares, for one vector width, the loops and the functions that take a slice of any length through them.
macro_rules! width {
    ($module:ident, $lanes:literal, $fill:ident $(, $feature:literal)?) => {
        pub(crate) mod $module {
            use super::{Columns, Kernels, Zeroize, counters_in, halves, keys_in, listed_in};

            const L: usize = $lanes;

            #[inline(never)]
            $(#[target_feature(enable = $feature)])?
            fn counters_full<P: Kernels<S>, const S: usize>(pads: &P, high: u32, low: u32, out: &mut [u32; L]) {
                *out = counters_in(pads, high, low);
            }

            #[inline(never)]
            $(#[target_feature(enable = $feature)])?
            #[allow(dead_code, reason = "not every width has a use for it")]
            fn listed_full<P: Kernels<S>, const S: usize>(
                pads: &P,
                highs: &[u32; L],
                lows: &[u32; L],
                out: &mut [u32; L],
            ) {
                *out = listed_in(pads, highs, lows);
            }

            #[inline(never)]
            $(#[target_feature(enable = $feature)])?
            fn keys_full<P: Kernels<S>, const S: usize>(
                columns: &Columns<S, L>,
                schedule: &P::Schedule,
                out: &mut [u32; L],
            ) {
                *out = keys_in::<P, S, L>(columns, schedule);
            }

            /// The numbers of consecutive counters whose high word is the same.
            $(#[target_feature(enable = $feature)])?
            pub(crate) fn counters<P: Kernels<S>, const S: usize>(pads: &P, high: u32, low: u32, out: &mut [u32]) {
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
            #[allow(dead_code, reason = "not every width has a use for it")]
            pub(crate) fn apart<P: Kernels<S>, const S: usize>(pads: &P, firsts: [u64; 2], out: [&mut [u32]; 2]) {
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

            /// The numbers of one counter, the schedule of whose block is given, under many keys.
            $(#[target_feature(enable = $feature)])?
            pub(crate) fn keys<P: Kernels<S>, const S: usize>(keys: &[&P], schedule: &P::Schedule, out: &mut [u32]) {
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
    };
}

width!(plain4, 4, fill);
#[cfg(target_arch = "x86_64")]
width!(avx2x8, 8, fill_sse2, "avx2");
#[cfg(target_arch = "x86_64")]
width!(avx512x8, 8, fill_sse2, "avx512f,avx512vl,avx512bw");
#[cfg(target_arch = "x86_64")]
width!(avx512x16, 16, fill_sse2, "avx512f,avx512vl,avx512bw");
