//! The stack below a call that has returned.

use crate::PAINT;
use std::hint::black_box;

/// More than anything here uses.
const DEPTH: usize = 256 << 10;
/// Between whoever looks and what is looked at, so that looking overwrites nothing of it.
const GAP: usize = 4096;

static mut KEPT: [[u8; DEPTH]; 2] = [[0; DEPTH]; 2];

/// Overwrites the stack below.
#[inline(never)]
pub(crate) fn paint() {
    black_box(&[PAINT; DEPTH + 2 * GAP]);
}

/// Runs this a gap below, then copies what it left on the stack, before anything else is called; then overwrites the stack
/// as a server does at the end of a request, and copies again.
#[inline(never)]
pub(crate) fn run_and_keep<T>(run: impl FnOnce() -> T) -> T {
    let result = a_gap_below(run);
    keep(0);
    a_gap_below(oath_totp::overwrite_stack);
    keep(1);
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
fn keep(which: usize) {
    // Aligned, so that words lie in what is kept as they lie on the stack.
    let here = black_box(0u64);
    let below = (&raw const here).cast::<u8>().wrapping_sub(DEPTH);
    for i in 0..DEPTH {
        // SAFETY: `paint` has touched this much of the stack, so it is mapped, and no other thread has this stack.
        // `KEPT` is written here only, and read when this is over.
        unsafe {
            (&raw mut KEPT)
                .cast::<[u8; DEPTH]>()
                .add(which)
                .cast::<u8>()
                .add(i)
                .write(below.wrapping_add(i).read_volatile());
        };
    }
}

/// What was kept: as the scene left it, and after the stack was overwritten.
#[allow(unsafe_code, reason = "a static that is written to")]
pub(crate) fn kept() -> &'static [[u8; DEPTH]; 2] {
    // SAFETY: written by `keep` only, before; the harness has one thread.
    unsafe { &*(&raw const KEPT) }
}
