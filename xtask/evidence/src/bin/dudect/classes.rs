//! What is compared.

use oath_totp::{Algorithm, Code, Digits, Key, Secret, TimeStep, Totp, TotpState, UnixTime, Window};
use std::error::Error;
use std::hint::black_box;

const NOW: UnixTime = UnixTime::from_secs(1_740_000_000);
const STEP: u64 = 58_000_000;
/// Inputs of a class: each measurement takes another, so that where an input lies is no difference between the classes.
const SLOTS: usize = 64;

type Call = Box<dyn Fn(bool, usize)>;
/// Its name, and whether it must be seen to leak.
type Comparison = (&'static str, bool, Call);

/// All that is compared.
pub(crate) fn all() -> Result<Vec<Comparison>, Box<dyn Error>> {
    // Of the same shape: that a token never signed in is public, and shown by another variant.
    let fresh = TotpState { last_step: Some(STEP - 100), drift: 0 };
    let spent = TotpState { last_step: Some(STEP + 100), drift: 0 };
    Ok(vec![
        ("planted: a loop that ends where the code fits", true, planted()?),
        ("generate: a fixed key, random keys", false, keys(|totp, _| drop(black_box(totp.generate(NOW))))?),
        (
            "verify ± 2, miss: a fixed key, random keys",
            false,
            keys(move |totp, code| {
                let _ = black_box(totp.verify(code, NOW, Window::around(2), &fresh));
            })?,
        ),
        ("verify ± 2: at the centre, at the edge", false, verify([(0, fresh), (2, fresh)], 2)?),
        ("verify ± 10: at the first step, at the last", false, verify([(-10, fresh), (10, fresh)], 10)?),
        ("verify ± 2: fresh, spent", false, verify([(0, fresh), (0, spent)], 2)?),
        ("verify ± 2: spent, miss", false, verify([(0, spent), (1000, spent)], 2)?),
        ("verify ± 2: hit, miss", false, verify([(1, fresh), (1000, fresh)], 2)?),
    ])
}

fn token(k: &[u8]) -> Result<Totp, Box<dyn Error>> {
    Ok(Totp::new(Key::from_bytes(k, Algorithm::Sha1)?, Digits::Eight, TimeStep::SECONDS_30))
}

/// Tokens of one key in the one class, of many in the other.
fn keys(call: impl Fn(&Totp, &Code) + 'static) -> Result<Call, Box<dyn Error>> {
    let mut tokens = Vec::new();
    // One of each in turn, so that both classes are spread over the same memory.
    for _ in 0..SLOTS {
        tokens.push(token(&[7; 20])?);
        tokens.push(token(Secret::generate()?.expose_bytes())?);
    }
    let code = token(&[9; 20])?.generate(NOW);
    Ok(Box::new(move |class, slot| {
        if let Some(totp) = tokens.get(2 * slot + usize::from(class)) {
            call(totp, &code);
        }
    }))
}

/// The same tokens under both classes; codes and states by class.
fn verify(classes: [(i64, TotpState); 2], around: u8) -> Result<Call, Box<dyn Error>> {
    let mut inputs = Vec::new();
    for _ in 0..SLOTS {
        let token = token(Secret::generate()?.expose_bytes())?;
        let codes = classes.map(|(off, _)| token.generate_at_step(STEP.saturating_add_signed(off)));
        inputs.push((token, codes));
    }
    Ok(Box::new(move |class, slot| {
        // Both chosen by arithmetic, so that the choice itself is no difference.
        let input = inputs.get(slot).and_then(|(token, codes)| Some((token, codes.get(usize::from(class))?)));
        if let (Some((token, code)), Some((_, state))) = (input, classes.get(usize::from(class))) {
            let _ = black_box(token.verify(code, NOW, Window::around(around), state));
        }
    }))
}

/// What peers do.
fn planted() -> Result<Call, Box<dyn Error>> {
    let token = token(&[7; 20])?;
    let codes = [-2, 2].map(|off| token.generate_at_step(STEP.saturating_add_signed(off)));
    Ok(Box::new(move |class, _| {
        if let Some(code) = codes.get(usize::from(class)) {
            black_box((STEP - 2..=STEP + 2).find(|step| token.generate_at_step(*step) == *code));
        }
    }))
}
