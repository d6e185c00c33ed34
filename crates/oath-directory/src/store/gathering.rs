//! Waiting for callers who share a transaction.

use core::time::Duration;
use std::time::Instant;

/// How long a writer waits for callers who will ask in a moment, so that they share its transaction.
///
/// All callers of a transaction are answered when it ends, and those who sign in all day ask again at almost the same moment. A
/// writer that begins with the first of them makes the others wait for two transactions, and makes two of one. So it waits for as
/// many as the last two transactions had, for a fraction of the time that the last one took: it never waits where callers come one
/// by one, and loses little where they stay away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gathering {
    /// How many shared the last transaction, and the one before.
    sizes: [usize; 2],
    took: Duration,
}

impl Gathering {
    /// The longest wait, whatever a transaction takes.
    const LONGEST: Duration = Duration::from_millis(4);

    /// Tells how many shared a transaction and how long it took.
    pub(crate) const fn done(&mut self, size: usize, took: Duration) {
        let [last, _] = self.sizes;
        (self.sizes, self.took) = ([size, last], took);
    }

    /// How long the first caller may be kept waiting for others.
    pub(crate) fn patience(&self) -> Duration {
        (self.took / 3).min(Self::LONGEST)
    }

    /// How much longer to wait with so many callers; `None`: begin.
    pub(crate) fn left(&self, callers: usize, until: Instant) -> Option<Duration> {
        let [last, before] = self.sizes;
        if callers >= last.max(before) {
            return None;
        }
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_caller_is_not_kept_waiting_and_many_are_waited_for_in_bounds() {
        let far = Instant::now() + Duration::from_secs(60);
        let mut gathering = Gathering::default();
        assert_eq!((gathering.left(1, far), gathering.patience()), (None, Duration::ZERO));
        gathering.done(1, Duration::from_millis(3));
        gathering.done(63, Duration::from_millis(3));
        assert_eq!(gathering.patience(), Duration::from_millis(1));
        assert!(gathering.left(62, far).is_some() && gathering.left(63, far).is_none());
        assert_eq!(gathering.left(1, Instant::now()), None, "no longer than that");
        gathering.done(1, Duration::from_secs(9));
        assert!(gathering.left(1, far).is_some() && gathering.patience() == Gathering::LONGEST);
        gathering.done(1, Duration::from_secs(9));
        assert_eq!(gathering.left(1, far), None);
    }
}
