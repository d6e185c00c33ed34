//! The search for codes in a span of steps. It computes every step of the span, whether or not an earlier one matched.

use crate::key::Key;
use crate::pattern::{BLOCK, Pattern, Run};
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

    /// The union of two spans: one span if they overlap or adjoin, otherwise both in ascending order.
    pub(crate) fn union(self, other: Self) -> (Self, Option<Self>) {
        let (low, high) = if self.first <= other.first { (self, other) } else { (other, self) };
        if low.last.saturating_add(1) >= high.first {
            (Self::new(low.first, low.last.max(high.last)), None)
        } else {
            (low, Some(high))
        }
    }

    /// The number of steps, if it is at most [`WINDOW`].
    fn short(self) -> Option<usize> {
        let count = usize::try_from(self.last.saturating_sub(self.first)).ok()?.saturating_add(1);
        (count <= WINDOW).then_some(count)
    }
}

/// The largest number of steps that counts as a window of a sign-in. One call of the kernels computes such a window.
const WINDOW: usize = 16;

/// How many numbers of a longer search one call computes: enough to fill the widest kernel several times.
const CHUNK: usize = 2 * BLOCK;

/// Calls `of` for every block of up to [`BLOCK`] steps of the span, in ascending order, with the first step of the
/// block and a bit for each step. The bit is set if the last code matches that step and the other codes match the steps
/// before it. Returns the results of `of`, combined by `then`; `none` is the first operand.
///
/// Leakage: the key and the bits are secret; the codes, the span and the steps are public. Every step of the span is
/// computed, and `of` is called for every block, whether or not a code matches.
#[inline(always)]
pub(crate) fn scan<T>(
    key: &Key,
    pattern: &Pattern,
    span: Span,
    none: T,
    mut of: impl FnMut(u64, u64) -> T,
    then: impl Fn(T, T) -> T,
) -> T {
    // A short window has a small array: to clear the large one would take as long as the window itself.
    let Some(count) = span.short() else { return search(key, pattern, span, none, of, then) };
    let mut numbers = [0; WINDOW];
    let (part, _) = numbers.split_at_mut(count);
    key.truncated(span.first, part);
    let found = of(span.first, pattern.along(&mut Run::default(), part));
    wipe(&mut numbers);
    found
}

/// [`scan`] of two spans, the second above the first, for one code. One call of the kernels computes both if they are
/// short.
#[inline]
pub(crate) fn scan_both<T>(
    key: &Key,
    pattern: &Pattern,
    [low, high]: [Span; 2],
    none: T,
    mut of: impl FnMut(u64, u64) -> T,
    then: impl Fn(T, T) -> T,
) -> T {
    match (low.short(), high.short()) {
        (Some(lows), Some(highs)) if lows.saturating_add(highs) <= WINDOW => {
            let mut numbers = [0; WINDOW];
            let (part, _) = numbers.split_at_mut(lows.saturating_add(highs));
            let (left, right) = part.split_at_mut(lows);
            key.truncated_apart([low.first, high.first], [&mut *left, &mut *right]);
            let found = of(low.first, pattern.along(&mut Run::default(), left));
            let found = then(found, of(high.first, pattern.along(&mut Run::default(), right)));
            wipe(&mut numbers);
            found
        }
        _ => {
            let found = search(key, pattern, low, none, &mut of, &then);
            search(key, pattern, high, found, of, then)
        }
    }
}

/// Overwrites all numbers by a few wide stores, which is faster than a loop over those that were used.
#[inline(always)]
fn wipe(numbers: &mut [u32; WINDOW]) {
    *numbers = [0; WINDOW];
    zeroize::optimization_barrier(numbers);
}

#[inline(never)]
fn search<T>(
    key: &Key,
    pattern: &Pattern,
    span: Span,
    none: T,
    mut of: impl FnMut(u64, u64) -> T,
    then: impl Fn(T, T) -> T,
) -> T {
    let mut found = none;
    let mut run = Run::default();
    let mut numbers = [0; CHUNK];
    let mut at = span.first;
    loop {
        let left = span.last.saturating_sub(at);
        let count = usize::try_from(left).map_or(CHUNK, |left| left.saturating_add(1).min(CHUNK));
        let (chunk, _) = numbers.split_at_mut(count);
        key.truncated(at, chunk);
        // After step 2^64 - 1 this wraps, but then no block follows.
        let mut step = at;
        for block in chunk.chunks(BLOCK) {
            found = then(found, of(step, pattern.along(&mut run, block)));
            step = step.wrapping_add(u64::try_from(block.len()).unwrap_or_default());
        }
        chunk.zeroize();
        if u64::try_from(count).is_ok_and(|count| count > left) {
            return found;
        }
        at = step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Code, Digits};
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
        scan(
            &key(),
            &pattern,
            span,
            (),
            |first, bits| {
                let last = span.last.min(first.saturating_add(63));
                seen.extend(first..=last);
                hits.extend((first..=last).filter(|step| bits >> (step - first) & 1 == 1));
                assert!(last - first == 63 || bits >> (last - first + 1) == 0, "no bit after the last step");
            },
            |(), ()| (),
        );
        (seen, hits)
    }

    #[test]
    fn every_step_is_shown_once_and_in_order_whatever_the_length() {
        // Miri is slow: one length of at most WINDOW steps and one above.
        let lengths: &[u64] =
            if cfg!(miri) { &[3, 17] } else { &[1, 2, 3, 15, 16, 17, 63, 64, 65, 127, 128, 129, 256, 257, 300] };
        for &length in lengths {
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
        let starts: &[u64] = if cfg!(miri) { &[126] } else { &[10, 61, 62, 63, 64, 65, 125, 126, 127, 128] };
        for &start in starts {
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
        assert_eq!(found(&[20, 21], Span::new(10, 20)), [], "ends after");
        assert_eq!(found(&[12, 14], Span::new(10, 20)), [], "a gap");
        assert_eq!(found(&[13, 12], Span::new(10, 20)), [], "in the wrong order");
        assert_eq!(found(&[12, 13, 15], Span::new(10, 20)), [], "a gap after two");
    }

    #[test]
    fn codes_of_another_length_match_no_step() {
        let seven = Code::parse("0755224").unwrap();
        assert_eq!(hits(&[seven], Span::new(0, 9)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn two_spans_are_shown_one_after_the_other_whether_they_fit_one_call_or_not() {
        let of = |spans: [Span; 2], code: &Code| {
            let pattern = Pattern::of(core::slice::from_ref(code), Digits::Six).unwrap();
            let mut shown = Vec::new();
            scan_both(&key(), &pattern, spans, (), |first, bits| shown.push((first, bits)), |(), ()| ());
            shown
        };
        for (one, other) in [(5, 5), (1, 15), (3, 3), (16, 1), (20, 5)] {
            let spans = [Span::new(100, 99 + one), Span::new(1 << 32, (1 << 32) + other - 1)];
            for step in [100, 99 + one, 1 << 32, (1 << 32) + other - 1] {
                let mut alone = Vec::new();
                let code = &codes(&key(), &[step])[0];
                let pattern = Pattern::of(core::slice::from_ref(code), Digits::Six).unwrap();
                for span in spans {
                    scan(&key(), &pattern, span, (), |first, bits| alone.push((first, bits)), |(), ()| ());
                }
                assert!(
                    alone
                        .iter()
                        .any(|(first, bits)| step.checked_sub(*first).is_some_and(|i| i < 64 && bits >> i & 1 == 1))
                );
                assert_eq!(of(spans, code), alone, "{one} and {other} steps");
            }
        }
    }
}
