//! Making bytes secret, and public again.

use crabgrind::memcheck::{MemState, Memcheck, mark_memory};
use std::hint::black_box;

/// A copy on the heap whose every bit memcheck takes as undefined. On the heap and through `black_box`, so that the
/// compiler knows nothing of the value.
pub(crate) fn secret(bytes: &[u8]) -> Vec<u8> {
    let copy = black_box(bytes.to_vec());
    // Fails outside valgrind only, which `main` has ruled out.
    let _ = copy.mark(MemState::Undefined);
    black_box(copy)
}

/// The same for a text. Its length is public.
pub(crate) fn secret_text(text: &str) -> String {
    let copy = black_box(text.to_owned());
    let _ = copy.as_bytes().mark(MemState::Undefined);
    black_box(copy)
}

/// What the harness itself wants to look at.
pub(crate) fn public<T>(values: &[T]) -> &[T] {
    let _ = values.mark(MemState::Defined);
    black_box(values)
}

/// From now on what passes `declassify` of oath-totp is public, and nothing else.
pub(crate) fn open_the_door() {
    oath_totp::watch_declassified(|bytes, length| {
        let _ = mark_memory(bytes.cast_const().cast(), length, MemState::Defined);
    });
}
