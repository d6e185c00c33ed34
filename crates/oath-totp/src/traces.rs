//! The stack below a call: hashes and codecs keep secrets in their frames and do not wipe them when they return.

/// More than any function of this crate uses at any optimization level, in bytes.
const DEPTH: usize = 8192;

/// Overwrites 8 KiB of the stack below the caller.
///
/// [`generate`](crate::Totp::generate), [`verify`](crate::Totp::verify) and the searches leave pad states, digests and
/// truncated numbers in frames that have returned; a later call overwrites them, or does not. Dropping a
/// [`Key`](crate::Key) calls this function. A server that keeps its keys calls it at the end of a request, from the
/// function that called into this crate. Takes about 100 ns.
///
/// Best effort: copies in registers and in frames of the caller itself remain.
///
/// ```
/// # use oath_totp::{Algorithm, Code, Digits, Key, TimeStep, Totp, TotpState, UnixTime, Window};
/// # let key = Key::from_bytes(b"12345678901234567890", Algorithm::Sha1)?;
/// # let totp = Totp::new(key, Digits::Six, TimeStep::SECONDS_30);
/// let verdict = totp.verify(&Code::parse("287082")?, UnixTime::from_secs(59), Window::ONE, &TotpState::NEW);
/// oath_totp::overwrite_stack();
/// assert!(verdict.is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[inline]
pub fn overwrite_stack() {
    zeroize::zeroize_stack::<DEPTH>();
}

/// Runs `run` in frames of its own and then overwrites them, as [`overwrite_stack`] does. The value that it returns must hold
/// its secrets on the heap.
#[inline]
pub fn overwritten<T>(run: impl FnOnce() -> T) -> T {
    let made = apart(run);
    overwrite_stack();
    made
}

#[inline(never)]
fn apart<T>(run: impl FnOnce() -> T) -> T {
    run()
}
