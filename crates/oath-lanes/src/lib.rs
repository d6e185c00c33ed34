//! `Truncate(HMAC(K, C))` for many counters, or many keys, at once, from the pad states of K.
//!
//! A server that verifies a one-time code computes the same HMAC for several neighbouring counters. This crate absorbs
//! the key once into the two HMAC pad states ([`Sha1Pads`], [`Sha256Pads`], [`Sha512Pads`]).
//! [`truncated`](Sha1Pads::truncated) then fills a slice with the 31-bit numbers of consecutive counters.
//! [`truncated_many`](Sha1Pads::truncated_many) computes one counter under many keys, to find the token that shows a
//! code.
//!
//! Clocks, digits and windows are the subject of `oath-totp`.
//!
//! # Paths
//! The fastest path for the processor and the length of the slice is chosen at run time, without `std`:
//!
//! | processor | a few numbers | many |
//! |---|---|---|
//! | x86-64 with SHA extensions and AVX-512 | up to six states interleaved (SHA-256: four) | sixteen and eight lanes |
//! | x86-64 with SHA extensions | interleaved | interleaved |
//! | x86-64 with AVX-512 | eight lanes | sixteen and eight lanes |
//! | x86-64 with AVX2 | one: scalar; more: eight lanes | eight lanes |
//! | other x86-64, Arm64 without SHA extensions, WebAssembly with SIMD128 | one: scalar; more: four lanes | four lanes |
//! | WebAssembly without SIMD128 | scalar, straight-line | the same |
//! | others | the crates `sha1` and `sha2` | the same |
//!
//! The table is that of SHA-1 and SHA-256. SHA-512, whose words are twice as wide, is computed in eight lanes where
//! there is AVX-512, in four where there is AVX2 and for three numbers or more, and by the crate `sha2` otherwise.
//!
//! A window of one, three or five steps takes the interleaved states; the ± 2880 steps of an activation take the lanes.
//! Lanes are safe loops that the compiler turns into vector code at opt-level 2 and 3. At `s` and `z` they are correct,
//! and as slow as scalar code.
//!
//! Code for instructions that not every processor has is called through functions that demand a proof: a value that
//! only the detection of these instructions can make.
//!
//! # Leakage model
//! Secret: the key, the pad states, the digests, the truncated numbers. Public: the key's length, the counters, the
//! number of counters or keys, the path. No branch, no memory address and no division depends on a secret: the rounds
//! are straight-line code on words, and DT selects by masks.
//!
//! Wiped: pad states when dropped; the transposed pad states that the lanes load; the unused numbers of a last, partly
//! filled group of lanes. Not wiped: registers, and what the compiler or a kernel spills to the stack (states between
//! rounds, the last sixteen words of the inner digest's schedule). The spilled values lie below the caller's frame,
//! within a few kilobytes, in functions that are not inlined. A caller can overwrite the stack after the call, for
//! example with `zeroize::zeroize_stack::<16384>()`.
#![no_std]
#![warn(clippy::integer_division_remainder_used)]

#[cfg(test)]
extern crate alloc;

mod block;
mod columns;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod cpu;
mod hash;
#[cfg(target_arch = "x86_64")]
mod interleave;
mod kernels;
mod lanes;
mod pads;
mod path;
mod sha1;
mod sha256;
mod sha512;
#[cfg(test)]
mod tests;
mod truncate;

pub use self::pads::{Sha1Pads, Sha256Pads, Sha512Pads};
#[cfg(feature = "force-path")]
pub use self::path::{Path, force::force};
pub use self::truncate::dynamic_truncation;
