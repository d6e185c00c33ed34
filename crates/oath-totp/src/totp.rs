use crate::code::Code;
use crate::key::Key;
use crate::outcome::{Accepted, Rejected};
use crate::parameters::Digits;
use crate::scan::{Consecutive, Hits, Pattern, scan};
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
        let mut hits = Hits::none();
        let mut look = |span| {
            scan(&self.key, &pattern, span, |step, hit| {
                hits.see(step, hit, state.is_unspent(step), offset(step, server).abs_diff(state.drift));
            });
        };
        let (span, further) = window.spans(server, state.drift);
        look(span);
        further.map(&mut look);
        let found = hits.verdict()?;
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
        let mut hits = Hits::none();
        scan(&self.key, &pattern, codes.ending_around(server, radius), |step, hit| {
            hits.see(step, hit, state.is_unspent(step.saturating_sub(codes.further())), 0);
        });
        let step = hits.verdict()?.only()?;
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
        scan(&self.key, &pattern, codes.ending_around(server, radius), |step, hit| {
            // Every place is what the caller asked for.
            if crate::ct::declassify(hit) != 0 {
                found.push(step);
            }
        });
        found
    }

    #[cfg(feature = "alloc")]
    pub(crate) const fn key(&self) -> &Key {
        &self.key
    }
}

/// How many steps a step lies ahead of the server's; clipped to the range of the type.
fn offset(step: u64, server: u64) -> i64 {
    let distance = i64::try_from(step.abs_diff(server)).unwrap_or(i64::MAX);
    if step < server { distance.wrapping_neg() } else { distance }
}
