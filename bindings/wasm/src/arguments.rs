//! What JavaScript passes, as the types of the library.

use crate::value_error;
use alloc::vec::Vec;
use core::ops::Deref;
use oath_totp::{Algorithm, Code, Consecutive, Digits, MalformedCode};
use wasm_bindgen::JsValue;
use zeroize::Zeroizing;

/// The nearest number of JavaScript: exact below 2^53, which is where it is used.
#[expect(clippy::as_conversions, reason = "there is no other conversion")]
pub(crate) const fn number(whole: u64) -> f64 {
    whole as f64
}

/// UTF-8 that may hold a secret.
pub(crate) struct Text(Zeroizing<Vec<u8>>);

impl Text {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
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

/// How a code is passed: its number, and above that how many digits it has beyond six.
#[derive(Clone, Copy)]
pub(crate) struct Packed(pub(crate) u32);

/// 10^8 takes 27 bits.
const NUMBER: u32 = (1 << 27) - 1;

impl Packed {
    pub(crate) fn code(self) -> Result<Code, MalformedCode> {
        let digits = match self.0 >> 27 {
            0 => Digits::Six,
            1 => Digits::Seven,
            _ => Digits::Eight,
        };
        Code::from_number(self.0 & NUMBER, digits)
    }
}

impl From<Code> for Packed {
    fn from(code: Code) -> Self {
        let more = match code.digits() {
            Digits::Six => 0,
            Digits::Seven => 1,
            Digits::Eight => 2,
        };
        Self(code.expose_number() | more << 27)
    }
}

/// The first `count` of these.
pub(crate) fn codes(count: usize, all: [u32; 3]) -> Result<Consecutive, JsValue> {
    let codes: Result<Vec<Code>, MalformedCode> = all.into_iter().take(count).map(|code| Packed(code).code()).collect();
    Consecutive::try_from(codes.map_err(value_error)?.as_slice()).map_err(value_error)
}

pub(crate) fn algorithm(name: &str) -> Result<Algorithm, JsValue> {
    name.parse().map_err(value_error)
}

pub(crate) fn digits(count: u8) -> Result<Digits, JsValue> {
    Digits::try_from(count).map_err(value_error)
}
