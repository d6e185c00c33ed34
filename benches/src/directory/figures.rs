//! Figures of rounds, and how they are printed.

use crate::spread::spread;
use core::time::Duration;

/// What was measured of one of the things that take turns: a figure a round.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// Keeps how many a second these were.
    pub(crate) fn push_rate(&mut self, count: usize, took: Duration) {
        self.push(count_of(count) / took.as_secs_f64());
    }

    /// `what: median unit (least to most)`.
    pub(crate) fn print(&self, what: &str, unit: &str) {
        let (least, median, most) = spread(self.0.clone());
        let digits = if median < 100.0 { 2 } else { 0 };
        println!("{what:<58} {median:>10.digits$} {unit} ({least:.digits$} to {most:.digits$})");
    }

    /// The ratio to what it is compared with, round by round.
    pub(crate) fn print_ratio(&self, other: &Self, what: &str) {
        let ratios = Self(self.0.iter().zip(&other.0).map(|(one, other)| one / other).collect());
        ratios.print(what, "times");
    }
}

/// How long calls took.
#[derive(Debug, Default)]
pub(crate) struct Latencies(pub(crate) Vec<Duration>);

impl Latencies {
    /// The median, what 99 of 100 stay below, and the longest, in ms.
    pub(crate) fn print(mut self, what: &str) {
        self.0.sort_unstable();
        let count = self.0.len();
        let at = |index: usize| self.0.get(index).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3);
        let (median, slow, worst) = (at(count / 2), at(count * 99 / 100), at(count.saturating_sub(1)));
        println!("{what:<58} {median:>10.2} ms; 99 %: {slow:.2} ms; worst of {count}: {worst:.2} ms");
    }
}

/// A count as a number to compute with.
pub(crate) fn count_of(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
