use crate::failure::{Exit, Failure};
use oath_totp::{Algorithm, Code, Digits, Secret, TimeStep, Totp, UnixTime};

/// A hardware token in software: it knows a secret and its own clock, which cannot be set.
pub(super) struct Fob {
    totp: Totp,
    since: UnixTime,
}

/// How far its clock is ahead at the beginning, in seconds.
const AHEAD: u64 = 4 * 60 + 10;
/// How much faster than time it runs, in millionths: what a cheap quartz does in a warm pocket.
const FAST: u64 = 20;

impl Fob {
    pub(super) fn new(secret: String, since: UnixTime) -> Result<Self, Failure> {
        let failed = |error: String| Failure::new(Exit::Fault, "tour-failed", error, "report this as a bug");
        let secret = Secret::from_base32(&secret).map_err(|error| failed(error.to_string()))?;
        let key = secret.key(Algorithm::Sha1).map_err(|error| failed(error.to_string()))?;
        Ok(Self { totp: Totp::new(key, Digits::Six, TimeStep::SECONDS_30), since })
    }

    /// How many seconds it gains within so many.
    #[expect(clippy::unused_self, reason = "of this token")]
    pub(super) fn gain(&self, seconds: u64) -> u64 {
        seconds.saturating_mul(FAST) / 1_000_000
    }

    /// How many seconds its clock is ahead.
    pub(super) fn ahead(&self, now: UnixTime) -> u64 {
        AHEAD.saturating_add(self.gain(now.as_secs().saturating_sub(self.since.as_secs())))
    }

    /// What stands on its display.
    pub(super) fn shows(&self, now: UnixTime) -> Code {
        self.totp.generate(UnixTime::from_secs(now.as_secs().saturating_add(self.ahead(now))))
    }
}
