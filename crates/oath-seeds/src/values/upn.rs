use crate::check::Checks;
use crate::text::{character, is_hidden, is_typographic_quote};
use crate::{Field, Kind, Repair};
use memchr::memchr;
use std::borrow::Cow;

const FIELD: Field = Field::Upn;

/// Reads the user of a row; a doubled single quote is one. `None` without an error where there is none.
pub(crate) fn read(text: &str, checks: &mut Checks) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let look = Look::of(text);
    if look.illegal.is_none() && !look.typographic && !look.single_quote && look.formed {
        return Some(if look.quotes { text.replace("''", "'") } else { text.to_owned() });
    }
    if look.hidden {
        let bare: String = text.chars().filter(|c| !is_hidden(*c)).collect();
        let message = format!("The user name holds {}.", look.illegal.map(|(_, c)| character(c)).unwrap_or_default());
        let action = "Type the name again; what cannot be seen is copied along from web pages and documents.";
        let repair = Repair::StripHidden(FIELD);
        checks.repairable(Kind::UpnIllegalCharacter, FIELD, message, action, repair);
        return read(&bare, checks);
    }
    if let Some((place, c)) = look.illegal {
        checks.error(
            Kind::UpnIllegalCharacter,
            FIELD,
            format!(
                "The user name holds {} at position {place}; it may hold letters, digits, ' . - _ ! # ^ ~ and one @.",
                character(c)
            ),
            "Write the name as the directory shows it.",
        );
        return None;
    }
    if !look.formed {
        checks.error(
            Kind::UpnMalformed,
            FIELD,
            "The user name is not of the form name@domain with exactly one @.",
            "Write the user principal name in full, as the directory shows it.",
        );
        return None;
    }
    quotes(text, look, checks)
}

/// Whether a name is of the kind that nearly all are: letters, digits, dots, dashes, underscores around one @.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let weigh = |byte: &u8| WEIGHTS.get(usize::from(*byte)).copied().unwrap_or(ODD);
    let weight = bytes.iter().fold(0u32, |sum, byte| sum.wrapping_add(weigh(byte)));
    weight == AT && bytes.first() != Some(&b'@') && bytes.last() != Some(&b'@')
}

/// The weight of an @.
const AT: u32 = 1;
/// The weight of every byte that makes a name worth a closer look: more than that of all @ that a field can hold. A whole
/// field of such bytes weighs less than 2^27.
const ODD: u32 = 1 << 16;

/// Nothing for the other bytes of plain names.
static WEIGHTS: [u32; 256] = {
    let mut weights = [ODD; 256];
    let mut plain: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    while let [byte, rest @ ..] = plain {
        #[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "at compile time, where From is not const")]
        {
            weights[*byte as usize] = 0;
        }
        plain = rest;
    }
    weights[0x40] = AT;
    weights
};

/// A typographic quote, or a single one that is not doubled.
fn quotes(text: &str, look: Look, checks: &mut Checks) -> Option<String> {
    let plain: String = text.chars().map(|c| if is_typographic_quote(c) { '\'' } else { c }).collect();
    let doubled = plain.replace("''", "'").replace('\'', "''");
    // Three in a row may be one and a half or three.
    let safe = !plain.contains("'''");
    let (kind, message) = if look.typographic {
        (Kind::UpnTypographicQuote, "The user name holds a typographic quote; expected ' written twice.")
    } else {
        (Kind::UpnSingleQuote, "The user name holds a ' that is not written twice.")
    };
    let action = "Write a single quote in a name as two: o''neil@example.com.";
    if safe {
        let name = doubled.replace("''", "'");
        checks.repairable(kind, FIELD, message, action, Repair::Upn(doubled));
        Some(name)
    } else {
        checks.error(kind, FIELD, message, action);
        None
    }
}

/// What a well-formed name deserves to be told.
pub(crate) fn judge(name: &str, checks: &mut Checks) {
    if !name.is_ascii() {
        checks.warning(
            Kind::UpnLetter,
            FIELD,
            "The user name holds letters beyond A to Z, which user principal names do not have.",
            "Write the name as the directory shows it.",
        );
    }
    if memchr(b'#', name.as_bytes()).is_some() && (name.contains("#EXT#") || name.contains("#ext#")) {
        checks.warning(
            Kind::UpnGuest,
            FIELD,
            "The user name holds #EXT#: it looks like a guest, and a hardware token cannot be assigned to a guest.",
            "Give the token to a member; a guest signs in with the methods of the home organisation.",
        );
    }
}

/// What a name is made of, in one pass.
#[derive(Clone, Copy)]
struct Look {
    /// The first character that may not be there, and its place from 1.
    illegal: Option<(usize, char)>,
    /// All illegal characters are invisible ones.
    hidden: bool,
    typographic: bool,
    quotes: bool,
    /// A run of an odd number of single quotes.
    single_quote: bool,
    /// One @ with something on both sides.
    formed: bool,
}

impl Look {
    fn of(text: &str) -> Self {
        let mut look =
            Self { illegal: None, hidden: true, typographic: false, quotes: false, single_quote: false, formed: false };
        let (mut ats, mut odd) = (0usize, false);
        for (index, c) in text.chars().enumerate() {
            if c != '\'' {
                look.single_quote |= odd;
                odd = false;
            }
            match c {
                '\'' => (odd, look.quotes) = (!odd, true),
                '@' => ats = ats.saturating_add(1),
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '!' | '#' | '^' | '~' => {}
                _ if is_typographic_quote(c) => look.typographic = true,
                _ if c.is_alphanumeric() => {}
                _ => {
                    look.illegal = look.illegal.or(Some((index.saturating_add(1), c)));
                    look.hidden &= is_hidden(c);
                }
            }
        }
        look.single_quote |= odd;
        look.hidden &= look.illegal.is_some();
        look.formed = ats == 1 && !text.starts_with('@') && !text.ends_with('@');
        look
    }
}

/// A name as the upload wants it.
pub(crate) fn escaped(name: &str) -> Cow<'_, str> {
    if memchr(b'\'', name.as_bytes()).is_some() { name.replace('\'', "''").into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::{Look, is_plain};

    #[test]
    fn a_plain_name_needs_no_closer_look() {
        let names = [
            "a@b",
            "a.b-c_d9@example.com",
            "@",
            "a@",
            "@b",
            "a@@b",
            "a@b@c",
            "ab",
            "",
            "a b@c",
            "o''neil@x",
            "\u{e4}@b",
        ];
        let long = format!("{}@b", "a".repeat(1000));
        let odd = format!("{}@b", "!".repeat(1022));
        for name in names.into_iter().chain([long.as_str(), &odd]) {
            let look = Look::of(name);
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_@".contains(&b)) && look.formed;
            assert_eq!(is_plain(name), plain, "{name}");
        }
    }
}
