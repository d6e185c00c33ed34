//! Masks: choices among secrets that are arithmetic, never a branch.
//!
//! A mask is all ones for yes and all zeros for no. The compiler must not learn that it is one of just two values, or it
//! may turn the arithmetic back into a branch: [`hide`] stands where a mask is born.

use core::hint::black_box;

/// All ones where `a < b`. Leakage: both are secret.
#[inline(always)]
pub(crate) const fn less(a: u64, b: u64) -> u64 {
    // The borrow of a - b (Hacker's Delight, §2-12).
    (((!a & b) | ((!a | b) & a.wrapping_sub(b))) >> 63).wrapping_neg()
}

/// `yes` under an all-ones mask, `no` under an all-zeros one. Leakage: all three are secret.
#[inline(always)]
pub(crate) const fn select(mask: u64, yes: u64, no: u64) -> u64 {
    no ^ (mask & (yes ^ no))
}

/// Keeps the compiler from reasoning about a value.
#[inline(always)]
pub(crate) fn hide<T>(value: T) -> T {
    black_box(value)
}

/// The one door from secret to public: what passes here may be branched on afterwards. Every call says why it may. A
/// value of bytes, not a reference: what a reference points to would stay behind the door.
#[cfg(not(oath_ct_check))]
#[inline(always)]
pub(crate) fn declassify<T: Copy>(value: T) -> T {
    value
}

#[cfg(oath_ct_check)]
pub(crate) use self::watched::declassify;

/// The door as `cargo xtask ct` builds it: memcheck is told about every byte that passes. No other build has this.
#[cfg(oath_ct_check)]
pub(crate) mod watched {
    use std::sync::OnceLock;

    static WATCH: OnceLock<fn(*mut u8, usize)> = OnceLock::new();

    /// From now on `watch` is shown where the bytes lie that pass the door, and may mark them as defined. The first one
    /// stays.
    pub fn watch_declassified(watch: fn(*mut u8, usize)) {
        WATCH.get_or_init(|| watch);
    }

    pub(crate) fn declassify<T: Copy>(value: T) -> T {
        let mut value = value;
        if let Some(watch) = WATCH.get() {
            // A pointer that may be written through: the compiler then reads the value again instead of going on with
            // what it has in registers, which stays undefined.
            watch(core::ptr::from_mut(&mut value).cast(), size_of::<T>());
        }
        value
    }
}

/// One where `low <= byte <= high`, else zero. Leakage: the byte is secret, the bounds are public.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn in_range(byte: u8, low: u8, high: u8) -> u8 {
    let byte = u16::from(byte);
    let below = byte.wrapping_sub(u16::from(low));
    let above = u16::from(high).wrapping_sub(byte);
    // Either difference borrows, and so sets its sign bit, where the byte lies outside.
    let [outside, _] = ((below | above) >> 15).to_le_bytes();
    outside ^ 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_agrees_with_the_operator_at_the_edges() {
        let edges = [0, 1, 2, u64::MAX / 2 - 1, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX - 1, u64::MAX];
        for a in edges {
            for b in edges {
                assert_eq!(less(a, b), if a < b { u64::MAX } else { 0 }, "{a} < {b}");
            }
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn in_range_agrees_with_the_operators_over_all_bytes() {
        for byte in 0..=255u8 {
            for (low, high) in [(b'a', b'z'), (b'A', b'Z'), (b'2', b'7'), (0, 0), (255, 255), (0, 255)] {
                assert_eq!(in_range(byte, low, high) == 1, (low..=high).contains(&byte), "{byte} in {low}..={high}");
            }
        }
    }
}
