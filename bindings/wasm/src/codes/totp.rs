//! Time-based tokens.

use super::arguments::{Text, code, codes, consecutive, digits, key, number, time, whole};
use super::secret::Secret;
use super::{message, range_error, refusal};
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use oath_totp::{Accepted, CodeRun, Rejected, TimeStep, TotpState, Window};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub struct Totp {
    totp: oath_totp::Totp,
    pub(super) secret: Rc<oath_totp::Secret>,
    /// The step and the drift of the code that was accepted last. JavaScript reads them after a verdict of 0 or more.
    accepted: Cell<(u64, i64)>,
}

/// Joins the halves of a stored state.
fn state(has_last: bool, last_high: u32, last_low: u32, drift_high: u32, drift_low: u32) -> TotpState {
    let last_step = has_last.then(|| whole(last_high, last_low));
    TotpState { last_step, drift: whole(drift_high, drift_low).cast_signed() }
}

impl Totp {
    pub(super) const fn of(totp: oath_totp::Totp, secret: Rc<oath_totp::Secret>) -> Self {
        Self { totp, secret, accepted: Cell::new((0, 0)) }
    }

    pub(super) const fn inner(&self) -> &oath_totp::Totp {
        &self.totp
    }

    /// The accepted step, or the reason as a negative number. From 2^53 on JavaScript calls `whole_step`, which is exact.
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
        let step = TimeStep::new(step, whole(t0_high, t0_low)).map_err(range_error)?;
        let totp = oath_totp::Totp::new(key(&secret.0, algorithm, legacy)?, self::digits(digits)?, step);
        Ok(Self::of(totp, Rc::clone(&secret.0)))
    }

    /// Makes a token from Base32, without an object for the secret.
    pub fn from_base32(
        text: Vec<u8>,
        digits: u8,
        step: u32,
        algorithm: &str,
        t0_high: u32,
        t0_low: u32,
        legacy: bool,
    ) -> Result<Self, JsValue> {
        let secret = Secret(Rc::new(oath_totp::Secret::from_base32(&Text::from(text)).map_err(message)?));
        Self::make(&secret, digits, step, algorithm, t0_high, t0_low, legacy)
    }

    pub fn generate(&self, at_high: u32, at_low: u32) -> u32 {
        self.totp.generate(time(at_high, at_low)).expose_number()
    }

    pub fn verify(
        &self,
        packed: u32,
        at_high: u32,
        at_low: u32,
        back: u8,
        ahead: u8,
        recorded_only: bool,
        max_drift: u16,
        has_last: bool,
        last_high: u32,
        last_low: u32,
        drift_high: u32,
        drift_low: u32,
    ) -> f64 {
        let window = Window::new(back, ahead).with_max_drift(max_drift);
        let window = if recorded_only { window.recorded_only() } else { window };
        let state = state(has_last, last_high, last_low, drift_high, drift_low);
        self.verdict(code(packed).and_then(|code| self.totp.verify(&code, time(at_high, at_low), window, &state)))
    }

    pub fn resync(
        &self,
        codes: &[u32],
        at_high: u32,
        at_low: u32,
        radius: u16,
        has_last: bool,
        last_high: u32,
        last_low: u32,
        drift_high: u32,
        drift_low: u32,
    ) -> f64 {
        let state = state(has_last, last_high, last_low, drift_high, drift_low);
        self.verdict(
            consecutive(codes).and_then(|codes| self.totp.resync(&codes, time(at_high, at_low), radius, &state)),
        )
    }

    pub fn activate(
        &self,
        packed: u32,
        at_high: u32,
        at_low: u32,
        radius: u16,
        has_last: bool,
        last_high: u32,
        last_low: u32,
        drift_high: u32,
        drift_low: u32,
    ) -> f64 {
        let state = state(has_last, last_high, last_low, drift_high, drift_low);
        self.verdict(code(packed).and_then(|code| self.totp.activate(&code, time(at_high, at_low), radius, &state)))
    }

    /// The accepted drift, exact below 2^53.
    #[expect(clippy::as_conversions, reason = "there is no other conversion")]
    pub fn drift(&self) -> f64 {
        self.accepted.get().1 as f64
    }

    /// The accepted step, always exact.
    pub fn whole_step(&self) -> u64 {
        self.accepted.get().0
    }

    /// The accepted drift, always exact.
    pub fn whole_drift(&self) -> i64 {
        self.accepted.get().1
    }

    pub fn find(&self, codes: &[u32], at_high: u32, at_low: u32, radius: u16) -> Result<Vec<u64>, JsValue> {
        let run = CodeRun::try_from(self::codes(codes).map_err(message)?.as_slice()).map_err(range_error)?;
        Ok(self.totp.find(&run, time(at_high, at_low), radius))
    }

    pub fn step_at(&self, at_high: u32, at_low: u32) -> u64 {
        self.totp.time_step().at(time(at_high, at_low))
    }

    /// Before T0 the result may be any number of seconds.
    pub fn remaining(&self, at_high: u32, at_low: u32) -> f64 {
        number(self.totp.time_step().remaining(time(at_high, at_low)))
    }

    pub fn secret(&self) -> Secret {
        Secret(Rc::clone(&self.secret))
    }

    pub fn algorithm(&self) -> JsValue {
        JsValue::from_str(self.totp.algorithm().name())
    }

    pub fn digits(&self) -> u8 {
        self.totp.digits().into()
    }

    pub fn step(&self) -> u32 {
        self.totp.time_step().x()
    }

    pub fn t0(&self) -> u64 {
        self.totp.time_step().t0()
    }
}
