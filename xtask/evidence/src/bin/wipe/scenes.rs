//! What is done with a secret before everything that held it is dropped.

use crate::child::MASK;
use crate::needles::{digest, truncated};
use oath_lanes::Sha1Pads;
use oath_totp::{
    Algorithm, Code, CodeRun, Consecutive, Digits, Hotp, HotpState, Key, KeyUri, Secret, TimeStep, Totp, TotpState,
    UnixTime, Window, whose,
};
use std::hint::black_box;
use std::ops::Range;
use zeroize::Zeroizing;

const NOW: UnixTime = UnixTime::from_secs(1_740_000_000);
const STEP: u64 = 58_000_000;

/// Where the secret comes from, in memory that is neither heap nor stack: what is found there can only be a copy.
pub(crate) struct Input {
    pub(crate) algorithm: Algorithm,
    k: Range<usize>,
    base32: Range<usize>,
    hex: Range<usize>,
    uri: Range<usize>,
    bad_base32: Range<usize>,
    bad_hex: Range<usize>,
    bad_uri: Range<usize>,
}

static mut TEXTS: [u8; 8192] = [0; 8192];

impl Input {
    /// K of this length, made from the seed.
    #[allow(unsafe_code, reason = "a static that is written to")]
    pub(crate) fn new(seed: u64, algorithm: Algorithm, length: usize) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let k: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .take(length)
        .collect();
        let secret = Secret::from_bytes(&k).ok();
        let base32_text = secret.as_ref().map(|secret| secret.expose_base32().to_string()).unwrap_or_default();
        let hex_text = secret.as_ref().map(|secret| secret.expose_hex().to_string()).unwrap_or_default();
        let uri_text = format!("otpauth://totp/A:b?secret={base32_text}&issuer=A&algorithm={algorithm}");
        let mut end = 0;
        let mut put = |bytes: &[u8]| {
            let range = end..end + bytes.len();
            // SAFETY: one thread, and nothing else borrows the texts while an input is made.
            if let Some(place) = unsafe { &mut *(&raw mut TEXTS) }.get_mut(range.clone()) {
                place.copy_from_slice(bytes);
            }
            end = range.end;
            range
        };
        let [k, base32, hex, uri] =
            [put(&k), put(base32_text.as_bytes()), put(hex_text.as_bytes()), put(uri_text.as_bytes())];
        let [bad_base32, bad_hex] = [&base32_text, &hex_text].map(|text| put(format!("{text}!").as_bytes()));
        let bad_uri = put(format!("{uri_text}&digits=99").as_bytes());
        Self { algorithm, k, base32, hex, uri, bad_base32, bad_hex, bad_uri }
    }

    #[allow(unsafe_code, reason = "a static that is written to")]
    fn bytes(range: &Range<usize>) -> &'static [u8] {
        // SAFETY: one thread, and no input is made while another is used.
        unsafe { &*(&raw const TEXTS) }.get(range.clone()).unwrap_or_default()
    }

    pub(crate) fn k(&self) -> &'static [u8] {
        Self::bytes(&self.k)
    }

    fn text(range: &Range<usize>) -> &'static str {
        core::str::from_utf8(Self::bytes(range)).unwrap_or_default()
    }
}

/// The secret that a scene made itself, masked; `None` where it used the K of its input.
pub(crate) type Own = Option<Vec<u8>>;

/// Runs one scene. `None` is a scene that did not get the result that its name promises: it shows nothing and fails.
pub(crate) type Scene = fn(&Input) -> Option<Own>;

pub(crate) const SCENES: [(&str, Scene); 24] = [
    ("Secret::from_bytes", |input| nothing(secret(input)?)),
    ("Secret::from_base32", |input| nothing(Secret::from_base32(Input::text(&input.base32)).ok()?)),
    ("Secret::from_hex", |input| nothing(Secret::from_hex(Input::text(&input.hex)).ok()?)),
    ("Secret::generate", |_| generated()),
    ("Secret::expose_base32", |input| nothing(secret(input)?.expose_base32())),
    ("Secret::expose_hex", |input| nothing(secret(input)?.expose_hex())),
    ("Secret::eq", |input| nothing((secret(input)? == secret(input)?).then_some(())?)),
    ("Key::from_bytes", |input| nothing(Key::from_bytes(input.k(), input.algorithm).ok()?)),
    ("Secret::key, moved", |input| nothing(moved(secret(input)?.key(input.algorithm).ok()?))),
    ("Totp::generate", |input| nothing(totp(input)?.generate(NOW))),
    ("Code::expose_ascii", |input| {
        let mut buffer = Zeroizing::new([0; 8]);
        nothing(totp(input)?.generate(NOW).expose_ascii(&mut buffer).len())
    }),
    ("Code::to_string", |input| nothing(Zeroizing::new(totp(input)?.generate(NOW).to_string()))),
    // A server keeps its keys, and overwrites the stack when a request is done.
    ("Totp::verify, its key kept", |input| {
        let totp = std::mem::ManuallyDrop::new(totp(input)?);
        signed_in(&totp)?;
        oath_totp::overwrite_stack();
        Some(None)
    }),
    ("Totp::verify, hit", |input| {
        let totp = totp(input)?;
        nothing(totp.verify(&totp.generate(NOW), NOW, Window::around(2), &TotpState::NEW).ok()?)
    }),
    ("Totp::verify, miss", |input| {
        let wrong = Code::parse("00000000").ok()?;
        nothing(totp(input)?.verify(&wrong, NOW, Window::ONE, &TotpState { last_step: None, drift: 40 }).err()?)
    }),
    ("Totp::resync", |input| {
        let totp = totp(input)?;
        let codes = Consecutive::from([totp.generate_at_step(58_000_000), totp.generate_at_step(58_000_001)]);
        let now = UnixTime::from_secs(58_000_000 * 30);
        nothing((totp.resync(&codes, now, 100, &TotpState::NEW).ok()?, totp.find(&codes.clone().into(), NOW, 20)))
    }),
    ("whose", |input| {
        let totp = totp(input)?;
        nothing(whose(&[&totp], &CodeRun::from(totp.generate(NOW)), NOW, 5).pop()?)
    }),
    ("Hotp", |input| {
        let hotp = Hotp::new(Key::from_bytes(input.k(), input.algorithm).ok()?, Digits::Eight);
        let state = HotpState { counter: 7 };
        let codes = Consecutive::from([hotp.generate(9), hotp.generate(10)]);
        nothing((hotp.verify(&hotp.generate(8), 10, &state).ok()?, hotp.resync(&codes, 50, &state).ok()?))
    }),
    ("KeyUri::parse", |input| nothing(KeyUri::parse(Input::text(&input.uri)).ok()?)),
    ("KeyUri::expose_uri", |input| nothing(KeyUri::parse(Input::text(&input.uri)).ok()?.expose_uri())),
    ("KeyUri::to_totp", |input| {
        let totp = KeyUri::parse(Input::text(&input.uri)).ok()?.to_legacy_totp().ok()?;
        nothing((totp.generate(NOW), totp))
    }),
    // Each is malformed at its end: all of the secret has been read when the error is found.
    ("Secret::from_base32, malformed", |input| nothing(Secret::from_base32(Input::text(&input.bad_base32)).err()?)),
    ("Secret::from_hex, malformed", |input| nothing(Secret::from_hex(Input::text(&input.bad_hex)).err()?)),
    ("KeyUri::parse, malformed", |input| nothing(KeyUri::parse(Input::text(&input.bad_uri)).err()?)),
];

/// Uses it, drops it.
#[inline(never)]
fn nothing<T>(made: T) -> Option<Own> {
    black_box(&made);
    Some(None)
}

fn secret(input: &Input) -> Option<Secret> {
    Secret::from_bytes(input.k()).ok()
}

fn totp(input: &Input) -> Option<Totp> {
    let key = Key::from_bytes(input.k(), input.algorithm).ok()?;
    // Eight digits: six are found by accident.
    Some(Totp::new(key, Digits::Eight, TimeStep::SECONDS_30))
}

/// The request of a server: in frames of its own.
#[inline(never)]
fn signed_in(totp: &Totp) -> Option<Own> {
    nothing(totp.verify(&totp.generate(NOW), NOW, Window::around(2), &TotpState::NEW).ok()?)
}

/// As a program might that puts it into a structure of its own.
#[inline(never)]
fn moved(key: Key) -> Totp {
    Totp::new(key, Digits::Eight, TimeStep::SECONDS_60)
}

fn generated() -> Option<Own> {
    let secret = Secret::generate_bytes(32).ok()?;
    // Each byte with a mask that is taken off again when the scene is over: the copy must not be what is found.
    let masked: Vec<u8> = secret.expose_bytes().iter().map(|byte| byte ^ MASK).collect();
    drop(secret);
    Some(Some(masked))
}

pub(crate) fn copy_on_the_stack(input: &Input) -> Option<Own> {
    let copy: [u8; 20] = input.k().try_into().ok()?;
    black_box(&copy);
    Some(None)
}

pub(crate) fn digest_on_the_heap(input: &Input) -> Option<Own> {
    nothing(digest(input.k(), input.algorithm, STEP))
}

pub(crate) fn number_on_the_stack(input: &Input) -> Option<Own> {
    let number = truncated(&digest(input.k(), input.algorithm, STEP));
    deep(|| {
        black_box(&[number; 8]);
        Some(None)
    })
}

pub(crate) fn code_on_the_stack(input: &Input) -> Option<Own> {
    deep(|| {
        let mut text = [0; 8];
        totp(input)?.generate(NOW).expose_ascii(&mut text);
        black_box(&text);
        Some(None)
    })
}

/// Runs this deeper than the stack is overwritten.
#[inline(never)]
fn deep(run: impl FnOnce() -> Option<Own>) -> Option<Own> {
    let gap = [crate::PAINT; 16 << 10];
    black_box(&gap);
    let made = run();
    black_box(&gap);
    made
}

/// A scene whose secret is refused.
pub(crate) fn made_nothing(input: &Input) -> Option<Own> {
    nothing(Secret::from_base32(Input::text(&input.bad_base32)).ok()?)
}

pub(crate) fn copy_on_the_heap(input: &Input) -> Option<Own> {
    black_box(input.k().to_vec());
    Some(None)
}

/// The pad states without their `Drop`.
pub(crate) fn pads_on_the_stack(input: &Input) -> Option<Own> {
    black_box(&std::mem::ManuallyDrop::new(Sha1Pads::new(input.k())));
    Some(None)
}
