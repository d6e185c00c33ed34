//! The result of a scan, gathered without a branch.

use crate::ct::{self, less, select};
use crate::outcome::Rejected;

/// The steps that matched in a scan.
///
/// Leakage: all fields are secret until [`verdict`](Self::verdict) makes the outcome public.
#[derive(Clone, Copy)]
pub(crate) struct Hits {
    /// Not 0 if a step matched, spent or not.
    any: u64,
    /// Not 0 if more than one step matched.
    several: u64,
    /// All ones if an unspent step matched, otherwise 0.
    fresh: u64,
    /// The highest unspent step that matched.
    highest: u64,
    /// The unspent step that matched nearest to the expected step; the lower of two at equal distance.
    nearest: u64,
    /// The distance of `nearest` from the expected step; the largest number if no unspent step matched.
    distance: u64,
}

impl Hits {
    pub(crate) const NONE: Self = Self { any: 0, several: 0, fresh: 0, highest: 0, nearest: 0, distance: u64::MAX };

    /// The result for one block of steps: bit i of `hits` is set if step `first + i` matched. Steps up to `spent` are
    /// spent; `expected` is the step at which the drift does not change.
    ///
    /// Leakage: `hits` is secret; all else is public.
    #[inline(always)]
    pub(crate) fn of(first: u64, hits: u64, spent: Option<u64>, expected: u64) -> Self {
        let fresh = hits & spent.map_or(u64::MAX, |spent| !up_to(first, spent));
        // The nearest step is the highest one up to the expected step, or the lowest one above it.
        let split = up_to(first, expected);
        let (below, above) = (fresh & split, fresh & !split);
        let [is_fresh, is_below, is_above] = ct::hide([fresh, below, above].map(set));
        let [highest, low, high] =
            [fresh, below, above & above.wrapping_neg()].map(|bits| first.wrapping_add(highest_bit(bits)));
        let to_low = expected.wrapping_sub(low) | !is_below;
        let to_high = high.wrapping_sub(expected) | !is_above;
        let nearer = ct::hide(less(to_high, to_low));
        Self {
            any: hits,
            several: hits & hits.wrapping_sub(1),
            fresh: is_fresh,
            highest,
            nearest: select(nearer, high, low),
            distance: select(nearer, to_high, to_low),
        }
    }

    /// The union of two results, the second for higher steps than the first.
    #[inline(always)]
    pub(crate) fn then(self, above: Self) -> Self {
        let nearer = ct::hide(less(above.distance, self.distance));
        Self {
            any: self.any | above.any,
            several: self.several_with(above),
            fresh: self.fresh | above.fresh,
            highest: select(above.fresh, above.highest, self.highest),
            nearest: select(nearer, above.nearest, self.nearest),
            distance: select(nearer, above.distance, self.distance),
        }
    }

    /// Not 0 if two scans together found more than one step.
    #[inline(always)]
    fn several_with(self, above: Self) -> u64 {
        self.several | above.several | (ct::hide(set(self.any)) & above.any)
    }

    /// The outcome. From here on it is public.
    #[inline(always)]
    pub(crate) fn verdict(self) -> Result<Verdict, Rejected> {
        // The caller learns whether and where a code matched: this is the outcome.
        let Self { any, several, fresh, highest, nearest, .. } = ct::declassify(self);
        if fresh != 0 {
            Ok(Verdict { highest, nearest, several: several != 0 })
        } else if any != 0 {
            Err(Rejected::Replayed)
        } else {
            Err(Rejected::Mismatch)
        }
    }
}

/// The bits of the steps up to `step` in a block that begins at `first`. Both are public.
#[inline(always)]
fn up_to(first: u64, step: u64) -> u64 {
    match step.checked_sub(first) {
        None => 0,
        Some(place) if place >= 63 => u64::MAX,
        Some(place) => (2 << place) - 1,
    }
}

/// All ones if any bit is set, otherwise 0. The caller hides the result from the compiler. Leakage: the bits are
/// secret.
#[inline(always)]
const fn set(bits: u64) -> u64 {
    ((bits | bits.wrapping_neg()).cast_signed() >> 63).cast_unsigned()
}

/// The index of the highest set bit; 0 if none is set.
///
/// Leakage: the bits are secret. Bit 0 is always set in the argument of `leading_zeros`, because for processors whose
/// instruction is undefined for 0 the compiler would emit a branch.
#[inline(always)]
fn highest_bit(bits: u64) -> u64 {
    u64::from(63 ^ (bits | 1).leading_zeros())
}

/// The public outcome of a scan in which an unspent step matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) highest: u64,
    pub(crate) nearest: u64,
    /// Whether another step matched too, spent or not.
    pub(crate) several: bool,
}

impl Verdict {
    /// The step, if it is the only one that matched: a resynchronization does not choose among several.
    pub(crate) fn only(self) -> Result<u64, Rejected> {
        if self.several { Err(Rejected::Ambiguous) } else { Ok(self.highest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The same outcome, computed step by step with branches.
    fn one_by_one(steps: &[u64], spent: Option<u64>, expected: u64) -> Result<Verdict, Rejected> {
        let fresh = || steps.iter().copied().filter(|step| spent.is_none_or(|spent| *step > spent));
        let Some(highest) = fresh().max() else {
            return Err(if steps.is_empty() { Rejected::Mismatch } else { Rejected::Replayed });
        };
        let nearest = fresh().min_by_key(|step| step.abs_diff(expected)).unwrap();
        Ok(Verdict { highest, nearest, several: steps.len() > 1 })
    }

    proptest! {
        #[test]
        #[cfg_attr(miri, ignore = "arithmetic on numbers, and slow there")]
        fn blocks_of_bits_say_what_their_steps_say_one_by_one(
            blocks in prop::collection::vec((0..3usize, any::<[u64; 3]>()), 1..4),
            gap in 0..200u64,
            spent in prop::option::of(0..600u64),
            expected in 0..700u64,
            high in any::<bool>(),
        ) {
            // Also near 2^64, where a sum of two steps would overflow.
            let start = if high { u64::MAX - 1000 } else { 7 };
            let mut hits = Hits::NONE;
            let mut steps = Vec::new();
            let mut first = start;
            for (sparse, words) in blocks {
                let bits = words.into_iter().take(sparse + 1).fold(u64::MAX, |a, b| a & b & b.rotate_left(9));
                hits = hits.then(Hits::of(first, bits, spent.map(|s| start + s), start + expected));
                steps.extend((0..64).filter(|i| bits >> i & 1 == 1).map(|i| first + i));
                first += 64 + gap;
            }
            prop_assert_eq!(hits.verdict(), one_by_one(&steps, spent.map(|s| start + s), start + expected));
        }
    }

    #[test]
    fn what_two_blocks_hold_in_the_same_places_adds_up() {
        let both = |one, other, spent| Hits::of(0, one, spent, 0).then(Hits::of(64, other, spent, 0)).verdict();
        assert_eq!(both(0b1, 0b1, Some(200)), Err(Rejected::Replayed));
        for (one, other) in [(0b1, 0b1), (0b11, 0b11), (0b011, 0b110), (0b11, 0), (0, 0b11)] {
            assert!(both(one, other, None).unwrap().several, "{one:b} and {other:b}");
        }
        assert!(!both(0b1, 0, None).unwrap().several);
        assert_eq!(both(0, 0, None), Err(Rejected::Mismatch));
    }

    #[test]
    fn the_bits_up_to_a_step_at_the_edges() {
        assert_eq!(
            [9, 10, 11, 72, 73, 74, u64::MAX].map(|step| up_to(10, step)),
            [0, 1, 3, (1 << 63) - 1, u64::MAX, u64::MAX, u64::MAX]
        );
        assert_eq!([0, 1, 2, 1 << 63, u64::MAX].map(highest_bit), [0, 0, 1, 63, 63]);
    }
}
