//! `Truncate(HMAC(K, C))` for many counters at once, from the pad states of K.
//!
//! A server that verifies a one-time code computes the same HMAC for several neighbouring counters. This crate does just
//! that: the key is absorbed once into the two HMAC pad states ([`Sha1Pads`], [`Sha256Pads`]), and
//! [`truncated`](Sha1Pads::truncated) fills a slice with the 31-bit numbers of consecutive counters.
//!
//! It knows no clock, no digits and no window: those are `oath-totp`'s.
//!
//! # Leakage model
//! Secret: the key, the pad states, the digests, the truncated numbers. Public: the key's length, the first counter, how
//! many counters. No branch, no memory address and no division depends on a secret.
#![no_std]
#![warn(clippy::integer_division_remainder_used)]

#[cfg(test)]
extern crate alloc;

mod sha1;
mod sha256;
mod truncate;

pub use self::sha1::Sha1Pads;
pub use self::sha256::Sha256Pads;
pub use self::truncate::dynamic_truncation;
