//! Every call of the codes that sees a secret, and nothing else worth looking at: what `cargo xtask asm` disassembles.

use oath_lanes::{Sha1Pads, Sha256Pads, Sha512Pads};
use oath_totp::{
    Accepted, Algorithm, Code, CodeRun, Consecutive, Digits, Hotp, HotpState, Key, KeyError, KeyUri, Owner, Rejected,
    Secret, SecretError, TimeStep, Totp, TotpState, UnixTime, Window, whose,
};
use std::error::Error;
use std::hint::black_box;

fn main() -> Result<(), Box<dyn Error>> {
    // From outside, so that nothing can be computed at compile time; WebAssembly has no arguments.
    let words: Vec<String> = black_box(std::env::args().collect());
    let number = black_box(u64::try_from(words.len())?);
    let text = words.concat();
    for algorithm in Algorithm::ALL {
        for digits in Digits::ALL {
            calls(&text, number, algorithm, digits)?;
        }
    }
    Ok(())
}

type Found<S> = Result<Accepted<S>, Rejected>;

/// Through pointers that the compiler cannot see through, so that each call stays a function with its own name.
#[inline(never)]
fn calls(text: &str, number: u64, algorithm: Algorithm, digits: Digits) -> Result<(), Box<dyn Error>> {
    let from_bytes = black_box::<fn(&[u8]) -> Result<Secret, SecretError>>(Secret::from_bytes);
    let from_base32 = black_box::<fn(&str) -> Result<Secret, SecretError>>(Secret::from_base32);
    let from_hex = black_box::<fn(&str) -> Result<Secret, SecretError>>(Secret::from_hex);
    let equal = black_box::<fn(&Secret, &Secret) -> bool>(Secret::eq);
    let key = black_box::<fn(&[u8], Algorithm) -> Result<Key, KeyError>>(Key::legacy_from_bytes);
    let secret = from_bytes(text.as_bytes())?;
    black_box(equal(&from_base32(text)?, &from_hex(text)?));
    black_box((secret.expose_base32(), secret.expose_hex()));
    #[cfg(not(target_family = "wasm"))]
    black_box(Secret::generate()?);
    let uri = KeyUri::parse(text)?;
    black_box((uri.expose_uri(), &uri));

    let generate = black_box::<fn(&Totp, UnixTime) -> Code>(Totp::generate);
    let ascii = black_box::<for<'a> fn(&Code, &'a mut [u8; 8]) -> &'a [u8]>(Code::expose_ascii);
    let verify = black_box::<fn(&Totp, &Code, UnixTime, Window, &TotpState) -> Found<TotpState>>(Totp::verify);
    let resync = black_box::<fn(&Totp, &Consecutive, UnixTime, u16, &TotpState) -> Found<TotpState>>(Totp::resync);
    let find = black_box::<fn(&Totp, &CodeRun, UnixTime, u16) -> Vec<u64>>(Totp::find);
    let step = TimeStep::new(u32::try_from(number)?, number)?;
    let now = UnixTime::from_secs(number);
    let totp = Totp::new(key(text.as_bytes(), algorithm)?, digits, step);
    let code = generate(&totp, now);
    black_box(ascii(&code, &mut [0; 8]));
    black_box(code == Code::from_typed(text)?);
    let state = TotpState { last_step: Some(number), drift: number.cast_signed() };
    let _ = black_box(verify(&totp, &code, now, Window::around(u8::try_from(number)?), &state));
    let codes = Consecutive::from([code.clone(), Code::from_typed(text)?]);
    let _ = black_box(resync(&totp, &codes, now, 2880, &state));
    let activate = black_box::<fn(&Totp, &Code, UnixTime, u16, &TotpState) -> Found<TotpState>>(Totp::activate);
    let _ = black_box(activate(&totp, &code, now, 2880, &state));
    let run = CodeRun::from(codes.clone());
    black_box(find(&totp, &run, now, 100));
    let search = black_box::<fn(&[&Totp], &CodeRun, UnixTime, u16) -> Vec<Owner>>(whose);
    black_box(search(&[&totp], &run, now, 3));

    let counted = black_box::<fn(&Hotp, u64) -> Code>(Hotp::generate);
    let verify = black_box::<fn(&Hotp, &Code, u8, &HotpState) -> Found<HotpState>>(Hotp::verify);
    let resync = black_box::<fn(&Hotp, &Consecutive, u16, &HotpState) -> Found<HotpState>>(Hotp::resync);
    let hotp = Hotp::new(key(text.as_bytes(), algorithm)?, digits);
    let state = HotpState { counter: number };
    let _ = black_box(verify(&hotp, &counted(&hotp, number), 10, &state));
    let _ = black_box(resync(&hotp, &codes, 10, &state));

    let sha1s = black_box::<fn(&[&Sha1Pads], u64, &mut [u32])>(Sha1Pads::truncated_many);
    let sha256s = black_box::<fn(&[&Sha256Pads], u64, &mut [u32])>(Sha256Pads::truncated_many);
    let sha512s = black_box::<fn(&[&Sha512Pads], u64, &mut [u32])>(Sha512Pads::truncated_many);
    sha1s(&[&Sha1Pads::new(text.as_bytes())], number, &mut [0; 40]);
    sha256s(&[&Sha256Pads::new(text.as_bytes())], number, &mut [0; 40]);
    sha512s(&[&Sha512Pads::new(text.as_bytes())], number, &mut [0; 40]);
    black_box((planted_division(&code, digits), planted_table(&code)));
    #[cfg(target_family = "wasm")]
    black_box(planted_branch_for_wasm(&code));
    #[cfg(target_arch = "x86_64")]
    kernels::planted();
    Ok(())
}

/// What must be found, or nothing is shown: the reduction as RFC 4226 writes it.
#[inline(never)]
fn planted_division(code: &Code, digits: Digits) -> u32 {
    let mut text = [0; 8];
    code.expose_ascii(&mut text);
    let [a, b, c, d, ..] = text;
    u32::from_le_bytes([a, b, c, d]) % 10u32.pow(u32::try_from(digits.count()).unwrap_or(6))
}

/// What must be found as well: truncation by a secret index, as a jump table.
#[inline(never)]
fn planted_table(code: &Code) -> u64 {
    let mut text = [0; 8];
    match code.expose_ascii(&mut text).first() {
        Some(b'0') => std::process::id().into(),
        Some(b'1') => black_box(17),
        Some(b'2') => black_box(u64::MAX).wrapping_mul(3),
        Some(b'3') => black_box(1 << 40) | 5,
        Some(b'4') => black_box(4u64).rotate_left(7),
        Some(b'5') => black_box(5u64).swap_bytes(),
        Some(b'6') => black_box(6u64).reverse_bits(),
        Some(b'7') => black_box(7u64).count_ones().into(),
        _ => 0,
    }
}

/// A branch in code that is compiled for WebAssembly only, which memcheck does not see.
#[cfg(target_family = "wasm")]
#[inline(never)]
fn planted_branch_for_wasm(code: &Code) -> usize {
    let high = code.expose_ascii(&mut [0; 8]).first().is_some_and(|digit| *digit >= b'5');
    if high { black_box(String::from("high")).len() } else { 0 }
}

/// Kernels for the instructions that memcheck does not emulate, with a branch and an index after them.
#[cfg(target_arch = "x86_64")]
mod kernels {
    use core::arch::x86_64::{
        _mm_cvtsi128_si32, _mm_set1_epi32, _mm_sha1rnds4_epu32, _mm512_reduce_add_epi32, _mm512_set1_epi32,
        _mm512_sllv_epi32,
    };
    use std::hint::black_box;

    #[allow(unsafe_code, reason = "needs instructions; the program is looked at and not run")]
    pub(super) fn planted() {
        if is_x86_feature_detected!("sha") && is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the instructions.
            unsafe { black_box((planted_in_sha_ni(black_box(7)), planted_in_avx512(black_box(7)))) };
        }
    }

    #[inline(never)]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn planted_in_sha_ni(secret: i32) -> usize {
        let state = _mm_set1_epi32(secret);
        leak(_mm_cvtsi128_si32(_mm_sha1rnds4_epu32::<0>(state, state)))
    }

    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512vl,avx512bw")]
    fn planted_in_avx512(secret: i32) -> usize {
        let state = _mm512_set1_epi32(secret);
        leak(_mm512_reduce_add_epi32(_mm512_sllv_epi32(state, state)))
    }

    /// A branch on the number, and a table that the number is an index of.
    #[inline(always)]
    fn leak(number: i32) -> usize {
        let table = black_box([7usize; 256]);
        let place = usize::from(number.to_le_bytes()[0]);
        let found = table.get(place).copied().unwrap_or_default();
        if number < 0 { black_box(String::from("negative")).len() } else { found }
    }
}
