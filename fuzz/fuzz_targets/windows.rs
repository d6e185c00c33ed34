//! Windows, drifts, radii and times at the ends of their types: no panic, nothing spent accepted, nothing right refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oath_totp::{
    Algorithm, CodeRun, Consecutive, Digits, Hotp, HotpState, Key, Rejected, TimeStep, Totp, TotpState, UnixTime, Window,
};

type Input = (u8, (u64, u32, u64), (u8, u8, bool), (Option<u64>, i64), u16, u64);

fuzz_target!(|input: Input| {
    let (kind, (time, x, t0), (back, ahead, both), (last_step, drift), radius, step) = input;
    let algorithm = Algorithm::ALL[usize::from(kind) % 3];
    let digits = Digits::ALL[usize::from(kind / 3) % 3];
    let key = || Key::from_bytes(b"12345678901234567890", algorithm).expect("20 bytes");
    let Ok(time_step) = TimeStep::new(x.max(1), t0) else { return };
    // The widest searches take a hundred milliseconds: a few will do.
    let radius = if kind > 250 { radius } else { radius & 31 };
    let totp = Totp::new(key(), digits, time_step);
    let now = UnixTime::from_secs(time);
    let server = time_step.at(now);
    let state = TotpState { last_step, drift };
    let window = Window::new(back, ahead).with_max_drift(radius);
    let window = if both { window } else { window.recorded_only() };

    // Whatever the step, and the steps that the window is sure to hold.
    for step in [step, server, server.saturating_add_signed(drift), server.saturating_add(ahead.into())] {
        let found = totp.verify(&totp.generate_at_step(step), now, window, &state);
        let inside = step >= server.saturating_sub(back.into()) && step <= server.saturating_add(ahead.into());
        match found {
            Ok(accepted) => {
                assert!(state.is_unspent(accepted.matched));
                assert_eq!(accepted.next.last_step, Some(accepted.matched));
                assert!(accepted.next.drift.unsigned_abs() <= radius.into());
            }
            Err(Rejected::Ambiguous) => unreachable!("a sign-in is never ambiguous"),
            Err(_) => assert!(!(both && inside && state.is_unspent(step)), "a right code is refused"),
        }
    }

    let pair = [totp.generate_at_step(step), totp.generate_at_step(step.wrapping_add(1))];
    if let Ok(accepted) = totp.resync(&Consecutive::from(pair.clone()), now, radius, &state) {
        assert!(state.is_unspent(accepted.matched));
        assert!(accepted.matched.abs_diff(server) <= u64::from(radius));
    }
    if let Ok(accepted) = totp.activate(&pair[0], now, radius, &state) {
        assert!(state.is_unspent(accepted.matched));
        assert!(accepted.matched.abs_diff(server) <= u64::from(radius));
    }
    let _ = totp.find(&CodeRun::from(pair), now, radius);
    let _ = (time_step.start(step), time_step.remaining(now));

    let hotp = Hotp::new(key(), digits);
    let state = HotpState { counter: step };
    if let Ok(accepted) = hotp.verify(&hotp.generate(step.wrapping_add(back.into())), back, &state) {
        assert!(accepted.next.counter > state.counter);
    }
    let three = [0, 1, 2].map(|i| hotp.generate(step.wrapping_add(i)));
    let _ = hotp.resync(&Consecutive::from(three), radius, &state);
});
