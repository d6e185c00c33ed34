use super::{Refusal, Told, json, place, refused, told, unread, value_error};
use js_sys::Uint8Array;
use oath_seeds::{Moving, Record};
use oath_totp::{Code, CodeRun, Totp, UnixTime};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

pub(crate) type Shared = Rc<RefCell<Vec<Record>>>;

/// The records of a file. JavaScript reads them when it needs them.
#[wasm_bindgen]
pub struct Records(pub(crate) Shared);

/// A record without its secret.
#[derive(Serialize)]
struct Shown<'a> {
    place: Option<String>,
    line: Option<u64>,
    upn: Option<&'a str>,
    serial: Option<&'a str>,
    algorithm: &'static str,
    digits: usize,
    step: Option<u32>,
    /// As a text, like the counter: JSON numbers from 2^53 on are not exact in JavaScript.
    t0: Option<String>,
    counter: Option<String>,
    manufacturer: &'a str,
    model: &'a str,
    issuer: Option<&'a str>,
    account: Option<&'a str>,
    #[serde(rename = "keyId")]
    key_id: Option<&'a str>,
    start: Option<u64>,
    expiry: Option<u64>,
    drift: Option<i64>,
    #[serde(rename = "lastUsed")]
    last_used: Option<u64>,
}

impl<'a> From<&'a Record> for Shown<'a> {
    fn from(record: &'a Record) -> Self {
        let details = record.details();
        let (step, t0, counter) = match record.moving {
            Moving::Time { step } => (Some(step.x()), Some(step.t0().to_string()), None),
            Moving::Counter { counter } => (None, None, Some(counter.to_string())),
        };
        Self {
            place: place(record.place),
            line: record.place.line(),
            upn: record.upn.as_deref(),
            serial: record.serial.as_deref(),
            algorithm: record.algorithm.name(),
            digits: record.digits.count(),
            step,
            t0,
            counter,
            manufacturer: &record.manufacturer,
            model: &record.model,
            issuer: details.issuer.as_deref(),
            account: details.account.as_deref(),
            key_id: details.key_id.as_deref(),
            start: details.start.map(UnixTime::as_secs),
            expiry: details.expiry.map(UnixTime::as_secs),
            drift: details.drift,
            last_used: details.last_used.map(UnixTime::as_secs),
        }
    }
}

#[derive(Serialize)]
struct FilledIn<'a> {
    filled: usize,
    changed: usize,
    unchanged: usize,
    findings: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Owner {
    index: usize,
    step: String,
    drift: String,
}

#[wasm_bindgen]
impl Records {
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// At most `count` records, from the index `first` on.
    pub fn shown(&self, first: usize, count: usize) -> Result<String, JsValue> {
        json(&self.0.borrow().iter().skip(first).take(count).map(Shown::from).collect::<Vec<_>>())
    }

    pub fn bytes(&self, index: usize) -> Option<Uint8Array> {
        self.0.borrow().get(index).map(|record| Uint8Array::from(record.secret.expose_bytes()))
    }

    pub fn base32(&self, index: usize) -> Option<js_sys::JsString> {
        self.0.borrow().get(index).map(|record| record.secret.expose_base32().as_str().into())
    }

    /// Assigns a token to a user, or removes its user. Returns the findings about the name.
    pub fn assign(&self, index: usize, name: Option<String>) -> Result<String, JsValue> {
        let mut records = self.0.borrow_mut();
        let Some(record) = records.get_mut(index) else { return told(&[]) };
        match name {
            None => {
                record.upn = None;
                told(&[])
            }
            Some(name) => record.assign(&name).map_err(|error| refused(&error)).and_then(|said| told(&said)),
        }
    }

    pub fn holders(&self) -> Result<String, JsValue> {
        told(&oath_seeds::check_holders(&*self.0.borrow()))
    }

    pub fn fill_in(&self, users: &[u8]) -> Result<String, JsValue> {
        let oath_seeds::FilledIn { filled, changed, unchanged, findings, .. } =
            oath_seeds::fill_in(&mut self.0.borrow_mut(), users).map_err(unread)?;
        json(&FilledIn { filled, changed, unchanged, findings: findings.iter().map(Told::from).collect() })
    }

    /// The tokens that show these codes, among `count` tokens from the index `first` on. Counter-based tokens never match.
    pub fn whose(
        &self,
        codes: Vec<String>,
        at: u64,
        radius: u16,
        first: usize,
        count: usize,
    ) -> Result<String, JsValue> {
        let read: Result<Vec<Code>, _> = codes.iter().map(|code| Code::from_typed(code)).collect();
        let malformed = |error: &dyn core::fmt::Display| {
            let action = "enter the 6, 7 or 8 digits that the token shows";
            Refusal { code: "malformed", message: &error.to_string(), action, line: None }.thrown()
        };
        let codes = CodeRun::try_from(read.map_err(|error| malformed(&error))?.as_slice()).map_err(value_error)?;
        let at = UnixTime::from_secs(at);
        let records = self.0.borrow();
        let mut places = Vec::new();
        let mut tokens = Vec::new();
        for (index, record) in records.iter().enumerate().skip(first).take(count) {
            if let Moving::Time { step } = record.moving
                && let Ok(key) = record.secret.legacy_key(record.algorithm)
            {
                places.push((index, step));
                tokens.push(Totp::new(key, record.digits, step));
            }
        }
        let found = oath_totp::whose(&tokens.iter().collect::<Vec<_>>(), &codes, at, radius);
        let owner = |owner: oath_totp::Owner| {
            let (index, step) = places.get(owner.token)?;
            let drift = owner.step.wrapping_sub(step.at(at)).cast_signed();
            Some(Owner { index: *index, step: owner.step.to_string(), drift: drift.to_string() })
        };
        json(&found.into_iter().filter_map(owner).collect::<Vec<_>>())
    }
}
