//! What the operating system says about this process.

use crate::Outcome;
use core::time::Duration;
use std::fs;

/// Forgets the most memory that was in use, so that the next answer is about what follows. Where that cannot be done, the
/// answer is about the whole process.
pub(crate) fn forget_peak() {
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// The most memory that was in use, in MiB.
pub(crate) fn peak() -> Outcome<f64> {
    field("VmHWM:")
}

/// The memory in use, in MiB.
pub(crate) fn resident() -> Outcome<f64> {
    field("VmRSS:")
}

/// How long this thread has run: what others do on the machine meanwhile does not count.
pub(crate) fn processor_time() -> Outcome<Duration> {
    let times = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(times.split(' ').next().unwrap_or_default().parse()?))
}

fn field(name: &str) -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("the system does not say")?;
    let kibibytes: u32 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(f64::from(kibibytes) / 1024.0)
}
