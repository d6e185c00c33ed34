//! The two WebAssembly modules of the npm package: types translated, and nothing else. What the package offers is
//! documented where JavaScript programmers look, in `js/index.d.ts` and `js/seeds.d.ts`; what is here is called by the
//! JavaScript beside those, which has looked at the type of every argument.
//!
//! A number of 64 bits is passed as two halves: a bigint would have to be made for each call. A text with a secret in it is
//! passed as its bytes, which the module owns and wipes; it does not wipe the strings that wasm-bindgen makes.
//!
//! The module of the codes is built without the standard library, whose texts about panics would be a third of it.
#![cfg_attr(all(target_family = "wasm", not(feature = "seeds")), no_std)]

#[cfg(feature = "codes")]
extern crate alloc;

#[cfg(feature = "codes")]
mod codes;
#[cfg(feature = "seeds")]
mod seeds;

#[cfg(all(target_family = "wasm", not(feature = "seeds")))]
mod bare {
    /// The smallest allocator that takes the same time for any sequence of calls.
    #[global_allocator]
    static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

    /// Nothing panics. If something did, JavaScript would get a `RuntimeError`, and `js/started.js` would refuse further calls.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
