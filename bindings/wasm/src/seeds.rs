use crate::{message, value_error};
use js_sys::{Array, Uint8Array};
use oath_seeds::{Format, Moving, Options, ReadError, Repairs, UpnRule, WriteError};
use serde::Serialize;
use std::io::{self, Write};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// A seed file that was read.
#[wasm_bindgen]
pub struct SeedFile(oath_seeds::SeedFile);

/// Its records. They stay here until they are asked for.
#[wasm_bindgen]
pub struct Records(Rc<Vec<oath_seeds::Record>>);

/// Records of one file or several, to be written into another.
#[wasm_bindgen]
#[derive(Default)]
pub struct Selection(Vec<(Rc<Vec<oath_seeds::Record>>, usize)>);

/// A record without its secret.
#[derive(Serialize)]
struct Shown<'a> {
    line: u64,
    upn: Option<&'a str>,
    serial: &'a str,
    algorithm: &'static str,
    digits: usize,
    step: Option<u32>,
    /// As a text, as is the counter: beyond 2^53 the number that JavaScript reads is another one.
    t0: Option<String>,
    counter: Option<String>,
    manufacturer: &'a str,
    model: &'a str,
}

impl<'a> From<&'a oath_seeds::Record> for Shown<'a> {
    fn from(record: &'a oath_seeds::Record) -> Self {
        let (step, t0, counter) = match record.moving {
            Moving::Time { step } => (Some(step.x()), Some(step.t0().to_string()), None),
            Moving::Counter { counter } => (None, None, Some(counter.to_string())),
        };
        Self {
            line: record.line,
            upn: record.upn.as_deref(),
            serial: &record.serial,
            algorithm: record.algorithm.name(),
            digits: record.digits.count(),
            step,
            t0,
            counter,
            manufacturer: &record.manufacturer,
            model: &record.model,
        }
    }
}

/// A finding with all that it has, so that every object has one shape.
#[derive(Serialize)]
struct Told<'a> {
    code: &'static str,
    severity: &'static str,
    line: Option<u64>,
    column: Option<u32>,
    field: Option<&'static str>,
    message: &'a str,
    action: &'a str,
    repair: Option<String>,
    repaired: bool,
}

impl<'a> From<&'a oath_seeds::Finding> for Told<'a> {
    fn from(finding: &'a oath_seeds::Finding) -> Self {
        Self {
            code: finding.code(),
            severity: finding.severity.name(),
            line: finding.line,
            column: finding.column,
            field: finding.field.map(oath_seeds::Field::name),
            message: &finding.message,
            action: &finding.action,
            repair: finding.repair.as_ref().map(oath_seeds::Repair::describe),
            repaired: finding.repaired,
        }
    }
}

/// As JSON, of which JavaScript makes objects faster than they are made one by one. Never with a secret in it.
fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(message)
}

/// What an `OathError` is made of.
#[derive(Serialize)]
struct Refusal<'a> {
    code: &'a str,
    message: &'a str,
    action: &'a str,
    line: Option<u64>,
}

impl Refusal<'_> {
    fn thrown(&self) -> JsValue {
        json(self).map_or_else(|error| error, JsValue::from)
    }
}

/// A value that is none of those expected: its text alone.
fn format(name: &str) -> Result<Format, JsValue> {
    name.parse().map_err(value_error)
}

/// The names of the formats that are read and written.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn formats() -> Vec<String> {
    Format::ALL.iter().map(ToString::to_string).collect()
}

#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn read(source: Vec<u8>, format: Option<String>, upn: &str, repairs: &str) -> Result<SeedFile, JsValue> {
    let source = Zeroizing::new(source);
    let upn = match upn {
        "required" => UpnRule::Required,
        "optional" => UpnRule::Optional,
        _ => return Err(value_error("upn is 'required' or 'optional'")),
    };
    let repairs = match repairs {
        "offer" => Repairs::Offer,
        "apply" => Repairs::Apply,
        _ => return Err(value_error("repairs is 'offer' or 'apply'")),
    };
    let mut options = Options::default().upn(upn).repairs(repairs);
    if let Some(name) = format {
        options = options.format(self::format(&name)?);
    }
    oath_seeds::read(&source, &options).map(SeedFile).map_err(|error| match error {
        ReadError::Refused(finding) => {
            let (code, line) = (finding.code(), finding.line);
            Refusal { code, message: &finding.message, action: &finding.action, line }.thrown()
        }
        other => message(other),
    })
}

#[wasm_bindgen]
impl SeedFile {
    pub fn format(&self) -> String {
        self.0.format.to_string()
    }

    pub fn encoding(&self) -> String {
        self.0.encoding.to_string()
    }

    pub fn findings(&self) -> Result<String, JsValue> {
        json(&self.0.findings.iter().map(Told::from).collect::<Vec<_>>())
    }

    /// Once; then they are taken.
    pub fn take_records(&mut self) -> Records {
        Records(Rc::new(core::mem::take(&mut self.0.records)))
    }
}

#[wasm_bindgen]
impl Records {
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Those from `first` on, as many as there are up to `count`.
    pub fn shown(&self, first: usize, count: usize) -> Result<String, JsValue> {
        json(&self.0.iter().skip(first).take(count).map(Shown::from).collect::<Vec<_>>())
    }

    pub fn bytes(&self, index: usize) -> Option<Uint8Array> {
        self.0.get(index).map(|record| Uint8Array::from(record.secret.expose_bytes()))
    }

    pub fn base32(&self, index: usize) -> Option<js_sys::JsString> {
        self.0.get(index).map(|record| record.secret.expose_base32().as_str().into())
    }
}

#[wasm_bindgen]
impl Selection {
    pub fn make() -> Self {
        Self::default()
    }

    pub fn add(&mut self, records: &Records, index: usize) {
        self.0.push((Rc::clone(&records.0), index));
    }

    pub fn add_all(&mut self, records: &Records) {
        self.0.extend((0..records.0.len()).map(|index| (Rc::clone(&records.0), index)));
    }

    /// The file, piece by piece.
    pub fn write(&self, format: &str) -> Result<Array, JsValue> {
        let format = self::format(format)?;
        let records = self.0.iter().filter_map(|(records, index)| records.get(*index));
        let mut pieces = Pieces(Array::new());
        match oath_seeds::write(records, format, &mut pieces) {
            Ok(()) => Ok(pieces.0),
            Err(error @ WriteError::CannotCarry(_)) => {
                let action = "choose another format, or leave these records out";
                Err(Refusal { code: "cannot-carry", message: &error.to_string(), action, line: None }.thrown())
            }
            Err(error) => Err(message(error)),
        }
    }
}

/// What is written goes to JavaScript at once: nothing of it stays in this memory.
struct Pieces(Array);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(&Uint8Array::from(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
