//! Any text as an otpauth URI: what is accepted comes back the same from its own text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oath_totp::{KeyUri, UnixTime};

fuzz_target!(|text: &str| {
    let named = |label: &str, issuer: &str| {
        KeyUri::parse(&format!("otpauth://totp/{label}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer={issuer}"))
    };
    let (label, issuer) = text.split_once('/').unwrap_or((text, text));
    let parsed = [KeyUri::parse(text), KeyUri::parse(&format!("otpauth://totp/{text}")), named(label, issuer)];
    for uri in parsed.into_iter().flatten() {
        let written = uri.expose_uri();
        assert_eq!(KeyUri::parse(&written).expect("our own URI"), uri, "{}", *written);
        if let Ok(totp) = uri.to_legacy_totp() {
            let _ = totp.generate(UnixTime::from_secs(u64::MAX));
        }
        let _ = uri.to_legacy_hotp();
    }
});
