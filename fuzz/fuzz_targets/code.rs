//! Any text as a code: what is accepted is digits, and is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oath_totp::Code;

fuzz_target!(|text: &str| {
    if let Ok(code) = Code::parse(text) {
        assert_eq!(code.to_string(), text);
        assert_eq!(Code::from_typed(text).expect("the lenient reader takes what the strict one takes"), code);
    }
    if let Ok(code) = Code::from_typed(text) {
        assert_eq!(Code::parse(&code.to_string()).expect("what is written is a code"), code);
        assert!(text.chars().count() >= code.digits().count());
    }
});
