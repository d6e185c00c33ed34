//! What text may be shown to a person, and which characters hide in it.

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

/// A serial number fit to be shown in a report of a row that is no record: its columns may be shifted.
pub(crate) fn reportable_serial(text: &str) -> Option<String> {
    let fits = !text.is_empty()
        && text.len() <= 64
        && !could_be_secret(text)
        && !text.contains(|c: char| is_unreadable(c) || matches!(c, ',' | ';' | '\t' | '|' | '"' | '@'));
    fits.then(|| text.to_owned())
}

/// A user name fit to be shown in a report of a row that is no record.
pub(crate) fn reportable_upn(text: &str) -> Option<String> {
    let fits = text.len() <= 256
        && text.split('@').all(|part| !could_be_secret(part))
        && !text.contains(|c: char| is_unreadable(c) || matches!(c, ',' | ';' | '\t' | '|' | '"' | '=' | ' '))
        && text.contains('@');
    fits.then(|| text.to_owned())
}

/// A short value in quotes for a message, without anything that a terminal would act on; `None` where it is too long
/// to be what it should be, or could be a secret.
pub(crate) fn quoted(text: &str) -> Option<String> {
    if text.chars().nth(40).is_some() || could_be_secret(text) {
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

/// `1 row`, `2 rows`, `2 entries`.
pub(crate) fn count(number: u64, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if number == 1 => format!("1 {one}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for text in ["1100000000000", "306EUO4-00960", "00040008CFA5", "11000000000001100000000000"] {
            assert_eq!(reportable_serial(text).as_deref(), Some(text));
        }
        assert_eq!(reportable_upn("o''neil@contoso.com").as_deref(), Some("o''neil@contoso.com"));
        assert_eq!(reportable_upn("a@b;1;GEZDGNBVGY3TQOJQ"), None);
    }

    #[test]
    fn terminals_are_not_told_what_to_do() {
        assert_eq!(quoted("6\u{1b}[2J0").unwrap(), "\"6\\u{1b}[2J0\"");
        assert_eq!(quoted("\u{202e}60").unwrap(), "\"\\u{202e}60\"");
    }
}
