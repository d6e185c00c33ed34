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

/// The steps that are live at this server's step: the union of the windows around the centres.
fn live(server: u64, window: Window, drift: i64) -> BTreeSet<u64> {
    let bound = i64::from(window.max_drift());
    let recorded = clip(i128::from(server) + i128::from(drift.clamp(-bound, bound)));
    let centres = if window.centres() == Centres::Both { vec![recorded, server] } else { vec![recorded] };
    let (back, ahead) = (i128::from(window.back()), i128::from(window.ahead()));
    centres.into_iter().flat_map(|c| clip(i128::from(c) - back)..=clip(i128::from(c) + ahead)).collect()
}

fn model_verify(code: &Code, server: u64, window: Window, state: TotpState) -> Result<Accepted<TotpState>, Rejected> {
    let steps = live(server, window, state.drift);
    let matching: Vec<u64> = steps.into_iter().filter(|step| totp().generate_at_step(*step) == *code).collect();
    let fresh: Vec<u64> = matching.iter().copied().filter(|s| state.last_step.is_none_or(|last| *s > last)).collect();
    let bound = i64::from(window.max_drift());
    let recorded = state.drift.clamp(-bound, bound);
    let expected = clip(i128::from(server) + i128::from(recorded));
    let nearest = fresh.iter().copied().min_by_key(|s| (s.abs_diff(expected), *s));
    match (fresh.last(), nearest) {
        (Some(highest), Some(nearest)) => {
            let length = u64::from(window.back()) + 1 + u64::from(window.ahead());
            let moved_on = state.last_step.is_none_or(|last| highest - last >= length);
            let by = if moved_on { (i128::from(offset(nearest, server)) - i128::from(recorded)).signum() } else { 0 };
            let drift = i64::try_from(i128::from(recorded) + by).unwrap().clamp(-bound, bound);
            Ok(Accepted { next: TotpState { last_step: Some(*highest), drift }, matched: *highest })
        }
        _ if matching.is_empty() => Err(Rejected::Mismatch),
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
    let bound = prop_oneof![Just(Window::MAX_DRIFT), 0..20u16];
    (0..12u8, 0..12u8, any::<bool>(), bound).prop_map(|(back, ahead, both, bound)| {
        let window = Window::new(back, ahead).with_max_drift(bound);
        if both { window } else { window.recorded_only() }
    })
}

/// A state with its watermark near the server's step, or none.
fn state(server: u64, spent: Option<i64>, drift: i64) -> TotpState {
    TotpState { last_step: spent.map(|by| clip(i128::from(server) + i128::from(by))), drift }
}

/// As many cases as `PROPTEST_CASES` says, 2,000 without it.
fn config() -> ProptestConfig {
    let cases = std::env::var_os("PROPTEST_CASES").map_or(2000, |_| ProptestConfig::default().cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

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
                prop_assert!(again.matched > accepted.matched);
                prop_assert!(!live(server, window, drift).contains(&again.matched));
                prop_assert_eq!(totp().generate_at_step(again.matched), code);
            }
        }
    }

    /// The codes are tried in the order of their steps, each in turn left out or not: what an attacker with the token in
    /// his hand can do while the time stands still.
    #[test]
    fn at_one_moment_no_more_steps_are_accepted_than_the_window_has(
        server in prop_oneof![Just(0u64), 1000..2000u64, Just(u64::MAX)],
        drift in prop_oneof![Just(0), -30..30i64, -3000..3000i64],
        window in window(), spent in proptest::option::of(-40..40i64),
        tried in proptest::collection::vec(any::<bool>(), 1..7), every in 1..4usize,
    ) {
        let mut state = state(server, spent, drift);
        let steps = live(server, window, state.drift).len();
        let now = UnixTime::from_secs(server);
        let (bound, mut accepted) = (i64::from(window.max_drift()), 0);
        let around = |centre: i128| clip(centre - 80)..=clip(centre + 80);
        let centre = i128::from(server);
        let candidates: BTreeSet<u64> = around(centre).chain(around(centre + i128::from(drift))).collect();
        for (step, tried) in candidates.into_iter().step_by(every).zip(tried.into_iter().cycle()) {
            if !tried {
                continue;
            }
            let before = state;
            if let Ok(found) = totp().verify(&totp().generate_at_step(step), now, window, &state) {
                accepted += 1;
                state = found.next;
                prop_assert!(state.drift.abs() <= bound);
                prop_assert!(state.drift.abs_diff(before.drift.clamp(-bound, bound)) <= 1);
            }
        }
        prop_assert!(accepted <= steps, "{accepted} accepted, {steps} in the window");
    }

    /// A sign-in every 30 s to 14 days for five years, by a clock that gains or loses up to 10 s a week, in the window of
    /// ± 2 steps that Entra ID has. (± 1 is one step of rounding and none to spare: there a first try fails now and then.)
    #[test]
    fn an_honest_clock_is_followed_for_years(
        per_week in -10..=10i64, gaps in proptest::collection::vec(prop_oneof![30..600u64, 3600..1_209_600u64], 20..60),
        delay in 0..25u64,
    ) {
        const WEEK: i64 = 604_800;
        let token = Totp::new(Key::from_bytes(KEY, Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30);
        let (begin, mut elapsed, mut state) = (1_700_000_000u64, 0u64, TotpState::NEW);
        // A long pause at least once in each round, so that five years are reached.
        for gap in gaps.iter().chain(&[604_800]).cycle() {
            elapsed += gap;
            if elapsed > 5 * 365 * 86_400 {
                break;
            }
            let now = begin + elapsed;
            let gained = per_week * i64::try_from(elapsed).unwrap() / WEEK;
            let step = token.time_step().at(UnixTime::from_secs((now - delay).checked_add_signed(gained).unwrap()));
            let shown = token.generate_at_step(step);
            // Where the digits match another step of the window as well, by chance, that step counts too, as it must.
            let server = token.time_step().at(UnixTime::from_secs(now));
            let matching = |live: &u64| token.generate_at_step(*live) == shown;
            if live(server, Window::around(2), state.drift).iter().filter(|live| matching(live)).count() > 1 {
                break;
            }
            match token.verify(&shown, UnixTime::from_secs(now), Window::around(2), &state) {
                Ok(accepted) => state = accepted.next,
                // Signing in twice within one step, with the same code.
                Err(Rejected::Replayed) => prop_assert!(*gap < 60),
                Err(other) => prop_assert!(false, "{other:?} after {elapsed} s, drift {}", state.drift),
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
        let now = UnixTime::from_secs(server);
        let found = match codes.as_slice() {
            [code] => totp().activate(code, now, radius, &state),
            codes => totp().resync(&Consecutive::try_from(codes).unwrap(), now, radius, &state),
        };
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
    let fresh = TotpState::NEW;
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
    assert_eq!(totp.activate(&code, now, u16::MAX, &fresh), Err(Rejected::Ambiguous));
    assert_eq!(totp.find(&code.into(), now, u16::MAX)[..2], [first, second]);
    assert_eq!(totp.resync(&run(first), now, u16::MAX, &fresh).unwrap().matched, first + 1, "the next code settles it");
}

/// The search by one code is as wide as the caller says, and reports the only place.
#[test]
fn activation_takes_one_code_and_consumes_it() {
    let now = UnixTime::from_secs(1_000_000);
    let code = totp().generate_at_step(1_000_020);
    let activated = totp().activate(&code, now, 60, &TotpState::NEW).unwrap();
    assert_eq!(activated.next, TotpState { last_step: Some(1_000_020), drift: 20 });
    assert_eq!(totp().activate(&code, now, 60, &activated.next), Err(Rejected::Replayed));
    assert_eq!(totp().verify(&code, now, Window::ONE, &activated.next), Err(Rejected::Replayed));
    assert_eq!(totp().activate(&code, now, 19, &TotpState::NEW), Err(Rejected::Mismatch));
}

#[cfg(feature = "serde")]
mod data {
    use oath_totp::{HotpState, TimeStep, TotpState, Window};
    use serde_json::{from_str, to_string};

    #[test]
    fn states_are_plain_json() {
        let state = TotpState { last_step: Some(41_152_263), drift: -3 };
        assert_eq!(to_string(&state).unwrap(), r#"{"last_step":41152263,"drift":-3}"#);
        for state in [state, TotpState::NEW] {
            assert_eq!(from_str::<TotpState>(&to_string(&state).unwrap()).unwrap(), state);
        }
        let state = HotpState { counter: 7 };
        assert_eq!(from_str::<HotpState>(&to_string(&state).unwrap()).unwrap(), state);
        let window = Window::new(2, 1).with_max_drift(9).recorded_only();
        assert_eq!(from_str::<Window>(&to_string(&window).unwrap()).unwrap(), window);
        let step = TimeStep::new(60, 946_684_800).unwrap();
        assert_eq!(from_str::<TimeStep>(&to_string(&step).unwrap()).unwrap(), step);
    }

    #[test]
    fn a_state_with_a_missing_or_an_unknown_field_is_refused() {
        for text in [
            "{}",
            r#"{"lastStep":5}"#,
            r#"{"drift":0}"#,
            r#"{"last_step":5}"#,
            r#"{"lastStep":5,"drift":0}"#,
            r#"{"last_step":5,"drift":0,"lastStep":6}"#,
            r#"{"last_step":-1,"drift":0}"#,
        ] {
            assert!(from_str::<TotpState>(text).is_err(), "{text}");
        }
        for text in ["{}", r#"{"count":5}"#, r#"{"counter":5,"drift":0}"#, r#"{"counter":null}"#] {
            assert!(from_str::<HotpState>(text).is_err(), "{text}");
        }
        for text in [r#"{"x":30}"#, r#"{"t0":0}"#, r#"{"x":0,"t0":0}"#, r#"{"x":30,"t0":0,"period":60}"#] {
            assert!(from_str::<TimeStep>(text).is_err(), "{text}");
        }
        assert!(from_str::<Window>(r#"{"back":1,"ahead":1,"centres":"both"}"#).is_err());
        assert!(from_str::<Window>(r#"{"back":1,"ahead":256,"max_drift":1,"centres":"both"}"#).is_err());
    }
}
