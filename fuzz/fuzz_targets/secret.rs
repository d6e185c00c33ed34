//! Any text as Base32 and as hexadecimal digits: what is accepted comes back the same from its own text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oath_totp::{Algorithm, Secret, SecretError};

fuzz_target!(|text: &str| {
    for read in [Secret::from_base32(text), Secret::from_hex(text)] {
        match read {
            Ok(secret) => {
                assert_eq!(Secret::from_base32(&secret.expose_base32()).expect("our own Base32"), secret);
                assert_eq!(Secret::from_hex(&secret.expose_hex()).expect("our own digits"), secret);
                assert!(secret.byte_len() <= text.len());
                for algorithm in Algorithm::ALL {
                    assert_eq!(secret.key(algorithm).is_ok(), secret.byte_len() >= 16);
                    assert_eq!(secret.legacy_key(algorithm).is_ok(), secret.byte_len() >= 10);
                }
            }
            // The place is a character of the text.
            Err(SecretError::Illegal { index, .. }) => assert!(text.chars().nth(index).is_some()),
            Err(SecretError::Length { characters }) => assert!(characters <= text.len()),
            Err(_) => {}
        }
    }
});
