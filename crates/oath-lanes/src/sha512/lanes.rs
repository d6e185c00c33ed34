//! Many numbers of HMAC-SHA-512 in the lanes of vectors, from safe scalar code, as `crate::lanes` has them for words of 32 bits.
//! A vector holds half as many words of 64 bits, and the pad states of several keys are loaded word by word: the rounds take so
//! long that nothing is gained by transposing them first.

use super::{State, scalar};
use crate::cpu::{Avx2, Avx512};
use crate::pads::Sha512Pads;
use zeroize::Zeroize;

#[inline(always)]
fn counters_in<const L: usize>(pads: &Sha512Pads, counter: u64) -> [u32; L] {
    let mut numbers = [0; L];
    for (number, i) in numbers.iter_mut().zip(0..) {
        *number = scalar::number(&pads.inner, &pads.outer, counter.wrapping_add(i));
    }
    numbers
}

#[inline(always)]
fn keys_in<const L: usize>(columns: &[[[u64; L]; 8]; 2], counter: u64) -> [u32; L] {
    let mut numbers = [0; L];
    for (i, number) in numbers.iter_mut().enumerate() {
        let state = |columns: &[[u64; L]; 8]| -> State {
            columns.each_ref().map(|column| column.get(i).copied().unwrap_or_default())
        };
        let [inner, outer] = columns;
        *number = scalar::number(&state(inner), &state(outer), counter);
    }
    numbers
}

/// Copies the pad states of the keys into columns. Not inlined: in a loop over lanes it would keep the compiler from vectorizing
/// that loop.
#[inline(never)]
fn fill<const L: usize>(columns: &mut [[[u64; L]; 8]; 2], keys: &[&Sha512Pads; L]) {
    let [inner, outer] = columns;
    for (i, key) in keys.iter().enumerate() {
        for (columns, state) in [(&mut *inner, &key.inner), (&mut *outer, &key.outer)] {
            for (column, word) in columns.iter_mut().zip(state) {
                column.iter_mut().skip(i).take(1).for_each(|slot| *slot = *word);
            }
        }
    }
}

/// Declares a module for one vector width, whose functions take the proof that the processor has it.
macro_rules! width {
    ($module:ident, $lanes:literal, $cpu:ident, $feature:literal) => {
        pub(super) mod $module {
            use super::{Sha512Pads, Zeroize, counters_in, fill, keys_in, $cpu};

            const L: usize = $lanes;

            #[inline(never)]
            #[target_feature(enable = $feature)]
            fn counters_full(pads: &Sha512Pads, counter: u64, out: &mut [u32; L]) {
                *out = counters_in(pads, counter);
            }

            #[inline(never)]
            #[target_feature(enable = $feature)]
            fn keys_full(columns: &[[[u64; L]; 8]; 2], counter: u64, out: &mut [u32; L]) {
                *out = keys_in(columns, counter);
            }

            #[target_feature(enable = $feature)]
            fn all_counters(pads: &Sha512Pads, counter: u64, out: &mut [u32]) {
                let mut counter = counter;
                let (chunks, rest) = out.as_chunks_mut::<L>();
                for chunk in chunks {
                    counters_full(pads, counter, chunk);
                    counter = counter.wrapping_add($lanes);
                }
                if !rest.is_empty() {
                    let mut full = [0; L];
                    counters_full(pads, counter, &mut full);
                    rest.iter_mut().zip(&full).for_each(|(number, found)| *number = *found);
                    full.zeroize();
                }
            }

            #[target_feature(enable = $feature)]
            fn all_keys(keys: &[&Sha512Pads], counter: u64, out: &mut [u32]) {
                let (chunks, rest) = out.as_chunks_mut::<L>();
                let (groups, last) = keys.as_chunks::<L>();
                let mut columns = [[[0; L]; 8]; 2];
                for (chunk, group) in chunks.iter_mut().zip(groups) {
                    fill(&mut columns, group);
                    keys_full(&columns, counter, chunk);
                }
                if let Some(first) = last.first() {
                    let mut full = [0; L];
                    let mut group = [*first; L];
                    group.iter_mut().zip(last).for_each(|(slot, key)| *slot = key);
                    fill(&mut columns, &group);
                    keys_full(&columns, counter, &mut full);
                    rest.iter_mut().zip(&full).for_each(|(number, found)| *number = *found);
                    full.zeroize();
                }
                columns.iter_mut().for_each(Zeroize::zeroize);
            }

            /// The numbers of consecutive counters.
            #[inline(always)]
            #[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
            pub(crate) fn counters(_: $cpu, pads: &Sha512Pads, counter: u64, out: &mut [u32]) {
                // SAFETY: a value of $cpu exists only where the processor was found to have the target feature.
                unsafe { all_counters(pads, counter, out) }
            }

            /// The numbers of the counter under as many keys as there are numbers.
            #[inline(always)]
            #[allow(unsafe_code, reason = "the argument proves that the processor has the instructions")]
            pub(crate) fn keys(_: $cpu, keys: &[&Sha512Pads], counter: u64, out: &mut [u32]) {
                // SAFETY: a value of $cpu exists only where the processor was found to have the target feature.
                unsafe { all_keys(keys, counter, out) }
            }
        }
    };
}

width!(avx2x4, 4, Avx2, "avx2");
width!(avx512x8, 8, Avx512, "avx512f,avx512vl,avx512bw");
