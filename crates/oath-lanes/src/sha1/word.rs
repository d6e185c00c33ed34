//! What SHA-1 does with words: one of them, or the same of four states side by side.

/// A word of one state, or the same word of several.
pub(super) trait Word: Copy {
    fn of(word: u32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn rotated<const BITS: u32>(self) -> Self;
}

impl Word for u32 {
    #[inline(always)]
    fn of(word: u32) -> Self {
        word
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn rotated<const BITS: u32>(self) -> Self {
        self.rotate_left(BITS)
    }
}

/// How many numbers [`Four`] computes side by side.
pub(super) const LANES: usize = 4;

/// What takes the compiler several times the code to find by itself.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod four {
    use super::{LANES, Word};
    use core::arch::wasm32::{
        u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr, u32x4_splat, v128, v128_and, v128_or, v128_xor,
    };

    pub(in super::super) type Four = v128;

    impl Word for v128 {
        #[inline(always)]
        fn of(word: u32) -> Self {
            u32x4_splat(word)
        }

        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            u32x4_add(self, other)
        }

        #[inline(always)]
        fn and(self, other: Self) -> Self {
            v128_and(self, other)
        }

        #[inline(always)]
        fn or(self, other: Self) -> Self {
            v128_or(self, other)
        }

        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            v128_xor(self, other)
        }

        #[inline(always)]
        fn rotated<const BITS: u32>(self) -> Self {
            v128_or(u32x4_shl(self, BITS), u32x4_shr(self, 32 - BITS))
        }
    }

    #[inline(always)]
    pub(in super::super) const fn together([a, b, c, d]: [u32; LANES]) -> Four {
        u32x4(a, b, c, d)
    }

    #[inline(always)]
    pub(in super::super) fn apart(four: Four) -> [u32; LANES] {
        [
            u32x4_extract_lane::<0>(four),
            u32x4_extract_lane::<1>(four),
            u32x4_extract_lane::<2>(four),
            u32x4_extract_lane::<3>(four),
        ]
    }
}

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod four {
    use super::{LANES, Word};

    pub(in super::super) type Four = [u32; LANES];

    #[inline(always)]
    fn each([a, b, c, d]: Four, [e, f, g, h]: Four, of: impl Fn(u32, u32) -> u32) -> Four {
        [of(a, e), of(b, f), of(c, g), of(d, h)]
    }

    impl Word for Four {
        #[inline(always)]
        fn of(word: u32) -> Self {
            [word; LANES]
        }

        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            each(self, other, u32::plus)
        }

        #[inline(always)]
        fn and(self, other: Self) -> Self {
            each(self, other, u32::and)
        }

        #[inline(always)]
        fn or(self, other: Self) -> Self {
            each(self, other, u32::or)
        }

        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            each(self, other, u32::xor)
        }

        #[inline(always)]
        fn rotated<const BITS: u32>(self) -> Self {
            self.map(u32::rotated::<BITS>)
        }
    }

    #[inline(always)]
    pub(in super::super) const fn together(words: [u32; LANES]) -> Four {
        words
    }

    #[inline(always)]
    pub(in super::super) const fn apart(four: Four) -> [u32; LANES] {
        four
    }
}
pub(super) use self::four::{Four, apart, together};
