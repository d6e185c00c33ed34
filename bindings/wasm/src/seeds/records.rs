use super::{Told, json, place, refused, told, unread, value_error};
use js_sys::Uint8Array;
use oath_seeds::{Matches, Moving, Record, Shown};
use oath_totp::UnixTime;
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
struct Row<'a> {
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

impl<'a> From<&'a Record> for Row<'a> {
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
    drift: i64,
}

#[derive(Serialize)]
struct Found {
    owners: Vec<Owner>,
    searched: usize,
    window: u32,
    chance: f64,
}

#[wasm_bindgen]
impl Records {
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// At most `count` records, from the index `first` on.
    pub fn shown(&self, first: usize, count: usize) -> Result<String, JsValue> {
        json(&self.0.borrow().iter().skip(first).take(count).map(Row::from).collect::<Vec<_>>())
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

    /// The tokens that show these codes, among `count` tokens from the index `first` on.
    pub fn whose(
        &self,
        codes: Vec<String>,
        at: u64,
        radius: u16,
        first: usize,
        count: usize,
    ) -> Result<String, JsValue> {
        let codes = super::codes(&codes)?;
        let records = self.0.borrow();
        let some = records.get(first..first.saturating_add(count).min(records.len())).unwrap_or_default();
        let found = oath_seeds::find_shown(some, &codes, UnixTime::from_secs(at), radius).map_err(value_error)?;
        let owner = |shown: &Shown| Owner { index: first.saturating_add(shown.index), drift: shown.offset };
        let Matches { searched, window, chance, .. } = found;
        json(&Found { owners: found.shown.iter().map(owner).collect(), searched, window, chance })
    }
}
