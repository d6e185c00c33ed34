//! What is checked: every call that sees a secret, over the parameters that change what runs.

use crate::secret::{public, secret, secret_text};
use crate::tally::Tally;
use crate::uris;
use oath_lanes::{Sha1Pads, Sha256Pads, Sha512Pads};
use oath_totp::{
    Accepted, Algorithm, Code, CodeRun, Consecutive, Digits, Hotp, HotpState, Key, Rejected, Secret, TimeStep, Totp,
    TotpState, UnixTime, Window, whose,
};
use std::error::Error;
use std::hint::black_box;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A step of our days, and its time.
const STEP: u64 = 58_000_000;
const NOW: UnixTime = UnixTime::from_secs(STEP * 30 + 7);

/// The number of cases along each path. A run with another number of cases fails: a case that is lost shows nothing.
pub(crate) const CASES: usize = 2802;

/// The call that a sign-in makes. The calibration puts a leaky one in its place, so that what catches it is the same list of
/// parameters.
pub(crate) type Verify = fn(&Totp, &Code, UnixTime, Window, &TotpState) -> Result<Accepted<TotpState>, Rejected>;

/// Every case.
pub(crate) fn all(tally: &mut Tally) -> Outcome {
    keys(tally);
    encodings(tally)?;
    many_keys(tally);
    inventory(tally)?;
    uris::all(tally)?;
    sign_ins(tally, Totp::verify)?;
    for algorithm in Algorithm::ALL {
        for digits in Digits::ALL {
            generation(tally, algorithm, digits)?;
            counters(tally, algorithm, digits)?;
        }
        searches(tally, algorithm)?;
    }
    Ok(())
}

/// The windows of a sign-in with each hash and each number of digits.
pub(crate) fn sign_ins(tally: &mut Tally, verify: Verify) -> Outcome {
    for algorithm in Algorithm::ALL {
        for digits in Digits::ALL {
            windows(tally, algorithm, digits, verify)?;
        }
    }
    Ok(())
}

pub(crate) fn k(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().map(|i| i.wrapping_mul(37) ^ 0x5a).take(length).collect()
}

/// The same token twice: its secret marked, and as one who may know it.
fn tokens(algorithm: Algorithm, digits: Digits) -> Result<[Totp; 2], Box<dyn Error>> {
    let token = |k: &[u8]| Key::from_bytes(k, algorithm).map(|key| Totp::new(key, digits, TimeStep::SECONDS_30));
    Ok([token(&secret(&k(20)))?, token(&k(20))?])
}

/// Around the blocks of the three hashes: 64, 64 and 128 bytes.
fn keys(tally: &mut Tally) {
    for algorithm in Algorithm::ALL {
        for length in [10, 16, 20, 32, 63, 64, 65, 127, 128, 129, 200] {
            let k = secret(&k(length));
            tally.case(&|| format!("a key of {length} bytes, {algorithm}"), || {
                black_box(Key::legacy_from_bytes(&k, algorithm).map_err(|error| error.to_string())?);
                black_box(Secret::from_bytes(&k).map_err(|error| error.to_string())?);
                Ok(())
            });
        }
    }
}

fn encodings(tally: &mut Tally) -> Outcome {
    for length in (1..=41).chain([64, 65, 128]) {
        let bytes = k(length);
        let plain = Secret::from_bytes(&bytes)?;
        let base32 = plain.expose_base32().to_string();
        let grouped: Vec<&str> = base32.as_bytes().chunks(4).filter_map(|c| core::str::from_utf8(c).ok()).collect();
        let texts =
            [base32.clone(), base32.to_lowercase(), format!(" {}\n", grouped.join("-")), format!("{base32}======")];
        for text in texts {
            let text = secret_text(&text);
            tally.case(&|| format!("Base32 of {length} bytes decoded"), || {
                same(&Secret::from_base32(&text).map_err(|error| error.to_string())?, &bytes)
            });
        }
        let hex = plain.expose_hex().to_string();
        for text in [hex.clone(), hex.to_uppercase(), format!(" {hex}\t")] {
            let text = secret_text(&text);
            tally.case(&|| format!("hexadecimal digits of {length} bytes decoded"), || {
                same(&Secret::from_hex(&text).map_err(|error| error.to_string())?, &bytes)
            });
        }
        let hidden = Secret::from_bytes(&secret(&bytes))?;
        let encoded = |text: &str, expected: &str| {
            if public(text.as_bytes()) == expected.as_bytes() { Ok(()) } else { Err("another text".to_owned()) }
        };
        tally.case(&|| format!("{length} bytes as Base32"), || encoded(&hidden.expose_base32(), &base32));
        tally.case(&|| format!("{length} bytes as hexadecimal digits"), || encoded(&hidden.expose_hex(), &hex));
        tally.case(&|| format!("{length} bytes compared"), || {
            if hidden == plain { Ok(()) } else { Err("not equal".to_owned()) }
        });
    }
    Ok(())
}

pub(crate) fn same(secret: &Secret, bytes: &[u8]) -> Result<(), String> {
    if public(secret.expose_bytes()) == bytes { Ok(()) } else { Err("other bytes".to_owned()) }
}

/// One counter under many keys, as a search over an inventory computes it.
fn many_keys(tally: &mut Tally) {
    macro_rules! search {
        ($pads:ty) => {
            for count in (1..=18).chain([40]) {
                let pads: Vec<$pads> = (0..count).map(|i| <$pads>::new(&secret(&k(20 + i)))).collect();
                let plain: Vec<$pads> = (0..count).map(|i| <$pads>::new(&k(20 + i))).collect();
                let (pads, plain): (Vec<_>, Vec<_>) = (pads.iter().collect(), plain.iter().collect());
                tally.case(&|| format!("{count} keys at one step, {}", stringify!($pads)), || {
                    let (mut out, mut expected) = (vec![0; count], vec![0; count]);
                    <$pads>::truncated_many(&pads, STEP, &mut out);
                    <$pads>::truncated_many(&plain, STEP, &mut expected);
                    if public(&out) == expected { Ok(()) } else { Err("other numbers".to_owned()) }
                });
            }
        };
    }
    search!(Sha1Pads);
    search!(Sha256Pads);
    search!(Sha512Pads);
}

fn generation(tally: &mut Tally, algorithm: Algorithm, digits: Digits) -> Outcome {
    let [token, plain] = tokens(algorithm, digits)?;
    for step in [0, 1, STEP, u64::from(u32::MAX), 1 << 32, u64::MAX] {
        let name = || format!("the code of step {step}, {algorithm}, {digits} digits");
        tally.case(&name, || {
            let (mut ours, mut theirs) = ([0; 8], [0; 8]);
            let code = token.generate_at_step(step);
            let expected = plain.generate_at_step(step);
            if public(code.expose_ascii(&mut ours)) != expected.expose_ascii(&mut theirs) {
                return Err("other digits".to_owned());
            }
            if code != expected || code.to_string() != expected.to_string() {
                return Err("another code".to_owned());
            }
            Ok(())
        });
    }
    Ok(())
}

/// Windows of a sign-in: a hit at every place, a miss, spent ones, one centre and two.
fn windows(tally: &mut Tally, algorithm: Algorithm, digits: Digits, verify: Verify) -> Outcome {
    let [token, plain] = tokens(algorithm, digits)?;
    let miss = Code::parse(match digits {
        Digits::Six => "000000",
        Digits::Seven => "0000000",
        Digits::Eight => "00000000",
    })?;
    for around in [0u8, 1, 2, 10] {
        for drift in [0i64, 5, 40, -40] {
            let window = Window::around(around);
            let radius = i64::from(around);
            let fresh = TotpState { last_step: Some(STEP - 100), drift };
            let spent = TotpState { last_step: Some(STEP + 100), drift };
            // Around the server's own step, and around the recorded drift where that is another one.
            for centre in [0].into_iter().chain((drift != 0).then_some(drift)) {
                for place in -radius..=radius {
                    let step = STEP.saturating_add_signed(centre + place);
                    let code = plain.generate_at_step(step);
                    let name =
                        || format!("± {around}, hit at {centre} + {place}, drift {drift}, {algorithm}, {digits}");
                    tally.case(&name, || {
                        matched(&verify(&token, &code, NOW, window, &fresh), step)?;
                        rejected(&verify(&token, &code, NOW, window, &spent), Rejected::Replayed)
                    });
                }
            }
            tally.case(&|| format!("± {around}, miss, drift {drift}, {algorithm}, {digits}"), || {
                rejected(&verify(&token, &miss, NOW, window, &fresh), Rejected::Mismatch)?;
                rejected(&verify(&token, &miss, NOW, window.recorded_only(), &spent), Rejected::Mismatch)
            });
        }
    }
    Ok(())
}

/// HOTP: the look-ahead, and resynchronization by two codes.
fn counters(tally: &mut Tally, algorithm: Algorithm, digits: Digits) -> Outcome {
    let hotp = |k: &[u8]| Key::from_bytes(k, algorithm).map(|key| Hotp::new(key, digits));
    let (token, plain) = (hotp(&secret(&k(20)))?, hotp(&k(20))?);
    let state = HotpState { counter: 1000 };
    for ahead in [0, 1, 10, 11] {
        tally.case(&|| format!("HOTP, {ahead} ahead of at most 10, {algorithm}, {digits}"), || {
            let found = token.verify(&plain.generate(1000 + ahead), 10, &state);
            if ahead <= 10 { matched(&found, 1000 + ahead) } else { rejected(&found, Rejected::Mismatch) }
        });
    }
    for ahead in [0, 77, 500, 501] {
        tally.case(&|| format!("HOTP resynchronized, {ahead} ahead of at most 500, {algorithm}, {digits}"), || {
            let codes = Consecutive::from([plain.generate(1000 + ahead), plain.generate(1001 + ahead)]);
            let found = token.resync(&codes, 500, &state);
            if ahead <= 500 { matched(&found, 1001 + ahead) } else { rejected(&found, Rejected::Mismatch) }
        });
    }
    Ok(())
}

/// Activation and resynchronization: one code, two and three over ± 2880 steps; and the search without a state.
fn searches(tally: &mut Tally, algorithm: Algorithm) -> Outcome {
    let [token, plain] = tokens(algorithm, Digits::Eight)?;
    let at = |step| plain.generate_at_step(step);
    let fresh = TotpState::NEW;
    for off in [-2880i64, 0, 2878] {
        let first = STEP.saturating_add_signed(off);
        tally.case(&|| format!("activated at {off} within ± 2880, {algorithm}"), || {
            matched(&token.activate(&at(first), NOW, 2880, &fresh), first)
        });
        let two = Consecutive::from([at(first), at(first + 1)]);
        let three = Consecutive::from([at(first), at(first + 1), at(first + 2)]);
        for (codes, last) in [(two, first + 1), (three, first + 2)] {
            tally.case(&|| format!("resynchronized at {off} within ± 2880, {algorithm}"), || {
                matched(&token.resync(&codes, NOW, 2880, &fresh), last)
            });
        }
    }
    let far = Consecutive::from([at(STEP + 3000), at(STEP + 3001)]);
    tally.case(&|| format!("resynchronization, miss, {algorithm}"), || {
        rejected(&token.resync(&far, NOW, 2880, &fresh), Rejected::Mismatch)
    });
    tally.case(&|| format!("resynchronization, spent, {algorithm}"), || {
        let spent = TotpState { last_step: Some(STEP + 5), drift: 0 };
        rejected(&token.resync(&Consecutive::from([at(STEP), at(STEP + 1)]), NOW, 2880, &spent), Rejected::Replayed)
    });
    tally.case(&|| format!("found without a state, {algorithm}"), || {
        let found = token.find(&CodeRun::from(at(STEP + 7)), NOW, 100);
        if found == [STEP + 7] { Ok(()) } else { Err(format!("found at {found:?}")) }
    });
    Ok(())
}

/// The token that a code belongs to, among many of all kinds.
fn inventory(tally: &mut Tally) -> Outcome {
    let token = |number: usize, k: &[u8]| {
        let algorithm = Algorithm::ALL.into_iter().cycle().nth(number / 20).unwrap_or_default();
        Key::from_bytes(k, algorithm).map(|key| Totp::new(key, Digits::Eight, TimeStep::SECONDS_30))
    };
    let tokens = (0..60).map(|i| token(i, &secret(&k(20 + i)))).collect::<Result<Vec<_>, _>>()?;
    let tokens: Vec<&Totp> = tokens.iter().collect();
    for place in [0, 19, 20, 59] {
        let plain = token(place, &k(20 + place))?;
        let codes = CodeRun::from([plain.generate_at_step(STEP), plain.generate_at_step(STEP + 1)]);
        tally.case(&|| format!("whose token among 60, number {place}"), || {
            let found = whose(&tokens, &codes, NOW, 3);
            match found[..] {
                [owner] if (owner.token, owner.step) == (place, STEP + 1) => Ok(()),
                _ => Err(format!("{found:?}")),
            }
        });
    }
    Ok(())
}

fn matched<S>(found: &Result<Accepted<S>, Rejected>, step: u64) -> Result<(), String> {
    match found {
        Ok(accepted) if accepted.matched == step => Ok(()),
        Ok(accepted) => Err(format!("matched {} and not {step}", accepted.matched)),
        Err(rejected) => Err(format!("{rejected:?}")),
    }
}

fn rejected<S>(found: &Result<Accepted<S>, Rejected>, expected: Rejected) -> Result<(), String> {
    match found {
        Err(rejected) if *rejected == expected => Ok(()),
        Err(rejected) => Err(format!("{rejected:?} and not {expected:?}")),
        Ok(accepted) => Err(format!("matched {}", accepted.matched)),
    }
}
