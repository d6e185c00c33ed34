use super::records::{Records, Shared};
use super::{Pieces, Refusal, format, json, message, protected, value_error, write_options};
use js_sys::Array;
use oath_seeds::{Obstacle, Record, Refused, WriteError};
use serde::Serialize;
use std::cell::Ref;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

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

    /// The records that cannot be written, or not without a loss, with the reasons.
    pub fn obstacles(&self, format: &str, target: Option<String>, accept_loss: bool) -> Result<String, JsValue> {
        let (format, options) = (self::format(format)?, write_options(target, accept_loss)?);
        let held = self.held();
        let left = |refused: Refused| {
            let Refused { index, name, obstacles, losses, .. } = refused;
            let reason = |obstacle: &Obstacle| Reason { code: obstacle.name(), message: obstacle.to_string() };
            let serial = held.get(index).and_then(|record| record.serial.clone());
            let losses = losses.iter().map(|loss| loss.field.name()).collect();
            Left { index, name, serial, obstacles: obstacles.iter().map(reason).collect(), losses }
        };
        let refused = oath_seeds::refused(held.iter().map(|record| &**record), format, &options);
        json(&refused.into_iter().map(left).collect::<Vec<_>>())
    }

    /// The file, in pieces.
    pub fn write(
        &self,
        format: &str,
        target: Option<String>,
        accept_loss: bool,
        password: Option<Vec<u8>>,
        key: Option<Vec<u8>>,
    ) -> Result<Array, JsValue> {
        // First, so that they are wiped whatever comes.
        let (password, key) = (password.map(Zeroizing::new), key.map(Zeroizing::new));
        let options = protected(write_options(target, accept_loss)?, password, key)?;
        let format = self::format(format)?;
        let held = self.held();
        let mut pieces = Pieces(Array::new());
        let out: &mut dyn std::io::Write = &mut pieces;
        oath_seeds::write(held.iter().map(|record| &**record), format, &options, out).map_err(unwritten)?;
        Ok(pieces.0)
    }
}

fn unwritten(error: WriteError) -> JsValue {
    match error {
        WriteError::CannotCarry(_) => {
            let action = "choose another format, accept the losses, or leave these records out";
            Refusal { code: "cannot-carry", message: &error.to_string(), action, line: None }.thrown()
        }
        WriteError::NotWritten(_) | WriteError::NotProtected(_) => value_error(error),
        other => message(other),
    }
}
