//! Verification and resynchronization against a model that is written for the eye: it lists every step that fits and
//! chooses among them with the operators of the language.
#![cfg(feature = "std")]

use oath_totp::{
    Accepted, Algorithm, Centres, Code, Consecutive, Digits, Key, Rejected, TimeStep, Totp, TotpState, UnixTime, Window,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const KEY: &[u8] = b"12345678901234567890";
/// One second a step: time and step are the same number.
const SECOND: (u32, u64) = (1, 0);

fn totp() -> Totp {
    let (x, t0) = SECOND;
    Totp::new(Key::from_bytes(KEY, Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::new(x, t0).unwrap())
}

fn clip(step: i128) -> u64 {
    u64::try_from(step.clamp(0, i128::from(u64::MAX))).unwrap()
}

fn offset(step: u64, server: u64) -> i64 {
    let offset = i128::from(step) - i128::from(server);
    i64::try_from(offset.clamp(-i128::from(i64::MAX), i128::from(i64::MAX))).unwrap()
}

fn model_verify(code: &Code, server: u64, window: Window, state: TotpState) -> Result<Accepted<TotpState>, Rejected> {
    let recorded = clip(i128::from(server) + i128::from(state.drift));
    let centres = if window.centres == Centres::Both { vec![recorded, server] } else { vec![recorded] };
    let steps: BTreeSet<u64> = centres
        .into_iter()
        .flat_map(|c| clip(i128::from(c) - i128::from(window.back))..=clip(i128::from(c) + i128::from(window.ahead)))
        .collect();
    let fitting: Vec<u64> = steps.into_iter().filter(|step| totp().generate_at_step(*step) == *code).collect();
    let fresh: Vec<u64> = fitting.iter().copied().filter(|s| state.last_step.is_none_or(|last| *s > last)).collect();
    let nearest = fresh.iter().copied().min_by_key(|s| (offset(*s, server).abs_diff(state.drift), *s));
    match (fresh.last(), nearest) {
        (Some(highest), Some(nearest)) => {
            let next = TotpState { last_step: Some(*highest), drift: offset(nearest, server) };
            Ok(Accepted { next, matched: *highest })
        }
        _ if fitting.is_empty() => Err(Rejected::Mismatch),
        _ => Err(Rejected::Replayed),
    }
}

fn model_resync(codes: &[Code], server: u64, radius: u16, state: TotpState) -> Result<u64, Rejected> {
    let (low, high) = (clip(i128::from(server) - i128::from(radius)), clip(i128::from(server) + i128::from(radius)));
    let further = u64::try_from(codes.len()).unwrap() - 1;
    let runs: Vec<u64> = (low..=high)
        .filter(|last| {
            last.checked_sub(further).is_some_and(|first| {
                (first..=*last).zip(codes).all(|(step, code)| totp().generate_at_step(step) == *code)
            })
        })
        .collect();
    let fresh = |last: u64| state.last_step.is_none_or(|spent| last - further > spent);
    match runs.as_slice() {
        [] => Err(Rejected::Mismatch),
        [last] if fresh(*last) => Ok(*last),
        runs if runs.iter().any(|last| fresh(*last)) => Err(Rejected::Ambiguous),
        _ => Err(Rejected::Replayed),
    }
}

/// Times around the places where arithmetic breaks, and around the collisions of this key.
fn server() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..400u64,
        910_700..910_800u64,
        153_500..153_600u64,
        (u64::from(u32::MAX) - 300)..(u64::from(u32::MAX) + 300),
        (u64::MAX - 400)..=u64::MAX,
        any::<u64>(),
    ]
}

fn drift() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), -12..12i64, -3000..3000i64, Just(i64::MIN), Just(i64::MAX), any::<i64>()]
}

fn window() -> impl Strategy<Value = Window> {
    (0..12u8, 0..12u8, any::<bool>()).prop_map(|(back, ahead, both)| {
        if both { Window::new(back, ahead) } else { Window::new(back, ahead).recorded_only() }
    })
}

/// A state with its watermark near the server's step, or none.
fn state(server: u64, spent: Option<i64>, drift: i64) -> TotpState {
    TotpState { last_step: spent.map(|by| clip(i128::from(server) + i128::from(by))), drift }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verify_is_what_the_model_says(
        server in server(), drift in drift(), window in window(), spent in proptest::option::of(-20..20i64),
        by in -16..16i64, around_drift: bool,
    ) {
        let centre = i128::from(server) + if around_drift { i128::from(drift) } else { 0 };
        let code = totp().generate_at_step(clip(centre + i128::from(by)));
        let state = state(server, spent, drift);
        let found = totp().verify(&code, UnixTime::from_secs(server), window, &state);
        prop_assert_eq!(found, model_verify(&code, server, window, state));
    }

    #[test]
    fn an_accepted_code_is_never_accepted_again(
        server in server(), drift in -12..12i64, window in window(), by in -6..6i64, later in 0..40u64,
    ) {
        let code = totp().generate_at_step(clip(i128::from(server) + i128::from(drift) + i128::from(by)));
        let state = TotpState { last_step: None, drift };
        if let Ok(accepted) = totp().verify(&code, UnixTime::from_secs(server), window, &state) {
            prop_assert!(accepted.next.last_step > state.last_step);
            let now = UnixTime::from_secs(server.saturating_add(later));
            if let Ok(again) = totp().verify(&code, now, window, &accepted.next) {
                // Only another step with the same digits, which was not live the first time.
                prop_assert!(again.matched > accepted.matched.max(server));
                prop_assert_eq!(totp().generate_at_step(again.matched), code);
            }
        }
    }

    #[test]
    fn resync_is_what_the_model_says(
        server in server(), radius in 0..90u16, count in 1..=3usize, by in -100..100i64,
        spent in proptest::option::of(-100..100i64), wrong in proptest::option::of(0..3usize),
    ) {
        let first = clip(i128::from(server) + i128::from(by));
        let mut codes: Vec<Code> =
            (0..count).map(|i| totp().generate_at_step(first.saturating_add(u64::try_from(i).unwrap()))).collect();
        if let Some(code) = wrong.and_then(|at| codes.get_mut(at)) {
            *code = "000000".parse().unwrap();
        }
        let state = state(server, spent, 5);
        let consecutive = Consecutive::try_from(codes.as_slice()).unwrap();
        let found = totp().resync(&consecutive, UnixTime::from_secs(server), radius, &state);
        let expected = model_resync(&codes, server, radius, state).map(|step| Accepted {
            next: TotpState { last_step: Some(step), drift: offset(step, server) },
            matched: step,
        });
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn resync_reaches_a_day_and_beyond_and_one_code_there_may_be_ambiguous() {
    let totp = totp();
    let now = UnixTime::from_secs(1_000_000);
    let fresh = TotpState::default();
    let run = |first: u64| Consecutive::from([totp.generate_at_step(first), totp.generate_at_step(first + 1)]);
    for (by, radius) in [(-2880i64, 2880), (2879, 2880), (0, 2880), (-20_000, 20_001), (60_000, 65_535)] {
        let first = 1_000_000u64.checked_add_signed(by).unwrap();
        let found = totp.resync(&run(first), now, radius, &fresh).unwrap();
        assert_eq!(found.next, TotpState { last_step: Some(first + 1), drift: by + 1 }, "{by} of {radius}");
    }
    assert_eq!(totp.resync(&run(1_002_880), now, 2880, &fresh), Err(Rejected::Mismatch), "ends behind");

    // Six digits over 131,071 steps: some code fits twice.
    let mut seen = std::collections::HashMap::new();
    let (first, second) = (940_000..1_060_000u64)
        .find_map(|step| seen.insert(totp.generate_at_step(step).to_string(), step).map(|first| (first, step)))
        .unwrap();
    let code = totp.generate_at_step(first);
    assert_eq!(totp.resync(&code.clone().into(), now, u16::MAX, &fresh), Err(Rejected::Ambiguous));
    assert_eq!(totp.find(&code.into(), now, u16::MAX)[..2], [first, second]);
    assert_eq!(totp.resync(&run(first), now, u16::MAX, &fresh).unwrap().matched, first + 1, "the next code settles it");
}

#[test]
fn the_two_integers_are_plain_json() {
    #[cfg(feature = "serde")]
    {
        let state = TotpState { last_step: Some(41_152_263), drift: -3 };
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(json, r#"{"last_step":41152263,"drift":-3}"#);
        assert_eq!(serde_json::from_str::<TotpState>(&json).unwrap(), state);
        assert_eq!(serde_json::from_str::<TotpState>(r#"{"last_step":null}"#).unwrap(), TotpState::default());
    }
}
