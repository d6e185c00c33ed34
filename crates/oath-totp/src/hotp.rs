use crate::code::Code;
use crate::consecutive::Consecutive;
use crate::hits::Hits;
use crate::key::Key;
use crate::outcome::{Accepted, Rejected};
use crate::parameters::Digits;
use crate::pattern::Pattern;
use crate::scan::{Span, scan};

/// `HOTP(K, C) = Truncate(HMAC(K, C))`, RFC 4226: one token's key and parameters.
///
/// ```
/// use oath_totp::{Algorithm, Digits, Hotp, HotpState, Key};
/// let hotp = Hotp::new(Key::from_bytes(b"12345678901234567890", Algorithm::Sha1)?, Digits::Six);
/// assert_eq!(hotp.generate(0).to_string(), "755224");
///
/// // Somebody pressed the button twice more than the server knows.
/// let accepted = hotp.verify(&"359152".parse()?, 10, &HotpState { counter: 0 })?;
/// assert_eq!(accepted.next.counter, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Hotp {
    key: Key,
    digits: Digits,
}

/// What a server stores for an HOTP token: the counter of the code that it expects next. It must never go down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HotpState {
    /// C, the next expected counter. Codes of lower counters are spent.
    pub counter: u64,
}

impl Hotp {
    /// A token of this key, showing `digits` digits.
    #[must_use]
    pub const fn new(key: Key, digits: Digits) -> Self {
        Self { key, digits }
    }

    /// Which hash it computes and how many digits it shows.
    #[must_use]
    pub const fn parameters(&self) -> (crate::Algorithm, Digits) {
        (self.key.algorithm(), self.digits)
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

    /// Is this the expected code, or one of the `look_ahead` behind it (RFC 4226 §7.2, parameter s)?
    ///
    /// Computes every counter of the window, always, and moves behind the *highest* that fits, so that the same digits
    /// cannot be used again. Counter 2^64 - 1 is never accepted: nothing could follow it.
    ///
    /// Leakage: the key and where in the window the code fitted are secret; the code, the look-ahead, the state and the
    /// outcome are public.
    ///
    /// # Errors
    /// [`Rejected::Mismatch`]; the state to keep is then the old one. Used codes are mismatches too: the window holds no
    /// spent counter.
    pub fn verify(&self, code: &Code, look_ahead: u16, state: &HotpState) -> Result<Accepted<HotpState>, Rejected> {
        let found = self.look(&code.clone().into(), look_ahead, state)?;
        Ok(moved_behind(found.verdict()?.highest))
    }

    /// Finds a token that has run ahead: two or three consecutive codes (RFC 4226 §7.4), the first within `look_ahead`
    /// counters of the expected one. Never backwards. One code is taken too, where it fits just once.
    ///
    /// Leakage: as [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`Rejected::Ambiguous`] where the codes fit more than one place, else [`Rejected::Mismatch`].
    pub fn resync(
        &self,
        codes: &Consecutive,
        look_ahead: u16,
        state: &HotpState,
    ) -> Result<Accepted<HotpState>, Rejected> {
        let found = self.look(codes, look_ahead, state)?;
        Ok(moved_behind(found.verdict()?.only()?))
    }

    fn look(&self, codes: &Consecutive, look_ahead: u16, state: &HotpState) -> Result<Hits, Rejected> {
        const LAST: u64 = u64::MAX - 1;
        let pattern = Pattern::of(codes.codes(), self.digits).ok_or(Rejected::Mismatch)?;
        if state.counter > LAST {
            return Err(Rejected::Mismatch);
        }
        let last = state.counter.saturating_add(look_ahead.into()).saturating_add(codes.further()).min(LAST);
        let hits = |first, bits| Hits::of(first, bits, None, state.counter);
        Ok(scan(&self.key, &pattern, Span::new(state.counter, last), Hits::NONE, hits, Hits::then))
    }
}

fn moved_behind(matched: u64) -> Accepted<HotpState> {
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
