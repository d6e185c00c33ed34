//! What a computation leaves on the stack below its caller: hashes and codecs have secrets in their frames, and do not wipe
//! them when they return.

/// More than any of them uses, at any optimization.
const DEPTH: usize = 8192;

/// Runs this in frames of its own, and then overwrites them. What it returns must hold its secrets on the heap.
#[inline]
pub(crate) fn overwritten<T>(run: impl FnOnce() -> T) -> T {
    let made = apart(run);
    overwrite();
    made
}

/// Overwrites the frames below the caller's.
#[inline]
pub(crate) fn overwrite() {
    zeroize::zeroize_stack::<DEPTH>();
}

#[inline(never)]
fn apart<T>(run: impl FnOnce() -> T) -> T {
    run()
}
