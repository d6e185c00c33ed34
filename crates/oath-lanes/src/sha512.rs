//! HMAC-SHA-512 from its pad states.

#[cfg(target_arch = "x86_64")]
mod lanes;
// Unrolled, it is large; elsewhere the crate is as fast.
#[cfg(any(target_arch = "x86_64", test, feature = "force-path"))]
mod scalar;

use crate::block::halves;
#[cfg(target_arch = "x86_64")]
use crate::cpu::{Avx2, Avx512};
use crate::pads::Sha512Pads;
#[cfg(any(test, feature = "force-path"))]
use crate::path::Path;
use crate::path::Present;
use crate::truncate::dynamic_truncation;
use ::sha2::block_api::compress512;
use ::sha2::{Digest, Sha512};
use core::slice::from_ref;
use zeroize::Zeroize;

type State = [u64; 8];

/// The initial hash value, FIPS 180-4 §5.3.5.
const H0: State = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// The length of a block in bytes.
const BLOCK: usize = 128;

impl Sha512Pads {
    /// Absorbs K, of any length. A key longer than 128 bytes is hashed first (RFC 2104 §2).
    ///
    /// Leakage: the key is secret, its length is public. The copies of the key made here are wiped; what the hash crate
    /// leaves on the stack is not.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if let Some(head) = block.get_mut(..key.len()) {
            head.copy_from_slice(key);
        } else {
            let mut hashed = Sha512::digest(key);
            block.iter_mut().zip(&hashed).for_each(|(b, h)| *b = *h);
            hashed.as_mut_slice().zeroize();
        }
        let mut pads = Self { inner: H0, outer: H0 };
        block.iter_mut().for_each(|b| *b ^= 0x36);
        compress512(&mut pads.inner, from_ref(&block));
        block.iter_mut().for_each(|b| *b ^= 0x36 ^ 0x5c);
        compress512(&mut pads.outer, from_ref(&block));
        block.zeroize();
        pads
    }

    /// `out[i] = DT(HMAC-SHA-512(K, counter + i))`, RFC 4226 §5.3 with the hash of RFC 6238 §1.2: numbers of 31 bits,
    /// before the reduction to digits. Counters wrap at 2^64.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the length of `out` are public. The crate's leakage
    /// model says what stays on the stack.
    #[inline(never)]
    pub fn truncated(&self, counter: u64, out: &mut [u32]) {
        counters(Present::best(), self, counter, out);
    }

    /// [`truncated`](Self::truncated) of two slices, each from a counter of its own.
    ///
    /// Leakage: as [`truncated`](Self::truncated).
    pub fn truncated_apart(&self, counters: [u64; 2], out: [&mut [u32]; 2]) {
        counters.into_iter().zip(out).for_each(|(counter, out)| self.truncated(counter, out));
    }

    /// `out[i] = DT(HMAC-SHA-512(keys[i], counter))`, as far as both slices reach.
    ///
    /// Leakage: the pad states and `out` are secret; `counter` and the lengths are public.
    #[inline(never)]
    pub fn truncated_many(keys: &[&Self], counter: u64, out: &mut [u32]) {
        self::keys(Present::best(), keys, counter, out);
    }

    /// [`truncated`](Self::truncated) on the given path. Returns false and leaves `out` untouched if the processor
    /// lacks it.
    ///
    /// Leakage: as [`truncated`](Self::truncated); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_on(&self, path: Path, counter: u64, out: &mut [u32]) -> bool {
        path.present().map(|present| counters(present, self, counter, out)).is_some()
    }

    /// [`truncated_apart`](Self::truncated_apart) on the given path. Returns false and leaves `out` untouched if the
    /// processor lacks it.
    ///
    /// Leakage: as [`truncated`](Self::truncated); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_apart_on(&self, path: Path, counters: [u64; 2], out: [&mut [u32]; 2]) -> bool {
        counters.into_iter().zip(out).all(|(counter, out)| self.truncated_on(path, counter, out))
    }

    /// [`truncated_many`](Self::truncated_many) on the given path. Returns false and leaves `out` untouched if the
    /// processor lacks it.
    ///
    /// Leakage: as [`truncated_many`](Self::truncated_many); the path is public.
    #[cfg(any(test, feature = "force-path"))]
    #[must_use]
    pub fn truncated_many_on(path: Path, keys: &[&Self], counter: u64, out: &mut [u32]) -> bool {
        path.present().map(|present| self::keys(present, keys, counter, out)).is_some()
    }

    /// The number of a counter, computed by the block function of the hash's crate.
    fn number_by_crate(&self, counter: u64) -> u32 {
        let [mut inner, mut outer] = [self.inner, self.outer];
        compress(&mut inner, &counter_block(counter));
        compress(&mut outer, &digest_block(&inner));
        let number = truncated(&outer);
        inner.zeroize();
        outer.zeroize();
        number
    }

    #[cfg(any(test, feature = "force-path"))]
    #[inline(never)]
    fn number(&self, counter: u64) -> u32 {
        scalar::number(&self.inner, &self.outer, counter)
    }
}

/// How a slice is computed.
enum Way {
    Crate,
    #[cfg(any(test, feature = "force-path"))]
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Four(Avx2),
    #[cfg(target_arch = "x86_64")]
    Eight(Avx512),
}

/// So many numbers or fewer take the crate less time than four lanes of AVX2. Eight lanes of AVX-512 take less than one number of
/// the crate.
#[cfg(target_arch = "x86_64")]
const FEW: usize = 2;

impl Way {
    /// Narrower vectors are no faster than the crate, which has code of its own for Arm64 and WebAssembly. The SHA extensions
    /// have no instruction for SHA-512; nearly all processors that have them have AVX2.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        allow(unused_variables, reason = "only x86-64 has vectors that are wide enough")
    )]
    fn of(present: Present, count: usize) -> Self {
        match present {
            #[cfg(any(test, feature = "force-path"))]
            Present::Scalar => Self::Scalar,
            #[cfg(target_arch = "x86_64")]
            Present::Avx512(avx512, _) => Self::Eight(avx512),
            #[cfg(target_arch = "x86_64")]
            Present::Avx2(avx2) if count > FEW => Self::Four(avx2),
            #[cfg(target_arch = "x86_64")]
            Present::ShaNi(_) if count > FEW => Avx2::detected().map_or(Self::Crate, Self::Four),
            _ => Self::Crate,
        }
    }
}

fn counters(present: Present, pads: &Sha512Pads, counter: u64, out: &mut [u32]) {
    match Way::of(present, out.len()) {
        Way::Crate => one_by_one(counter, out, |counter| pads.number_by_crate(counter)),
        #[cfg(any(test, feature = "force-path"))]
        Way::Scalar => one_by_one(counter, out, |counter| pads.number(counter)),
        #[cfg(target_arch = "x86_64")]
        Way::Four(avx2) => lanes::avx2x4::counters(avx2, pads, counter, out),
        #[cfg(target_arch = "x86_64")]
        Way::Eight(avx512) => lanes::avx512x8::counters(avx512, pads, counter, out),
    }
}

fn one_by_one(counter: u64, out: &mut [u32], number: impl Fn(u64) -> u32) {
    let mut counter = counter;
    for slot in out {
        *slot = number(counter);
        counter = counter.wrapping_add(1);
    }
}

fn keys(present: Present, keys: &[&Sha512Pads], counter: u64, out: &mut [u32]) {
    let n = keys.len().min(out.len());
    let (keys, out) = (keys.split_at(n).0, out.split_at_mut(n).0);
    match Way::of(present, n) {
        Way::Crate => out.iter_mut().zip(keys).for_each(|(slot, key)| *slot = key.number_by_crate(counter)),
        #[cfg(any(test, feature = "force-path"))]
        Way::Scalar => out.iter_mut().zip(keys).for_each(|(slot, key)| *slot = key.number(counter)),
        #[cfg(target_arch = "x86_64")]
        Way::Four(avx2) => lanes::avx2x4::keys(avx2, keys, counter, out),
        #[cfg(target_arch = "x86_64")]
        Way::Eight(avx512) => lanes::avx512x8::keys(avx512, keys, counter, out),
    }
}

/// The end mark of a message, as the first bit of a word.
const END: u64 = 1 << 63;

/// The block of a counter after the inner pad: the counter, the end mark, the length of 128 + 8 bytes in bits.
#[inline(always)]
const fn counter_block(counter: u64) -> [u64; 16] {
    [counter, END, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8 * (128 + 8)]
}

/// The block of an inner digest after the outer pad: the digest, the end mark, the length of 128 + 64 bytes in bits.
#[inline(always)]
const fn digest_block(digest: &State) -> [u64; 16] {
    let [a, b, c, d, e, f, g, h] = *digest;
    [a, b, c, d, e, f, g, h, END, 0, 0, 0, 0, 0, 0, 8 * (128 + 64)]
}

/// DT of a digest.
#[inline(always)]
const fn truncated(digest: &State) -> u32 {
    let [first, second, third, .., last] = *digest;
    let ((a, b), (c, d), (e, _), (_, last)) = (halves(first), halves(second), halves(third), halves(last));
    dynamic_truncation(&[a, b, c, d, e], last)
}

/// Compresses one block of words.
fn compress(state: &mut State, words: &[u64; 16]) {
    let mut block = [0; BLOCK];
    for (eight, word) in block.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *eight = word.to_be_bytes();
    }
    compress512(state, from_ref(&block));
    block.zeroize();
}
