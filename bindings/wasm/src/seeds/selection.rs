use super::records::{Records, Shared};
use super::{Pieces, Refusal, format, json, message, upn_rule};
use js_sys::Array;
use oath_seeds::{Obstacle, Record, WriteError};
use serde::Serialize;
use std::cell::Ref;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Records of one or more files that are to be written to another.
#[wasm_bindgen]
#[derive(Default)]
pub struct Selection(Vec<(Shared, usize)>);

/// A record that a format cannot represent.
#[derive(Serialize)]
struct Left {
    index: usize,
    serial: String,
    obstacles: Vec<Reason>,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    message: String,
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
        self.0.extend((0..records.count()).map(|index| (Rc::clone(&records.0), index)));
    }

    fn held(&self) -> Vec<Ref<'_, Record>> {
        self.0
            .iter()
            .filter_map(|(records, index)| Ref::filter_map(records.borrow(), |all| all.get(*index)).ok())
            .collect()
    }

    /// The records that a format cannot represent, with the reasons.
    pub fn obstacles(&self, format: &str, upn: &str) -> Result<String, JsValue> {
        let (format, upn) = (self::format(format)?, upn_rule(upn)?);
        let left = |(index, record): (usize, &Ref<'_, Record>)| {
            let obstacles = oath_seeds::obstacles(record, format, upn);
            let reason = |obstacle: &Obstacle| Reason { code: obstacle.name(), message: obstacle.to_string() };
            let reasons: Vec<Reason> = obstacles.iter().map(reason).collect();
            (!reasons.is_empty()).then(|| Left { index, serial: record.serial.clone(), obstacles: reasons })
        };
        json(&self.held().iter().enumerate().filter_map(left).collect::<Vec<_>>())
    }

    /// The file, in pieces.
    pub fn write(&self, format: &str, upn: &str) -> Result<Array, JsValue> {
        let (format, upn) = (self::format(format)?, upn_rule(upn)?);
        let held = self.held();
        let mut pieces = Pieces(Array::new());
        match oath_seeds::write_with(held.iter().map(|record| &**record), format, upn, &mut pieces) {
            Ok(()) => Ok(pieces.0),
            Err(error @ WriteError::CannotCarry(_)) => {
                let action = "choose another format, or leave these records out";
                Err(Refusal { code: "cannot-carry", message: &error.to_string(), action, line: None }.thrown())
            }
            Err(error) => Err(message(error)),
        }
    }
}
