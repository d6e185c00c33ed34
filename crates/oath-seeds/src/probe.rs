//! Which reading of the text of a seed gives the codes that its token shows.

use crate::find::steps;
use crate::values::{base64, secret};
use crate::{Moving, Record};
use core::fmt;
use oath_totp::{Algorithm, Code, CodeRun, Digits, Secret, TimeStep, Totp, UnixTime};
use zeroize::Zeroizing;

/// No seed has a longer text.
const MOST_CHARACTERS: usize = 2048;
/// A person reads the clock and the display a moment apart: so many steps may lie between the offsets of two codes.
const SLACK: u64 = 1;
/// Of a counter-based token, so many codes may have been shown and not noted between two that were noted.
const UNSEEN: u64 = 8;

/// How the characters of a seed stand for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SeedText {
    /// Base32.
    Base32,
    /// Hex digits.
    Hex,
    /// Base64, standard or for URLs.
    Base64,
    /// The text itself, as UTF-8.
    Plain,
}

impl SeedText {
    /// Its name: `Base32`, `hex`, `Base64`, `text`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base32 => "Base32",
            Self::Hex => "hex",
            Self::Base64 => "Base64",
            Self::Plain => "text",
        }
    }
}

impl fmt::Display for SeedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A reading of a seed that gives the codes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reading {
    /// How the characters are read.
    pub text: SeedText,
    /// Blanks, dashes and the like were taken out first.
    pub stripped: bool,
    /// The token: its secret, hash, digits, and interval or the counter of the next code. Without names.
    pub record: Record,
    /// By how many steps the token's clock is ahead at the last code; 0 of a counter-based token.
    pub offset: i64,
}

/// What [`probe`] found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Probe {
    /// The readings that give all codes, the likeliest first: the nearest to the time or to counter 0.
    pub readings: Vec<Reading>,
    /// How many readings were tried: texts, hashes, intervals and types.
    pub tried: u32,
    /// How many steps or counters of each were searched for the first code.
    pub window: u32,
    /// How many of the readings tried are expected to give all codes by chance, were none the right one. Near or above 1,
    /// what was found says nothing: note the next code too.
    pub chance: f64,
}

impl Probe {
    /// So many codes of one token may be given.
    pub const MOST_CODES: usize = 16;
}

/// Why nothing was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProbeError {
    /// There is no code, or more than 16.
    CodeCount(usize),
    /// The codes have different numbers of digits.
    Digits,
    /// The seed has more than 2048 characters.
    TooLong,
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CodeCount(found) => write!(f, "expected 1 to {} codes; found {found}", Probe::MOST_CODES),
            Self::Digits => f.write_str("the codes have different numbers of digits: note codes of one token"),
            Self::TooLong => write!(f, "the seed has more than {MOST_CHARACTERS} characters: give one token's alone"),
        }
    }
}

impl core::error::Error for ProbeError {}

/// Finds which reading of a seed's text gives codes that its token showed at known times: Base32, hex, Base64 or the text
/// itself, with SHA-1, SHA-256 or SHA-512, as TOTP of 30 s or 60 s within `radius` steps of the time, or as HOTP from counter 0
/// to 2 × `radius`. The codes stand in the order in which they were shown. A reading needs at least 80 bits.
///
/// The more codes and the smaller the radius, the less is [left to chance](Probe::chance): one code of six digits within
/// ± 2880 steps fits one of 36 readings by chance with a probability of 20 %, two codes practically never.
///
/// Leakage: the text is secret, but for its length, its separators, and which readings it has. The readings that give the
/// codes are the outcome and public. Nothing of the text is in what is returned but the secrets of the records.
///
/// ```
/// use oath_seeds::{SeedText, probe};
/// use oath_totp::{Algorithm, Code, UnixTime};
/// // What a vendor calls "the seed", and what the token showed.
/// let seed = "3132333435363738393031323334353637383930";
/// let codes = [(Code::parse("005924")?, UnixTime::from_secs(1_234_567_890))];
/// let found = probe(seed, &codes, 20)?;
/// assert_eq!((found.readings[0].text, found.readings[0].record.algorithm), (SeedText::Hex, Algorithm::Sha1));
/// assert_eq!(found.readings[0].offset, 0);
/// // 27 readings of 41 steps each.
/// assert!(found.chance < 0.0012);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ProbeError`].
pub fn probe(text: &str, codes: &[(Code, UnixTime)], radius: u16) -> Result<Probe, ProbeError> {
    let ((first, at), later) = match codes.split_first() {
        Some((first, later)) if codes.len() <= Probe::MOST_CODES => (first, later),
        _ => return Err(ProbeError::CodeCount(codes.len())),
    };
    let digits = first.digits();
    if later.iter().any(|(code, _)| code.digits() != digits) {
        return Err(ProbeError::Digits);
    }
    if text.len() > MOST_CHARACTERS {
        return Err(ProbeError::TooLong);
    }
    let window = u32::from(radius).saturating_mul(2).saturating_add(1);
    let mut found = Probe { readings: Vec::new(), tried: 0, window, chance: 0.0 };
    let run = CodeRun::from(first.clone());
    for Candidate { text, stripped, secret } in candidates(text) {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for factor in [Factor::Time(30), Factor::Time(60), Factor::Counter] {
                let Some(token) = factor.token(&secret, algorithm, digits) else { continue };
                found.tried = found.tried.saturating_add(1);
                found.chance += factor.chance(digits, window, later.len());
                let around = factor.around(*at, radius);
                for step in steps(&token, &run, around, radius) {
                    let Some(last) = factor.follow(&token, step, *at, later) else { continue };
                    let mut record = Record::unnumbered(secret.copied());
                    record.algorithm = algorithm;
                    record.digits = digits;
                    record.moving = factor.moving(&token, last.step);
                    found.readings.push(Reading { text, stripped, record, offset: last.offset });
                }
            }
        }
    }
    // Stable: of two that are equally near, the first one tried is the more usual one.
    found.readings.sort_by_key(|reading| match reading.record.moving {
        Moving::Time { .. } => reading.offset.unsigned_abs(),
        Moving::Counter { counter } => counter,
    });
    Ok(found)
}

/// A way to read the text.
struct Candidate {
    text: SeedText,
    stripped: bool,
    secret: Secret,
}

/// Every way to read a text, each secret once.
///
/// Leakage: as [`probe`].
fn candidates(text: &str) -> Vec<Candidate> {
    let bare = secret::stripped(text);
    let has_separators = bare.len() < text.len();
    let mut all: Vec<Candidate> = Vec::new();
    let mut add = |text, stripped, secret: Option<Secret>| {
        if let Some(secret) = secret.filter(|new| all.iter().all(|known| known.secret != *new)) {
            all.push(Candidate { text, stripped, secret });
        }
    };
    add(SeedText::Base32, has_separators, Secret::from_base32(&bare).ok());
    let hex = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")).unwrap_or(&bare);
    add(SeedText::Hex, has_separators, Secret::from_hex(hex).ok());
    let trimmed = text.trim();
    add(SeedText::Base64, false, from_base64(trimmed));
    add(SeedText::Base64, true, from_base64(&bare));
    add(SeedText::Plain, false, Secret::from_bytes(text.as_bytes()).ok());
    add(SeedText::Plain, true, Secret::from_bytes(trimmed.as_bytes()).ok());
    add(SeedText::Plain, true, Secret::from_bytes(bare.as_bytes()).ok());
    all
}

/// Base64, in the alphabet for URLs too.
fn from_base64(text: &str) -> Option<Secret> {
    let mut standard = Zeroizing::new(text.as_bytes().to_vec());
    for byte in standard.iter_mut() {
        *byte = match *byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
    }
    Secret::from_bytes(&base64::decode(&standard)?).ok()
}

/// What moves the codes on in a reading.
#[derive(Clone, Copy)]
enum Factor {
    /// Steps of so many seconds.
    Time(u32),
    /// A counter, searched as steps of one second since 1970.
    Counter,
}

/// Where the last code was found.
#[derive(Clone, Copy)]
struct Last {
    step: u64,
    offset: i64,
}

impl Factor {
    fn token(self, secret: &Secret, algorithm: Algorithm, digits: Digits) -> Option<Totp> {
        let x = match self {
            Self::Time(x) => x,
            Self::Counter => 1,
        };
        Some(Totp::new(secret.legacy_key(algorithm).ok()?, digits, TimeStep::new(x, 0).ok()?))
    }

    /// The middle of the search.
    fn around(self, at: UnixTime, radius: u16) -> UnixTime {
        match self {
            Self::Time(_) => at,
            Self::Counter => UnixTime::from_secs(radius.into()),
        }
    }

    /// Follows the later codes from the step of the first one.
    fn follow(self, token: &Totp, first: u64, at: UnixTime, later: &[(Code, UnixTime)]) -> Option<Last> {
        let time_step = token.time_step();
        let mut last = Last { step: first, offset: offset(first, time_step.at(at)) };
        for (code, at) in later {
            // Every step of the span is computed; whether one is the code's is the outcome.
            let shows = |step: &u64| token.generate_at_step(*step) == *code;
            let (from, to) = match self {
                Self::Time(_) => {
                    let middle = time_step.at(*at).checked_add_signed(last.offset)?;
                    (middle.saturating_sub(SLACK).max(last.step), middle.saturating_add(SLACK))
                }
                Self::Counter => (last.step.checked_add(1)?, last.step.checked_add(1)?.saturating_add(UNSEEN)),
            };
            let step = (from..=to).find(shows)?;
            last = Last { step, offset: offset(step, time_step.at(*at)) };
        }
        Some(match self {
            Self::Time(_) => last,
            Self::Counter => Last { offset: 0, ..last },
        })
    }

    fn moving(self, token: &Totp, last: u64) -> Moving {
        match self {
            Self::Time(_) => Moving::Time { step: token.time_step() },
            Self::Counter => Moving::Counter { counter: last.saturating_add(1) },
        }
    }

    /// How often a wrong reading gives all codes.
    fn chance(self, digits: Digits, window: u32, later: usize) -> f64 {
        let span = match self {
            Self::Time(_) => SLACK.saturating_mul(2).saturating_add(1),
            Self::Counter => UNSEEN.saturating_add(1),
        };
        let span = f64::from(u32::try_from(span).unwrap_or(u32::MAX));
        let one = one_guess(digits);
        (0..later).fold(f64::from(window) * one, |chance, _| chance * span * one)
    }
}

/// The probability that a wrong key gives a code.
pub(crate) const fn one_guess(digits: Digits) -> f64 {
    match digits {
        Digits::Six => 1e-6,
        Digits::Seven => 1e-7,
        Digits::Eight => 1e-8,
    }
}

/// How many steps a step is ahead of the time's.
pub(crate) fn offset(step: u64, now: u64) -> i64 {
    let distance = i64::try_from(step.abs_diff(now)).unwrap_or(i64::MAX);
    if step >= now { distance } else { -distance }
}
