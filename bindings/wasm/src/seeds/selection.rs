use super::records::{Records, Shared};
use super::{Pieces, Refusal, format, json, message, value_error, write_options};
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
    name: String,
    serial: Option<String>,
    obstacles: Vec<Reason>,
    losses: Vec<&'static str>,
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

    /// The records that a format cannot represent, or not without a loss, with the reasons.
    pub fn obstacles(&self, format: &str, target: Option<String>, accept_loss: bool) -> Result<String, JsValue> {
        let (format, options) = (self::format(format)?, write_options(target, accept_loss)?);
        let left = |(index, record): (usize, &Ref<'_, Record>)| {
            let obstacles = oath_seeds::obstacles(record, format, &options);
            let reason = |obstacle: &Obstacle| Reason { code: obstacle.name(), message: obstacle.to_string() };
            let obstacles: Vec<Reason> = obstacles.iter().map(reason).collect();
            let losses = if accept_loss { Vec::new() } else { oath_seeds::losses(record, format) };
            let losses: Vec<&'static str> = losses.iter().map(|loss| loss.field.name()).collect();
            let refused = !obstacles.is_empty() || !losses.is_empty();
            refused.then(|| Left { index, name: record.name(), serial: record.serial.clone(), obstacles, losses })
        };
        json(&self.held().iter().enumerate().filter_map(left).collect::<Vec<_>>())
    }

    /// The file, in pieces.
    pub fn write(&self, format: &str, target: Option<String>, accept_loss: bool) -> Result<Array, JsValue> {
        let (format, options) = (self::format(format)?, write_options(target, accept_loss)?);
        let held = self.held();
        let mut pieces = Pieces(Array::new());
        let out: &mut dyn std::io::Write = &mut pieces;
        match oath_seeds::write(held.iter().map(|record| &**record), format, &options, out) {
            Ok(()) => Ok(pieces.0),
            Err(error @ WriteError::CannotCarry(_)) => {
                let action = "choose another format, accept the losses, or leave these records out";
                Err(Refusal { code: "cannot-carry", message: &error.to_string(), action, line: None }.thrown())
            }
            Err(error @ WriteError::NotWritten(_)) => Err(value_error(error)),
            Err(error) => Err(message(error)),
        }
    }
}
