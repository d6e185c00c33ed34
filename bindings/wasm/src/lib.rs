//! The two WebAssembly modules of the npm package. They only convert types. `js/index.d.ts` and `js/seeds.d.ts` document the
//! package. The functions here are called by the JavaScript in `js`, which has checked the type of every argument.
//!
//! A 64-bit number is passed as two halves, because JavaScript would have to allocate a bigint for each call. A text with a
//! secret is passed as bytes, which the module owns and wipes: the strings that wasm-bindgen makes are not wiped.
//!
//! The module of the codes is built without the standard library, whose panic messages would be a third of its size.
#![cfg_attr(all(target_family = "wasm", not(feature = "seeds")), no_std)]

#[cfg(feature = "codes")]
extern crate alloc;

#[cfg(feature = "codes")]
mod codes;
#[cfg(feature = "seeds")]
mod seeds;

#[cfg(all(target_family = "wasm", not(feature = "seeds")))]
mod bare {
    /// A small allocator with bounded time per call.
    #[global_allocator]
    static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

    /// The library does not panic. After a panic JavaScript gets a `RuntimeError`, and `js/started.js` refuses further calls.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
