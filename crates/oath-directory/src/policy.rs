use crate::model::{Attempts, Parameters, TokenKind};
use core::time::Duration;
use oath_totp::{Algorithm, Digits, UnixTime, Window};

/// The rules of a directory as data. The defaults are Entra ID's, as far as Microsoft documents them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How many tokens, hardware and software together, a user may hold: 5, [`oath_seeds::MOST_PER_USER`].
    pub tokens_per_user: usize,
    /// Whether guests may hold hardware tokens: no.
    pub guests_hold_hardware: bool,
    /// How many tokens may be activated within [`activation_period`](Self::activation_period): 200.
    pub activations: usize,
    /// 5 minutes.
    pub activation_period: Duration,
    /// How many steps around the server's an activation or a resynchronization searches: 2880, ± 1 day of 30 s.
    pub radius: u16,
    /// What a sign-in looks at: ± 2 steps around the recorded drift, and around the server's own step.
    pub window: Window,
    /// The hashes of the tokens that are let in: SHA-1. Add SHA-256 for tokens that compute it.
    pub algorithms: Vec<Algorithm>,
    /// Whether secrets of 80 to 127 bits are let in: no, RFC 4226 asks for 128.
    pub legacy_secrets: bool,
    /// How many wrong codes in a row cost no wait: 10. Ours, as all about attempts.
    pub free_attempts: u32,
    /// How long the wait is behind the last free attempt: 30 s. It doubles with each further wrong code.
    pub first_wait: Duration,
    /// The longest wait: 1 hour.
    pub longest_wait: Duration,
    /// How long after the last wrong code all of them are forgotten: 1 day.
    pub forget_after: Duration,
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
            activations: 200,
            activation_period: Duration::from_secs(5 * 60),
            radius: 2880,
            window: Window::around(2),
            algorithms: vec![Algorithm::Sha1],
            legacy_secrets: false,
            free_attempts: 10,
            first_wait: Duration::from_secs(30),
            longest_wait: Duration::from_secs(60 * 60),
            forget_after: Duration::from_secs(24 * 60 * 60),
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

    /// The attempts after one more wrong code. Those that a clock of the future wrote do not count.
    #[must_use]
    pub fn after_failure(&self, attempts: &Attempts, now: UnixTime) -> Attempts {
        let forgotten = attempts
            .last_failure
            .is_some_and(|last| now >= later(last, self.forget_after) || is_from_the_future(last, now));
        let failures = if forgotten { 1 } else { attempts.failures.saturating_add(1) };
        let wait = failures.checked_sub(self.free_attempts).map(|beyond| {
            let doubled = 1u32.checked_shl(beyond).filter(|factor| *factor > 0);
            doubled
                .and_then(|factor| self.first_wait.checked_mul(factor))
                .unwrap_or(Duration::MAX)
                .min(self.longest_wait)
        });
        Attempts { failures, last_failure: Some(now), locked_until: wait.map(|wait| later(now, wait)) }
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
