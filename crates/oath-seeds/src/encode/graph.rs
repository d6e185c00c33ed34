//! `graph-json`: the body of the bulk PATCH that creates hardware OATH devices, secrets in Base32.

use super::Encoder;
use super::json::{Items, fits, member};
use crate::buffer::Buffer;
use crate::check::Checks;
use crate::values::serial;
use crate::{Field, Moving, Place, Record, Repairs};
use core::fmt::Write as _;

#[derive(Default)]
pub(super) struct GraphJson(Items);

impl Encoder for GraphJson {
    fn head(&mut self, out: &mut Buffer) {
        out.push("{\"@context\":\"#$delta\",\"value\":[\n");
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        let number = self.0.next(out);
        let _ = write!(out, "{{\"@contentId\":\"{number}\",");
        member(out, "serialNumber", record.serial.as_deref().unwrap_or_default());
        member(out, "manufacturer", &record.manufacturer);
        member(out, "model", &record.model);
        out.push("\"secretKey\":\"");
        out.push(&record.secret.expose_base32_leaving_traces());
        let interval = match record.moving {
            Moving::Time { step } => step.x(),
            Moving::Counter { .. } => 30,
        };
        let hash = record.algorithm.name().to_ascii_lowercase();
        let _ = write!(out, "\",\"timeIntervalInSeconds\":{interval},\"hashFunction\":\"hmac{hash}\"}}");
    }

    fn tail(&mut self, out: &mut Buffer) {
        out.push("\n]}\n");
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let mut checks = Checks::new(Place::File, Repairs::Offer);
    let serial = record
        .serial
        .as_deref()
        .is_none_or(|serial| fits(serial) && serial::read(serial, &mut checks).as_deref() == Some(serial));
    [
        (Field::SerialNumber, serial),
        (Field::Manufacturer, record.manufacturer.is_empty() || fits(&record.manufacturer)),
        (Field::Model, record.model.is_empty() || fits(&record.model)),
    ]
    .into_iter()
    .filter_map(|(field, good)| (!good).then_some(field))
    .collect()
}
