//! Comparison of codes with many numbers at once. The result is one bit for each number; consecutive codes are found by
//! a shift of these bits.

use crate::code::Code;
use crate::ct;
use crate::parameters::Digits;

/// How many numbers one comparison takes: as many as a word has bits.
pub(crate) const BLOCK: usize = 64;

/// One to three codes of one token, as numbers to compare with. Public.
#[derive(Clone, Copy)]
pub(crate) struct Pattern {
    digits: Digits,
    /// In the order in which the token showed them. The first `count` are used.
    codes: [u32; 3],
    count: usize,
}

/// The bits of the codes before the last, kept from one block to the next. Secret.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    first: u64,
    second: u64,
}

impl Pattern {
    /// `None` if a code has another length than `digits`: it matches no number.
    #[inline(always)]
    pub(crate) fn of(codes: &[Code], digits: Digits) -> Option<Self> {
        if codes.iter().any(|code| code.digits() != digits) {
            return None;
        }
        let value = |place: usize| codes.get(place).map_or(0, Code::value);
        Some(Self { digits, codes: [value(0), value(1), value(2)], count: codes.len() })
    }

    /// Compares the numbers of the next steps of one key: [`BLOCK`] of them, or fewer in the last block. Bit i is set
    /// if the last code matches number i and the other codes match the steps before it, which may be in the block
    /// before.
    ///
    /// Leakage: the run, the numbers and the bits are secret; their count is public.
    #[inline(always)]
    pub(crate) fn along(&self, run: &mut Run, numbers: &[u32]) -> u64 {
        self.take(run, numbers, |fits, carry| {
            let may = fits << 1 | *carry;
            *carry = fits >> (BLOCK - 1);
            may
        })
    }

    /// Compares the numbers of at most [`BLOCK`] keys at one step. Bit i is set if the last code matches key i at this
    /// step and the other codes match it at the steps before. `run` is that of the same keys at the step before.
    ///
    /// Leakage: as [`along`](Self::along).
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn across(&self, run: &mut Run, numbers: &[u32]) -> u64 {
        self.take(run, numbers, |fits, carry| core::mem::replace(carry, fits))
    }

    /// `may` takes the bits of the steps that match a code, and the bits kept from the block before. It returns the
    /// bits of the steps at which the next code must match, and replaces the kept bits.
    #[inline(always)]
    fn take(&self, run: &mut Run, numbers: &[u32], may: impl Fn(u64, &mut u64) -> u64) -> u64 {
        let [a, b, c] = self.codes;
        let mut ends = self.bits(numbers, a);
        if self.count > 1 {
            ends = may(ends, &mut run.first) & self.bits(numbers, b);
        }
        if self.count > 2 {
            ends = may(ends, &mut run.second) & self.bits(numbers, c);
        }
        ct::hide(ends)
    }

    /// A bit for each number that gives the code; the lowest bit is for the first number.
    #[inline(always)]
    fn bits(&self, numbers: &[u32], code: u32) -> u64 {
        numbers.iter().rev().fold(0, |bits, number| bits << 1 | self.digits.fits(*number, code))
    }
}
