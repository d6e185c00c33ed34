//! What text may be shown to a person, and which characters hide in it.

use core::fmt;

/// Looks like white space, or like nothing at all, and is neither a blank nor a tab.
pub(crate) const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
    )
}

/// A single quote as word processors print it, or an accent typed for one.
pub(crate) const fn is_typographic_quote(c: char) -> bool {
    matches!(c, '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{b4}' | '`')
}

/// What people and programs put around or between the characters of a secret.
pub(crate) const fn is_secret_separator(c: char) -> bool {
    is_hidden(c)
        || is_typographic_quote(c)
        || matches!(
            c,
            ' ' | '\t'..='\r' | '-' | '_' | '.' | ':' | '\'' | '"' | '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}'
                | '\u{2010}'..='\u{2015}' | '\u{2039}' | '\u{203a}' | '\u{2033}' | '\u{2212}' | '\u{b7}'
        )
}

/// A control character, or the mark of one that a conversion lost.
pub(crate) fn is_unreadable(c: char) -> bool {
    c.is_control() || c == char::REPLACEMENT_CHARACTER
}

/// Whether a text could be a secret, perhaps a mistyped one, so that it must not be shown: it has sixteen and more letters
/// and digits (80 bits of Base32), whatever stands between them. Digits alone are a serial number; from 32 (128 bits of hex),
/// a secret.
pub(crate) fn could_be_secret(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let length = digits.saturating_add(letters);
    length >= 32 || (length >= 16 && letters > 0)
}

/// A serial number fit to be shown in a report of a row that is no record: its columns may be shifted, so that a secret or a
/// part of one may stand there. At least half of its letters and digits are digits, as in every known kind of serial number;
/// it is shorter than a secret, and holds nothing but letters, digits and the marks of serial numbers.
pub(crate) fn reportable_serial(text: &str) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let marks = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_' | b'.' | b':' | b'#'));
    let fits = !text.is_empty()
        && marks
        && digits >= letters
        && digits.saturating_add(letters) < 20
        && (digits.saturating_add(letters) < 16 || letters == 0);
    fits.then(|| text.to_owned())
}

/// A user name fit to be shown in a report of a row that is no record. It has no marks but those that names have: with others
/// it may be a password or the bytes of a secret.
pub(crate) fn reportable_upn(text: &str) -> Option<String> {
    let of_name = |c: char| c.is_alphanumeric() || is_typographic_quote(c) || "@.-_'+#".contains(c);
    let fits = text.len() <= 256
        && text.split('@').all(|part| !is_doubtful_name(part))
        && text.chars().all(of_name)
        && text.contains('@');
    fits.then(|| text.to_owned())
}

/// Whether a part of a user name could be a secret. Names have digits at their end, if at all, and hardly more than twenty
/// letters in a row.
fn is_doubtful_name(part: &str) -> bool {
    let digits = part.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    let longest = part.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max().unwrap_or_default();
    let within = part.as_bytes().windows(2).any(|pair| matches!(pair, [b'0'..=b'9', b'a'..=b'z' | b'A'..=b'Z']));
    let number = part.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    (could_be_secret(part) && (digits >= 2 || within)) || longest >= 24 || number >= 16
}

/// Words that stand in the place of parameters and in headers, in lower case. None of them is a part of a secret.
const WORDS: &[&str] = &[
    "seconds",
    "second",
    "minutes",
    "minute",
    "hours",
    "hmacsha224",
    "hmacsha384",
    "hmacsha1",
    "hmacsha256",
    "hmacsha512",
    "sha224",
    "sha384",
    "sha1",
    "sha256",
    "sha512",
    "sha3",
    "hmac",
    "steam",
    "yubico",
    "challenge",
    "response",
    "event",
    "time",
    "based",
    "timeinterval",
    "interval",
    "intervall",
    "period",
    "serialnumber",
    "serial",
    "number",
    "secretkey",
    "secret",
    "manufacturer",
    "model",
    "upn",
    "userprincipalname",
    "displayname",
    "username",
    "principal",
    "name",
    "user",
    "token",
    "device",
    "batch",
    "order",
    "delivery",
    "date",
    "comment",
    "remark",
    "description",
    "status",
    "group",
    "department",
    "location",
    "customer",
    "article",
    "product",
    "firmware",
    "version",
    "expiry",
    "warranty",
    "column",
];

/// Whether a text is certainly no secret and no part of one: outside known words it has fewer than eight letters and
/// digits, which are fewer than 40 bits, wherever they stand.
fn is_harmless(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_alphanumeric());
    let known = |run: &&str| WORDS.iter().any(|word| run.eq_ignore_ascii_case(word));
    runs.filter(|run| !known(run)).map(|run| run.chars().count()).fold(0usize, usize::saturating_add) < 8
}

/// A short value in quotes for a message, without anything that a terminal would act on; `None` unless it is certainly
/// harmless, since the columns may be shifted.
pub(crate) fn quoted(text: &str) -> Option<String> {
    if text.chars().nth(40).is_some() || !is_harmless(text) {
        return None;
    }
    let mut shown = String::from("\"");
    for c in text.chars() {
        if is_unreadable(c) || is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown.push('"');
    Some(shown)
}

/// A number for a message: in figures where it may be a time or a count. A longer one is not shown, for a secret of digits
/// alone may stand in its place.
///
/// Leakage: whether it has more than 10 digits; all of it where it has not.
pub(crate) fn number(number: impl TryInto<i64>) -> String {
    match number.try_into() {
        Ok(shown) if shown.unsigned_abs() < 10_000_000_000 => shown.to_string(),
        _ => "a number of more than 10 digits".to_owned(),
    }
}

/// The name of a character for a message.
pub(crate) fn character(c: char) -> String {
    let name = match c {
        ' ' => "a space",
        '\t' => "a tab",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "a zero-width character",
        '\u{ad}' => "a soft hyphen",
        char::REPLACEMENT_CHARACTER => "a character lost in a conversion",
        _ if is_typographic_quote(c) => "a typographic quote",
        _ if is_hidden(c) => "an invisible character",
        _ if c.is_control() => "a control character",
        _ => return format!("\"{c}\""),
    };
    name.to_owned()
}

/// Values for a message, with a word before the last: `6, 7 or 8`.
pub(crate) struct Listed<'a, T>(pub(crate) &'a [T], pub(crate) &'static str);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(values, word) = self;
        for (index, value) in values.iter().enumerate() {
            match values.len().saturating_sub(index) {
                _ if index == 0 => {}
                1 => write!(f, " {word} ")?,
                _ => f.write_str(", ")?,
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

/// `1 row`, `2 rows`, `2 entries`.
pub(crate) fn count(number: impl TryInto<u64>, one: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    match one.strip_suffix('y') {
        _ if number == 1 => format!("1 {one}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {one}s"),
    }
}

/// Whether a text holds printable ASCII only, and no blank.
pub(crate) fn is_printable(text: &str) -> bool {
    // All bytes are looked at, without a branch: the compiler makes vector instructions of it.
    let look = |bytes: &[u8]| bytes.iter().fold(0, |odd, b| odd | u8::from(b.wrapping_sub(b'!') >= b'\x7f' - b'!'));
    let bytes = text.as_bytes();
    // The last block overlaps the one before it, so that no byte is looked at alone.
    let odd = match bytes.last_chunk::<32>() {
        Some(last) => bytes.as_chunks::<32>().0.iter().fold(look(last), |odd, block| odd | look(block)),
        None => look(bytes),
    };
    odd == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_for_what_is_printable() {
        for length in [0, 1, 31, 32, 33, 64, 100] {
            let text = "!z~".repeat(length).chars().take(length).collect::<String>();
            assert!(is_printable(&text), "{length}");
            // One odd byte, and two of them, which do not make up for each other.
            for one in 0..length {
                for other in [one, 0, length / 2, length - 1] {
                    for odd in [b' ', 0x7f, b'\t', 0] {
                        let mut bytes = text.clone().into_bytes();
                        (bytes[one], bytes[other]) = (odd, odd);
                        let text = String::from_utf8(bytes).unwrap();
                        assert!(!is_printable(&text), "{text:?}");
                    }
                }
            }
        }
        assert!(!is_printable("é"));
    }

    #[test]
    fn what_could_be_a_secret_is_not_shown() {
        for text in [
            "GEZDGNBVGY3TQOJQ",
            "gezd gnbv gy3t qojq",
            "3132333435363738393a",
            "GEZDGNBV0Y3TQOJQ=",
            "\u{a0}GEZDGNBVGY3TQOJQ",
            "JBSWY3DPEHPK!PXP1",
            "R0VaREdOQlZHWTNUUU9KUQ+/",
            "31323334353637383930313233343536",
        ] {
            assert!(could_be_secret(text), "{text}");
            assert_eq!(quoted(text), None, "{text}");
            assert_eq!(reportable_serial(text), None, "{text}");
        }
        assert_eq!(reportable_upn("GEZDGNBVGY3TQOJQ@x"), None);
        // Twenty digits are 80 bits of hex.
        assert_eq!(reportable_serial("11000000000001100000"), None);
        for text in ["1100000000000", "306EUO4-00960", "00040008CFA5", "GALT11420104", "1100000000000110000"] {
            assert_eq!(reportable_serial(text).as_deref(), Some(text));
        }
        assert_eq!(reportable_upn("o''neil@contoso.com").as_deref(), Some("o''neil@contoso.com"));
        assert_eq!(reportable_upn("maximilian.mustermann12@x").as_deref(), Some("maximilian.mustermann12@x"));
        for text in ["a@b;1;GEZDGNBVGY3TQOJQ", "kT7/q+9Zr2!Wm4v&xP8^@b.c", "a b@c", "a\u{7}@b", "a"] {
            assert_eq!(reportable_upn(text), None, "{text}");
        }
        for text in ["EHPK3PXP", "JBSWY3DPEHPK3PX", "R0VaREdOQlZHW", "313233343536373a"] {
            assert_eq!((quoted(text), reportable_serial(text).filter(|_| text.len() != 16)), (None, None), "{text}");
        }
        // Sixteen letters and digits are a secret, fifteen are not; digits at both ends are those of one.
        assert_eq!(reportable_serial("12345678ABCDEFGH"), None);
        assert_eq!(reportable_serial("12345678ABCDEFG").as_deref(), Some("12345678ABCDEFG"));
        assert_eq!(reportable_upn("1.abcdefghijklmno.2@x"), None);
        assert_eq!(reportable_upn("abcdefghijklmnopq.2@x").as_deref(), Some("abcdefghijklmnopq.2@x"));
        for text in ["45", "60000", "60 min", "30 Seconds", "HmacSHA224", "Intervall", "Delivery Date", "OCRA2"] {
            assert!(quoted(text).is_some(), "{text}");
        }
    }

    #[test]
    fn long_numbers_are_not_shown() {
        assert_eq!([0, -3, 1_740_000_000, -9_999_999_999_i64].map(number), ["0", "-3", "1740000000", "-9999999999"]);
        assert_eq!(number(9_999_999_999_u64), "9999999999");
        assert_eq!(number(10_000_000_000_u64), "a number of more than 10 digits");
        assert_eq!(number(48_392_017_592_u64), "a number of more than 10 digits");
        assert_eq!(number(-48_392_017_592_068_374_i64), "a number of more than 10 digits");
    }

    #[test]
    fn characters_have_names() {
        for (c, name) in [
            (' ', "a space"),
            ('\t', "a tab"),
            ('\u{a0}', "a no-break space"),
            ('\u{202f}', "a no-break space"),
            ('\u{200b}', "a zero-width character"),
            ('\u{2060}', "a zero-width character"),
            ('\u{feff}', "a zero-width character"),
            ('\u{ad}', "a soft hyphen"),
            ('\u{fffd}', "a character lost in a conversion"),
            ('\u{2019}', "a typographic quote"),
            ('\u{202a}', "an invisible character"),
            ('\u{7}', "a control character"),
            ('!', "\"!\""),
        ] {
            assert_eq!(character(c), name);
        }
    }

    #[test]
    fn terminals_are_not_told_what_to_do() {
        assert_eq!(quoted("6\u{1b}[2J0").unwrap(), "\"6\\u{1b}[2J0\"");
        assert_eq!(quoted("\u{202e}60").unwrap(), "\"\\u{202e}60\"");
    }
}
