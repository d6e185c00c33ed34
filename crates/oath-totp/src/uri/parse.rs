//! Reading an otpauth URI: lenient where the field is loose, strict where a guess would give wrong codes for ever.

use super::{KeyUri, MovingFactor, SCHEME, UriError};
use crate::parameters::{Algorithm, Digits};
use crate::secret::Secret;
use alloc::borrow::ToOwned;
use alloc::string::String;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

/// The parameters that are read. From the third on they change the codes.
const KNOWN: [&str; 7] = ["secret", "issuer", "algorithm", "digits", "period", "counter", "encoder"];

/// Names that other software has for these. To ignore them would fall back to a default and give wrong codes.
const MISNAMED: [(&str, &str); 16] = [
    ("interval", "period"),
    ("step", "period"),
    ("timestep", "period"),
    ("timeperiod", "period"),
    ("alg", "algorithm"),
    ("algo", "algorithm"),
    ("hash", "algorithm"),
    ("hashalgorithm", "algorithm"),
    ("digest", "algorithm"),
    ("crypto", "algorithm"),
    ("length", "digits"),
    ("digit", "digits"),
    ("numdigits", "digits"),
    ("codelength", "digits"),
    ("otplength", "digits"),
    ("initialcounter", "counter"),
];

/// What is left of `&` in HTML, once a URI was copied from the source of a page and split at `&`.
const ENTITIES: [&str; 4] = ["amp;", "#38;", "#038;", "#x26;"];

pub(super) fn parse(text: &str) -> Result<KeyUri, UriError> {
    let uri = text
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'));
    let rest = match uri.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => rest,
        _ => return Err(other_scheme(uri)),
    };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (kind, label) = path.split_once('/').unwrap_or((path, ""));
    let counts = match kind {
        _ if kind.eq_ignore_ascii_case("totp") => false,
        _ if kind.eq_ignore_ascii_case("hotp") => true,
        _ if kind.eq_ignore_ascii_case("steam") => return Err(UriError::Steam),
        _ => return Err(UriError::Type),
    };
    if swallows(label) {
        return Err(UriError::Separator);
    }
    let [secret, issuer, algorithm, digits, period, counter, encoder] = parameters(query)?;
    let Names { issuer, prefix, account } = names(label.trim(), issuer.unwrap_or_default())?;
    let encoder = encoder.map(|encoder| decode(encoder, "encoder")).transpose()?;
    let encoder = encoder.as_deref().map(|encoder| encoder.trim()).unwrap_or_default();
    let is_steam = |name: &str| name.eq_ignore_ascii_case("steam");
    if [issuer.as_deref(), prefix.as_deref(), Some(encoder)].into_iter().flatten().any(is_steam)
        || digits.and_then(number::<u8>) == Some(5)
    {
        return Err(UriError::Steam);
    }
    if !encoder.is_empty() {
        return Err(UriError::Encoder);
    }
    let secret = secret.ok_or(UriError::Missing("secret"))?;
    let moving_factor = if counts {
        let counter = counter.ok_or(UriError::Missing("counter"))?;
        MovingFactor::Counter { counter: number(counter).ok_or(UriError::Counter)? }
    } else {
        match period {
            Some(period) => MovingFactor::Time { period: number(period).ok_or(UriError::Period)? },
            None => MovingFactor::TIME_30,
        }
    };
    let algorithm = algorithm.map_or(Ok(Algorithm::Sha1), |name| {
        decode(name, "algorithm")?.trim().parse().map_err(|_| UriError::Algorithm)
    })?;
    let digits = match digits {
        Some(digits) => number::<u8>(digits).and_then(|count| Digits::try_from(count).ok()).ok_or(UriError::Digits)?,
        None => Digits::Six,
    };
    Ok(KeyUri { secret: read_secret(secret)?, algorithm, digits, moving_factor, issuer, prefix, account })
}

fn other_scheme(uri: &str) -> UriError {
    let begins = |scheme: &str| uri.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    match () {
        () if begins("otpauth-migration:") => UriError::Migration,
        () if begins("phonefactor:") => UriError::PhoneFactor,
        () if begins("steam:") => UriError::Steam,
        () => UriError::Scheme,
    }
}

/// The values of the [`KNOWN`] parameters, still encoded. Others are passed over, unless they would change the codes.
///
/// Leakage: the secret's characters are secret; the places of `&` and `=`, and all names, are public.
fn parameters(query: &str) -> Result<[Option<&str>; 7], UriError> {
    let mut values = [None; 7];
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (name_of(name), value.trim());
        let is = |other: &str| *name == other;
        // Base32 has no `=` but at its end, so that the secret needs no look at its characters here.
        if !is("secret") && swallows(value) {
            return Err(UriError::Separator);
        }
        if let Some((known, place)) = KNOWN.iter().zip(&mut values).find(|(known, _)| is(known)) {
            if place.replace(value).is_some() {
                return Err(UriError::Twice(known));
            }
        } else if let Some((found, expected)) = MISNAMED.iter().find(|(found, _)| is(found)) {
            return Err(UriError::Misnamed { found, expected });
        } else if name.starts_with("2step") {
            return Err(UriError::TwoStep);
        } else if (is("t0") || is("epoch")) && number::<u64>(value) != Some(0) {
            return Err(UriError::T0);
        }
    }
    Ok(values)
}

/// The name of a parameter in lower case, without white space, `_`, `-` and what HTML leaves of `&`.
fn name_of(text: &str) -> Zeroizing<String> {
    // A name that is not UTF-8 is none that is known.
    let decoded = decode(text, "").unwrap_or_default();
    // Lower case may be longer, but not that of ASCII. Where a `=` is missing the text may be a secret.
    let mut name = Zeroizing::new(String::with_capacity(decoded.len()));
    let dropped = |c: &char| c.is_whitespace() || matches!(c, '+' | '_' | '-');
    name.extend(decoded.chars().filter(|c| !dropped(c)).map(|c| c.to_ascii_lowercase()));
    // Text that was escaped twice has `&amp;amp;`.
    while let Some(entity) = ENTITIES.iter().find(|entity| name.starts_with(**entity)) {
        name.drain(..entity.len());
    }
    name
}

/// Whether a text contains a parameter that changes the codes: the `&` before it is missing or is written otherwise.
fn swallows(text: &str) -> bool {
    let changes_codes = || KNOWN.iter().skip(2);
    text.match_indices('=').filter_map(|(at, _)| text.get(..at)).any(|before| {
        changes_codes().any(|name| {
            let from = before.len().checked_sub(name.len());
            from.and_then(|from| before.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(name))
        })
    })
}

/// The secret of its parameter. `+` is a blank here: a form encoded it.
///
/// Leakage: the characters are secret; which of them are escaped is public, and those that are escaped. Base32 needs no
/// escapes but for blanks and padding.
fn read_secret(value: &str) -> Result<Secret, UriError> {
    let decoded = decode(value, "secret")?;
    let mut text = Zeroizing::new(String::with_capacity(decoded.len()));
    text.extend(decoded.chars().map(|c| if c == '+' { ' ' } else { c }));
    Secret::from_base32(&text).map_err(UriError::Secret)
}

/// Who issued the secret, and to whom.
struct Names {
    issuer: Option<String>,
    prefix: Option<String>,
    account: String,
}

/// Where the issuer of the parameter and a colon begin the decoded label, the label is split there, since an issuer may
/// contain a colon; else at the first colon, written out or as `%3A`, before anything is decoded. Blanks around the
/// prefix and before the account are dropped, as the format allows them there.
///
/// `+` is a plus sign, unless the label shows that a form encoded the issuer: `Big%20Shop:alice` with `issuer=Big+Shop`.
fn names(label: &str, issuer: &str) -> Result<Names, UriError> {
    let decoded = decode(label, "label")?;
    let plain = decode(issuer, "issuer")?.trim().to_owned();
    let blanks = decode(&issuer.replace('+', " "), "issuer")?.trim().to_owned();
    let first_colon = first_colon(label)?;
    if let Some((prefix, account)) = first_colon.as_ref().filter(|(prefix, _)| !prefix.is_empty()) {
        // What is written of this label has no blanks around the colon: that must be split at the same place.
        let spellings = [decoded.trim_start().to_owned(), [prefix, ":", account].concat()];
        // A label that begins with a colon has no prefix.
        for issuer in [&plain, &blanks].into_iter().filter(|issuer| !issuer.is_empty() && !issuer.starts_with(':')) {
            let after =
                |label: &str| Some(label.strip_prefix(issuer.as_str())?.strip_prefix(':')?.trim_start().to_owned());
            if let Some(account) = spellings.iter().find_map(|label| after(label)) {
                return Ok(Names { issuer: Some(issuer.clone()), prefix: Some(issuer.clone()), account });
            }
        }
    }
    let issuer = non_empty(if *decoded == blanks { &blanks } else { &plain });
    let (prefix, account) = first_colon.unwrap_or_else(|| (String::new(), (*decoded).clone()));
    Ok(Names { issuer, prefix: non_empty(&prefix), account })
}

/// Both sides of the first colon of a label, decoded. `None` where there is no colon.
fn first_colon(label: &str) -> Result<Option<(String, String)>, UriError> {
    let colon = |rest: &[u8]| match rest {
        [b':', ..] => Some(1),
        [b'%', b'3', b'A' | b'a', ..] => Some(3),
        _ => None,
    };
    let found = (0..label.len()).find_map(|at| Some((at, colon(label.as_bytes().get(at..)?)?)));
    let Some((at, length)) = found else { return Ok(None) };
    let prefix = decode(label.get(..at).unwrap_or_default(), "label")?;
    let account = decode(label.get(at.saturating_add(length)..).unwrap_or_default(), "label")?;
    // After no prefix at all the blanks belong to the account.
    let account = if prefix.is_empty() { account.as_str() } else { account.trim_start() };
    Ok(Some((prefix.trim().to_owned(), account.to_owned())))
}

fn decode(text: &str, part: &'static str) -> Result<Zeroizing<String>, UriError> {
    let mut bytes = Zeroizing::new(alloc::vec::Vec::with_capacity(text.len()));
    bytes.extend(percent_decode_str(text));
    match String::from_utf8(core::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(UriError::NotUtf8(part))
        }
    }
}

/// Plain decimal digits, with no sign. Blanks around them may be encoded.
fn number<T: core::str::FromStr>(value: &str) -> Option<T> {
    let decoded = decode(value, "").ok()?;
    let text = decoded.trim();
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

pub(super) fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
