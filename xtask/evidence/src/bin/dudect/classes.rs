//! What is compared.

use oath_totp::{Algorithm, Code, CodeRun, Digits, Key, Secret, TimeStep, Totp, TotpState, UnixTime, Window, whose};
use std::error::Error;
use std::hint::black_box;

const NOW: UnixTime = UnixTime::from_secs(1_740_000_000);
const STEP: u64 = 58_000_000;
/// Inputs of a class: each measurement takes another, so that where an input lies is no difference between the classes.
const SLOTS: usize = 64;

const SHA1: Algorithm = Algorithm::Sha1;
const SHA256: Algorithm = Algorithm::Sha256;

type Call = Box<dyn Fn(bool, usize)>;
/// Its name and what it is for.
type Comparison = (&'static str, Kind, Call);

/// What a comparison is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A leak that must be seen.
    Planted,
    /// The classes must take the same time: they differ in what is secret, and end in the same outcome.
    Judged,
    /// The classes end in different outcomes, which are public: an acceptance is written in more words than a refusal.
    /// Shown, so that a difference beyond that would be noticed.
    Shown,
}

/// All that is compared.
pub(crate) fn all() -> Result<Vec<Comparison>, Box<dyn Error>> {
    // Of the same shape: that a token never signed in is public, and shown by another variant.
    let fresh = TotpState { last_step: Some(STEP - 100), drift: 0 };
    let spent = TotpState { last_step: Some(STEP + 100), drift: 0 };
    Ok(vec![
        ("planted: a loop that ends where the code fits", Kind::Planted, planted()?),
        ("planted: a short loop more in one class", Kind::Planted, lengthened()?),
        (
            "generate: a fixed key, random keys",
            Kind::Judged,
            keys(SHA1, |totp, _| drop(black_box(totp.generate(NOW))))?,
        ),
        (
            "generate, SHA-256: a fixed key, random keys",
            Kind::Judged,
            keys(SHA256, |totp, _| drop(black_box(totp.generate(NOW))))?,
        ),
        ("verify ± 1, miss: a fixed key, random keys", Kind::Judged, keys(SHA1, misses(1))?),
        ("verify ± 2, miss: a fixed key, random keys", Kind::Judged, keys(SHA1, misses(2))?),
        ("verify ± 2, SHA-256, miss: a fixed key, random keys", Kind::Judged, keys(SHA256, misses(2))?),
        ("verify ± 100, miss: a fixed key, random keys", Kind::Judged, keys(SHA1, misses(100))?),
        (
            "whose ± 5, one token, miss: a fixed key, random keys",
            Kind::Judged,
            keys(SHA1, |totp, code| drop(black_box(whose(&[totp], &CodeRun::from(code.clone()), NOW, 5))))?,
        ),
        ("verify ± 2: at the centre, at the edge", Kind::Judged, verify([(0, fresh), (2, fresh)], 2)?),
        // Where it fits becomes the drift, and its sign a branch behind the outcome: the same sign in both.
        ("verify ± 10: at the first step, before the centre", Kind::Judged, verify([(-10, fresh), (-1, fresh)], 10)?),
        ("verify ± 10: behind the centre, at the last step", Kind::Judged, verify([(1, fresh), (10, fresh)], 10)?),
        ("verify ± 1, a code of two steps: both fresh, the first spent", Kind::Judged, colliding()?),
        ("verify ± 2: fresh, spent", Kind::Shown, verify([(0, fresh), (0, spent)], 2)?),
        ("verify ± 2: spent, miss", Kind::Judged, verify([(0, spent), (1000, spent)], 2)?),
        ("verify ± 2: hit, miss", Kind::Shown, verify([(1, fresh), (1000, fresh)], 2)?),
    ])
}

/// Verifies a code that matches no step of a window.
fn misses(around: u8) -> impl Fn(&Totp, &Code) {
    let fresh = TotpState { last_step: Some(STEP - 1000), drift: 0 };
    move |totp, code| {
        let _ = black_box(totp.verify(code, NOW, Window::around(around), &fresh));
    }
}

fn token(k: &[u8], algorithm: Algorithm) -> Result<Totp, Box<dyn Error>> {
    Ok(Totp::new(Key::from_bytes(k, algorithm)?, Digits::Eight, TimeStep::SECONDS_30))
}

/// Tokens of one key in the one class, of many in the other.
fn keys(algorithm: Algorithm, call: impl Fn(&Totp, &Code) + 'static) -> Result<Call, Box<dyn Error>> {
    let mut tokens = [Vec::new(), Vec::new()];
    // Which class is next is drawn: where a key lies, and on how many cache lines, is then no difference between them.
    for place in 0..4 * SLOTS {
        let drawn = u64::try_from(place)?.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).count_ones() & 1;
        let random = Secret::generate()?;
        let k = if drawn == 0 { &[7; 20][..] } else { random.expose_bytes() };
        tokens.get_mut(usize::try_from(drawn)?).ok_or("two classes")?.push(token(k, algorithm)?);
    }
    if tokens.iter().any(|class| class.len() < SLOTS) {
        return Err("one class has too few keys".into());
    }
    let code = token(&[9; 20], algorithm)?.generate(NOW);
    Ok(Box::new(move |class, slot| {
        if let Some(totp) = tokens.get(usize::from(class)).and_then(|tokens| tokens.get(slot)) {
            call(totp, &code);
        }
    }))
}

/// The same tokens under both classes; codes and states by class.
fn verify(classes: [(i64, TotpState); 2], around: u8) -> Result<Call, Box<dyn Error>> {
    let mut inputs = Vec::new();
    for _ in 0..SLOTS {
        let token = token(Secret::generate()?.expose_bytes(), SHA1)?;
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

/// Steps 910737 and 910738 of this key show the same six digits (testkit/collisions.json).
fn colliding() -> Result<Call, Box<dyn Error>> {
    let key = || Key::from_bytes(b"12345678901234567890", Algorithm::Sha1);
    let token = || Ok::<_, Box<dyn Error>>(Totp::new(key()?, Digits::Six, TimeStep::SECONDS_30));
    let tokens = (0..SLOTS).map(|_| token()).collect::<Result<Vec<_>, _>>()?;
    let states = [910_736, 910_737].map(|last| TotpState { last_step: Some(last), drift: 0 });
    let code = Code::parse("911617")?;
    let now = UnixTime::from_secs(910_737 * 30);
    Ok(Box::new(move |class, slot| {
        if let (Some(token), Some(state)) = (tokens.get(slot), states.get(usize::from(class))) {
            let _ = black_box(token.verify(&code, now, Window::ONE, state));
        }
    }))
}

/// The least that is to be seen: some dozen nanoseconds more in one class.
fn lengthened() -> Result<Call, Box<dyn Error>> {
    let token = token(&[7; 20], SHA1)?;
    Ok(Box::new(move |class, _| {
        drop(black_box(token.generate(NOW)));
        for i in 0..if class { 100_u64 } else { 0 } {
            black_box(black_box(i).wrapping_mul(i));
        }
    }))
}

/// What peers do.
fn planted() -> Result<Call, Box<dyn Error>> {
    let token = token(&[7; 20], SHA1)?;
    let codes = [-2, 2].map(|off| token.generate_at_step(STEP.saturating_add_signed(off)));
    Ok(Box::new(move |class, _| {
        if let Some(code) = codes.get(usize::from(class)) {
            black_box((STEP - 2..=STEP + 2).find(|step| token.generate_at_step(*step) == *code));
        }
    }))
}
