use crate::consecutive::{CodeRun, ending_around};
use crate::ct;
use crate::key::Keys;
use crate::parameters::{Algorithm, Digits};
use crate::pattern::{BLOCK, Pattern, Run};
use crate::time::{TimeStep, UnixTime};
use crate::totp::{Totp, places};
use alloc::vec::Vec;
use zeroize::Zeroize;

/// A token that shows the given codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Its index in the slice of tokens.
    pub token: usize,
    /// The step of the last code.
    pub step: u64,
}

/// The number of keys computed before their numbers are compared.
const CHUNK: usize = BLOCKS * BLOCK;
const BLOCKS: usize = 2;

/// Searches an inventory for the tokens that show these codes within `radius` steps of the time, in the order of the
/// slice: whose token is this? There is no state and so no replay protection: this is for a person who holds a found
/// token, never for a sign-in.
///
/// One code of six digits matches a token by chance with a probability of (2 × radius + 1) / 1,000,000: some of 100,000
/// tokens match even at radius 0. Two consecutive codes decide.
///
/// Leakage: the keys are secret. The tokens that match and their steps are the outcome and public.
///
/// ```
/// use oath_totp::{Algorithm, CodeRun, Digits, Key, TimeStep, Totp, UnixTime, whose};
/// let token = |k: u8| Some(Totp::new(Key::from_bytes(&[k; 20], Algorithm::Sha1).ok()?, Digits::Six, TimeStep::SECONDS_30));
/// let tokens: Vec<Totp> = (0..100).filter_map(token).collect();
/// let now = UnixTime::from_secs(1_700_000_000);
/// let step = TimeStep::SECONDS_30.at(now);
/// let codes = CodeRun::from([tokens[42].generate_at_step(step - 3), tokens[42].generate_at_step(step - 2)]);
/// let found = whose(&tokens.iter().collect::<Vec<_>>(), &codes, now, 10);
/// assert_eq!((found[0].token, found[0].step), (42, step - 2));
/// ```
#[must_use]
pub fn whose(tokens: &[&Totp], codes: &CodeRun, around: UnixTime, radius: u16) -> Vec<Owner> {
    let mut found = Vec::new();
    for (number, chunk) in tokens.chunks(CHUNK).enumerate() {
        let first = number.wrapping_mul(CHUNK);
        // Tokens with the same parameters are searched together; nearly always that is the whole chunk.
        let mut kinds: Vec<Kind> = Vec::with_capacity(1);
        for token in chunk {
            let kind = kind_of(token);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let mixed = kinds.len() > 1;
        for kind in kinds {
            let alike = || (first..).zip(chunk).filter(|(_, token)| !mixed || kind_of(token) == kind);
            let keys = Keys::of(kind.0, alike().map(|(_, token)| token.key()));
            search(&keys, kind, codes, around, radius, |place, step| {
                found.extend(alike().nth(place).map(|(token, _)| Owner { token, step }));
            });
        }
    }
    found.sort_unstable();
    found
}

type Kind = (Algorithm, Digits, TimeStep);

const fn kind_of(token: &Totp) -> Kind {
    (token.algorithm(), token.digits(), token.time_step())
}

/// Searches at most [`CHUNK`] keys with the same parameters: `hit` gets the index of the key and the step.
fn search(
    keys: &Keys<'_>,
    (_, digits, time_step): Kind,
    codes: &CodeRun,
    around: UnixTime,
    radius: u16,
    mut hit: impl FnMut(usize, u64),
) {
    let Some(pattern) = Pattern::of(codes.codes(), digits) else { return };
    let span = ending_around(time_step.at(around), radius, codes.further());
    let mut runs = [Run::default(); BLOCKS];
    let mut numbers = [0; CHUNK];
    for step in span.first..=span.last {
        // Entries after the last key are not used.
        let (numbers, _) = numbers.split_at_mut(keys.len().min(CHUNK));
        keys.truncated(step, numbers);
        for ((block, run), first) in numbers.chunks(BLOCK).zip(&mut runs).zip((0..).step_by(BLOCK)) {
            // The matching tokens are the outcome.
            for place in places(ct::declassify(pattern.across(run, block))) {
                hit(usize::try_from(place).unwrap_or_default().wrapping_add(first), step);
            }
        }
    }
    numbers.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Key};

    #[test]
    #[cfg_attr(miri, ignore = "thousands of codes, and slow there")]
    fn an_inventory_of_all_kinds_is_searched_as_each_token_alone_would_be() {
        let kinds = [
            (Algorithm::Sha1, Digits::Six, TimeStep::SECONDS_30),
            (Algorithm::Sha1, Digits::Six, TimeStep::SECONDS_60),
            (Algorithm::Sha256, Digits::Six, TimeStep::SECONDS_30),
            (Algorithm::Sha512, Digits::Eight, TimeStep::SECONDS_30),
        ];
        let token = |number: usize| {
            let (algorithm, digits, step) = kinds[number % 7 % 4];
            let key = [&number.to_be_bytes()[..], &[7; 12]].concat();
            Totp::new(Key::from_bytes(&key, algorithm).unwrap(), digits, step)
        };
        let tokens: Vec<Totp> = (0..700).map(token).collect();
        let all: Vec<&Totp> = tokens.iter().collect();
        let now = UnixTime::from_secs(1_700_000_000);
        for number in [0, 1, 2, 3, 127, 128, 500, 699] {
            let step = tokens[number].time_step().at(now);
            let code = |by: u64| tokens[number].generate_at_step(step + by);
            let one: CodeRun = code(0).into();
            let two: CodeRun = [code(0), code(1)].into();
            for codes in [one, two] {
                let alone: Vec<Owner> = (0..)
                    .zip(&tokens)
                    .flat_map(|(token, totp)| {
                        totp.find(&codes, now, 40).into_iter().map(move |step| Owner { token, step })
                    })
                    .collect();
                assert!(alone.iter().any(|owner| owner.token == number));
                assert_eq!(whose(&all, &codes, now, 40), alone);
            }
        }
        assert!(
            whose(&all, &Code::parse("1234567").unwrap().into(), now, 40).is_empty(),
            "no token shows seven digits"
        );
        assert!(whose(&[], &Code::parse("123456").unwrap().into(), now, 40).is_empty());
    }
}
