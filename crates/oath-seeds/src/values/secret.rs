use crate::check::Checks;
use crate::tally::Tallies;
use crate::text::{character, is_secret_separator};
use crate::values::base64;
use crate::{Field, Kind, Repair};
use core::fmt::Write as _;
use oath_totp::{Key, Secret};
use std::sync::LazyLock;
use zeroize::Zeroizing;

const FIELD: Field = Field::SecretKey;
/// As many hex digits as keys of 128, 160, 256 and 512 bits have.
const HEX_LENGTHS: [usize; 4] = [32, 40, 64, 128];
/// The least characters of Base32 that are a key: 80 bits.
const BASE32_LEAST: usize = 16;
/// The least hex digits that are a key.
const HEX_LEAST: usize = 20;
/// No more places than these are listed.
const MAX_PLACES: usize = 8;

/// Secrets that everybody can read in documents: Microsoft's two, and those of RFC 4226 and RFC 6238 for each hash.
static SAMPLES: LazyLock<[Option<Secret>; 5]> = LazyLock::new(|| {
    const RFC: &[u8] = b"1234567890123456789012345678901234567890123456789012345678901234";
    let rfc = |length| RFC.get(..length).and_then(|bytes| Secret::from_bytes(bytes).ok());
    let microsoft = |text| Secret::from_base32(text).ok();
    [microsoft("2234567ABCDEF2234567ABCDEF"), microsoft("6PJ4UKIW33NNXYZAEHQNFUFTZF7WFTFB"), rfc(20), rfc(32), rfc(64)]
});

/// Reads the secret key of a row: Base32 in either case, padded or not, with any left-over bits.
///
/// Leakage: the file is read once, by its owner; the parser of the row and this check branch on the kind of each
/// character. No finding tells more of the secret than its length, the places and kinds of
/// characters outside the alphabet, and which of 0, 1, 8, 9 they are.
pub(crate) fn read(text: &str, checks: &mut Checks, tallies: &mut Tallies) -> Option<Secret> {
    let kinds = Kinds::of(text);
    if kinds.clean {
        return decode(text, kinds, checks, tallies);
    }
    let bare = stripped(text);
    if bare.trim_end_matches('=').is_empty() {
        empty(text, checks);
        return None;
    }
    if bare.len() < text.len() {
        strip(text, "Base32", checks);
    }
    let kinds = Kinds::of(&bare);
    if kinds.clean {
        return decode(&bare, kinds, checks, tallies);
    }
    if let Some(hex) = hex(&bare) {
        let to_sha256 =
            if hex.len() == 64 { " 64 digits often mean SHA-256, which this format cannot say." } else { "" };
        let decoded = Secret::from_hex(hex).ok()?;
        checks.repairable(
            Kind::SecretHex,
            FIELD,
            format!("The secret key is {} hex digits; expected Base32.{to_sha256}", hex.len()),
            "Convert the same bytes to Base32; do not type it again.",
            Repair::SecretFromHex,
        );
        return Some(decoded);
    }
    illegal(text, &BASE32, checks);
    None
}

/// Reads a secret that its format writes in hex, in either case.
///
/// Leakage: as [`read`]; which letters O, I and L stand in it may be told, too, for hex has none of them.
pub(crate) fn read_hex(text: &str, checks: &mut Checks, tallies: &mut Tallies) -> Option<Secret> {
    if is_hex(text) {
        return decode_hex(text, checks);
    }
    let bare = stripped(text);
    if bare.trim_end_matches('=').is_empty() {
        empty(text, checks);
        return None;
    }
    if bare.len() < text.len() {
        strip(text, "hex", checks);
    }
    let mut digits = bare.as_str();
    if let Some(rest) = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")) {
        let message = "The secret key begins with 0x; expected the hex digits alone.";
        checks.repairable(Kind::SecretHexPrefix, FIELD, message, "Take the 0x off.", Repair::StripHexPrefix);
        digits = rest;
    }
    if digits.is_empty() {
        empty(text, checks);
        return None;
    }
    if is_hex(digits) {
        return decode_hex(digits, checks);
    }
    let kinds = Kinds::of(&bare);
    if kinds.clean && kinds.length >= BASE32_LEAST && Secret::from_base32(bare.trim_end_matches('=')).is_ok() {
        checks.repairable(
            Kind::SecretBase32,
            FIELD,
            format!("The secret key is {} characters of Base32; expected hex.", kinds.length),
            "Convert the same bytes to hex; do not type it again.",
            Repair::SecretFromBase32,
        );
        return decode(&bare, kinds, checks, tallies);
    }
    illegal(text, &HEX, checks);
    None
}

/// How the characters of a secret stand for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base32,
    Hex,
}

/// A secret whose format does not say its encoding.
pub(crate) enum Reading {
    /// The other encoding is impossible.
    Certain(Secret, Encoding),
    /// Both are possible; neither has been judged.
    Either { base32: Secret, hex: Secret },
}

/// Reads a secret that its format writes in Base32 or in hex.
///
/// Leakage: as [`read`].
pub(crate) fn read_any(text: &str, checks: &mut Checks, tallies: &mut Tallies) -> Option<Reading> {
    let bare = stripped(text);
    let digits = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")).unwrap_or(&bare);
    if !is_hex(digits) || digits.len() < HEX_LEAST {
        return read(text, checks, tallies).map(|secret| Reading::Certain(secret, Encoding::Base32));
    }
    if Kinds::of(&bare).may_be_hex
        && let Ok(base32) = Secret::from_base32(&bare)
    {
        let Ok(hex) = Secret::from_hex(&bare) else {
            return read(text, checks, tallies).map(|secret| Reading::Certain(secret, Encoding::Base32));
        };
        if bare.len() < text.len() {
            strip(text, "a secret", checks);
        }
        return Some(Reading::Either { base32, hex });
    }
    read_hex(text, checks, tallies).map(|secret| Reading::Certain(secret, Encoding::Hex))
}

/// Says that a secret may be Base32 or hex, and was read as Base32.
pub(crate) fn may_be_hex(checks: &mut Checks) {
    checks.warning(
        Kind::SecretMayBeHex,
        FIELD,
        "The secret key has only the letters a to f and the digits 2 to 7: it is valid Base32, and valid hex too.",
        "It was read as Base32. Try two codes of the token in a row: if they are refused, the vendor meant hex.",
    );
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().fold(0, |odd, b| odd | u8::from(!b.is_ascii_hexdigit())) == 0
}

/// Judges and decodes a run of hex digits.
fn decode_hex(digits: &str, checks: &mut Checks) -> Option<Secret> {
    let Ok(secret) = Secret::from_hex(digits) else {
        checks.error(
            Kind::SecretLength,
            FIELD,
            format!("The secret key has {} hex digits; a byte has two, so that their number is even.", digits.len()),
            "A digit was lost or added, perhaps a 0 at the start: copy the secret again from the vendor's file.",
        );
        return None;
    };
    judge(secret, checks)
}

fn empty(text: &str, checks: &mut Checks) {
    let what = if text.is_empty() { "is empty" } else { "holds no letter and no digit" };
    checks.error(
        Kind::SecretEmpty,
        FIELD,
        format!("The secret key {what}."),
        "Ask the vendor for the token's secret; without it the token cannot be used.",
    );
}

/// Judges and decodes a run of letters and digits of the alphabet, with or without padding.
fn decode(text: &str, kinds: Kinds, checks: &mut Checks, tallies: &mut Tallies) -> Option<Secret> {
    let length = kinds.length;
    let run = text.get(..length).unwrap_or_default();
    // The reader overwrites the stack after every few rows.
    let Ok(secret) = Secret::from_base32_leaving_traces(run) else {
        checks.error(
            Kind::SecretLength,
            FIELD,
            format!("The secret key has {length} characters, which no whole number of bytes has in Base32."),
            "A character was lost or added: copy the secret again from the vendor's file.",
        );
        return None;
    };
    let secret = judge(secret, checks)?;
    if kinds.may_be_hex && HEX_LENGTHS.contains(&length) {
        may_be_hex(checks);
    }
    if kinds.lower {
        tallies.add(Kind::SecretLowerCase, checks);
    }
    if kinds.padded {
        tallies.add(Kind::SecretPadding, checks);
    }
    if left_over(run) {
        tallies.add(Kind::SecretLeftOverBits, checks);
    }
    Some(secret)
}

/// Judges a secret whatever its encoding: its length, and whether it is a published one.
pub(crate) fn judge(secret: Secret, checks: &mut Checks) -> Option<Secret> {
    judge_only(&secret, checks).then_some(secret)
}

/// The same; true where the secret can be used.
pub(crate) fn judge_only(secret: &Secret, checks: &mut Checks) -> bool {
    let bits = secret.byte_len().saturating_mul(8);
    if secret.byte_len() < Key::LEGACY_MIN_BYTES {
        checks.error(
            Kind::SecretTooShort,
            FIELD,
            format!("The secret key has {bits} bits; expected at least 128, and none below 80 is taken."),
            "It is probably cut off: copy it again from the vendor's file.",
        );
        return false;
    }
    if secret.byte_len() < Key::MIN_BYTES {
        checks.warning(
            Kind::SecretWeak,
            FIELD,
            format!("The secret key has {bits} bits; RFC 4226 asks for at least 128."),
            "Use it only where the token cannot be programmed again; prefer 160 bits.",
        );
    }
    if SAMPLES.iter().flatten().any(|sample| sample == secret) {
        checks.error(
            Kind::SecretSample,
            FIELD,
            "The secret key is one that is printed in public documents: everybody can compute its codes.",
            "Take the sample row out, or put the token's own secret in its place.",
        );
        return false;
    }
    true
}

/// Whether a text is the secret, as Base64 or as its bytes, or holds it, as Base32 or as hex, in one of its runs of letters and
/// digits.
///
/// Leakage: as [`read`]; the secrets are compared in constant time.
#[inline(always)]
pub(crate) fn stands_in(text: &str, secret: &Secret) -> bool {
    let bytes = secret.byte_len();
    (text.len() == bytes || text.len() >= base64_length(bytes)) && stands_in_long(text, secret)
}

/// How many characters so many bytes are in Base64, without padding. No other writing but the bytes themselves is shorter.
const fn base64_length(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

#[inline(never)]
fn stands_in_long(text: &str, secret: &Secret) -> bool {
    let bytes = secret.byte_len();
    let digits = text.trim_end_matches('=').len();
    if (text.len() == bytes && *secret == *text.as_bytes())
        || (digits == base64_length(bytes) && base64::decode(text.as_bytes()).is_some_and(|bytes| *secret == **bytes))
    {
        return true;
    }
    // As long as it is in Base32 or in hex: nearly no run of a clean file is read.
    let lengths = [bytes.saturating_mul(8).div_ceil(5), bytes.saturating_mul(2)];
    if lengths.iter().all(|length| text.len() < *length) {
        return false;
    }
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| lengths.contains(&run.len())).any(|run| {
        let readings = [Secret::from_base32(run), Secret::from_hex(run)];
        readings.iter().flatten().any(|reading| reading == secret)
    })
}

/// Which kinds of characters a text is made of.
#[derive(Clone, Copy)]
struct Kinds {
    /// Letters and digits of the alphabet, at least one, then nothing but padding.
    clean: bool,
    lower: bool,
    padded: bool,
    /// Nothing but a-f, A-F and 2-7.
    may_be_hex: bool,
    length: usize,
}

impl Kinds {
    fn of(text: &str) -> Self {
        let padding = text.bytes().rev().take_while(|b| *b == b'=').count();
        let run = text.as_bytes().get(..text.len().saturating_sub(padding)).unwrap_or_default();
        // All characters, without a branch: the compiler turns it into vector instructions.
        let (mut illegal, mut lower, mut beyond_hex) = (0u8, 0u8, 0u8);
        for &b in run {
            let digit = b.wrapping_sub(b'2') < 6;
            let letter = (b | 0x20).wrapping_sub(b'a');
            illegal |= u8::from(!(digit | (letter < 26)));
            beyond_hex |= u8::from(!(digit | (letter < 6)));
            lower |= u8::from(b.wrapping_sub(b'a') < 26);
        }
        Self {
            clean: illegal == 0 && !run.is_empty(),
            lower: lower != 0,
            padded: run.len() < text.len(),
            may_be_hex: beyond_hex == 0,
            length: run.len(),
        }
    }
}

/// Whether bits are left over after the last whole byte and not all zero. They are no part of the secret.
fn left_over(run: &str) -> bool {
    let mask = match run.len() & 7 {
        2 => 0b11,
        4 => 0b1111,
        5 => 0b1,
        7 => 0b111,
        _ => 0,
    };
    let value = match run.bytes().next_back() {
        Some(digit @ b'2'..=b'7') => digit.wrapping_sub(b'2').wrapping_add(26),
        Some(letter) => (letter | 0x20).wrapping_sub(b'a'),
        None => 0,
    };
    value & mask != 0
}

/// Says that separators stand in a secret.
fn strip(text: &str, part_of: &str, checks: &mut Checks) {
    checks.repairable(
        Kind::SecretSeparators,
        FIELD,
        format!("The secret key holds {}, which is no part of {part_of}.", separators(text)),
        "Write it as one run of letters and digits.",
        Repair::StripSecret,
    );
}

pub(crate) fn stripped(text: &str) -> Zeroizing<String> {
    let mut bare = Zeroizing::new(String::with_capacity(text.len()));
    text.chars().filter(|c| !is_secret_separator(*c)).for_each(|c| bare.push(c));
    bare
}

/// The separators of a text by name, each once.
fn separators(text: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for c in text.chars().filter(|c| is_secret_separator(*c)) {
        let name = character(c);
        if !names.contains(&name) && names.len() < 4 {
            names.push(name);
        }
    }
    names.join(" and ")
}

/// The hex digits, where a text is nothing else and as long as a key.
fn hex(bare: &str) -> Option<&str> {
    let digits = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")).unwrap_or(bare);
    (HEX_LENGTHS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(digits)
}

/// What is said of characters that an alphabet does not have.
struct Alphabet {
    has: fn(char) -> bool,
    /// Characters that are easily mistaken, and what they probably are.
    confusable: &'static [(char, &'static str)],
    name: &'static str,
    /// What to do where all of them are of that kind.
    compare: &'static str,
}

static BASE32: Alphabet = Alphabet {
    has: |c| c.is_ascii_alphabetic() || matches!(c, '2'..='7'),
    confusable: &[
        ('0', "0 (probably the letter O)"),
        ('1', "1 (probably the letter I or L)"),
        ('8', "8 (probably the letter B)"),
        ('9', "9 (perhaps the letter g)"),
    ],
    name: "Base32 (A to Z, 2 to 7)",
    compare: "Compare with the vendor's file and put the right letter in; if 0, 1, 8 and 9 abound, it may be hex.",
};

static HEX: Alphabet = Alphabet {
    has: |c| c.is_ascii_hexdigit(),
    confusable: &[
        ('O', "O (probably the digit 0)"),
        ('o', "o (probably the digit 0)"),
        ('I', "I (probably the digit 1)"),
        ('i', "i (probably the digit 1)"),
        ('L', "L (probably the digit 1)"),
        ('l', "l (probably the digit 1)"),
    ],
    name: "hex (0 to 9, a to f)",
    compare: "Compare with the vendor's file and put the right digit in.",
};

/// Says which characters are outside the alphabet, by place.
fn illegal(text: &str, alphabet: &Alphabet, checks: &mut Checks) {
    let mut places = String::new();
    let mut found = 0usize;
    let mut only_confusable = true;
    let run = text.trim_end_matches('=');
    for (index, c) in run.chars().enumerate() {
        if (alphabet.has)(c) || is_secret_separator(c) {
            continue;
        }
        found = found.saturating_add(1);
        let confusable = alphabet.confusable.iter().find(|(other, _)| *other == c);
        only_confusable &= confusable.is_some();
        let what = match (confusable, c) {
            (Some((_, what)), _) => what,
            (None, '=') => "padding before the end",
            (None, _) if c.is_ascii() => "a character outside the alphabet",
            (None, _) => "a character beyond ASCII",
        };
        if found <= MAX_PLACES {
            let place = index.saturating_add(1);
            let _ = write!(places, "{}position {place}: {what}", if found > 1 { ", " } else { "" });
        }
    }
    if let Some(more) = found.checked_sub(MAX_PLACES).filter(|more| *more > 0) {
        let _ = write!(places, " and {more} more");
    }
    let message = format!("The secret key has characters that {} has not: {places}.", alphabet.name);
    if only_confusable && found > 0 {
        checks.error(Kind::SecretConfusable, FIELD, message, alphabet.compare);
    } else {
        checks.error(
            Kind::SecretIllegalCharacter,
            FIELD,
            message,
            "Copy the secret again from the vendor's file; the columns may be shifted, too.",
        );
    }
}
