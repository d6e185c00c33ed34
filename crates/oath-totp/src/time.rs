use core::{fmt, num::NonZeroU32};

/// Seconds since 1970-01-01T00:00:00Z, given by the caller. Nothing in this crate reads a clock but
/// [`UnixTime::now`].
///
/// ```
/// use oath_totp::UnixTime;
/// let time = UnixTime::from_secs(1_234_567_890);
/// assert_eq!(time.as_secs(), 1_234_567_890);
/// # #[cfg(feature = "std")]
/// assert!(UnixTime::now() > time);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct UnixTime(u64);

impl UnixTime {
    /// From whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The time of the system's clock. A clock set before 1970 counts as 1970.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        std::time::SystemTime::now().try_into().unwrap_or(Self(0))
    }
}

/// Fractions of a second are dropped.
#[cfg(feature = "std")]
impl TryFrom<std::time::SystemTime> for UnixTime {
    type Error = TimeError;

    fn try_from(time: std::time::SystemTime) -> Result<Self, TimeError> {
        time.duration_since(std::time::UNIX_EPOCH).map(|since| Self(since.as_secs())).map_err(|_| TimeError)
    }
}

/// A time before 1970-01-01T00:00:00Z.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeError;

#[cfg(feature = "std")]
impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time lies before 1970-01-01T00:00:00Z; check the clock")
    }
}

#[cfg(feature = "std")]
impl core::error::Error for TimeError {}

/// How time is counted: the time step X and the epoch T0 of RFC 6238 §4.1, both in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct TimeStep {
    x: NonZeroU32,
    t0: u64,
}

impl TimeStep {
    /// X = 30 s from T0 = 1970: the default of RFC 6238 and of nearly every app and token.
    pub const SECONDS_30: Self = Self { x: NonZeroU32::new(30).unwrap(), t0: 0 };
    /// X = 60 s from T0 = 1970, the other common hardware token.
    pub const SECONDS_60: Self = Self { x: NonZeroU32::new(60).unwrap(), t0: 0 };

    /// Steps of `x` seconds, counted from `t0` (seconds since 1970).
    ///
    /// # Errors
    /// [`TimeStepError`] where `x` is 0.
    pub const fn new(x: u32, t0: u64) -> Result<Self, TimeStepError> {
        match NonZeroU32::new(x) {
            Some(x) => Ok(Self { x, t0 }),
            None => Err(TimeStepError),
        }
    }

    /// X in seconds.
    #[must_use]
    pub const fn x(self) -> u32 {
        self.x.get()
    }

    /// T0 in seconds since 1970.
    #[must_use]
    pub const fn t0(self) -> u64 {
        self.t0
    }

    /// `T = (time - T0) / X`, rounded down (RFC 6238 §4.2). Times before T0 count as step 0.
    ///
    /// ```
    /// # use oath_totp::{TimeStep, UnixTime};
    /// assert_eq!(TimeStep::SECONDS_30.at(UnixTime::from_secs(59)), 1);
    /// ```
    #[must_use]
    // A function of its own where the disassembly is searched for divisions: this one may have one.
    #[cfg_attr(oath_asm_check, inline(never))]
    pub const fn at(self, time: UnixTime) -> u64 {
        #[expect(
            clippy::integer_division_remainder_used,
            clippy::as_conversions,
            reason = "the one division of the crate: time, X and T0 are public; From is not const"
        )]
        {
            time.0.saturating_sub(self.t0) / self.x.get() as u64
        }
    }

    /// The time at which a step begins; `None` where that lies beyond 2^64 seconds.
    #[must_use]
    pub fn start(self, step: u64) -> Option<UnixTime> {
        step.checked_mul(u64::from(self.x.get()))?.checked_add(self.t0).map(UnixTime)
    }

    /// Seconds until the step of `time` ends: 1 to X, or more before T0, where step 0 has not begun.
    ///
    /// ```
    /// # use oath_totp::{TimeStep, UnixTime};
    /// assert_eq!(TimeStep::SECONDS_30.remaining(UnixTime::from_secs(59)), 1);
    /// ```
    #[must_use]
    pub fn remaining(self, time: UnixTime) -> u64 {
        let next = self.start(self.at(time).saturating_add(1)).map_or(u64::MAX, UnixTime::as_secs);
        next.saturating_sub(time.0).max(1)
    }
}

impl Default for TimeStep {
    fn default() -> Self {
        Self::SECONDS_30
    }
}

/// A time step of 0 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeStepError;

impl fmt::Display for TimeStepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time step is 0 s: expected at least 1 s, usually 30 or 60")
    }
}

impl core::error::Error for TimeStepError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "std")]
    #[test]
    fn the_system_clock_is_read_in_whole_seconds_and_times_before_1970_are_refused() {
        use std::time::{Duration, UNIX_EPOCH};
        assert_eq!(UnixTime::try_from(UNIX_EPOCH + Duration::from_millis(59_999)), Ok(UnixTime(59)));
        assert_eq!(UnixTime::try_from(UNIX_EPOCH - Duration::from_millis(1)), Err(TimeError));
        assert!(UnixTime::now() > UnixTime(1_700_000_000));
    }

    #[test]
    fn steps_at_the_edges_of_time() {
        let step = TimeStep::new(30, 946_684_800).unwrap();
        let at = |seconds| step.at(UnixTime::from_secs(seconds));
        assert_eq!((at(0), at(946_684_799), at(946_684_829), at(946_684_830)), (0, 0, 0, 1));
        assert_eq!(TimeStep::new(1, 0).unwrap().at(UnixTime::from_secs(u64::MAX)), u64::MAX);
        assert_eq!(TimeStep::new(0, 0), Err(TimeStepError));
        assert_eq!(step.start(u64::MAX), None);
        assert_eq!(step.remaining(UnixTime::from_secs(946_684_829)), 1);
        assert_eq!(step.remaining(UnixTime::from_secs(946_684_830)), 30);
        assert_eq!(TimeStep::SECONDS_60.remaining(UnixTime::from_secs(u64::MAX)), 1);
    }
}
