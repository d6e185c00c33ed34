//! The module of the seed files.

mod probe;
mod records;
mod selection;

use js_sys::{Array, Function, RangeError, Uint8Array};
use oath_seeds::{
    Assume, Finding, Format, Options, Place, Protection, ReadError, Repairs, Target, Unlock, WriteOptions,
};
use oath_totp::{Code, CodeError};
use records::Records;
use serde::Serialize;
use std::cell::RefCell;
use std::fmt::Display;
use std::io::{self, Read, Write};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// The message of an `OathError`.
fn message(error: impl Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}

/// A `RangeError`, for a value that is not among those expected.
fn value_error(error: impl Display) -> JsValue {
    RangeError::new(&error.to_string()).into()
}

/// A seed file that was read.
#[wasm_bindgen]
pub struct SeedFile(oath_seeds::SeedFile);

/// A finding with all its fields, so that every object in JavaScript has the same shape.
#[derive(Serialize)]
pub(crate) struct Told<'a> {
    code: &'static str,
    heading: &'static str,
    severity: &'static str,
    place: Option<String>,
    line: Option<u64>,
    column: Option<u32>,
    field: Option<&'static str>,
    message: &'a str,
    action: &'a str,
    repair: Option<String>,
    repaired: bool,
}

impl<'a> From<&'a Finding> for Told<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            code: finding.code(),
            heading: finding.kind.heading(),
            severity: finding.severity.name(),
            place: place(finding.place),
            line: finding.place.line(),
            column: finding.column,
            field: finding.field.map(oath_seeds::Field::name),
            message: &finding.message,
            action: &finding.action,
            repair: finding.repair.as_ref().map(ToString::to_string),
            repaired: finding.repaired,
        }
    }
}

/// `line 3`, `KeyPackage 2`; null for the file as a whole.
pub(crate) fn place(place: Place) -> Option<String> {
    (place != Place::File).then(|| place.to_string())
}

pub(crate) fn told(findings: &[Finding]) -> Result<String, JsValue> {
    json(&findings.iter().map(Told::from).collect::<Vec<_>>())
}

/// Encodes as JSON, which JavaScript decodes faster than it makes objects one by one. A value with a secret is never passed.
pub(crate) fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(message)
}

/// The fields of an `OathError`.
#[derive(Serialize)]
pub(crate) struct Refusal<'a> {
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
    pub(crate) action: &'a str,
    pub(crate) line: Option<u64>,
}

impl Refusal<'_> {
    pub(crate) fn thrown(&self) -> JsValue {
        json(self).map_or_else(|error| error, JsValue::from)
    }
}

pub(crate) fn refused(finding: &Finding) -> JsValue {
    let (code, line) = (finding.code(), finding.place.line());
    Refusal { code, message: &finding.message, action: &finding.action, line }.thrown()
}

pub(crate) fn unread(error: ReadError) -> JsValue {
    match error {
        ReadError::Refused(finding) => refused(&finding),
        other => message(other),
    }
}

/// Reads the name of a format.
pub(crate) fn format(name: &str) -> Result<Format, JsValue> {
    name.parse().map_err(value_error)
}

/// A format or a system.
#[derive(Serialize)]
struct Named {
    name: &'static str,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<bool>,
}

/// The formats, and which of them are written.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn formats() -> Result<String, JsValue> {
    let named = |format: &Format| Named {
        name: format.name(),
        title: format.title(),
        written: Some(format.capacity().is_some()),
    };
    json(&Format::ALL.iter().map(named).collect::<Vec<_>>())
}

/// The systems that files are checked for.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn targets() -> Result<String, JsValue> {
    let named = |target: &Target| Named { name: target.name(), title: target.title(), written: None };
    json(&Target::ALL.iter().map(named).collect::<Vec<_>>())
}

/// Reads the name of a system.
pub(crate) fn target(name: Option<String>) -> Result<Option<Target>, JsValue> {
    name.map(|name| name.parse().map_err(value_error)).transpose()
}

pub(crate) fn write_options(target: Option<String>, accept_loss: bool) -> Result<WriteOptions, JsValue> {
    let mut options = WriteOptions::default().accept_loss(accept_loss);
    options.target = self::target(target)?;
    Ok(options)
}

/// A text with a secret, in bytes that the caller wipes.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, JsValue> {
    core::str::from_utf8(bytes).map_err(|_| value_error("the bytes of a text are UTF-8"))
}

/// Encrypts a file that is written, where there is a password or a key.
pub(crate) fn protected(
    options: WriteOptions,
    password: Option<Zeroizing<Vec<u8>>>,
    key: Option<Zeroizing<Vec<u8>>>,
) -> Result<WriteOptions, JsValue> {
    Ok(match (password, key) {
        (None, None) => options,
        (Some(password), None) => options.protect(Protection::password(text(&password)?).map_err(value_error)?),
        (None, Some(key)) => options.protect(Protection::key(&key).map_err(value_error)?),
        (Some(_), Some(_)) => return Err(value_error("a file is encrypted by a password or by a key, not by both")),
    })
}

/// Reads codes that a person typed.
pub(crate) fn codes(typed: &[String]) -> Result<Vec<Code>, JsValue> {
    let malformed = |error: CodeError| {
        let action = "enter the 6, 7 or 8 digits that the token shows";
        Refusal { code: "malformed", message: &error.to_string(), action, line: None }.thrown()
    };
    typed.iter().map(|code| Code::from_typed(code).map_err(malformed)).collect()
}

/// What a file means that leaves parameters out.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn assumed(
    token_type: Option<String>,
    algorithm: Option<String>,
    digits: Option<u8>,
    interval: Option<u32>,
) -> Result<Assumed, JsValue> {
    Ok(Assumed(Assume {
        kind: token_type.map(|name| name.parse().map_err(value_error)).transpose()?,
        algorithm: algorithm.map(|name| name.parse().map_err(value_error)).transpose()?,
        digits: digits.map(|count| count.try_into().map_err(value_error)).transpose()?,
        interval,
    }))
}

/// Parameters that were checked.
#[wasm_bindgen]
pub struct Assumed(Assume);

#[expect(unreachable_pub, reason = "the macro asks for it")]
#[expect(clippy::too_many_arguments, reason = "they are members of one object in JavaScript")]
#[wasm_bindgen]
pub fn read(
    source: Vec<u8>,
    format: Option<String>,
    target: Option<String>,
    repairs: &str,
    repaired: Option<Vec<u64>>,
    lenient: bool,
    refuse_weak: bool,
    password: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    assumed: &Assumed,
    progress: Option<Function>,
) -> Result<SeedFile, JsValue> {
    let source = Zeroizing::new(source);
    let (password, key) = (password.map(Zeroizing::new), key.map(Zeroizing::new));
    let repairs = match repairs {
        "offer" => Repairs::Offer,
        "apply" => Repairs::Apply,
        _ => return Err(value_error("repairs is 'offer' or 'apply'")),
    };
    let mut options = Options::default().repairs(repairs).assume(assumed.0).lenient(lenient);
    options = options.refuse_weak(refuse_weak);
    options.target = self::target(target)?;
    if let Some(numbers) = repaired {
        options = options.repair_only(numbers);
    }
    if let Some(name) = format {
        options = options.format(self::format(&name)?);
    }
    let mut unlock = Unlock::default();
    if let Some(password) = &password {
        unlock.password(text(password)?);
    }
    if let Some(key) = &key {
        unlock.key(key);
    }
    let mut watched = Watched { rest: &source, total: source.len(), progress, thrown: None };
    // A trait object, so that files of users are read by the same machine code.
    let input: &mut dyn Read = &mut watched;
    let read = oath_seeds::read_from(input, &options, &unlock);
    match watched.thrown {
        Some(thrown) => Err(thrown),
        None => read.map(SeedFile).map_err(unread),
    }
}

/// A source that reports its progress. An exception from the progress callback stops the read.
struct Watched<'a> {
    rest: &'a [u8],
    total: usize,
    progress: Option<Function>,
    thrown: Option<JsValue>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rest.read(buffer)?;
        let done = self.total.saturating_sub(self.rest.len());
        if let Some(progress) = &self.progress
            && let Err(thrown) = progress.call2(&JsValue::NULL, &done.into(), &self.total.into())
        {
            self.thrown = Some(thrown);
            return Err(io::ErrorKind::Other.into());
        }
        Ok(read)
    }
}

/// The name of the failures file of an uploaded file.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn failures_name(uploaded: &str) -> String {
    oath_seeds::failures::file_name(uploaded)
}

#[derive(Serialize)]
struct FailedRow<'a> {
    place: Option<String>,
    line: Option<u64>,
    upn: Option<&'a str>,
    serial: Option<&'a str>,
}

impl<'a> From<&'a oath_seeds::FailedRow> for FailedRow<'a> {
    fn from(row: &'a oath_seeds::FailedRow) -> Self {
        Self { place: place(row.place), line: row.place.line(), upn: row.upn.as_deref(), serial: row.serial.as_deref() }
    }
}

#[wasm_bindgen]
impl SeedFile {
    pub fn format(&self) -> String {
        self.0.format.to_string()
    }

    pub fn target(&self) -> String {
        self.0.target.to_string()
    }

    pub fn encoding(&self) -> String {
        self.0.encoding.to_string()
    }

    pub fn findings(&self) -> Result<String, JsValue> {
        told(&self.0.findings)
    }

    pub fn failed(&self) -> Result<String, JsValue> {
        json(&self.0.failed.iter().map(FailedRow::from).collect::<Vec<_>>())
    }

    /// The failures file, in pieces.
    pub fn failures(&self) -> Result<Array, JsValue> {
        let mut pieces = io::BufWriter::new(Pieces(Array::new()));
        oath_seeds::failures::write(&self.0, &mut pieces).map_err(message)?;
        Ok(pieces.into_inner().map_err(message)?.0)
    }

    /// Moves the records out. A second call returns none.
    pub fn take_records(&mut self) -> Records {
        Records(Rc::new(RefCell::new(core::mem::take(&mut self.0.records))))
    }
}

/// A writer that passes everything to JavaScript at once, so that no copy stays in this memory.
pub(crate) struct Pieces(pub(crate) Array);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(&Uint8Array::from(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
