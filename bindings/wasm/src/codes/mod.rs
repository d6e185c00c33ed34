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

/// The message of an `OathError`, for a text that could not be read.
fn message(error: impl Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}

/// A `RangeError`, for a value that is out of range.
fn range_error(error: impl Display) -> JsValue {
    given::RangeError::new(&error.to_string()).into()
}

/// The negative verdict that `js/errors.js` converts back.
const fn refusal(rejected: Rejected) -> f64 {
    match rejected {
        Rejected::Mismatch => -1.0,
        Rejected::Replayed => -2.0,
        Rejected::Ambiguous => -3.0,
    }
}

/// The two classes of JavaScript that the module constructs. js-sys declares them too, but adds its code for promises to the
/// module.
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
