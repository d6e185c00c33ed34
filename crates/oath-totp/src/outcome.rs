use core::fmt;

/// The code was right and unused. Store [`next`](Self::next) before the user is let in: a code whose state was not
/// stored can be used again.
///
/// Where requests run in parallel, store it with a compare-and-set on the state that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the code can be used again until `next` is stored"]
pub struct Accepted<S> {
    /// The state to store.
    pub next: S,
    /// The step (TOTP) or counter (HOTP) that the code belongs to; the highest one where several match.
    pub matched: u64,
}

/// The code is not accepted; the state stays as it was.
///
/// The texts of [`Mismatch`](Self::Mismatch) and [`Replayed`](Self::Replayed) are the same on purpose: a user who types a
/// used code must not learn that it was right. An audit log may record the difference.
///
/// The enum is exhaustive on purpose: it is the outcome of a decision, and a caller should handle each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejected {
    /// No step of the window has this code.
    Mismatch,
    /// The code belongs to a step at or below the last accepted one: it was used, or a later code was used before it.
    Replayed,
    /// The codes match more than one place of a wide search. Ask for the next code as well.
    Ambiguous,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mismatch | Self::Replayed => "the code is not valid",
            Self::Ambiguous => "the code matches more than one moment; enter the next code as well",
        })
    }
}

impl core::error::Error for Rejected {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_used_code_and_a_wrong_code_have_the_same_text() {
        assert_eq!(Rejected::Mismatch.to_string(), Rejected::Replayed.to_string());
    }
}
