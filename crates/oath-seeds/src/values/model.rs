//! What the name of a model says of its tokens.

use memchr::{memchr, memchr2, memchr2_iter};

/// What a name says. Nearly all names say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The interval in seconds: `C202 60s`, `OTP (30 sec)`.
    pub(crate) interval: Option<u32>,
    /// It is the Feitian OTP c200, however it is written.
    pub(crate) c200: bool,
    /// It begins the name of a hash somewhere: `SHA-256`, but also `Shared`.
    pub(crate) sha: bool,
}

impl Said {
    /// Reads a name.
    pub(crate) fn by(model: &str) -> Self {
        let bytes = model.as_bytes();
        // Both intervals and the c200 have this figure.
        let zero = memchr(b'0', bytes).is_some();
        Self {
            interval: if zero { interval(model) } else { None },
            c200: zero && bytes.windows(4).any(|part| matches!(part, [b'c' | b'C', b'2', b'0', b'0'])),
            sha: memchr2_iter(b's', b'S', bytes)
                .filter_map(|at| bytes.get(at..at.saturating_add(3)))
                .any(|part| part.eq_ignore_ascii_case(b"sha")),
        }
    }
}

fn interval(model: &str) -> Option<u32> {
    memchr2(b's', b'S', model.as_bytes())?;
    [30, 60].into_iter().find(|x| {
        let number = if *x == 30 { "30" } else { "60" };
        model.match_indices(number).any(|(at, _)| {
            let alone = model.get(..at).is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_digit()));
            let unit = model.get(at.saturating_add(2)..).unwrap_or_default().trim_start();
            let word = unit.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
            alone && ["s", "sec", "secs", "second", "seconds"].iter().any(|known| word.eq_ignore_ascii_case(known))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_say() {
        const NOTHING: Said = Said { interval: None, c200: false, sha: false };
        for (model, said) in [
            ("", NOTHING),
            ("HardwareKey", NOTHING),
            ("Series 130s", NOTHING),
            ("OTP 30", NOTHING),
            ("OTP 30 steps", NOTHING),
            ("C202 60s", Said { interval: Some(60), ..NOTHING }),
            ("OTP (30 sec)", Said { interval: Some(30), ..NOTHING }),
            ("60 SECONDS", Said { interval: Some(60), ..NOTHING }),
            ("Feitian OTP c200", Said { c200: true, ..NOTHING }),
            ("C200-60 secs", Said { interval: Some(60), c200: true, ..NOTHING }),
            ("OTP sHA-256", Said { sha: true, ..NOTHING }),
            ("Shared", Said { sha: true, ..NOTHING }),
            ("TOTP 1s sh", NOTHING),
        ] {
            assert_eq!(Said::by(model), said, "{model}");
        }
    }
}
