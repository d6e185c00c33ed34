//! What the kernels of the SHA extensions need to stay interleaved.
//!
//! The compiler would rather finish one state before it begins the next, because that needs fewer registers; it then
//! costs half as much again. The words of the schedules therefore lie in memory that the compiler must take as seen by
//! others, and a fence, which is no instruction, keeps the loads of each step where they are written. What comes out is
//! what is written: a step of one state, then the same step of the next. They then spread over all the units that there
//! are.

use core::arch::x86_64::__m128i;
use core::hint::black_box;
use core::sync::atomic::{Ordering, compiler_fence};

/// N vectors, one of each state.
pub(crate) type Each<const N: usize> = [__m128i; N];

/// Nothing that touches memory moves from one side of this to the other. A state alone needs no such thing.
#[inline(always)]
pub(crate) fn in_turn<const N: usize>() {
    if N > 1 {
        compiler_fence(Ordering::SeqCst);
    }
}

/// The same memory, as if others saw it. A state alone stays in registers.
#[inline(always)]
pub(crate) fn seen<const N: usize, T>(memory: &mut T) -> &mut T {
    if N > 1 { black_box(memory) } else { memory }
}

/// Calls `$kernel` with a constant N that is the length of `$part`; the last of the lengths stands for all others.
macro_rules! by_length {
    ($part:ident, [$($n:literal)+ | $most:ident], $N:ident => $kernel:expr) => {
        match $part.len() {
            $($n => {
                const $N: usize = $n;
                $kernel
            })+
            _ => {
                const $N: usize = $most;
                $kernel
            }
        }
    };
}
pub(crate) use by_length;
