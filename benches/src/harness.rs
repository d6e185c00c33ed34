//! Timing side by side: the rows of a table take turns within each round, so that a machine that speeds up or slows down
//! does so for all of them, and ratios are taken round by round.

use crate::spread::spread;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long and how often each row is timed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    pub(crate) slice: Duration,
}

impl Effort {
    /// Enough to quote.
    pub(crate) const FULL: Self = Self { rounds: 61, slice: Duration::from_millis(4) };
    /// Enough to see that everything runs.
    pub(crate) const SHORT: Self = Self { rounds: 3, slice: Duration::from_micros(200) };
}

/// One row of a table: a name and what is timed.
pub(crate) struct Row<'a> {
    name: String,
    work: Box<dyn FnMut() + 'a>,
    /// Nanoseconds for one call, a figure per round.
    figures: Vec<f64>,
}

impl<'a> Row<'a> {
    pub(crate) fn new<T>(name: impl Into<String>, mut work: impl FnMut() -> T + 'a) -> Self {
        Self {
            name: name.into(),
            work: Box::new(move || {
                black_box(work());
            }),
            figures: Vec::new(),
        }
    }
}

/// Times all rows, in turns.
fn time(effort: Effort, rows: &mut [Row<'_>]) {
    let calls: Vec<u32> = rows.iter_mut().map(|row| calls(row, effort.slice)).collect();
    for _ in 0..effort.rounds {
        for (row, calls) in rows.iter_mut().zip(&calls) {
            let start = Instant::now();
            for _ in 0..*calls {
                (row.work)();
            }
            row.figures.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(*calls));
        }
    }
}

/// Times all rows, in turns: the median of each in ns per call.
pub(crate) fn medians(effort: Effort, mut rows: Vec<Row<'_>>) -> Vec<f64> {
    time(effort, &mut rows);
    rows.into_iter().map(|row| spread(row.figures).1).collect()
}

/// Times all rows and prints them: ns per call as median with minimum and maximum, and the ratio to the first row's
/// time, round by round.
pub(crate) fn table(title: &str, effort: Effort, mut rows: Vec<Row<'_>>) -> Vec<f64> {
    time(effort, &mut rows);
    println!("\n{title}");
    println!("{:<44} {:>10} {:>21} {:>8} {:>15}", "", "median ns", "min … max", "ratio", "min … max");
    let first = rows.first().map(|row| row.figures.clone()).unwrap_or_default();
    let mut medians = Vec::new();
    for row in &rows {
        let (low, median, high) = spread(row.figures.clone());
        let ratios = row.figures.iter().zip(&first).map(|(figure, first)| figure / first).collect();
        let (least, ratio, most) = spread(ratios);
        let ends = format!("{low:.1} … {high:.1}");
        let ratio_ends = format!("{least:.2} … {most:.2}");
        println!("{:<44} {median:>10.1} {ends:>21} {ratio:>8.2} {ratio_ends:>15}", row.name);
        medians.push(median);
    }
    medians
}

/// How many calls fill a slice of time.
fn calls(row: &mut Row<'_>, slice: Duration) -> u32 {
    let mut calls = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            (row.work)();
        }
        if start.elapsed() >= slice || calls >= 1 << 24 {
            return calls;
        }
        calls *= 2;
    }
}
