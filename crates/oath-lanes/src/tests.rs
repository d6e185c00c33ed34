//! Every path of this processor against the `hmac` crate: many keys, the edges of the counter, every length that the
//! paths split differently.

use crate::path::{Path, Present};
use crate::{Sha1Pads, Sha256Pads, Sha512Pads};
use alloc::vec::Vec;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Counters at which the high word changes or the counter wraps, and an ordinary one.
const EDGES: [u64; 8] = [0, 1, 58_000_000, 0xffff_ffff, 1 << 32, 7 << 32, 0xffff_ffff << 32, u64::MAX];

/// Includes every split into groups of sixteen, eight and four and a rest, with more than one group of sixteen.
const LENGTHS: core::ops::RangeInclusive<usize> = if cfg!(miri) { 0..=5 } else { 0..=70 };

/// The functions of all hashes, so that each test is written once.
trait Pads: Sized {
    fn new(key: &[u8]) -> Self;
    fn on(&self, path: Path, counter: u64, out: &mut [u32]) -> bool;
    fn apart_on(&self, path: Path, counters: [u64; 2], out: [&mut [u32]; 2]) -> bool;
    fn many_on(path: Path, keys: &[&Self], counter: u64, out: &mut [u32]) -> bool;
    fn best(&self, counter: u64, out: &mut [u32]);
    fn apart_best(&self, counters: [u64; 2], out: [&mut [u32]; 2]);
    fn many_best(keys: &[&Self], counter: u64, out: &mut [u32]);
    /// RFC 4226 §5.3 with the `hmac` crate, DT by an index.
    fn reference(key: &[u8], counter: u64) -> u32;
}

macro_rules! pads {
    ($pads:ty, $hash:ty) => {
        impl Pads for $pads {
            fn new(key: &[u8]) -> Self {
                Self::new(key)
            }
            fn on(&self, path: Path, counter: u64, out: &mut [u32]) -> bool {
                self.truncated_on(path, counter, out)
            }
            fn apart_on(&self, path: Path, counters: [u64; 2], out: [&mut [u32]; 2]) -> bool {
                self.truncated_apart_on(path, counters, out)
            }
            fn many_on(path: Path, keys: &[&Self], counter: u64, out: &mut [u32]) -> bool {
                Self::truncated_many_on(path, keys, counter, out)
            }
            fn best(&self, counter: u64, out: &mut [u32]) {
                self.truncated(counter, out);
            }
            fn apart_best(&self, counters: [u64; 2], out: [&mut [u32]; 2]) {
                self.truncated_apart(counters, out);
            }
            fn many_best(keys: &[&Self], counter: u64, out: &mut [u32]) {
                Self::truncated_many(keys, counter, out);
            }
            fn reference(key: &[u8], counter: u64) -> u32 {
                let mut mac = Hmac::<$hash>::new_from_slice(key).unwrap();
                mac.update(&counter.to_be_bytes());
                let digest = mac.finalize().into_bytes();
                let at = usize::from(digest[digest.len() - 1] & 15);
                u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff
            }
        }
    };
}
pads!(Sha1Pads, ::sha1::Sha1);
pads!(Sha256Pads, sha2::Sha256);
pads!(Sha512Pads, sha2::Sha512);

/// Runs `check` on every path of this processor.
fn each_path(check: impl Fn(Path)) {
    Path::ALL.into_iter().filter(|path| path.present().is_some()).for_each(check);
}

fn consecutive<P: Pads>(key: &[u8], counter: u64, length: usize) {
    let want: Vec<u32> = (0..).take(length).map(|i| P::reference(key, counter.wrapping_add(i))).collect();
    let pads = P::new(key);
    let mut out = Vec::new();
    each_path(|path| {
        let mut out = alloc::vec![u32::MAX; length];
        assert!(pads.on(path, counter, &mut out));
        assert_eq!(out, want, "{path:?}, {length} numbers from counter {counter}");
    });
    out.resize(length, u32::MAX);
    pads.best(counter, &mut out);
    assert_eq!(out, want, "the best path, {length} numbers from counter {counter}");
}

fn apart<P: Pads>(key: &[u8], counters: [u64; 2], lengths: [usize; 2]) {
    let numbers = |which: usize| (0..).take(lengths[which]).map(move |i| counters[which].wrapping_add(i));
    let want = [0, 1].map(|which| numbers(which).map(|counter| P::reference(key, counter)).collect::<Vec<u32>>());
    let pads = P::new(key);
    each_path(|path| {
        let mut out = lengths.map(|length| alloc::vec![u32::MAX; length]);
        let [one, other] = &mut out;
        assert!(pads.apart_on(path, counters, [one, other]));
        assert_eq!(out, want, "{path:?}, {lengths:?} numbers from counters {counters:?}");
    });
    let mut out = lengths.map(|length| alloc::vec![u32::MAX; length]);
    let [one, other] = &mut out;
    pads.apart_best(counters, [one, other]);
    assert_eq!(out, want, "the best path, {lengths:?} numbers from counters {counters:?}");
}

fn many<P: Pads>(keys: &[Vec<u8>], counter: u64) {
    let want: Vec<u32> = keys.iter().map(|key| P::reference(key, counter)).collect();
    let pads: Vec<P> = keys.iter().map(|key| P::new(key)).collect();
    let pads: Vec<&P> = pads.iter().collect();
    let mut out = Vec::new();
    each_path(|path| {
        let mut out = alloc::vec![u32::MAX; pads.len()];
        assert!(P::many_on(path, &pads, counter, &mut out));
        assert_eq!(out, want, "{path:?}, {} keys, counter {counter}", pads.len());
    });
    out.resize(pads.len(), u32::MAX);
    P::many_best(&pads, counter, &mut out);
    assert_eq!(out, want, "the best path, {} keys, counter {counter}", pads.len());
}

/// Keys of different lengths.
fn keys(n: usize) -> Vec<Vec<u8>> {
    (0..n).map(|i| (0..i * 3).map(|j| u8::try_from((i * 7 + j * 13) & 255).unwrap()).collect()).collect()
}

#[test]
fn every_path_equals_hmac_for_every_length() {
    for length in LENGTHS {
        consecutive::<Sha1Pads>(b"12345678901234567890", 58_000_000, length);
        consecutive::<Sha256Pads>(b"12345678901234567890123456789012", 58_000_000, length);
        consecutive::<Sha512Pads>(
            b"1234567890123456789012345678901234567890123456789012345678901234",
            58_000_000,
            length,
        );
    }
}

#[test]
fn every_path_equals_hmac_for_two_runs_of_counters() {
    let most = if cfg!(miri) { 2 } else { 9 };
    for one in 0..=most {
        for other in 0..=most {
            for counters in [[58_000_000, 58_000_020], [u64::MAX - 1, 0xffff_fffe]] {
                apart::<Sha1Pads>(b"12345678901234567890", counters, [one, other]);
                apart::<Sha256Pads>(b"12345678901234567890", counters, [one, other]);
                apart::<Sha512Pads>(b"12345678901234567890", counters, [one, other]);
            }
        }
    }
}

#[test]
fn every_path_equals_hmac_where_the_counter_carries_and_wraps() {
    // Under Miri a few numbers take a second.
    let (lengths, backs): (&[usize], &[u64]) = if cfg!(miri) {
        (&[5], &[2])
    } else {
        (&[1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 17, 21, 33, 70], &[0, 1, 2, 5, 15, 16, 17, 40])
    };
    for edge in EDGES {
        for &length in lengths {
            for &back in backs {
                consecutive::<Sha1Pads>(b"12345678901234567890", edge.wrapping_sub(back), length);
                consecutive::<Sha256Pads>(b"12345678901234567890", edge.wrapping_sub(back), length);
                consecutive::<Sha512Pads>(b"12345678901234567890", edge.wrapping_sub(back), length);
            }
        }
    }
}

#[test]
fn every_path_equals_hmac_for_keys_of_every_length() {
    for length in if cfg!(miri) { 63..66 } else { 0..200 } {
        let key: Vec<u8> = (0..length).map(|i: u8| i.wrapping_mul(31)).collect();
        consecutive::<Sha1Pads>(&key, 1, 2);
        consecutive::<Sha256Pads>(&key, 1, 2);
        consecutive::<Sha512Pads>(&key, 1, 2);
    }
}

#[test]
fn every_path_equals_hmac_for_every_number_of_keys() {
    for n in LENGTHS {
        many::<Sha1Pads>(&keys(n), 58_000_000);
        many::<Sha256Pads>(&keys(n), 58_000_000);
        many::<Sha512Pads>(&keys(n), 58_000_000);
    }
    let few = if cfg!(miri) { 3 } else { 9 };
    for edge in EDGES {
        many::<Sha1Pads>(&keys(few), edge);
        many::<Sha256Pads>(&keys(few), edge);
        many::<Sha512Pads>(&keys(few), edge);
    }
}

#[test]
fn keys_and_numbers_of_different_length_are_computed_as_far_as_both_reach() {
    let keys = keys(40);
    let pads: Vec<Sha1Pads> = keys.iter().map(|key| Sha1Pads::new(key)).collect();
    let pads: Vec<&Sha1Pads> = pads.iter().collect();
    let wanted: Vec<u32> = keys.iter().map(|key| Sha1Pads::reference(key, 5)).collect();
    each_path(|path| {
        for (given, asked) in [(0, 3), (3, 0), (1, 40), (40, 1), (17, 16), (16, 17), (40, 23), (23, 40)] {
            let mut out = alloc::vec![u32::MAX; asked];
            assert!(Sha1Pads::truncated_many_on(path, &pads[..given], 5, &mut out));
            for (i, number) in out.into_iter().enumerate() {
                let want = if i < given { wanted[i] } else { u32::MAX };
                assert_eq!(number, want, "{path:?}, {given} keys, {asked} numbers, number {i}");
            }
        }
    });
}

#[test]
fn the_values_of_rfc_4226_appendix_d_and_rfc_6238_appendix_b() {
    each_path(|path| {
        let mut out = [0; 10];
        assert!(Sha1Pads::new(b"12345678901234567890").truncated_on(path, 0, &mut out));
        let want = [
            1_284_755_224,
            1_094_287_082,
            137_359_152,
            1_726_969_429,
            1_640_338_314,
            868_254_676,
            1_918_287_922,
            82_162_583,
            673_399_871,
            645_520_489,
        ];
        assert_eq!(out, want, "{path:?}");
        let mut out = [0; 1];
        assert!(Sha256Pads::new(b"12345678901234567890123456789012").truncated_on(path, 1, &mut out));
        assert_eq!(out, [746_119_246], "{path:?}");
        let key = b"1234567890123456789012345678901234567890123456789012345678901234";
        let mut out = [0; 3];
        assert!(Sha512Pads::new(key).truncated_on(path, 1, &mut out));
        assert_eq!(out[0], 490_693_936, "{path:?}");
    });
}

#[test]
fn a_path_that_the_processor_lacks_leaves_the_output_alone() {
    for path in Path::ALL.into_iter().filter(|path| path.present().is_none()) {
        let pads = Sha1Pads::new(b"12345678901234567890");
        let mut out = [7; 3];
        assert!(!pads.truncated_on(path, 0, &mut out));
        assert!(!Sha1Pads::truncated_many_on(path, &[&pads], 0, &mut out));
        assert_eq!(out, [7; 3], "{path:?}");
    }
}

/// The path of this name, as [`Path::present`] gives it with its proof.
fn named(present: Present) -> Path {
    match present {
        Present::Crate => Path::Crate,
        Present::Scalar => Path::Scalar,
        Present::Lanes => Path::Lanes,
        #[cfg(target_arch = "x86_64")]
        Present::ShaNi(_) => Path::ShaNi,
        #[cfg(target_arch = "x86_64")]
        Present::Avx2(_) => Path::Avx2,
        #[cfg(target_arch = "x86_64")]
        Present::Avx512(_, None) => Path::Avx512,
        #[cfg(target_arch = "x86_64")]
        Present::Avx512(_, Some(_)) => Path::ShaNiAvx512,
    }
}

#[test]
fn every_processor_has_the_portable_paths_and_a_present_path_is_the_one_asked_for() {
    for path in [Path::Crate, Path::Scalar, Path::Lanes] {
        assert_eq!(path.present().map(named), Some(path));
    }
    for path in Path::ALL {
        assert_eq!(path.present().map_or(path, named), path);
    }
}

#[test]
fn the_path_of_two_extensions_needs_both() {
    let present = |path: Path| path.present().is_some();
    assert_eq!(present(Path::ShaNiAvx512), present(Path::ShaNi) && present(Path::Avx512));
}

#[cfg(feature = "force-path")]
#[test]
fn a_forced_path_gives_the_same_numbers_and_can_be_given_back() {
    let own = named(Present::best());
    let pads = Sha1Pads::new(b"12345678901234567890");
    for path in Path::ALL {
        let forced = crate::force(Some(path));
        assert_eq!(forced, path.present().is_some());
        assert_eq!(named(Present::best()) == path, forced);
        let mut out = [0];
        pads.truncated(0, &mut out);
        assert_eq!(out, [1_284_755_224], "{path:?}");
    }
    assert!(crate::force(None));
    assert_eq!(named(Present::best()), own);
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(alloc::format!("{:?}", Sha1Pads::new(b"12345678901234567890")), "Sha1Pads([elided])");
    assert_eq!(alloc::format!("{:?}", Sha256Pads::new(b"12345678901234567890")), "Sha256Pads([elided])");
    assert_eq!(alloc::format!("{:?}", Sha512Pads::new(b"12345678901234567890")), "Sha512Pads([elided])");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 256 },
        failure_persistence: None,
        // The same cases in every run.
        rng_seed: RngSeed::Fixed(4226),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_path_equals_hmac_for_many_keys_and_counters(
        key in prop::collection::vec(any::<u8>(), 0..150),
        counter in prop_oneof![
            any::<u64>(),
            any::<u32>().prop_map(u64::from),
            (0..u64::from(u32::MAX), 0..100u64).prop_map(|(high, back)| (high << 32).wrapping_sub(back)),
        ],
        length in 0usize..71,
    ) {
        let length = if cfg!(miri) { length & 7 } else { length };
        consecutive::<Sha1Pads>(&key, counter, length);
        consecutive::<Sha256Pads>(&key, counter, length);
        consecutive::<Sha512Pads>(&key, counter, length);
    }

    #[test]
    fn every_path_equals_hmac_for_many_keys_side_by_side(
        keys in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..40),
        counter in any::<u64>(),
    ) {
        let keys = if cfg!(miri) { &keys[..keys.len().min(5)] } else { &keys[..] };
        many::<Sha1Pads>(keys, counter);
        many::<Sha256Pads>(keys, counter);
        many::<Sha512Pads>(keys, counter);
    }
}
