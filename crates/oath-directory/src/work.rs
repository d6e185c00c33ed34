//! Counts the costly work of a sign-in in tests, which show that it does not depend on the name. Costs nothing elsewhere.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Tags of records.
    Tags,
    /// Secrets opened.
    Opens,
    /// Codes computed.
    Codes,
}

#[cfg(not(test))]
pub(crate) const fn count(_: Work, _: u64) {}

#[cfg(test)]
pub(crate) use self::counted::count;

#[cfg(test)]
pub(crate) mod counted {
    use super::Work;
    use core::cell::Cell;

    thread_local! {
        static DONE: Cell<[u64; 3]> = const { Cell::new([0; 3]) };
    }

    pub(crate) fn count(what: Work, times: u64) {
        let mut done = DONE.get();
        done[what as usize] += times;
        DONE.set(done);
    }

    /// Tags, opens and codes since the last call.
    pub(crate) fn take() -> [u64; 3] {
        DONE.take()
    }
}
