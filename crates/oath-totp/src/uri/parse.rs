//! Reading an otpauth URI: lenient where the field is loose, strict where a guess would give wrong codes for ever.

use super::{KeyUri, MovingFactor, SCHEME, UriError};
use crate::parameters::{Algorithm, Digits};
use crate::secret::Secret;
use alloc::borrow::ToOwned;
use alloc::string::String;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

/// The parameters that otpauth has.
const KNOWN: [&str; 7] = ["secret", "issuer", "algorithm", "digits", "period", "counter", "encoder"];

/// Names that other software has for these. Ignoring them would fall back to a default and give wrong codes.
const MISNAMED: [(&str, &str); 9] = [
    ("interval", "period"),
    ("step", "period"),
    ("timestep", "period"),
    ("alg", "algorithm"),
    ("algo", "algorithm"),
    ("hash", "algorithm"),
    ("digest", "algorithm"),
    ("length", "digits"),
    ("initialcounter", "counter"),
];

pub(super) fn parse(text: &str) -> Result<KeyUri, UriError> {
    let uri = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'));
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
    let [secret, issuer, algorithm, digits, period, counter, encoder] = parameters(query)?;
    let issuer = issuer.map(|issuer| decode(issuer, "issuer")).transpose()?;
    let issuer = issuer.as_deref().map(|issuer| issuer.trim()).and_then(non_empty);
    let (prefix, account) = split_label(label.trim(), issuer.as_deref())?;
    let is_steam = |name: &str| name.trim().eq_ignore_ascii_case("steam");
    let names = [issuer.as_deref(), prefix.as_deref(), encoder];
    if names.into_iter().flatten().any(is_steam) || digits.is_some_and(|digits| digits.trim() == "5") {
        return Err(UriError::Steam);
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

/// The values of the [`KNOWN`] parameters, still encoded. Others are passed over, but for misnamed ones.
///
/// Leakage: the secret's characters are secret; the places of `&` and `=` are public.
fn parameters(query: &str) -> Result<[Option<&str>; 7], UriError> {
    let mut values = [None; 7];
    for pair in query.split('&') {
        // A URI copied from the source of a page has `&amp;` for `&`.
        let pair = ["amp;", "#38;", "#x26;"].iter().find_map(|entity| pair.strip_prefix(entity)).unwrap_or(pair);
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.trim();
        if let Some((known, place)) = KNOWN.iter().zip(&mut values).find(|(known, _)| name.eq_ignore_ascii_case(known))
        {
            if place.replace(value.trim()).is_some() {
                return Err(UriError::Twice(known));
            }
        } else if let Some((found, expected)) = MISNAMED.iter().find(|(found, _)| name.eq_ignore_ascii_case(found)) {
            return Err(UriError::Misnamed { found, expected });
        }
    }
    Ok(values)
}

/// The secret of its parameter. `+` is a blank here: a form encoded it.
///
/// Leakage: the characters are secret; which of them are escaped is public.
fn read_secret(value: &str) -> Result<Secret, UriError> {
    let decoded = decode(value, "secret")?;
    let mut text = Zeroizing::new(String::with_capacity(decoded.len()));
    text.extend(decoded.chars().map(|c| if c == '+' { ' ' } else { c }));
    Secret::from_base32(&text).map_err(UriError::Secret)
}

/// The issuer before the colon and the account after it. Where the issuer of the parameter and a colon begin the decoded
/// label, that is the place, since an issuer may contain a colon; else the first colon, written out or as `%3A`, before
/// anything is decoded. Blanks between the colon and the account are dropped, as the format allows them there.
fn split_label(label: &str, issuer: Option<&str>) -> Result<(Option<String>, String), UriError> {
    let decoded = decode(label, "label")?;
    let after_issuer =
        issuer.and_then(|issuer| decoded.strip_prefix(issuer)?.strip_prefix(':').map(|rest| (issuer, rest)));
    if let Some((issuer, account)) = after_issuer {
        return Ok((non_empty(issuer), account.trim_start().to_owned()));
    }
    let colon = |rest: &[u8]| match rest {
        [b':', ..] => Some(1),
        [b'%', b'3', b'A' | b'a', ..] => Some(3),
        _ => None,
    };
    let found = (0..label.len()).find_map(|at| Some((at, colon(label.as_bytes().get(at..)?)?)));
    let Some((at, length)) = found else { return Ok((None, (*decoded).clone())) };
    let prefix = decode(label.get(..at).unwrap_or_default(), "label")?;
    let account = decode(label.get(at.saturating_add(length)..).unwrap_or_default(), "label")?;
    let account = if prefix.is_empty() { account.as_str() } else { account.trim_start() };
    Ok((non_empty(&prefix), account.to_owned()))
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
