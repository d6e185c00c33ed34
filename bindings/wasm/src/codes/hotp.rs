//! Counter-based tokens.

use super::arguments::{code, consecutive, digits, key, whole};
use super::refusal;
use super::secret::Secret;
use alloc::rc::Rc;
use core::cell::Cell;
use oath_totp::{Accepted, HotpState, Rejected};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub struct Hotp {
    hotp: oath_totp::Hotp,
    pub(super) secret: Rc<oath_totp::Secret>,
    /// The counter of the code that was accepted last, and the counter to store.
    accepted: Cell<(u64, u64)>,
}

impl Hotp {
    pub(super) const fn of(hotp: oath_totp::Hotp, secret: Rc<oath_totp::Secret>) -> Self {
        Self { hotp, secret, accepted: Cell::new((0, 0)) }
    }

    pub(super) const fn inner(&self) -> &oath_totp::Hotp {
        &self.hotp
    }

    /// 0 for an accepted code, or the reason as a negative number.
    fn verdict(&self, verdict: Result<Accepted<HotpState>, Rejected>) -> f64 {
        match verdict {
            Ok(accepted) => {
                self.accepted.set((accepted.matched, accepted.next.counter));
                0.0
            }
            Err(rejected) => refusal(rejected),
        }
    }
}

fn state(high: u32, low: u32) -> HotpState {
    HotpState { counter: whole(high, low) }
}

#[wasm_bindgen]
impl Hotp {
    pub fn make(secret: &Secret, digits: u8, algorithm: &str, legacy: bool) -> Result<Self, JsValue> {
        let hotp = oath_totp::Hotp::new(key(&secret.0, algorithm, legacy)?, self::digits(digits)?);
        Ok(Self::of(hotp, Rc::clone(&secret.0)))
    }

    pub fn generate(&self, high: u32, low: u32) -> u32 {
        self.hotp.generate(whole(high, low)).expose_number()
    }

    pub fn verify(&self, packed: u32, look_ahead: u8, high: u32, low: u32) -> f64 {
        self.verdict(code(packed).and_then(|code| self.hotp.verify(&code, look_ahead, &state(high, low))))
    }

    pub fn resync(&self, codes: &[u32], look_ahead: u16, high: u32, low: u32) -> f64 {
        self.verdict(consecutive(codes).and_then(|codes| self.hotp.resync(&codes, look_ahead, &state(high, low))))
    }

    pub fn activate(&self, packed: u32, look_ahead: u16, high: u32, low: u32) -> f64 {
        self.verdict(code(packed).and_then(|code| self.hotp.activate(&code, look_ahead, &state(high, low))))
    }

    /// The accepted counter.
    pub fn counter(&self) -> u64 {
        self.accepted.get().0
    }

    pub fn next_counter(&self) -> u64 {
        self.accepted.get().1
    }

    pub fn secret(&self) -> Secret {
        Secret(Rc::clone(&self.secret))
    }

    pub fn algorithm(&self) -> JsValue {
        JsValue::from_str(self.hotp.algorithm().name())
    }

    pub fn digits(&self) -> u8 {
        self.hotp.digits().into()
    }
}
