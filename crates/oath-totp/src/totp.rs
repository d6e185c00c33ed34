use crate::code::Code;
use crate::consecutive::Consecutive;
use crate::hits::Hits;
use crate::key::Key;
use crate::outcome::{Accepted, Rejected};
use crate::parameters::Digits;
use crate::pattern::Pattern;
use crate::scan::{scan, scan_both};
use crate::time::{TimeStep, UnixTime};
use crate::window::Window;
use core::slice::from_ref;

/// `TOTP(K, T) = HOTP(K, T)`, RFC 6238: one token's key and parameters.
///
/// ```
/// use oath_totp::{Algorithm, Digits, Key, TimeStep, Totp, TotpState, UnixTime, Window};
/// let key = Key::from_bytes(b"12345678901234567890", Algorithm::Sha1)?;
/// let totp = Totp::new(key, Digits::Eight, TimeStep::SECONDS_30);
/// let now = UnixTime::from_secs(59);
/// assert_eq!(totp.generate(now).to_string(), "94287082");
///
/// // What the server keeps for each token is two integers.
/// let state = TotpState::default();
/// let code = "94287082".parse()?;
/// let accepted = totp.verify(&code, now, Window::ONE, &state)?;
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
/// The default is a token that never signed in. `last_step` must never go down, or codes can be used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TotpState {
    /// The highest step ever accepted: this step and all before it are spent. `None` before the first.
    pub last_step: Option<u64>,
    /// How many steps the token's clock was ahead of the server's (behind where negative) when it was last seen.
    #[cfg_attr(feature = "serde", serde(default))]
    pub drift: i64,
}

impl TotpState {
    /// Whether a code of this step may still be accepted.
    #[must_use]
    pub fn is_unspent(&self, step: u64) -> bool {
        self.last_step.is_none_or(|last| step > last)
    }
}

impl Totp {
    /// A token of this key, showing `digits` digits that change with each step.
    #[must_use]
    pub const fn new(key: Key, digits: Digits, time_step: TimeStep) -> Self {
        Self { key, digits, time_step }
    }

    /// Which hash it computes, how many digits it shows, how it counts time.
    #[must_use]
    pub const fn parameters(&self) -> (crate::Algorithm, Digits, TimeStep) {
        (self.key.algorithm(), self.digits, self.time_step)
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

    /// Is this code right, now, and unused?
    ///
    /// Computes every step of the window, always. Steps at or below `state.last_step` are spent. Of the others that
    /// fit, the *highest* goes into `next.last_step`, so that the same digits cannot be used at a later step that they
    /// also fit, and the one nearest to the recorded drift goes into `next.drift`.
    ///
    /// Leakage: the key and where in the window the code fitted are secret; the code, the time, the window, the state
    /// and the outcome are public.
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
        let expected = server.saturating_add_signed(state.drift);
        let hits = |first, bits| Hits::of(first, bits, state.last_step, expected);
        let found = match window.spans(server, state.drift) {
            (span, None) => scan(&self.key, &pattern, span, Hits::NONE, hits, Hits::then),
            (low, Some(high)) => scan_both(&self.key, &pattern, [low, high], Hits::NONE, hits, Hits::then),
        };
        let found = found.verdict()?;
        let next = TotpState { last_step: Some(found.highest), drift: offset(found.nearest, server) };
        Ok(Accepted { next, matched: found.highest })
    }

    /// Finds a token whose clock is off: one, two or three consecutive codes, searched over `radius` steps before and
    /// after the server's own step (2880: ± 1 day of 30 s, what Entra ID does).
    ///
    /// Activation is this from a fresh state. The last of the codes decides `next.last_step` and `next.drift`. With six
    /// digits a blind guess at one code fits ± 2880 steps with a chance of 0.58 %: limit the attempts.
    ///
    /// Leakage: as [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`Rejected::Ambiguous`] where the codes fit more than one place, spent ones included: ask for the next code as
    /// well. [`Rejected::Replayed`] where the one place is spent in part or whole, else [`Rejected::Mismatch`].
    pub fn resync(
        &self,
        codes: &Consecutive,
        now: UnixTime,
        radius: u16,
        state: &TotpState,
    ) -> Result<Accepted<TotpState>, Rejected> {
        let server = self.time_step.at(now);
        let pattern = Pattern::of(codes.codes(), self.digits).ok_or(Rejected::Mismatch)?;
        // A run is spent where its first step is: its last one lies further by the other codes.
        let spent = state.last_step.map(|last| last.saturating_add(codes.further()));
        let hits = |first, bits| Hits::of(first, bits, spent, server);
        let found = scan(&self.key, &pattern, codes.ending_around(server, radius), Hits::NONE, hits, Hits::then);
        let step = found.verdict()?.only()?;
        let next = TotpState { last_step: Some(step), drift: offset(step, server) };
        Ok(Accepted { next, matched: step })
    }

    /// Every step within `radius` of the time where a run of these codes ends, in ascending order: for a person who
    /// tests a token, without a state and so without replay protection.
    ///
    /// Leakage: the steps found are the outcome and public; else as [`verify`](Self::verify).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn find(&self, codes: &Consecutive, around: UnixTime, radius: u16) -> alloc::vec::Vec<u64> {
        let server = self.time_step.at(around);
        let mut found = alloc::vec::Vec::new();
        let Some(pattern) = Pattern::of(codes.codes(), self.digits) else { return found };
        let places = |first: u64, bits| {
            // Every place is what the caller asked for.
            found.extend(places(crate::ct::declassify(bits)).map(|place| first.saturating_add(place)));
        };
        scan(&self.key, &pattern, codes.ending_around(server, radius), (), places, |(), ()| ());
        found
    }

    #[cfg(feature = "alloc")]
    pub(crate) const fn key(&self) -> &Key {
        &self.key
    }
}

/// The places of the bits that are set, ascending. Public: time and branches depend on them.
#[cfg(feature = "alloc")]
pub(crate) fn places(bits: u64) -> impl Iterator<Item = u64> {
    (0..bits.count_ones()).scan(bits, |rest, _| {
        let place = rest.trailing_zeros();
        *rest &= rest.wrapping_sub(1);
        Some(place.into())
    })
}

/// How many steps a step lies ahead of the server's; clipped to ± [`i64::MAX`], so that it can be turned round.
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
