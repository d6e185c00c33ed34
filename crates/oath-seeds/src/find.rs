//! Which token of a file shows a code now.

use crate::probe::{offset, one_guess};
use crate::{Moving, Record};
use oath_totp::{Code, CodeCountError, CodeRun, TimeStep, Totp, UnixTime, whose};

/// So many tokens are searched together: their keys are in memory at the same time.
const CHUNK: usize = 4096;

/// A token that shows the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// Its index among the records.
    pub index: usize,
    /// By how many steps its clock is ahead; for a counter-based token, how many codes it is ahead of its counter.
    pub offset: i64,
}

/// What [`find_shown`] found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Matches {
    /// The tokens that show the codes, those with the smallest offset first. A token may stand here more than once.
    pub shown: Vec<Shown>,
    /// How many tokens were searched: those whose codes have as many digits.
    pub searched: usize,
    /// How many steps or counters of each.
    pub window: u32,
    /// How many of the tokens searched are expected to show the codes by chance. Near or above 1, what was found says
    /// nothing: take the next code too.
    pub chance: f64,
}

/// The steps around a time at which a token shows the codes.
///
/// The module for browsers does without the kernels for many counters of one key, a tenth of its size.
///
/// Leakage: as [`find_shown`].
pub(crate) fn steps(token: &Totp, codes: &CodeRun, around: UnixTime, radius: u16) -> Vec<u64> {
    if cfg!(target_family = "wasm") {
        whose(&[token], codes, around, radius).into_iter().map(|owner| owner.step).collect()
    } else {
        token.find(codes, around, radius)
    }
}

/// Finds the tokens that show a code now, or two or three codes one after another: whose token is this? Time-based ones
/// within `radius` steps of the time, counter-based ones from their counter to 2 × `radius` further. It is no sign-in:
/// there is no state, and so no replay protection.
///
/// Leakage: the keys are secret. The tokens that show the codes are the outcome and public.
///
/// ```
/// use oath_seeds::{Record, find_shown};
/// use oath_totp::{Algorithm, Digits, Secret, TimeStep, Totp, UnixTime};
/// let records: Vec<Record> = (0..100)
///     .filter_map(|k| Some(Record::new(k.to_string(), Secret::from_bytes(&[k; 20]).ok()?)))
///     .collect();
/// let now = UnixTime::from_secs(1_700_000_000);
/// let token = Totp::new(records[42].secret.key(Algorithm::Sha1)?, Digits::Six, TimeStep::SECONDS_30);
/// let found = find_shown(&records, &[token.generate(now)], now, 2)?;
/// assert_eq!((found.shown[0].index, found.shown[0].offset), (42, 0));
/// assert_eq!((found.searched, found.window), (100, 5));
/// assert!((found.chance - 100.0 * 5.0 / 1e6).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`CodeCountError`] where there are not one to three codes.
pub fn find_shown(records: &[Record], codes: &[Code], now: UnixTime, radius: u16) -> Result<Matches, CodeCountError> {
    let run = CodeRun::try_from(codes)?;
    let window = u32::from(radius).saturating_mul(2).saturating_add(1);
    let mut found = Matches { shown: Vec::new(), searched: 0, window, chance: 0.0 };
    let Some(digits) = codes.first().map(Code::digits).filter(|d| codes.iter().all(|code| code.digits() == *d)) else {
        return Ok(found);
    };
    for (number, chunk) in records.chunks(CHUNK).enumerate() {
        let first = number.saturating_mul(CHUNK);
        let mut places = Vec::with_capacity(chunk.len());
        let mut tokens = Vec::with_capacity(chunk.len());
        for (index, record) in (first..).zip(chunk).filter(|(_, record)| record.digits == digits) {
            let Ok(key) = record.secret.legacy_key(record.algorithm) else { continue };
            match record.moving {
                Moving::Time { step } => {
                    places.push(index);
                    tokens.push(Totp::new(key, digits, step));
                }
                Moving::Counter { counter } => {
                    found.searched = found.searched.saturating_add(1);
                    let Ok(step) = TimeStep::new(1, 0) else { continue };
                    let further = u64::try_from(codes.len().saturating_sub(1)).unwrap_or_default();
                    let middle = counter.saturating_add(radius.into()).saturating_add(further);
                    // A counter is searched as steps of one second since 1970; a run begins `further` steps before its end.
                    let ends = steps(&Totp::new(key, digits, step), &run, UnixTime::from_secs(middle), radius);
                    let begins = ends.into_iter().filter_map(|end| end.checked_sub(further)).filter(|c| *c >= counter);
                    found.shown.extend(begins.map(|c| Shown { index, offset: offset(c, counter) }));
                }
            }
        }
        found.searched = found.searched.saturating_add(tokens.len());
        let all: Vec<&Totp> = tokens.iter().collect();
        found.shown.extend(whose(&all, &run, now, radius).into_iter().filter_map(|owner| {
            let server = tokens.get(owner.token)?.time_step().at(now);
            Some(Shown { index: *places.get(owner.token)?, offset: offset(owner.step, server) })
        }));
    }
    found.shown.sort_by_key(|shown| (shown.offset.unsigned_abs(), shown.index));
    let tokens = f64::from(u32::try_from(found.searched).unwrap_or(u32::MAX));
    found.chance = codes.iter().fold(tokens * f64::from(window), |chance, _| chance * one_guess(digits));
    Ok(found)
}
