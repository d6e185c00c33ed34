//! Tools that keep the kernels of the SHA extensions interleaved.
//!
//! Left alone, the compiler reorders the code to finish one state before it begins the next, because that needs fewer
//! registers. The result takes half as long again. Two tools prevent it. The words of the schedules lie in memory that
//! the compiler must assume to be visible elsewhere, and a compiler fence, which emits no instruction, keeps the loads
//! of each step where the source has them. The compiled code then follows the source: one step of a state, the same
//! step of the next state. The processor executes these steps in parallel.

use core::arch::x86_64::__m128i;
use core::hint::black_box;
use core::sync::atomic::{Ordering, compiler_fence};

/// One vector of each of N states.
pub(crate) type Each<const N: usize> = [__m128i; N];

/// Keeps memory accesses before this point before it, and later ones after it. A single state needs no order.
#[inline(always)]
pub(crate) fn in_turn<const N: usize>() {
    if N > 1 {
        compiler_fence(Ordering::SeqCst);
    }
}

/// Makes the compiler keep `memory` in memory. A single state stays in registers.
#[inline(always)]
pub(crate) fn seen<const N: usize, T>(memory: &mut T) -> &mut T {
    if N > 1 { black_box(memory) } else { memory }
}

/// Evaluates `$kernel` with the constant `$N` equal to the length of `$part`. `$most` is used for every length that is
/// not listed.
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
