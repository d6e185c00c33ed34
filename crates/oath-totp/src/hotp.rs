use crate::code::Code;
use crate::consecutive::Consecutive;
use crate::hits::Hits;
use crate::key::Key;
use crate::outcome::{Accepted, Rejected};
use crate::parameters::{Algorithm, Digits};
use crate::pattern::Pattern;
use crate::scan::{Span, scan};
use core::slice::from_ref;

/// `HOTP(K, C) = Truncate(HMAC(K, C))`, RFC 4226: the key and the parameters of one token.
///
/// ```
/// use oath_totp::{Algorithm, Digits, Hotp, HotpState, Key};
/// let hotp = Hotp::new(Key::from_bytes(b"12345678901234567890", Algorithm::Sha1)?, Digits::Six);
/// assert_eq!(hotp.generate(0).to_string(), "755224");
///
/// // The button was pressed twice more than the server knows.
/// let accepted = hotp.verify(&"359152".parse()?, 10, &HotpState::NEW)?;
/// assert_eq!(accepted.next.counter, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Hotp {
    key: Key,
    digits: Digits,
}

/// What a server stores for an HOTP token: the moving factor C of the code that it expects next. It must never go down.
///
/// There is no `Default`, and reading a state from data demands the field and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct HotpState {
    /// C, the next expected counter. Codes of lower counters are spent.
    pub counter: u64,
}

impl HotpState {
    /// The state of a token whose first code has counter 0, as RFC 4226 §7.1 begins.
    pub const NEW: Self = Self { counter: 0 };
}

impl Hotp {
    /// A token of this key that shows `digits` digits.
    #[must_use]
    pub const fn new(key: Key, digits: Digits) -> Self {
        Self { key, digits }
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

    /// The code of a counter.
    ///
    /// Leakage: the key and the code are secret, the counter is public.
    #[must_use]
    pub fn generate(&self, counter: u64) -> Code {
        let mut number = [0];
        self.key.truncated(counter, &mut number);
        let [number] = number;
        Code::from_truncated(number, self.digits)
    }

    /// Accepts the expected code or one of the next `look_ahead` (RFC 4226 §7.2, parameter s; 0 to 255).
    ///
    /// Computes every counter of the window, always. The next state lies after the *highest* counter that matches, so
    /// that the same digits cannot be used again. Counter 2^64 - 1 is never accepted: no counter could follow it.
    ///
    /// A blind guess at six digits succeeds with a probability of (look-ahead + 1) / 1,000,000.
    ///
    /// Leakage: the key and the position of the match in the window are secret; the code, the look-ahead, the state and
    /// the outcome are public.
    ///
    /// # Errors
    /// [`Rejected::Mismatch`]; the state to keep is then the old one. A used code is a mismatch too: the window holds no
    /// spent counter.
    pub fn verify(&self, code: &Code, look_ahead: u8, state: &HotpState) -> Result<Accepted<HotpState>, Rejected> {
        let found = self.look(from_ref(code), 0, look_ahead.into(), state)?;
        Ok(moved_past(found.verdict()?.highest))
    }

    /// Finds a token that has run ahead by two or three consecutive codes (RFC 4226 §7.4), the first within `look_ahead`
    /// counters of the expected one. Never backwards.
    ///
    /// Leakage: as [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`Rejected::Ambiguous`] where the codes match more than one place, else [`Rejected::Mismatch`].
    pub fn resync(
        &self,
        codes: &Consecutive,
        look_ahead: u16,
        state: &HotpState,
    ) -> Result<Accepted<HotpState>, Rejected> {
        let found = self.look(codes.codes(), codes.further(), look_ahead, state)?;
        Ok(moved_past(found.verdict()?.only()?))
    }

    /// Finds a token that has run ahead by **one** code: the activation of a token whose counter is not known.
    ///
    /// **Odds.** A blind guess at six digits matches with a probability of (look-ahead + 1) / 1,000,000: 0.1 % at 1000.
    /// Limit the attempts for each token, and use [`resync`](Self::resync) wherever the user can give the next code.
    ///
    /// Leakage: as [`verify`](Self::verify).
    ///
    /// # Errors
    /// As [`resync`](Self::resync).
    pub fn activate(&self, code: &Code, look_ahead: u16, state: &HotpState) -> Result<Accepted<HotpState>, Rejected> {
        let found = self.look(from_ref(code), 0, look_ahead, state)?;
        Ok(moved_past(found.verdict()?.only()?))
    }

    fn look(&self, codes: &[Code], further: u64, look_ahead: u16, state: &HotpState) -> Result<Hits, Rejected> {
        const LAST: u64 = u64::MAX - 1;
        let pattern = Pattern::of(codes, self.digits).ok_or(Rejected::Mismatch)?;
        if state.counter > LAST {
            return Err(Rejected::Mismatch);
        }
        let last = state.counter.saturating_add(look_ahead.into()).saturating_add(further).min(LAST);
        let hits = |first, bits| Hits::of(first, bits, None, state.counter);
        Ok(scan(&self.key, &pattern, Span::new(state.counter, last), Hits::NONE, hits, Hits::then))
    }
}

fn moved_past(matched: u64) -> Accepted<HotpState> {
    Accepted { next: HotpState { counter: matched.saturating_add(1) }, matched }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;

    fn hotp() -> Hotp {
        Hotp::new(Key::from_bytes(b"12345678901234567890", Algorithm::Sha1).unwrap(), Digits::Six)
    }

    fn at(counter: u64) -> HotpState {
        HotpState { counter }
    }

    #[test]
    fn the_look_ahead_ends_where_it_says_and_nothing_goes_backwards() {
        let hotp = hotp();
        for ahead in 0..=3 {
            let code = hotp.generate(100 + u64::from(ahead));
            assert_eq!(hotp.verify(&code, ahead, &at(100)).unwrap().next, at(101 + u64::from(ahead)));
            if ahead > 0 {
                assert_eq!(hotp.verify(&code, ahead - 1, &at(100)), Err(Rejected::Mismatch));
            }
        }
        assert_eq!(hotp.verify(&hotp.generate(99), 50, &at(100)), Err(Rejected::Mismatch));
        let behind = [hotp.generate(98), hotp.generate(99)].into();
        assert_eq!(hotp.resync(&behind, 500, &at(100)), Err(Rejected::Mismatch));
        let across = [hotp.generate(99), hotp.generate(100)].into();
        assert_eq!(hotp.resync(&across, 500, &at(100)), Err(Rejected::Mismatch));
    }

    #[test]
    fn two_codes_resynchronize_a_token_that_ran_ahead() {
        let hotp = hotp();
        for ahead in [0, 1, 499, 500] {
            let start = 100 + ahead;
            let codes = [hotp.generate(start), hotp.generate(start + 1)].into();
            assert_eq!(hotp.resync(&codes, 500, &at(100)).unwrap().next, at(start + 2), "{ahead} ahead");
        }
        let beyond = [hotp.generate(601), hotp.generate(602)].into();
        assert_eq!(hotp.resync(&beyond, 500, &at(100)), Err(Rejected::Mismatch));
    }

    #[test]
    fn the_last_counter_is_never_accepted() {
        let hotp = hotp();
        let end = u64::MAX;
        assert_eq!(hotp.verify(&hotp.generate(end), 10, &at(end)), Err(Rejected::Mismatch));
        assert_eq!(hotp.verify(&hotp.generate(end), 10, &at(end - 1)), Err(Rejected::Mismatch));
        for expected in [end - 3, end - 1] {
            assert_eq!(hotp.verify(&hotp.generate(end - 1), 10, &at(expected)).unwrap().next, at(end));
        }
    }
}
