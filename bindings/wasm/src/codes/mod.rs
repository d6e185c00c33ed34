//! The module of the codes.

mod arguments;
mod hotp;
mod secret;
mod totp;
mod uri;

use alloc::string::ToString;
use core::fmt::Display;
use oath_totp::Rejected;
use wasm_bindgen::JsValue;

/// A text that could not be read: the message of an `OathError`.
fn message(error: impl Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}

/// A value of the right type that is out of range.
fn range_error(error: impl Display) -> JsValue {
    given::RangeError::new(&error.to_string()).into()
}

/// A verdict below zero, as `js/errors.js` reads it.
const fn refusal(rejected: Rejected) -> f64 {
    match rejected {
        Rejected::Mismatch => -1.0,
        Rejected::Replayed => -2.0,
        Rejected::Ambiguous => -3.0,
    }
}

/// The two classes of JavaScript that the module makes. js-sys declares them too, but brings along what it needs for
/// promises.
mod given {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        pub type RangeError;
        #[wasm_bindgen(constructor)]
        pub fn new(message: &str) -> RangeError;

        pub type Uint8Array;
        /// A copy of these bytes.
        #[wasm_bindgen(constructor)]
        pub fn new(bytes: &[u8]) -> Uint8Array;
    }
}
