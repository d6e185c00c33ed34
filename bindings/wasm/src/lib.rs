//! The two WebAssembly modules of the npm package: types translated, and nothing else. What the package offers is
//! documented where JavaScript programmers look, in `js/index.d.ts` and `js/seeds.d.ts`; what is here is called by the
//! JavaScript beside those, which has looked at the type of every argument.
//!
//! A number of 64 bits is passed as two halves: a bigint would have to be made for each call. A text with a secret in it
//! is passed as its bytes, which are owned here and wiped; strings are not.
//!
//! The module of the codes is built without the standard library: what that prints when a program panics would be a third
//! of it.
#![cfg_attr(all(target_family = "wasm", not(feature = "seeds")), no_std)]

#[cfg(feature = "codes")]
extern crate alloc;

#[cfg(all(target_family = "wasm", not(feature = "seeds")))]
use alloc::string::ToString;

#[cfg(feature = "codes")]
mod arguments;
#[cfg(feature = "codes")]
mod codes;
#[cfg(feature = "seeds")]
mod records;
#[cfg(feature = "codes")]
mod secret;
#[cfg(feature = "seeds")]
mod seeds;
#[cfg(feature = "seeds")]
mod selection;
#[cfg(feature = "codes")]
mod uri;

#[cfg(all(target_family = "wasm", not(feature = "seeds")))]
mod bare {
    /// The smallest that is quick for any sequence of calls.
    #[global_allocator]
    static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

    /// Nothing panics; if something did, JavaScript would see a `RuntimeError`.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

/// Both halves of a number of 64 bits.
#[cfg(any(feature = "codes", feature = "seeds"))]
fn whole(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// What is wrong with a text that was read, for the message of an `OathError`.
#[cfg(any(feature = "codes", feature = "seeds"))]
fn message(error: impl core::fmt::Display) -> wasm_bindgen::JsValue {
    wasm_bindgen::JsValue::from_str(&error.to_string())
}

/// A value of the right type that is none of those expected.
#[cfg(any(feature = "codes", feature = "seeds"))]
fn value_error(error: impl core::fmt::Display) -> wasm_bindgen::JsValue {
    given::RangeError::new(&error.to_string()).into()
}

/// What every engine has. As declared by js-sys, with it would come what that needs for its promises.
#[cfg(any(feature = "codes", feature = "seeds"))]
mod given {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        pub type RangeError;
        #[wasm_bindgen(constructor)]
        pub fn new(message: &str) -> RangeError;

        pub type Uint8Array;
        /// A copy: what it is made from is a view of the module's memory.
        #[wasm_bindgen(constructor)]
        pub fn new(bytes: &[u8]) -> Uint8Array;
    }
}
