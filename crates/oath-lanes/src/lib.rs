//! `Truncate(HMAC(K, C))` for many counters, or many keys, at once, from the pad states of K.
//!
//! A server that verifies a one-time code computes the same HMAC for several neighbouring counters. This crate does
//! just that: the key is absorbed once into the two HMAC pad states ([`Sha1Pads`], [`Sha256Pads`]), and
//! [`truncated`](Sha1Pads::truncated) fills a slice with the 31-bit numbers of consecutive counters. To learn whose
//! token showed a code, [`truncated_many`](Sha1Pads::truncated_many) does the same for one counter under many keys.
//!
//! It knows no clock, no digits and no window: those are `oath-totp`'s.
//!
//! # How it computes
//! The fastest way for the machine and the length is chosen at run time, without `std`:
//!
//! | where | a few numbers | many |
//! |---|---|---|
//! | x86-64 with SHA extensions and AVX-512 | up to six states interleaved (SHA-256: four) | sixteen and eight lanes |
//! | x86-64 with SHA extensions | interleaved | interleaved |
//! | x86-64 with AVX-512, with AVX2 | eight lanes | sixteen lanes, eight lanes |
//! | other x86-64, Arm64 without SHA extensions, WebAssembly with SIMD128 | one: scalar; more: four lanes | four |
//! | WebAssembly without SIMD128 | scalar, unrolled | the same |
//! | elsewhere | the crates `sha1` and `sha2` | the same |
//! | any, built with `--cfg oath_small` | one copy of SHA-1's rounds for one number | another for four |
//!
//! A window of one, three or five steps takes the interleaved states; the ± 2880 steps of an activation take the lanes.
//! Lanes are safe loops that the compiler makes into vector code at opt-level 2 and 3; at `s` and `z` they are correct,
//! and as slow as the scalar code they are made of.
//!
//! # Leakage model
//! Secret: the key, the pad states, the digests, the truncated numbers. Public: the key's length, the first counter,
//! how many counters or keys, which path runs. No branch, no memory address and no division depends on a secret: the
//! rounds are straight-line code in words, and DT selects by masks.
//!
//! What is wiped: pad states when dropped; the columns of pad states that the lanes load; the numbers of a last, padded
//! group of lanes that nobody asked for. What is not: registers, and what the compiler or a kernel spills to the stack
//! while it runs (states between rounds, the sixteen latest words of the inner digest's schedule). All of that lies
//! below the frame of the caller, within a few kilobytes, in functions that are not inlined: a caller who wants it gone
//! overwrites the stack after the call, as `zeroize::zeroize_stack::<16384>()` does.
#![no_std]
#![warn(clippy::integer_division_remainder_used)]

#[cfg(test)]
extern crate alloc;

mod columns;
#[cfg(target_arch = "x86_64")]
mod interleave;
mod kernels;
mod lanes;
mod path;
mod sha1;
mod sha256;
#[cfg(test)]
mod tests;
mod truncate;

#[cfg(feature = "force-path")]
pub use self::path::{Path, force::force};
pub use self::sha1::Sha1Pads;
pub use self::sha256::Sha256Pads;
pub use self::truncate::dynamic_truncation;
