//! Measuring two classes in random order, and Welch's t between them.

use std::time::Instant;

/// What interrupts and other programs cost lies above; it says nothing about the code.
const KEPT_QUARTERS: usize = 3;

/// Two classes compared.
pub(crate) struct Measured {
    /// Welch's t between the classes false and true.
    pub(crate) t: f64,
    /// By how many nanoseconds the class false takes longer.
    pub(crate) by: f64,
    /// Nanoseconds of a call of the class true.
    pub(crate) mean: f64,
}

/// Measures both classes in random order. The input is chosen before the clock is read.
pub(crate) fn measure(run: usize, measurements: usize, call: &dyn Fn(bool, usize)) -> Measured {
    let mut random = 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(u64::try_from(run).unwrap_or_default().wrapping_add(1));
    let mut times = Vec::with_capacity(measurements);
    for i in 0..measurements + measurements / 10 {
        // xorshift*, of which the top bits are good.
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let drawn = random.wrapping_mul(0x2545_f491_4f6c_dd1d);
        let class = drawn >> 63 == 1;
        let slot = usize::try_from(drawn >> 40 & 63).unwrap_or_default();
        let start = Instant::now();
        call(class, slot);
        let time = start.elapsed().as_nanos();
        // The first tenth warms up.
        if i >= measurements / 10 {
            times.push((class, f64::from(u32::try_from(time).unwrap_or(u32::MAX))));
        }
    }
    let mut sorted: Vec<f64> = times.iter().map(|(_, time)| *time).collect();
    sorted.sort_by(f64::total_cmp);
    let limit = sorted.get(sorted.len() / 4 * KEPT_QUARTERS).copied().unwrap_or(f64::MAX);
    let of = |class| moments(times.iter().filter(|(c, time)| *c == class && *time <= limit).map(|(_, time)| *time));
    let ((n0, mean0, variance0), (n1, mean1, variance1)) = (of(false), of(true));
    Measured { t: (mean0 - mean1) / (variance0 / n0 + variance1 / n1).sqrt(), by: mean0 - mean1, mean: mean1 }
}

/// How many, their mean and their variance (Welford).
fn moments(times: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let (n, mean, squares) = times.fold((0.0, 0.0, 0.0), |(n, mean, squares), time| {
        let n: f64 = n + 1.0;
        let delta: f64 = time - mean;
        let mean = mean + delta / n;
        (n, mean, squares + delta * (time - mean))
    });
    (n, mean, squares / (n - 1.0))
}
