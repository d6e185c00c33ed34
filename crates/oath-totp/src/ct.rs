//! Masks: choices among secrets by arithmetic instead of a branch.
//!
//! A mask is all ones for yes and all zeros for no. A compiler that knows that a value is one of these two may turn the
//! arithmetic back into a branch. Therefore every new mask passes through [`hide`].

use core::hint::black_box;

/// All ones if `a < b`, otherwise 0. Leakage: both are secret.
#[inline(always)]
pub(crate) const fn less(a: u64, b: u64) -> u64 {
    // The borrow of a - b (Hacker's Delight, §2-12).
    (((!a & b) | ((!a | b) & a.wrapping_sub(b))) >> 63).wrapping_neg()
}

/// `yes` if `mask` is all ones, `no` if it is 0. Leakage: all three are secret.
#[inline(always)]
pub(crate) const fn select(mask: u64, yes: u64, no: u64) -> u64 {
    no ^ (mask & (yes ^ no))
}

/// Returns the value, and hides from the compiler what it may be.
#[inline(always)]
pub(crate) fn hide<T>(value: T) -> T {
    black_box(value)
}

/// Declares a secret value public: code may branch on the result. A comment at each call says why this is allowed.
///
/// The value must not be a reference: the bytes that it points to would stay secret.
#[cfg(not(oath_ct_check))]
#[inline(always)]
pub(crate) fn declassify<T: Copy>(value: T) -> T {
    value
}

#[cfg(oath_ct_check)]
pub(crate) use self::watched::declassify;

/// [`declassify`] in the build of `cargo xtask ct`: it tells memcheck which bytes are public now. No other build has
/// this.
#[cfg(oath_ct_check)]
pub(crate) mod watched {
    use std::sync::OnceLock;

    static WATCH: OnceLock<fn(*mut u8, usize)> = OnceLock::new();

    /// Registers the function that every later `declassify` calls with the address and the length of its bytes, so that
    /// it can mark them as defined. Only the first registration counts.
    pub fn watch_declassified(watch: fn(*mut u8, usize)) {
        WATCH.get_or_init(|| watch);
    }

    pub(crate) fn declassify<T: Copy>(value: T) -> T {
        let mut value = value;
        if let Some(watch) = WATCH.get() {
            // A mutable pointer: the compiler must then assume a write and load the value again. Its copy in a register
            // would stay undefined for memcheck.
            watch(core::ptr::from_mut(&mut value).cast(), size_of::<T>());
        }
        value
    }
}

/// 1 if `low <= byte <= high`, otherwise 0. Leakage: the byte is secret, the bounds are public.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn in_range(byte: u8, low: u8, high: u8) -> u8 {
    let byte = u16::from(byte);
    let below = byte.wrapping_sub(u16::from(low));
    let above = u16::from(high).wrapping_sub(byte);
    // If the byte is outside, one of the differences is negative and has its highest bit set.
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
