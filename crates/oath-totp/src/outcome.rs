use core::fmt;

/// The code was right and unused. Store [`next`](Self::next) before you let anyone in: a code whose state was not
/// stored can be used again.
///
/// Where many requests may run at once, store it with a compare-and-set on the state that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the code can be used again until `next` is stored"]
pub struct Accepted<S> {
    /// The state to store.
    pub next: S,
    /// The step (TOTP) or counter (HOTP) that the code belongs to; the highest, where it fits several.
    pub matched: u64,
}

/// The code is not accepted, and the state stays as it was.
///
/// The texts of [`Mismatch`](Self::Mismatch) and [`Replayed`](Self::Replayed) are the same on purpose: whoever types a
/// used code must not learn that it was right. An audit log may tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejected {
    /// No step of the window has this code.
    Mismatch,
    /// The code belongs to a step at or below the last one accepted: it was used, or has been overtaken.
    Replayed,
    /// The codes fit more than one place of a resynchronization: ask for the next code as well.
    Ambiguous,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mismatch | Self::Replayed => "the code is not valid",
            Self::Ambiguous => "the code fits more than one moment; the next code is needed as well",
        })
    }
}

impl core::error::Error for Rejected {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_used_code_and_a_wrong_code_read_the_same() {
        assert_eq!(Rejected::Mismatch.to_string(), Rejected::Replayed.to_string());
    }
}
