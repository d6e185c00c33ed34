//! Codes compared with many numbers at once: what fits is one bit each, and a run of codes is a shift of the bits.

use crate::code::Code;
use crate::ct;
use crate::parameters::Digits;

/// How many numbers are compared at once: the bits of a word.
pub(crate) const BLOCK: usize = 64;

/// One to three codes of one token, as numbers to compare with. Public.
#[derive(Clone, Copy)]
pub(crate) struct Pattern {
    digits: Digits,
    /// In the order in which the token showed them; the first `count` are there.
    codes: [u32; 3],
    count: usize,
}

/// What the codes before the last have fitted so far. Secret.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    first: u64,
    second: u64,
}

impl Pattern {
    /// `None` where a code has another length than `digits`: it fits nowhere.
    #[inline(always)]
    pub(crate) fn of(codes: &[Code], digits: Digits) -> Option<Self> {
        if codes.iter().any(|code| code.digits() != digits) {
            return None;
        }
        let value = |place: usize| codes.get(place).map_or(0, Code::value);
        Some(Self { digits, codes: [value(0), value(1), value(2)], count: codes.len() })
    }

    /// Takes the numbers of the next steps of one key, [`BLOCK`] of them or, at the end, fewer. Bit i is set where the codes
    /// end at the i-th: the last code fits it, the one before fits the step before, which may lie in the block before.
    ///
    /// Leakage: the run, the numbers and the bits are secret, how many there are is public.
    #[inline(always)]
    pub(crate) fn along(&self, run: &mut Run, numbers: &[u32]) -> u64 {
        self.take(run, numbers, |fits, carry| {
            let may = fits << 1 | *carry;
            *carry = fits >> (BLOCK - 1);
            may
        })
    }

    /// The same for one step of many keys, at most [`BLOCK`]: bit i is set where the codes end for the i-th key. The run
    /// is that of the same keys at the step before.
    ///
    /// Leakage: as [`along`](Self::along).
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn across(&self, run: &mut Run, numbers: &[u32]) -> u64 {
        self.take(run, numbers, |fits, carry| core::mem::replace(carry, fits))
    }

    /// `may` makes of what fits a code, and of what it keeps of it, where the next code may fit.
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

    /// A bit for each number that is the code, the first one lowest.
    #[inline(always)]
    fn bits(&self, numbers: &[u32], code: u32) -> u64 {
        numbers.iter().rev().fold(0, |bits, number| bits << 1 | self.digits.fits(*number, code))
    }
}
