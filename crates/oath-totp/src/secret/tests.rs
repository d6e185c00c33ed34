use super::*;
use alloc::format;
use alloc::string::ToString;

#[test]
fn a_uri_is_recognised_in_every_reader() {
    for uri in ["otpauth://totp/a?secret=GEZDGNBV", " OTPAUTH://totp/a", "otpauth-migration://offline?data=a"] {
        assert_eq!(Secret::from_base32(uri), Err(SecretError::Uri), "{uri}");
        assert_eq!(Secret::from_hex(uri), Err(SecretError::Uri), "{uri}");
    }
    assert!(Secret::from_base32("OTPAUTHA").is_ok(), "letters alone are Base32");
}

#[test]
#[cfg(feature = "getrandom")]
fn a_new_secret_has_at_least_128_bits() {
    for asked in [0, 1, 15] {
        assert_eq!(Secret::generate_bytes(asked), Err(GenerateError::Length { asked }));
    }
    assert_eq!(Secret::generate_bytes(16).unwrap().byte_len(), 16);
    assert_ne!(Secret::generate().unwrap(), Secret::generate().unwrap());
}

#[test]
fn debug_and_errors_do_not_show_the_secret() {
    let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
    assert_eq!(format!("{secret:?}"), "Secret([20 bytes, elided])");
    assert_eq!(secret.expose_bytes(), b"12345678901234567890", "only where it is asked for");
    assert_eq!(
        Secret::from_base32("GEZDGNBVGY3TQOJ0").unwrap_err().to_string(),
        "the secret is malformed at position 16: the digit 0 is not in the alphabet; probably the letter O"
    );
}

#[test]
fn secrets_are_equal_where_all_bytes_are() {
    let secret = |text: &str| Secret::from_bytes(text.as_bytes()).unwrap();
    let one = secret("12345678901234567890");
    assert_eq!(one, secret("12345678901234567890"));
    for other in ["02345678901234567890", "12345678901234567891", "1234567890123456789", "12345678901234567890\0"] {
        assert_ne!(one, secret(other));
    }
    // Every place in words and after them, every bit.
    for length in 1..=33 {
        let bytes: Vec<u8> = (0..length).collect();
        let one = Secret::from_bytes(&bytes).unwrap();
        assert_eq!(one, *bytes);
        for (place, bit) in (0..bytes.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
            let mut other = bytes.clone();
            other[place] ^= 1 << bit;
            assert_ne!(one, *other, "bit {bit} of byte {place} of {length}");
            assert_ne!(one, Secret::from_bytes(&other).unwrap());
        }
    }
}

#[test]
fn every_hexadecimal_digit_has_its_value_in_either_case() {
    for byte in 0..=255u8 {
        let c = char::from(byte);
        if let Some(digit) = c.to_digit(16) {
            assert_eq!(u32::from(four_bits(byte)), digit, "{c}");
        }
    }
}

#[test]
fn classes_over_all_bytes() {
    for byte in 0..=255u8 {
        let c = char::from(byte);
        let separator = c.is_ascii_whitespace() || c == '\x0b' || c == '-';
        let legal = c.is_ascii_alphabetic() || ('2'..='7').contains(&c);
        let class = Class::base32(byte);
        assert_eq!(class == Class::Character, legal, "{byte}");
        assert_eq!(class == Class::Separator, separator, "{byte}");
        assert_eq!(class == Class::Padding, c == '=', "{byte}");
        assert_eq!(Class::hex(byte) == Class::Character, c.is_ascii_hexdigit(), "{byte}");
        assert_eq!(Class::hex(byte) == Class::Separator, separator || c == ':', "{byte}");
    }
}

#[test]
fn lengths_and_left_over_bits() {
    for length in 1..=80usize {
        let bytes: Vec<u8> = (0..length).map(|i| u8::try_from(i * 37 % 251).unwrap()).collect();
        let secret = Secret::from_bytes(&bytes).unwrap();
        assert_eq!(Secret::from_base32(&secret.expose_base32()).unwrap(), secret);
        assert_eq!(Secret::from_hex(&secret.expose_hex()).unwrap(), secret);
    }
    assert_eq!(Secret::from_base32("AB").unwrap(), Secret::from_base32("AA").unwrap(), "left-over bits");
    for text in ["A", "AAA", "AAAAAA", "AAAAAAAAA"] {
        assert_eq!(Secret::from_base32(text), Err(SecretError::Length { characters: text.len() }));
    }
    assert_eq!(Secret::from_hex("abc"), Err(SecretError::Length { characters: 3 }));
    assert_eq!(Secret::from_hex(" - "), Err(SecretError::Empty));
    assert_eq!(Secret::from_base32("AA==AA"), Err(SecretError::Illegal { index: 4, kind: IllegalKind::AfterPadding }));
    assert_eq!(
        Secret::from_base32("AA\u{200b}AA"),
        Err(SecretError::Illegal { index: 2, kind: IllegalKind::NonAscii })
    );
}
