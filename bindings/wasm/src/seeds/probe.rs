use super::records::Records;
use super::{codes, json, text, value_error};
use oath_seeds::Reading;
use oath_totp::UnixTime;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// The readings of a seed that give the codes of its token.
#[wasm_bindgen]
pub struct Probe(oath_seeds::Probe);

/// A reading without its token.
#[derive(Serialize)]
struct Told {
    text: &'static str,
    stripped: bool,
    drift: i64,
}

impl From<&Reading> for Told {
    fn from(reading: &Reading) -> Self {
        Self { text: reading.text.name(), stripped: reading.stripped, drift: reading.offset }
    }
}

#[derive(Serialize)]
struct Found {
    readings: Vec<Told>,
    tried: u32,
    window: u32,
    chance: f64,
}

/// Reads a seed in every way. Each code has its time.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn probe(seed: Vec<u8>, typed: Vec<String>, at: Vec<u64>, radius: u16) -> Result<Probe, JsValue> {
    let seed = Zeroizing::new(seed);
    let seen: Vec<_> = codes(&typed)?.into_iter().zip(at.into_iter().map(UnixTime::from_secs)).collect();
    oath_seeds::probe(text(&seed)?, &seen, radius).map(Probe).map_err(value_error)
}

/// How many codes of one token are taken at the most.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn most_codes() -> usize {
    oath_seeds::Probe::MOST_CODES
}

#[wasm_bindgen]
impl Probe {
    pub fn found(&self) -> Result<String, JsValue> {
        let oath_seeds::Probe { readings, tried, window, chance, .. } = &self.0;
        let readings = readings.iter().map(Told::from).collect();
        json(&Found { readings, tried: *tried, window: *window, chance: *chance })
    }

    /// Moves the tokens of the readings out, in their order.
    pub fn take_records(&mut self) -> Records {
        let readings = core::mem::take(&mut self.0.readings);
        Records(Rc::new(RefCell::new(readings.into_iter().map(|reading| reading.record).collect())))
    }
}
