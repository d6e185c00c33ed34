use crate::arguments::{Packed, algorithm, codes, digits, number};
use crate::secret::Secret;
use crate::{message, value_error, whole};
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;
use oath_totp::{Accepted, HotpState, Key, Rejected, TimeStep, TotpState, UnixTime, Window};
use wasm_bindgen::prelude::*;

/// A verdict as a number: the step or counter, or why not. A step beyond 2^53 is asked for again, as a bigint.
const fn refusal(rejected: Rejected) -> f64 {
    match rejected {
        Rejected::Mismatch => -1.0,
        Rejected::Replayed => -2.0,
        Rejected::Ambiguous => -3.0,
    }
}

/// A code that somebody typed, packed.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "the macro asks for it")]
pub fn typed(text: &str) -> Result<u32, JsValue> {
    oath_totp::Code::from_typed(text).map(|code| Packed::from(code).0).map_err(message)
}

fn key(secret: &Secret, name: &str, legacy: bool) -> Result<Key, JsValue> {
    let algorithm = algorithm(name)?;
    let key = if legacy { secret.0.legacy_key(algorithm) } else { secret.0.key(algorithm) };
    key.map_err(message)
}

#[wasm_bindgen]
pub struct Totp {
    pub(crate) totp: oath_totp::Totp,
    pub(crate) secret: Rc<oath_totp::Secret>,
    /// What was accepted last, until it is asked for.
    accepted: Cell<(u64, i64)>,
}

impl Totp {
    pub(crate) const fn of(totp: oath_totp::Totp, secret: Rc<oath_totp::Secret>) -> Self {
        Self { totp, secret, accepted: Cell::new((0, 0)) }
    }

    fn verdict(&self, verdict: Result<Accepted<TotpState>, Rejected>) -> f64 {
        match verdict {
            Ok(accepted) => {
                self.accepted.set((accepted.matched, accepted.next.drift));
                number(accepted.matched)
            }
            Err(rejected) => refusal(rejected),
        }
    }
}

fn state(has_last: bool, last_high: u32, last_low: u32, drift_high: u32, drift_low: u32) -> TotpState {
    let last_step = has_last.then(|| whole(last_high, last_low));
    TotpState { last_step, drift: whole(drift_high, drift_low).cast_signed() }
}

fn time(high: u32, low: u32) -> UnixTime {
    UnixTime::from_secs(whole(high, low))
}

#[expect(clippy::too_many_arguments, reason = "numbers, passed without an object around them")]
#[wasm_bindgen]
impl Totp {
    pub fn make(
        secret: &Secret,
        digits: u8,
        step: u32,
        algorithm: &str,
        t0_high: u32,
        t0_low: u32,
        legacy: bool,
    ) -> Result<Self, JsValue> {
        let step = TimeStep::new(step, whole(t0_high, t0_low)).map_err(value_error)?;
        let totp = oath_totp::Totp::new(key(secret, algorithm, legacy)?, self::digits(digits)?, step);
        Ok(Self::of(totp, Rc::clone(&secret.0)))
    }

    pub fn generate(&self, at_high: u32, at_low: u32) -> u32 {
        self.totp.generate(time(at_high, at_low)).expose_number()
    }

    pub fn verify(
        &self,
        code: u32,
        at_high: u32,
        at_low: u32,
        back: u8,
        ahead: u8,
        has_last: bool,
        last_high: u32,
        last_low: u32,
        drift_high: u32,
        drift_low: u32,
    ) -> f64 {
        let Ok(code) = Packed(code).code() else { return refusal(Rejected::Mismatch) };
        let state = state(has_last, last_high, last_low, drift_high, drift_low);
        self.verdict(self.totp.verify(&code, time(at_high, at_low), Window::new(back, ahead), &state))
    }

    pub fn resync(
        &self,
        count: usize,
        one: u32,
        two: u32,
        three: u32,
        at_high: u32,
        at_low: u32,
        radius: u16,
        has_last: bool,
        last_high: u32,
        last_low: u32,
        drift_high: u32,
        drift_low: u32,
    ) -> Result<f64, JsValue> {
        let state = state(has_last, last_high, last_low, drift_high, drift_low);
        let codes = codes(count, [one, two, three])?;
        Ok(self.verdict(self.totp.resync(&codes, time(at_high, at_low), radius, &state)))
    }

    /// The drift that goes with what was accepted.
    #[expect(clippy::as_conversions, reason = "there is no other conversion; exact below 2^53")]
    pub fn drift(&self) -> f64 {
        self.accepted.get().1 as f64
    }

    /// The step that was accepted, and the drift, of any size.
    pub fn whole_step(&self) -> u64 {
        self.accepted.get().0
    }

    pub fn whole_drift(&self) -> i64 {
        self.accepted.get().1
    }

    pub fn find(
        &self,
        count: usize,
        one: u32,
        two: u32,
        three: u32,
        at_high: u32,
        at_low: u32,
        radius: u16,
    ) -> Result<Vec<u64>, JsValue> {
        Ok(self.totp.find(&codes(count, [one, two, three])?, time(at_high, at_low), radius))
    }

    pub fn step_at(&self, at_high: u32, at_low: u32) -> u64 {
        self.totp.parameters().2.at(time(at_high, at_low))
    }

    pub fn remaining(&self, at_high: u32, at_low: u32) -> u64 {
        self.totp.parameters().2.remaining(time(at_high, at_low))
    }

    pub fn secret(&self) -> Secret {
        Secret(Rc::clone(&self.secret))
    }

    pub fn algorithm(&self) -> String {
        self.totp.parameters().0.to_string()
    }

    pub fn digits(&self) -> u8 {
        self.totp.parameters().1.into()
    }

    pub fn step(&self) -> u32 {
        self.totp.parameters().2.x()
    }

    pub fn t0(&self) -> u64 {
        self.totp.parameters().2.t0()
    }
}

#[wasm_bindgen]
pub struct Hotp {
    pub(crate) hotp: oath_totp::Hotp,
    pub(crate) secret: Rc<oath_totp::Secret>,
    /// What was accepted last, and the counter to store.
    accepted: Cell<(u64, u64)>,
}

impl Hotp {
    pub(crate) const fn of(hotp: oath_totp::Hotp, secret: Rc<oath_totp::Secret>) -> Self {
        Self { hotp, secret, accepted: Cell::new((0, 0)) }
    }

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

#[expect(clippy::too_many_arguments, reason = "numbers, passed without an object around them")]
#[wasm_bindgen]
impl Hotp {
    pub fn make(secret: &Secret, digits: u8, algorithm: &str, legacy: bool) -> Result<Self, JsValue> {
        let hotp = oath_totp::Hotp::new(key(secret, algorithm, legacy)?, self::digits(digits)?);
        Ok(Self::of(hotp, Rc::clone(&secret.0)))
    }

    pub fn generate(&self, high: u32, low: u32) -> u32 {
        self.hotp.generate(whole(high, low)).expose_number()
    }

    pub fn verify(&self, code: u32, high: u32, low: u32, look_ahead: u16) -> f64 {
        let Ok(code) = Packed(code).code() else { return refusal(Rejected::Mismatch) };
        self.verdict(self.hotp.verify(&code, look_ahead, &HotpState { counter: whole(high, low) }))
    }

    pub fn resync(
        &self,
        count: usize,
        one: u32,
        two: u32,
        three: u32,
        high: u32,
        low: u32,
        look_ahead: u16,
    ) -> Result<f64, JsValue> {
        let codes = codes(count, [one, two, three])?;
        Ok(self.verdict(self.hotp.resync(&codes, look_ahead, &HotpState { counter: whole(high, low) })))
    }

    pub fn counter(&self) -> u64 {
        self.accepted.get().0
    }

    pub fn next_counter(&self) -> u64 {
        self.accepted.get().1
    }

    pub fn secret(&self) -> Secret {
        Secret(Rc::clone(&self.secret))
    }

    pub fn algorithm(&self) -> String {
        self.hotp.parameters().0.to_string()
    }

    pub fn digits(&self) -> u8 {
        self.hotp.parameters().1.into()
    }
}
