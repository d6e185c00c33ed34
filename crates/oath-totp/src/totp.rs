use crate::code::Code;
#[cfg(feature = "alloc")]
use crate::consecutive::CodeRun;
use crate::consecutive::{Consecutive, ending_around};
use crate::hits::Hits;
use crate::key::Key;
use crate::outcome::{Accepted, Rejected};
use crate::parameters::{Algorithm, Digits};
use crate::pattern::Pattern;
use crate::scan::{scan, scan_both};
use crate::time::{TimeStep, UnixTime};
use crate::window::Window;
use core::slice::from_ref;

/// `TOTP(K, T) = HOTP(K, T)`, RFC 6238: the key and the parameters of one token.
///
/// ```
/// use oath_totp::{Algorithm, Digits, Key, TimeStep, Totp, TotpState, UnixTime, Window};
/// let key = Key::from_bytes(b"12345678901234567890", Algorithm::Sha1)?;
/// let totp = Totp::new(key, Digits::Eight, TimeStep::SECONDS_30);
/// let now = UnixTime::from_secs(59);
/// assert_eq!(totp.generate(now).to_string(), "94287082");
///
/// // A server stores two integers for each token.
/// let code = "94287082".parse()?;
/// let accepted = totp.verify(&code, now, Window::ONE, &TotpState::NEW)?;
/// assert!(totp.verify(&code, now, Window::ONE, &accepted.next).is_err(), "a code is good once");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Totp {
    key: Key,
    digits: Digits,
    time_step: TimeStep,
}

/// What a server stores for a TOTP token: two integers.
///
/// `last_step` must never go down, or codes can be used again. There is no `Default`, and reading a state from data
/// demands both fields and no others: a state that was lost must not pass for a new one.
///
/// ```
/// # use oath_totp::TotpState;
/// let new_token = TotpState::NEW;
/// assert_eq!(new_token, TotpState { last_step: None, drift: 0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct TotpState {
    /// The highest step ever accepted: this step and all before it are spent. `None` before the first.
    // `deserialize_with` makes the field mandatory; serde reads a missing `Option` as `None`.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub last_step: Option<u64>,
    /// How many steps the token's clock was ahead of the server's when it was last seen; negative where it was behind.
    pub drift: i64,
}

impl TotpState {
    /// The state of a token that never signed in.
    pub const NEW: Self = Self { last_step: None, drift: 0 };

    /// Whether a code of this step may still be accepted.
    #[must_use]
    pub fn is_unspent(&self, step: u64) -> bool {
        self.last_step.is_none_or(|last| step > last)
    }
}

impl Totp {
    /// A token of this key that shows `digits` digits and changes them with each time step.
    #[must_use]
    pub const fn new(key: Key, digits: Digits, time_step: TimeStep) -> Self {
        Self { key, digits, time_step }
    }

    /// A token with the defaults of RFC 6238 and of nearly every app: SHA-1, six digits, 30 s. The secret is Base32 as
    /// [`Secret::from_base32`](crate::Secret::from_base32) reads it, of at least 16 bytes.
    ///
    /// Leakage: as [`Secret::from_base32`](crate::Secret::from_base32).
    ///
    /// ```
    /// use oath_totp::{Code, Totp, TotpState, UnixTime, Window};
    /// let totp = Totp::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?;
    /// let now = UnixTime::from_secs(59);
    /// let code = Code::from_typed("287 082")?;
    /// let accepted = totp.verify(&code, now, Window::ONE, &TotpState::NEW)?;
    /// assert_eq!(accepted.next.last_step, Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SecretError`](crate::SecretError): not Base32, or shorter than 16 bytes.
    #[cfg(feature = "alloc")]
    pub fn from_base32(secret: &str) -> Result<Self, crate::SecretError> {
        let key = crate::Secret::from_base32(secret)?.key(Algorithm::Sha1).map_err(crate::SecretError::Key)?;
        Ok(Self::new(key, Digits::Six, TimeStep::SECONDS_30))
    }

    /// The hash of the HMAC.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// The number of digits of a code.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    /// The time step X and the epoch T0.
    #[must_use]
    pub const fn time_step(&self) -> TimeStep {
        self.time_step
    }

    /// The code that the token shows at this time.
    ///
    /// Leakage: the key and the code are secret, the time is public.
    #[must_use]
    pub fn generate(&self, at: UnixTime) -> Code {
        self.generate_at_step(self.time_step.at(at))
    }

    /// The code of a step, counted from T0.
    ///
    /// Leakage: the key and the code are secret, the step is public.
    #[must_use]
    pub fn generate_at_step(&self, step: u64) -> Code {
        let mut number = [0];
        self.key.truncated(step, &mut number);
        let [number] = number;
        Code::from_truncated(number, self.digits)
    }

    /// Accepts a code that is right now and unused.
    ///
    /// Computes every step of the window, always. Steps at or below `state.last_step` are spent. Of the other steps that
    /// match, the *highest* becomes `next.last_step`, so that the same digits cannot be used again at a later step that
    /// they also match. The one nearest to the recorded drift updates the drift.
    ///
    /// **Drift.** `next.drift` is at most one step away from the recorded drift, and does not move unless the matching
    /// step lies at least a window's length (back + 1 + ahead) after `last_step`. So at one moment no more steps can be
    /// accepted than the window has, whatever was accepted before. The drift never leaves
    /// [`Window::max_drift`](Window::max_drift).
    ///
    /// Leakage: the key and the position of the match in the window are secret; the code, the time, the window, the
    /// state and the outcome are public.
    ///
    /// # Errors
    /// [`Rejected::Mismatch`] or [`Rejected::Replayed`]; the state to keep is then the old one. A code with another
    /// number of digits than the token's is a mismatch.
    pub fn verify(
        &self,
        code: &Code,
        now: UnixTime,
        window: Window,
        state: &TotpState,
    ) -> Result<Accepted<TotpState>, Rejected> {
        let server = self.time_step.at(now);
        let pattern = Pattern::of(from_ref(code), self.digits).ok_or(Rejected::Mismatch)?;
        let drift = window.clip(state.drift);
        let expected = server.saturating_add_signed(drift);
        let hits = |first, bits| Hits::of(first, bits, state.last_step, expected);
        let found = match window.spans(server, drift) {
            (span, None) => scan(&self.key, &pattern, span, Hits::NONE, hits, Hits::then),
            (low, Some(high)) => scan_both(&self.key, &pattern, [low, high], Hits::NONE, hits, Hits::then),
        };
        let found = found.verdict()?;
        let moved_on = state.last_step.is_none_or(|last| found.highest.saturating_sub(last) >= window.length());
        let drift = if moved_on { window.clip(towards(drift, offset(found.nearest, server))) } else { drift };
        Ok(Accepted { next: TotpState { last_step: Some(found.highest), drift }, matched: found.highest })
    }

    /// Finds a token whose clock is off by two or three consecutive codes, searched over `radius` steps before and after
    /// the server's own step (2880 steps of 30 s: ± 1 day, as Entra ID searches).
    ///
    /// The last of the codes sets `next.last_step` and `next.drift`. A blind guess of two codes of six digits matches
    /// within ± 2880 steps with a probability of 5761 in 10^12.
    ///
    /// Leakage: as [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`Rejected::Ambiguous`] where the codes match more than one place, spent places included: ask for the next code
    /// as well. [`Rejected::Replayed`] where the one place is spent in part or whole, else [`Rejected::Mismatch`].
    pub fn resync(
        &self,
        codes: &Consecutive,
        now: UnixTime,
        radius: u16,
        state: &TotpState,
    ) -> Result<Accepted<TotpState>, Rejected> {
        self.wide(codes.codes(), codes.further(), now, radius, state)
    }

    /// Finds a token whose clock is off by **one** code: the activation of a new token, as Entra ID does it over
    /// `radius` = 2880 steps (± 1 day of 30 s).
    ///
    /// **Odds.** A blind guess at one code of six digits matches one of 5761 steps with a probability of 0.58 %; at
    /// radius 60 (± 30 min of 30 s) it is 0.012 %. Limit the attempts for each token, and use [`resync`](Self::resync)
    /// with the next code as well wherever the user can give it.
    ///
    /// Leakage: as [`verify`](Self::verify).
    ///
    /// ```
    /// use oath_totp::{Algorithm, Digits, Key, TimeStep, Totp, TotpState, UnixTime};
    /// let key = Key::from_bytes(b"12345678901234567890", Algorithm::Sha1)?;
    /// let totp = Totp::new(key, Digits::Six, TimeStep::SECONDS_30);
    /// let now = UnixTime::from_secs(1_234_567_890);
    /// let shown = totp.generate(UnixTime::from_secs(1_234_567_890 + 20 * 30));
    /// let activated = totp.activate(&shown, now, 60, &TotpState::NEW)?;
    /// assert_eq!(activated.next.drift, 20, "the token's clock is 20 steps ahead");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`resync`](Self::resync).
    pub fn activate(
        &self,
        code: &Code,
        now: UnixTime,
        radius: u16,
        state: &TotpState,
    ) -> Result<Accepted<TotpState>, Rejected> {
        self.wide(from_ref(code), 0, now, radius, state)
    }

    fn wide(
        &self,
        codes: &[Code],
        further: u64,
        now: UnixTime,
        radius: u16,
        state: &TotpState,
    ) -> Result<Accepted<TotpState>, Rejected> {
        let server = self.time_step.at(now);
        let pattern = Pattern::of(codes, self.digits).ok_or(Rejected::Mismatch)?;
        // A run is spent where its first step is; its last step lies `further` steps after that.
        let spent = state.last_step.map(|last| last.saturating_add(further));
        let hits = |first, bits| Hits::of(first, bits, spent, server);
        let span = ending_around(server, radius, further);
        let step = scan(&self.key, &pattern, span, Hits::NONE, hits, Hits::then).verdict()?.only()?;
        let next = TotpState { last_step: Some(step), drift: offset(step, server) };
        Ok(Accepted { next, matched: step })
    }

    /// Every step within `radius` steps of the time at which a run of these codes ends, in ascending order: for a person
    /// who tests a token. There is no state and so no replay protection.
    ///
    /// Leakage: the steps found are the outcome and public; else as [`verify`](Self::verify).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn find(&self, codes: &CodeRun, around: UnixTime, radius: u16) -> alloc::vec::Vec<u64> {
        let server = self.time_step.at(around);
        let mut found = alloc::vec::Vec::new();
        let Some(pattern) = Pattern::of(codes.codes(), self.digits) else { return found };
        let span = ending_around(server, radius, codes.further());
        let places = |first: u64, bits| {
            // Every place is what the caller asked for.
            found.extend(places(crate::ct::declassify(bits)).map(|place| first.saturating_add(place)));
        };
        scan(&self.key, &pattern, span, (), places, |(), ()| ());
        found
    }

    #[cfg(feature = "alloc")]
    pub(crate) const fn key(&self) -> &Key {
        &self.key
    }
}

/// The places of the bits that are set, ascending. Leakage: the bits are public.
#[cfg(feature = "alloc")]
pub(crate) fn places(bits: u64) -> impl Iterator<Item = u64> {
    (0..bits.count_ones()).scan(bits, |rest, _| {
        let place = rest.trailing_zeros();
        *rest &= rest.wrapping_sub(1);
        Some(place.into())
    })
}

/// One step from `drift` towards `seen`. Both are public.
const fn towards(drift: i64, seen: i64) -> i64 {
    drift.saturating_add(seen.saturating_sub(drift).signum())
}

/// How many steps a step lies ahead of the server's, clipped to ± [`i64::MAX`] so that it can be negated.
#[inline]
fn offset(step: u64, server: u64) -> i64 {
    let ahead = step >= server;
    let difference = step.wrapping_sub(server).cast_signed().max(-i64::MAX);
    if ahead == (difference >= 0) {
        difference
    } else if ahead {
        i64::MAX
    } else {
        -i64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::{TotpState, offset};

    #[test]
    fn the_last_accepted_step_and_all_before_it_are_spent() {
        let unspent = |last_step, step| TotpState { last_step, drift: 0 }.is_unspent(step);
        assert_eq!([4, 5, 6].map(|step| unspent(Some(5), step)), [false, false, true]);
        assert!(unspent(None, 0) && !unspent(Some(0), 0));
    }

    #[test]
    fn drifts_beyond_their_type_are_clipped_the_same_on_both_sides() {
        const HALF: u64 = 1 << 63;
        assert_eq!([offset(7, 7), offset(9, 7), offset(7, 9)], [0, 2, -2]);
        for (far, near) in
            [(HALF - 1, 0), (HALF, 0), (HALF + 1, 0), (u64::MAX, 0), (u64::MAX, HALF), (u64::MAX, HALF - 1)]
        {
            let distance = (far - near).min(HALF - 1).cast_signed();
            assert_eq!([offset(far, near), offset(near, far)], [distance, -distance], "{far} and {near}");
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn every_bit_that_is_set_has_its_place() {
        for bits in [0, 1, 0b1011, 1 << 63, 1 << 63 | 1, 0x8000_0001_8000_0000, u64::MAX] {
            assert!(super::places(bits).eq((0..64).filter(|place| bits >> place & 1 == 1)), "{bits:b}");
        }
    }
}
