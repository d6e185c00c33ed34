//! Converts the arguments of JavaScript to the types of the library.

use super::{message, range_error};
use alloc::vec::Vec;
use core::ops::Deref;
use oath_totp::{Code, Consecutive, Digits, Key, Rejected, Secret, UnixTime};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// Joins the halves of a 64-bit number.
pub(super) fn whole(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

pub(super) fn time(high: u32, low: u32) -> UnixTime {
    UnixTime::from_secs(whole(high, low))
}

/// Converts to a number of JavaScript. It is exact below 2^53, and JavaScript uses it only there.
#[expect(clippy::as_conversions, reason = "there is no other conversion")]
pub(super) const fn number(whole: u64) -> f64 {
    whole as f64
}

/// UTF-8 that may hold a secret.
pub(super) struct Text(Zeroizing<Vec<u8>>);

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        // JavaScript encodes nothing but UTF-8.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// 10^8 takes 27 bits.
const NUMBER_BITS: u32 = 27;

/// Unpacks a code: its number in the lower 27 bits, and above them its number of digits minus six. JavaScript passes no other
/// number. Any other number is a mismatch and not an error, because wasm-bindgen returns errors in an array, which costs an
/// allocation for each call.
pub(super) fn code(packed: u32) -> Result<Code, Rejected> {
    let digits = match packed >> NUMBER_BITS {
        0 => Digits::Six,
        1 => Digits::Seven,
        _ => Digits::Eight,
    };
    Code::from_number(packed & ((1 << NUMBER_BITS) - 1), digits).map_err(|_| Rejected::Mismatch)
}

/// Reads a code that a user typed, and packs it.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "the macro asks for it")]
pub fn typed(text: &str) -> Result<u32, JsValue> {
    let code = Code::from_typed(text).map_err(message)?;
    let more = match code.digits() {
        Digits::Six => 0,
        Digits::Seven => 1,
        Digits::Eight => 2,
    };
    Ok(code.expose_number() | more << NUMBER_BITS)
}

/// Unpacks the codes of a search.
pub(super) fn codes(packed: &[u32]) -> Result<Vec<Code>, Rejected> {
    packed.iter().map(|packed| code(*packed)).collect()
}

pub(super) fn consecutive(packed: &[u32]) -> Result<Consecutive, Rejected> {
    Consecutive::try_from(codes(packed)?.as_slice()).map_err(|_| Rejected::Mismatch)
}

pub(super) fn digits(count: u8) -> Result<Digits, JsValue> {
    Digits::try_from(count).map_err(range_error)
}

pub(super) fn key(secret: &Secret, algorithm: &str, legacy: bool) -> Result<Key, JsValue> {
    let algorithm = algorithm.parse().map_err(range_error)?;
    let key = if legacy { secret.legacy_key(algorithm) } else { secret.key(algorithm) };
    key.map_err(message)
}
