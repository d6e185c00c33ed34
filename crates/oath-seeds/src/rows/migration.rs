//! `otpauth-migration`: the export of Google Authenticator, `otpauth-migration://offline?data=…`, one URI a line. A URI is
//! one part (one QR code) of an export; it holds up to ten keys.

use super::line;
use crate::check::Checks;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::values::{base64, secret};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Severity, TokenType};
use core::fmt::Write as _;
use micropb::{PbDecoder, WIRE_TYPE_LEN, WIRE_TYPE_VARINT};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use percent_encoding::percent_decode_str;
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// No export that is believed has more parts.
const MOST_PARTS: u64 = 1024;
/// The completeness of so many exports in one file is followed.
const MOST_EXPORTS: usize = 1024;
/// No more missing parts than these are listed.
const MOST_LISTED: usize = 8;

#[derive(Default)]
pub(super) struct Migration {
    keys: u64,
    exports: Vec<Export>,
    untracked: bool,
}

/// The parts of one export that have been seen.
struct Export {
    id: i64,
    /// The line of the first of them.
    line: u64,
    seen: Vec<bool>,
}

impl Rows for Migration {
    fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        context: &mut Context,
        rows: &mut VecDeque<Row>,
    ) -> Result<(), Finding> {
        let Some((mut checks, uri)) = line::begun(line, text, windows_1252, context, rows) else { return Ok(()) };
        let Some(bytes) = data(uri, &mut checks) else {
            rows.push_back(Row::failed(checks, None, None));
            return Ok(());
        };
        let Some(part) = Part::of(&bytes).filter(|part| part.index < part.size && part.size <= MOST_PARTS) else {
            malformed(&mut checks, "What the URI holds is no export of Google Authenticator, or it is damaged.");
            rows.push_back(Row::failed(checks, None, None));
            return Ok(());
        };
        self.note(&part, line.number);
        for key in part.keys {
            self.keys = self.keys.saturating_add(1);
            let mut checks = context.checks(Place::Item { of: "key", number: self.keys });
            let record = self::key(key, &mut checks, context);
            rows.push_back(line::row(record, checks));
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context, _rows: &mut VecDeque<Row>) {
        context.findings.extend(self.exports.iter().filter_map(Export::finding));
        if self.untracked {
            context.findings.push(Finding::new(
                Kind::ExportIncomplete,
                Severity::Warning,
                format!("The file has more than {MOST_EXPORTS} exports; only these were checked for missing parts."),
                "Split the file.",
            ));
        }
    }
}

impl Migration {
    /// Notes that a part of an export is there.
    fn note(&mut self, part: &Part<'_>, line: u64) {
        let size = usize::try_from(part.size).unwrap_or_default();
        let known = self.exports.iter().position(|export| export.id == part.id && export.seen.len() == size);
        let place = known.unwrap_or(self.exports.len());
        if place >= MOST_EXPORTS {
            self.untracked = true;
            return;
        }
        if known.is_none() {
            self.exports.push(Export { id: part.id, line, seen: vec![false; size] });
        }
        let index = usize::try_from(part.index).unwrap_or(usize::MAX);
        if let Some(seen) = self.exports.get_mut(place).and_then(|export| export.seen.get_mut(index)) {
            *seen = true;
        }
    }
}

impl Export {
    /// Names the parts that are missing.
    fn finding(&self) -> Option<Finding> {
        let missing: Vec<usize> = (1..).zip(&self.seen).filter_map(|(part, seen)| (!seen).then_some(part)).collect();
        let first = missing.first()?;
        let mut message = format!("The export that begins here has {} parts; missing: {first}", self.seen.len());
        for part in missing.iter().take(MOST_LISTED).skip(1) {
            let _ = write!(message, ", {part}");
        }
        if missing.len() > MOST_LISTED {
            let _ = write!(message, " and {} more", missing.len().saturating_sub(MOST_LISTED));
        }
        message.push('.');
        let action = "Scan the QR codes of these parts too, and put each URI on a line of the same file.";
        Some(Finding {
            place: Place::Line(self.line),
            ..Finding::new(Kind::ExportIncomplete, Severity::Warning, message, action)
        })
    }
}

/// What a URI holds.
///
/// Leakage: which characters are escaped is visible in the time that this takes, `+` and `/` of the Base64 among them; the
/// rest as [`base64::decode`].
fn data(uri: &str, checks: &mut Checks) -> Option<Zeroizing<Vec<u8>>> {
    const SCHEME: &str = "otpauth-migration:";
    let begins = |scheme: &str| uri.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    if !begins(SCHEME) {
        if begins("otpauth:") {
            let action = "Read it as otpauth-lines, in a file of its own.";
            checks.error(Kind::OtherFormat, None, "This is a URI otpauth:, not otpauth-migration:.", action);
        } else {
            malformed(checks, "This is no URI otpauth-migration://offline?data=….");
        }
        return None;
    }
    let (_, query) = uri.split_once('?').unwrap_or_default();
    let Some(value) = query.split('&').find_map(|pair| pair.strip_prefix("data=")) else {
        malformed(checks, "The URI lacks the parameter data.");
        return None;
    };
    let mut text = Zeroizing::new(Vec::with_capacity(value.len()));
    text.extend(percent_decode_str(value));
    // A form has read the plus signs as blanks.
    text.iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = b'+');
    let bytes = base64::decode(&text);
    if bytes.is_none() {
        malformed(checks, "The parameter data is not Base64; the URI may be cut off.");
    }
    bytes
}

fn malformed(checks: &mut Checks, message: &'static str) {
    checks.error(Kind::ValueMalformed, None, message, "Scan the QR code again, and copy the whole URI.");
}

/// A value on the wire.
#[derive(Clone, Copy)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a type that no field has that is read.
    Other,
}

/// Calls `each` with the number and the value of every field; `None` where it is no protobuf message, or where `each`
/// answers so. Values are read where they stand.
fn fields<'a>(message: &'a [u8], each: &mut dyn FnMut(u32, Value<'a>) -> Option<()>) -> Option<()> {
    let mut decoder = PbDecoder::new(message);
    while !decoder.as_reader().is_empty() {
        let tag = decoder.decode_tag().ok()?;
        let value = match tag.wire_type() {
            WIRE_TYPE_VARINT => Value::Number(decoder.decode_varint64().ok()?),
            WIRE_TYPE_LEN => {
                let length = usize::try_from(decoder.decode_varint32().ok()?).ok()?;
                let rest: &'a [u8] = decoder.as_reader();
                let bytes = rest.get(..length)?;
                decoder.skip_bytes(length).ok()?;
                Value::Bytes(bytes)
            }
            other => {
                decoder.skip_wire_value(other).ok()?;
                Value::Other
            }
        };
        each(tag.field_num(), value)?;
    }
    Some(())
}

/// One part of an export.
struct Part<'a> {
    keys: Vec<&'a [u8]>,
    size: u64,
    /// From 0.
    index: u64,
    /// What all parts of an export have in common.
    id: i64,
}

impl<'a> Part<'a> {
    fn of(message: &'a [u8]) -> Option<Self> {
        let mut part = Self { keys: Vec::new(), size: 1, index: 0, id: 0 };
        fields(message, &mut |field, value| {
            match (field, value) {
                (1, Value::Bytes(key)) => part.keys.push(key),
                (3, Value::Number(size)) => part.size = size.max(1),
                (4, Value::Number(index)) => part.index = index,
                (5, Value::Number(id)) => part.id = id.cast_signed(),
                (1 | 3..=5, _) => return None,
                _ => {}
            }
            Some(())
        })?;
        Some(part)
    }
}

/// One key of an export.
#[derive(Default)]
struct Key<'a> {
    secret: &'a [u8],
    name: &'a [u8],
    issuer: &'a [u8],
    algorithm: u64,
    digits: u64,
    kind: u64,
    counter: u64,
}

impl<'a> Key<'a> {
    fn of(message: &'a [u8]) -> Option<Self> {
        let mut key = Self::default();
        fields(message, &mut |field, value| {
            match (field, value) {
                (1, Value::Bytes(secret)) => key.secret = secret,
                (2, Value::Bytes(name)) => key.name = name,
                (3, Value::Bytes(issuer)) => key.issuer = issuer,
                (4, Value::Number(algorithm)) => key.algorithm = algorithm,
                (5, Value::Number(digits)) => key.digits = digits,
                (6, Value::Number(kind)) => key.kind = kind,
                (7, Value::Number(counter)) => key.counter = counter,
                (1..=7, _) => return None,
                _ => {}
            }
            Some(())
        })?;
        Some(key)
    }
}

/// Reads a key.
///
/// Leakage: as [`secret::judge`].
fn key(message: &[u8], checks: &mut Checks, context: &Context) -> Option<Record> {
    let Some(key) = Key::of(message) else {
        malformed(checks, "The key is damaged.");
        return None;
    };
    let algorithm = match key.algorithm {
        0 => Some(context.assume.algorithm.unwrap_or(Algorithm::Sha1)),
        1 => Some(Algorithm::Sha1),
        2 => Some(Algorithm::Sha256),
        3 => Some(Algorithm::Sha512),
        other => {
            let found = if other == 4 { "MD5".to_owned() } else { format!("number {other}") };
            let message = format!("The hash is {found}; expected SHA1, SHA256 or SHA512.");
            let action = "A token with another hash cannot be used; keep it in its app.";
            checks.error(Kind::AlgorithmUnsupported, Field::Algorithm, message, action);
            None
        }
    };
    let digits = match key.digits {
        0 => Some(context.assume.digits.unwrap_or(Digits::Six)),
        1 => Some(Digits::Six),
        2 => Some(Digits::Eight),
        other => {
            let message = format!("The number of digits is given as {other}; expected 1 (six) or 2 (eight).");
            let action = "A token with another number of digits cannot be used; keep it in its app.";
            checks.error(Kind::DigitsUnsupported, Field::Digits, message, action);
            None
        }
    };
    let moving = moving(&key, checks, context);
    let secret = read_secret(key.secret, checks);
    let issuer = text(key.issuer, Field::Issuer, checks);
    let name = text(key.name, Field::Account, checks);
    let mut record = Record::unnumbered(secret?);
    record.place = checks.place();
    record.algorithm = algorithm?;
    record.digits = digits?;
    record.moving = moving?;
    let (issuer, name) = (issuer?, name?);
    // Labels are kept as they were scanned, with the issuer before the account.
    let labelled = if issuer.is_empty() { None } else { name.strip_prefix(issuer) };
    let account = labelled.and_then(|rest| rest.strip_prefix(':')).map_or(name, str::trim_start);
    if !issuer.is_empty() || !account.is_empty() {
        let details = record.details_mut();
        details.issuer = (!issuer.is_empty()).then(|| issuer.to_owned());
        details.account = (!account.is_empty()).then(|| account.to_owned());
    }
    Some(record)
}

fn moving(key: &Key<'_>, checks: &mut Checks, context: &Context) -> Option<Moving> {
    let kind = match key.kind {
        0 => context.assume.kind,
        1 => Some(TokenType::Hotp),
        2 => Some(TokenType::Totp),
        other => {
            let message = format!("The type is given as {other}; expected 1 (HOTP) or 2 (TOTP).");
            let action = "A token of another type cannot be used; keep it in its app.";
            checks.error(Kind::TypeUnsupported, Field::Type, message, action);
            return None;
        }
    };
    match kind {
        // The format has no interval: the app knows 30 s only.
        Some(TokenType::Totp) => {
            TimeStep::new(context.assume.interval.unwrap_or(30), 0).ok().map(|step| Moving::Time { step })
        }
        Some(TokenType::Hotp) if key.counter > i64::MAX.cast_unsigned() => {
            let action = "Look the counter up in the app, or use the token for a code and export it again.";
            checks.error(Kind::CounterUnsupported, Field::Counter, "The counter is negative.", action);
            None
        }
        Some(TokenType::Hotp) => Some(Moving::Counter { counter: key.counter }),
        None => {
            let message = "The key does not say whether it is TOTP or HOTP.";
            let action = "Look it up in the app, and say the type of the tokens: TOTP or HOTP.";
            checks.error(Kind::ParameterUnknown, Field::Type, message, action);
            None
        }
    }
}

/// The secret stands in the file as bytes.
fn read_secret(bytes: &[u8], checks: &mut Checks) -> Option<Secret> {
    let Ok(secret) = Secret::from_bytes(bytes) else {
        let action = "Set the token up again where it is used; without its secret it gives no codes.";
        checks.error(Kind::SecretEmpty, Field::SecretKey, "The secret key is empty.", action);
        return None;
    };
    secret::judge(secret, checks)
}

/// A text of a key.
fn text<'a>(bytes: &'a [u8], field: Field, checks: &mut Checks) -> Option<&'a str> {
    let text = core::str::from_utf8(bytes).ok();
    if text.is_none() {
        checks.error(Kind::ValueMalformed, field, "The text is not UTF-8.", "Scan the QR code again.");
    }
    text
}
