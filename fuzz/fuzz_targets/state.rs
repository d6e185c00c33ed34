//! Any text as a stored state: what is read is written the same, and whatever it says, verification goes by it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oath_totp::{Algorithm, Digits, Hotp, HotpState, Key, TimeStep, Totp, TotpState, UnixTime, Window};

const K: &[u8] = b"12345678901234567890";

fuzz_target!(|text: &str| {
    let key = || Key::from_bytes(K, Algorithm::Sha1).expect("20 bytes");
    if let Ok(state) = serde_json::from_str::<TotpState>(text) {
        let written = serde_json::to_string(&state).expect("two numbers");
        assert_eq!(serde_json::from_str::<TotpState>(&written).expect("our own text"), state);
        let totp = Totp::new(key(), Digits::Six, TimeStep::SECONDS_30);
        let now = UnixTime::from_secs(1_740_000_000);
        if let Ok(accepted) = totp.verify(&totp.generate(now), now, Window::ONE, &state) {
            assert!(accepted.next.last_step > state.last_step);
        }
    }
    if let Ok(state) = serde_json::from_str::<HotpState>(text) {
        let hotp = Hotp::new(key(), Digits::Six);
        if let Ok(accepted) = hotp.verify(&hotp.generate(state.counter), 3, &state) {
            assert!(accepted.next.counter > state.counter);
        }
    }
    let _ = serde_json::from_str::<TimeStep>(text);
    let _ = serde_json::from_str::<Window>(text);
    let _ = serde_json::from_str::<Digits>(text);
});
