//! The one loop that looks for codes: every step of the span, always, whatever it finds.

use crate::code::Code;
use crate::ct::{self, equal, less, select, widen};
use crate::key::Key;
use crate::outcome::Rejected;
use crate::parameters::Digits;
use core::fmt;
use zeroize::Zeroize;

/// Steps or counters from `first` to `last`, both included. Public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Span {
    pub(crate) const fn new(first: u64, last: u64) -> Self {
        Self { first, last }
    }

    /// The union of two spans: one where they overlap or adjoin, else both in ascending order.
    pub(crate) fn union(self, other: Self) -> (Self, Option<Self>) {
        let (low, high) = if self.first <= other.first { (self, other) } else { (other, self) };
        if low.last.saturating_add(1) >= high.first {
            (Self::new(low.first, low.last.max(high.last)), None)
        } else {
            (low, Some(high))
        }
    }
}

/// One, two or three codes that a token showed one right after the other.
///
/// ```
/// use oath_totp::{Code, Consecutive};
/// let (code, next): (Code, Code) = ("755224".parse()?, "287082".parse()?);
/// let one = Consecutive::from(code.clone());
/// let two = Consecutive::from([code, next]);
/// # Ok::<(), oath_totp::MalformedCode>(())
/// ```
#[derive(Clone, Debug)]
pub struct Consecutive(Codes);

#[derive(Clone, Debug)]
enum Codes {
    One([Code; 1]),
    Two([Code; 2]),
    Three([Code; 3]),
}

impl Consecutive {
    pub(crate) fn codes(&self) -> &[Code] {
        match &self.0 {
            Codes::One(codes) => codes,
            Codes::Two(codes) => codes,
            Codes::Three(codes) => codes,
        }
    }

    /// Where runs of these codes may lie so that they end within the radius.
    pub(crate) fn ending_around(&self, server: u64, radius: u16) -> Span {
        let radius = u64::from(radius);
        Span::new(server.saturating_sub(radius).saturating_sub(self.further()), server.saturating_add(radius))
    }

    /// How many steps there are after the first code's.
    pub(crate) fn further(&self) -> u64 {
        match self.0 {
            Codes::One(_) => 0,
            Codes::Two(_) => 1,
            Codes::Three(_) => 2,
        }
    }
}

impl From<Code> for Consecutive {
    fn from(code: Code) -> Self {
        Self(Codes::One([code]))
    }
}

impl From<[Code; 1]> for Consecutive {
    fn from(codes: [Code; 1]) -> Self {
        Self(Codes::One(codes))
    }
}

impl From<[Code; 2]> for Consecutive {
    fn from(codes: [Code; 2]) -> Self {
        Self(Codes::Two(codes))
    }
}

impl From<[Code; 3]> for Consecutive {
    fn from(codes: [Code; 3]) -> Self {
        Self(Codes::Three(codes))
    }
}

impl TryFrom<&[Code]> for Consecutive {
    type Error = CodeCount;

    fn try_from(codes: &[Code]) -> Result<Self, CodeCount> {
        match codes {
            [a] => Ok([a.clone()].into()),
            [a, b] => Ok([a.clone(), b.clone()].into()),
            [a, b, c] => Ok([a.clone(), b.clone(), c.clone()].into()),
            _ => Err(CodeCount { found: codes.len() }),
        }
    }
}

/// Not one, two or three codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeCount {
    /// How many there were.
    pub found: usize,
}

impl fmt::Display for CodeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one, two or three consecutive codes; found {}", self.found)
    }
}

impl core::error::Error for CodeCount {}

/// One to three codes of one token, as numbers to compare with. Public.
#[derive(Clone, Copy)]
pub(crate) struct Pattern {
    digits: Digits,
    codes: [u32; 3],
    /// All ones where the first, where the second of the three codes is missing: it then fits always.
    missing: [u32; 2],
}

/// How far a run of codes has come: whether the codes before the last fitted the steps before. Secret.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    first: u32,
    second: u32,
}

impl Pattern {
    /// `None` where a code has another length than `digits`: it fits nowhere.
    pub(crate) fn of(codes: &[Code], digits: Digits) -> Option<Self> {
        if codes.iter().any(|code| code.digits() != digits) {
            return None;
        }
        const GONE: u32 = u32::MAX;
        let (codes, missing) = match codes {
            [c] => ([0, 0, c.value()], [GONE, GONE]),
            [b, c] => ([0, b.value(), c.value()], [GONE, 0]),
            [a, b, c] => ([a.value(), b.value(), c.value()], [0, 0]),
            _ => return None,
        };
        Some(Self { digits, codes, missing })
    }

    /// Takes the number of the next step: all ones where the codes end there.
    ///
    /// Leakage: the run, the number and the mask are secret.
    #[inline(always)]
    pub(crate) fn take(&self, run: &mut Run, number: u32) -> u32 {
        let Self { digits, codes: [a, b, c], missing: [no_a, no_b] } = *self;
        let value = digits.reduce(number);
        let hit = equal(value, c) & (run.second | no_b);
        run.second = equal(value, b) & (run.first | no_a);
        run.first = equal(value, a);
        ct::hide(hit)
    }
}

/// Shows `each` every step of the span with an all-ones mask where the codes end there: the last code fits this step, the
/// one before it the step before.
///
/// Leakage: the key and the masks are secret; the codes, the span and the steps are public. Every step of the span is
/// computed, and `each` is called for it, whatever fits.
#[inline]
pub(crate) fn scan(key: &Key, pattern: &Pattern, span: Span, each: impl FnMut(u64, u64)) {
    // The numbers are computed before any is looked at. Windows are short, and clearing what they do not use would take as
    // long as they do; for searches it is enough to fill the widest kernel a few times.
    if span.last.saturating_sub(span.first) < 16 {
        scan_by::<16>(key, pattern, span, each);
    } else {
        scan_by::<128>(key, pattern, span, each);
    }
}

#[inline(always)]
fn scan_by<const CHUNK: usize>(key: &Key, pattern: &Pattern, span: Span, mut each: impl FnMut(u64, u64)) {
    let mut run = Run::default();
    let mut numbers = [0; CHUNK];
    let mut at = span.first;
    loop {
        let left = span.last.saturating_sub(at);
        let count = usize::try_from(left).map_or(CHUNK, |left| left.saturating_add(1).min(CHUNK));
        let (chunk, _) = numbers.split_at_mut(count);
        key.truncated(at, chunk);
        // Behind 2^64 - 1 it wraps to a step that is never shown.
        let mut step = at;
        for number in chunk.iter() {
            each(step, widen(pattern.take(&mut run, *number)));
            step = step.wrapping_add(1);
        }
        chunk.zeroize();
        if count < CHUNK || step.wrapping_sub(1) == span.last {
            return;
        }
        at = step;
    }
}

/// What a scan found, gathered without a branch. Steps come in ascending order.
///
/// Leakage: all fields are secret until [`verdict`](Self::verdict) declares the outcome.
#[derive(Clone, Copy)]
pub(crate) struct Hits {
    /// How many steps fitted, spent or not.
    count: u64,
    /// All ones where an unspent step fitted.
    fresh: u64,
    /// The last unspent step that fitted.
    highest: u64,
    /// Of the unspent steps that fitted the one nearest to where it was expected, the lower one of two equals, and how
    /// far off it is.
    nearest: u64,
    distance: u64,
}

impl Hits {
    pub(crate) const fn none() -> Self {
        Self { count: 0, fresh: 0, highest: 0, nearest: 0, distance: u64::MAX }
    }

    /// Takes note of one step, `distance` steps from where it was expected.
    ///
    /// Leakage: `hit` is secret; the step, whether it is unspent and its distance are public.
    #[inline(always)]
    pub(crate) fn see(&mut self, step: u64, hit: u64, unspent: bool, distance: u64) {
        let fresh = hit & u64::from(unspent).wrapping_neg();
        self.count = self.count.wrapping_add(hit & 1);
        self.fresh |= fresh;
        self.highest = select(fresh, step, self.highest);
        // The first one counts at any distance: u64::MAX stands for none so far.
        let distance = distance.min(u64::MAX - 1);
        let nearer = fresh & less(distance, self.distance);
        self.nearest = select(nearer, step, self.nearest);
        self.distance = select(nearer, distance, self.distance);
    }

    /// Declares the outcome: from here on what was found is public.
    pub(crate) fn verdict(self) -> Result<Verdict, Rejected> {
        // Whether and where a code fitted is what the caller is told.
        let Self { count, fresh, highest, nearest, .. } = ct::declassify(self);
        if fresh != 0 {
            Ok(Verdict { highest, nearest, several: count != 1 })
        } else if count != 0 {
            Err(Rejected::Replayed)
        } else {
            Err(Rejected::Mismatch)
        }
    }
}

/// The declared outcome of a scan that found an unspent step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) highest: u64,
    pub(crate) nearest: u64,
    /// Another step fitted too, spent or not.
    pub(crate) several: bool,
}

impl Verdict {
    /// Its only place: a resynchronization never chooses among several.
    pub(crate) fn only(self) -> Result<u64, Rejected> {
        if self.several { Err(Rejected::Ambiguous) } else { Ok(self.highest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;
    use alloc::vec::Vec;

    fn key() -> Key {
        Key::from_bytes(b"12345678901234567890", Algorithm::Sha1).unwrap()
    }

    fn codes(key: &Key, steps: &[u64]) -> Vec<Code> {
        let code = |step: &u64| {
            let mut number = [0];
            key.truncated(*step, &mut number);
            Code::from_truncated(number[0], Digits::Six)
        };
        steps.iter().map(code).collect()
    }

    fn hits(codes: &[Code], span: Span) -> (Vec<u64>, Vec<u64>) {
        let (mut seen, mut hits) = (Vec::new(), Vec::new());
        let Some(pattern) = Pattern::of(codes, Digits::Six) else { return (seen, hits) };
        scan(&key(), &pattern, span, |step, hit| {
            seen.push(step);
            assert!(hit == 0 || hit == u64::MAX);
            if hit != 0 {
                hits.push(step);
            }
        });
        (seen, hits)
    }

    #[test]
    fn every_step_is_shown_once_and_in_order_whatever_the_length() {
        for length in [1, 2, 3, 15, 16, 17, 127, 128, 129, 256, 257, 300] {
            for first in [0, 1000, u64::MAX - (length - 1), u64::from(u32::MAX) - 3] {
                let span = Span::new(first, first + (length - 1));
                let last = codes(&key(), &[span.last]);
                let (seen, hits) = hits(&last, span);
                assert!(seen.iter().copied().eq(span.first..=span.last), "{span:?}");
                assert!(hits.contains(&span.last), "{span:?}");
            }
        }
    }

    #[test]
    fn runs_are_found_where_they_end_also_across_chunks() {
        for start in [10, 62, 63, 64, 65, 125, 126, 127, 128] {
            for length in 1..=3 {
                let steps: Vec<u64> = (start..start + length).collect();
                let (_, hits) = hits(&codes(&key(), &steps), Span::new(0, 200));
                assert_eq!(hits, [start + length - 1], "{length} codes from {start}");
            }
        }
    }

    #[test]
    fn a_run_must_lie_in_the_span_whole_and_have_no_gap() {
        let found = |steps: &[u64], span| hits(&codes(&key(), steps), span).1;
        assert_eq!(found(&[9, 10], Span::new(10, 20)), [], "begins before");
        assert_eq!(found(&[20, 21], Span::new(10, 20)), [], "ends behind");
        assert_eq!(found(&[12, 14], Span::new(10, 20)), [], "a gap");
        assert_eq!(found(&[13, 12], Span::new(10, 20)), [], "in the wrong order");
        assert_eq!(found(&[12, 13, 15], Span::new(10, 20)), [], "a gap behind two");
    }

    #[test]
    fn codes_of_another_length_fit_nowhere() {
        let seven = Code::parse("0755224").unwrap();
        assert_eq!(hits(&[seven], Span::new(0, 9)), (Vec::new(), Vec::new()));
    }
}
