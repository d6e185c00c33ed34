//! `otpauth-migration`: at most ten keys a URI, one URI a line. How many lines there are stands in each of them, so that
//! all keys are kept until the end.

use super::Encoder;
use crate::buffer::Buffer;
use crate::obstacle::account;
use crate::values::base64;
use crate::{Field, Moving, Record};
use core::convert::Infallible;
use micropb::{PbEncoder, PbWrite, Tag, WIRE_TYPE_LEN, WIRE_TYPE_VARINT};
use oath_totp::{Algorithm, Digits};

/// A QR code of the app holds no more keys.
const MOST_KEYS: usize = 10;
/// Nor more bytes, where they are more than one: a camera reads no larger QR code from paper.
const MOST_BYTES: usize = 1000;
/// A key has no longer names, in bytes, so that one key with the longest secret still fits into a QR code.
const MOST_NAMES: usize = 1500;
/// The payload's own version.
const VERSION: u32 = 1;

#[derive(Default)]
pub(super) struct Migration {
    keys: Vec<Buffer>,
    /// Tells the lines of one file from those of others: follows from the names of its accounts.
    id: u32,
}

impl Encoder for Migration {
    fn record(&mut self, record: &Record, _out: &mut Buffer) {
        let names = [record.details().issuer.as_deref().unwrap_or_default(), account(record).unwrap_or_default()];
        for byte in names.iter().flat_map(|name| name.bytes()) {
            // FNV-1a: public texts, and no protection of anything.
            self.id = (self.id ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        self.keys.push(key(record));
    }

    fn tail(&mut self, out: &mut Buffer) {
        let mut parts: Vec<&[Buffer]> = Vec::new();
        let mut rest = self.keys.as_slice();
        while !rest.is_empty() {
            let (part, next) = rest.split_at(fitting(rest));
            parts.push(part);
            rest = next;
        }
        let size = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        for (index, part) in (0..).zip(parts) {
            let mut payload = Buffer::with_room(MOST_BYTES.saturating_mul(2));
            let mut wire = PbEncoder::new(Wire(&mut payload));
            for key in part {
                bytes(&mut wire, 1, key.bytes());
            }
            // Positive whatever the reader takes the number for.
            let id = self.id & 0x7fff_ffff;
            for (field, value) in [(2, VERSION), (3, size), (4, index), (5, id)] {
                number(&mut wire, field, value.into());
            }
            out.push("otpauth-migration://offline?data=");
            push_escaped(&base64::encode(payload.bytes()), out);
            out.push("\n");
        }
    }
}

/// How many of the keys go into one URI: at least one.
fn fitting(keys: &[Buffer]) -> usize {
    let mut bytes = 0usize;
    let fit = keys.iter().take(MOST_KEYS).take_while(|key| {
        bytes = bytes.saturating_add(key.bytes().len());
        bytes <= MOST_BYTES
    });
    fit.count().max(1)
}

/// Base64 in the value of a parameter.
///
/// Leakage: which characters are `+` and `/` is visible in the time that this takes, and in the length of the line.
fn push_escaped(text: &[u8], out: &mut Buffer) {
    for byte in text {
        match byte {
            b'+' => out.push("%2B"),
            b'/' => out.push("%2F"),
            b'=' => out.push("%3D"),
            _ => out.push_bytes(core::slice::from_ref(byte)),
        }
    }
}

/// A key as its message.
fn key(record: &Record) -> Buffer {
    let mut message = Buffer::with_room(record.secret.byte_len().saturating_add(256));
    let mut wire = PbEncoder::new(Wire(&mut message));
    bytes(&mut wire, 1, record.secret.expose_bytes());
    bytes(&mut wire, 2, account(record).unwrap_or_default().as_bytes());
    if let Some(issuer) = &record.details().issuer {
        bytes(&mut wire, 3, issuer.as_bytes());
    }
    let algorithm = match record.algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    let digits = if record.digits == Digits::Eight { 2 } else { 1 };
    let (kind, counter) = match record.moving {
        Moving::Counter { counter } => (1, counter),
        Moving::Time { .. } => (2, 0),
    };
    for (field, value) in [(4, algorithm), (5, digits), (6, kind)] {
        number(&mut wire, field, value);
    }
    if counter > 0 {
        number(&mut wire, 7, counter);
    }
    message
}

fn bytes(wire: &mut PbEncoder<Wire<'_>>, field: u32, value: &[u8]) {
    let Ok(()) = wire.encode_tag(Tag::from_parts(field, WIRE_TYPE_LEN));
    let Ok(()) = wire.encode_bytes(value);
}

fn number(wire: &mut PbEncoder<Wire<'_>>, field: u32, value: u64) {
    let Ok(()) = wire.encode_tag(Tag::from_parts(field, WIRE_TYPE_VARINT));
    let Ok(()) = wire.encode_varint64(value);
}

/// Where a message is written.
struct Wire<'a>(&'a mut Buffer);

impl PbWrite for Wire<'_> {
    type Error = Infallible;

    fn pb_write(&mut self, data: &[u8]) -> Result<(), Infallible> {
        self.0.push_bytes(data);
        Ok(())
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let issuer = record.details().issuer.as_deref();
    let account = account(record);
    let name = account.unwrap_or_default();
    let prefixed =
        name.strip_prefix(issuer.unwrap_or_default()).is_some_and(|rest| issuer.is_some() && rest.starts_with(':'));
    let small = name.len().saturating_add(issuer.unwrap_or_default().len()) <= MOST_NAMES;
    let counter = match record.moving {
        Moving::Counter { counter } => counter <= i64::MAX.cast_unsigned(),
        Moving::Time { .. } => true,
    };
    [
        (Field::Issuer, issuer != Some("")),
        (Field::Account, !prefixed && small && account != Some("")),
        (Field::Counter, counter),
    ]
    .into_iter()
    .filter_map(|(field, good)| (!good).then_some(field))
    .collect()
}
