mod error;
mod fields;
mod known;

pub use self::error::PolicyError;
pub use self::fields::Field;
pub(crate) use self::known::Known;

use crate::model::{Attempts, Gate, Parameters, TokenKind};
use core::time::Duration;
use oath_totp::{Algorithm, Digits, UnixTime, Window};

/// The rules of a directory as data. The defaults are Entra ID's, as far as Microsoft documents them.
///
/// The directory keeps its policy as a record of the tenant: [`Directory::policy`](crate::Directory::policy),
/// [`set_policy`](crate::Directory::set_policy). [`FIELDS`](Self::FIELDS) lists the fields by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How many tokens, hardware and software together, a user may hold: 5, [`oath_seeds::MOST_PER_USER`].
    pub tokens_per_user: usize,
    /// Whether guests may hold hardware tokens: no.
    pub guests_hold_hardware: bool,
    /// How many tokens may be activated within [`activation_period`](Self::activation_period): 200, as the seed documents say.
    /// `None`: any number, as Microsoft's pages have it since December 2025.
    pub activations: Option<usize>,
    /// 5 minutes.
    pub activation_period: Duration,
    /// How many steps around the server's an activation or a resynchronization searches: 2880, ± 1 day of 30 s.
    pub radius: u16,
    /// How many steps around the token's expected clock **one** code activates it: 60, which is ± 30 minutes for steps of 30 s.
    /// Further away, as far as [`radius`](Self::radius), the next code is needed as well. Entra ID's rule, one code
    /// everywhere, is 2880. See [`guesses_in_a_million`](Self::guesses_in_a_million).
    pub activation_radius_one_code: u16,
    /// How many wrong codes in a row at the activation or resynchronization of one token cost no wait: 10. Counted for each
    /// secret, apart from sign-ins. Waits and forgetting are those of sign-ins.
    pub activation_attempts: u32,
    /// What a sign-in looks at: ± 2 steps around the recorded drift, and around the server's own step.
    pub window: Window,
    /// The hashes of the tokens that are let in: SHA-1. Add SHA-256 for tokens that compute it.
    pub algorithms: Vec<Algorithm>,
    /// Whether secrets of 80 to 127 bits are let in: no, RFC 4226 asks for 128.
    pub legacy_secrets: bool,
    /// Whether a user may take a token that no user holds by its serial number, as in Security info of Entra ID: yes. A
    /// person who reads a serial number can claim the token then, though not activate it; assign tokens before they are shipped.
    pub users_claim_tokens: bool,
    /// How many wrong codes in a row at sign-in cost no wait: 10. Ours, as all about attempts.
    pub free_attempts: u32,
    /// How long the wait is after the last free attempt: 30 s. It doubles with each further wrong code.
    pub first_wait: Duration,
    /// The longest wait: 1 hour.
    pub longest_wait: Duration,
    /// How long after the last wrong code all of them are forgotten: 1 day.
    pub forget_after: Duration,
    /// How many sources that a name has signed in from are remembered, each with attempts of its own: 8, at most
    /// [`Gate::MOST_KNOWN`]. The one that was seen least of late gives its place to a new one. 0: all sources share one budget.
    pub known_sources: usize,
    /// How long after its last right code a source is known: 90 days.
    pub known_source_kept: Duration,
    /// How many recovery codes a user is given: 10, at most [`Recovery::MOST`](crate::model::Recovery::MOST).
    pub recovery_codes: usize,
    /// How long the status and the failures of an upload are kept: 30 days.
    pub uploads_kept: Duration,
    /// The issuer in the URIs of software tokens: who the user sees in the app.
    pub issuer: String,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tokens_per_user: oath_seeds::MOST_PER_USER,
            guests_hold_hardware: false,
            activations: Some(200),
            activation_period: Duration::from_secs(5 * 60),
            radius: 2880,
            activation_radius_one_code: 60,
            activation_attempts: 10,
            window: Window::around(2),
            algorithms: vec![Algorithm::Sha1],
            legacy_secrets: false,
            users_claim_tokens: true,
            free_attempts: 10,
            first_wait: Duration::from_secs(30),
            longest_wait: Duration::from_secs(60 * 60),
            forget_after: Duration::from_secs(24 * 60 * 60),
            known_sources: 8,
            known_source_kept: Duration::from_secs(90 * 24 * 60 * 60),
            recovery_codes: 10,
            uploads_kept: Duration::from_secs(30 * 24 * 60 * 60),
            issuer: "oath".to_owned(),
        }
    }
}

impl Policy {
    /// Whether tokens that compute like this are let in: an allowed hash, 6 digits, 30 or 60 s from 1970.
    #[must_use]
    pub fn allows(&self, parameters: &Parameters) -> bool {
        let Parameters { algorithm, digits, time_step } = parameters;
        self.algorithms.contains(algorithm)
            && *digits == Digits::Six
            && matches!(time_step.x(), 30 | 60)
            && time_step.t0() == 0
    }

    /// Whether a guest may hold this kind of token.
    #[must_use]
    pub fn guest_may_hold(&self, kind: TokenKind) -> bool {
        self.guests_hold_hardware || kind == TokenKind::Software
    }

    /// How many steps around the expected clock one code activates a token: never more than two codes search.
    #[must_use]
    pub fn one_code_radius(&self) -> u16 {
        self.activation_radius_one_code.min(self.radius)
    }

    /// In how many of a million cases one blind guess at a code of six digits activates a token: 121 by default, 0.012 %. With
    /// Entra ID's rule it is 5761, 0.58 %. So many steps have [`Totp::activate`](oath_totp::Totp::activate) as their only
    /// judge; a guess at two codes is right in less than one of a hundred million.
    #[must_use]
    pub fn guesses_in_a_million(&self) -> u32 {
        u32::from(self.one_code_radius()).saturating_mul(2).saturating_add(1)
    }

    /// The attempts at sign-in after one more wrong code. Those that a clock of the future wrote do not count.
    #[must_use]
    pub fn after_failure(&self, attempts: &Attempts, now: UnixTime) -> Attempts {
        self.one_more(attempts, self.free_attempts, now)
    }

    /// The attempts at activation and resynchronization after one more wrong code.
    #[must_use]
    pub fn after_wrong_activation(&self, attempts: &Attempts, now: UnixTime) -> Attempts {
        self.one_more(attempts, self.activation_attempts, now)
    }

    fn one_more(&self, attempts: &Attempts, free: u32, now: UnixTime) -> Attempts {
        let forgotten = attempts
            .last_failure
            .is_some_and(|last| now >= later(last, self.forget_after) || is_from_the_future(last, now));
        let failures = if forgotten { 1 } else { attempts.failures.saturating_add(1) };
        let wait = failures.checked_sub(free).map(|beyond| {
            let doubled = 1u32.checked_shl(beyond);
            doubled
                .and_then(|factor| self.first_wait.checked_mul(factor))
                .unwrap_or(Duration::MAX)
                .min(self.longest_wait)
        });
        Attempts { failures, last_failure: Some(now), locked_until: wait.map(|wait| later(now, wait)) }
    }

    /// Until when a code from one source or another is refused unread at this gate, where it is.
    #[must_use]
    pub fn locked_until(&self, gate: &Gate, now: UnixTime) -> Option<UnixTime> {
        let known = gate.known.iter().map(|known| &known.attempts);
        let waits = [&gate.attempts].into_iter().chain(known).filter_map(|attempts| self.wait(attempts, now));
        waits.max().map(|seconds| later(now, Duration::from_secs(seconds)))
    }

    /// How many seconds a code has to wait, where it has to: never more than [`longest_wait`](Self::longest_wait). A lock
    /// that a clock of the future set does not bind.
    #[must_use]
    pub fn wait(&self, attempts: &Attempts, now: UnixTime) -> Option<u64> {
        if attempts.last_failure.is_some_and(|last| is_from_the_future(last, now)) {
            return None;
        }
        let left = attempts.locked_until?.as_secs().checked_sub(now.as_secs()).filter(|seconds| *seconds > 0);
        left.map(|seconds| seconds.min(self.longest_wait.as_secs()))
    }
}

/// The clocks of the nodes of a directory differ by less than this, in seconds.
const SKEW: u64 = 60;

/// Whether a record was written by a clock that was ahead of what all clocks show now: set wrong, or set back since.
pub(crate) fn is_from_the_future(at: UnixTime, now: UnixTime) -> bool {
    at.as_secs() > now.as_secs().saturating_add(SKEW)
}

/// A time some whole seconds later.
pub(crate) fn later(time: UnixTime, by: Duration) -> UnixTime {
    UnixTime::from_secs(time.as_secs().saturating_add(by.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_codes_are_free_and_then_the_wait_doubles_up_to_an_hour() {
        let policy = Policy::default();
        let now = UnixTime::from_secs(1000);
        let mut attempts = Attempts::default();
        let waits: Vec<_> = (1..=20)
            .map(|_| {
                attempts = policy.after_failure(&attempts, now);
                policy.wait(&attempts, now)
            })
            .collect();
        assert!(waits[..9].iter().all(Option::is_none));
        assert_eq!(waits[9..17], [30, 60, 120, 240, 480, 960, 1920, 3600].map(Some));
        assert!(waits[17..].iter().all(|wait| *wait == Some(3600)));
        attempts.failures = u32::MAX;
        assert_eq!(policy.wait(&policy.after_failure(&attempts, now), now), Some(3600));
    }

    #[test]
    fn one_blind_guess_activates_in_so_many_cases_of_a_million() {
        let with = |one_code, radius| Policy { activation_radius_one_code: one_code, radius, ..Policy::default() };
        assert_eq!(Policy::default().guesses_in_a_million(), 121, "0.012 %");
        assert_eq!(with(2880, 2880).guesses_in_a_million(), 5761, "Entra ID's rule, 0.58 %");
        assert_eq!(with(2880, 10).guesses_in_a_million(), 21, "never further than two codes search");
        assert_eq!(with(u16::MAX, u16::MAX).guesses_in_a_million(), 131_071);
    }

    #[test]
    fn activation_and_sign_in_have_budgets_of_their_own() {
        let policy = Policy { activation_attempts: 2, free_attempts: 3, ..Policy::default() };
        let now = UnixTime::from_secs(1000);
        let one = Attempts { failures: 1, last_failure: Some(now), locked_until: None };
        assert_eq!(policy.wait(&policy.after_wrong_activation(&one, now), now), Some(30));
        assert_eq!(policy.wait(&policy.after_failure(&one, now), now), None);
    }

    #[test]
    fn a_lock_ends_by_itself_and_wrong_codes_are_forgotten_after_a_day() {
        let policy = Policy::default();
        let attempts = Attempts {
            failures: 12,
            last_failure: Some(UnixTime::from_secs(1000)),
            locked_until: Some(UnixTime::from_secs(1120)),
        };
        assert_eq!(policy.wait(&attempts, UnixTime::from_secs(1119)), Some(1));
        assert_eq!(policy.wait(&attempts, UnixTime::from_secs(1120)), None);
        let day = 24 * 60 * 60;
        assert_eq!(policy.after_failure(&attempts, UnixTime::from_secs(999 + day)).failures, 13);
        assert_eq!(policy.after_failure(&attempts, UnixTime::from_secs(1000 + day)).failures, 1);
    }

    #[test]
    fn a_policy_lets_in_what_it_names() {
        use oath_totp::TimeStep;
        let sound = Parameters { algorithm: Algorithm::Sha1, digits: Digits::Six, time_step: TimeStep::SECONDS_30 };
        let policy = Policy::default();
        assert!(policy.allows(&sound) && policy.allows(&Parameters { time_step: TimeStep::SECONDS_60, ..sound }));
        for wrong in [
            Parameters { algorithm: Algorithm::Sha256, ..sound },
            Parameters { digits: Digits::Eight, ..sound },
            Parameters { time_step: TimeStep::new(45, 0).unwrap(), ..sound },
            Parameters { time_step: TimeStep::new(30, 1).unwrap(), ..sound },
        ] {
            assert!(!policy.allows(&wrong), "{wrong:?}");
        }
        let policy = Policy { algorithms: vec![Algorithm::Sha256], ..policy };
        assert!(!policy.allows(&sound) && policy.allows(&Parameters { algorithm: Algorithm::Sha256, ..sound }));
    }

    #[test]
    fn what_a_clock_of_the_future_wrote_binds_nobody_and_no_wait_exceeds_the_longest() {
        let policy = Policy::default();
        let at = UnixTime::from_secs;
        let locked =
            |last, until| Attempts { failures: 20, last_failure: Some(at(last)), locked_until: Some(at(until)) };
        // Another node's clock is up to a minute ahead: its lock binds here too.
        for (ahead, wait) in [(0, Some(3600)), (1, Some(3600)), (60, Some(3600)), (61, None), (31_536_000, None)] {
            let attempts = locked(1000 + ahead, 1000 + ahead + 3600);
            assert_eq!(policy.wait(&attempts, at(1000)), wait, "{ahead} s ahead");
            let failures = policy.after_failure(&attempts, at(1000)).failures;
            assert_eq!(failures, if wait.is_some() { 21 } else { 1 }, "{ahead} s ahead");
        }
    }
}
