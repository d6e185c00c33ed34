//! The stack below a call that has returned.

use crate::PAINT;
use std::hint::black_box;

/// More than anything here uses.
const DEPTH: usize = 256 << 10;
/// Between whoever looks and what is looked at, so that looking overwrites nothing of it.
const GAP: usize = 4096;

static mut KEPT: [u8; DEPTH] = [0; DEPTH];

/// Overwrites the stack below.
#[inline(never)]
pub(crate) fn paint() {
    black_box(&[PAINT; DEPTH + 2 * GAP]);
}

/// Runs this a gap below, then copies what it left on the stack, before anything else is called.
#[inline(never)]
pub(crate) fn run_and_keep<T>(run: impl FnOnce() -> T) -> T {
    let result = a_gap_below(run);
    keep();
    result
}

#[inline(never)]
fn a_gap_below<T>(run: impl FnOnce() -> T) -> T {
    let gap = [PAINT; GAP];
    black_box(&gap);
    let result = run();
    black_box(&gap);
    result
}

#[inline(never)]
#[allow(unsafe_code, reason = "reads memory that belongs to nobody any more")]
fn keep() {
    let here = black_box(0u8);
    let below = (&raw const here).wrapping_sub(DEPTH);
    for i in 0..DEPTH {
        // SAFETY: `paint` has touched this much of the stack, so it is mapped, and no other thread has this stack.
        // `KEPT` is written here only, and read when this is over.
        unsafe { (&raw mut KEPT).cast::<u8>().add(i).write(below.wrapping_add(i).read_volatile()) };
    }
}

/// What was kept.
#[allow(unsafe_code, reason = "a static that is written to")]
pub(crate) fn kept() -> &'static [u8] {
    // SAFETY: written by `keep` only, before; the harness has one thread.
    unsafe { &*(&raw const KEPT) }
}
