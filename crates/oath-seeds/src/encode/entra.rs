//! `entra-csv`: UTF-8 without a byte-order mark, CRLF, quotes only where a field needs them.

use super::Encoder;
use crate::buffer::Buffer;
use crate::cells::push;
use crate::check::Checks;
use crate::table::{fits, header::HEADER};
use crate::values::{serial, upn};
use crate::{Field, Moving, Place, Record, Repairs};

pub(super) struct EntraCsv;

impl Encoder for EntraCsv {
    fn head(&mut self, out: &mut Buffer) {
        out.push(HEADER);
        out.push("\r\n");
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        let upn = record.upn.as_deref().map(upn::escaped).unwrap_or_default();
        let interval = match record.moving {
            Moving::Time { step } if step.x() == 60 => "60",
            _ => "30",
        };
        let secret = record.secret.expose_base32_leaving_traces();
        let serial = record.serial.as_deref().unwrap_or_default();
        push(out, &upn);
        out.push(",");
        push(out, serial);
        // Base32 needs no quotes: it is not looked at.
        for text in [",", secret.as_str(), ",", interval, ","] {
            out.push(text);
        }
        push(out, &record.manufacturer);
        out.push(",");
        push(out, &record.model);
        out.push("\r\n");
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let mut checks = Checks::new(Place::File, Repairs::Offer);
    let upn = record.upn.as_deref().is_none_or(|name| {
        if fits(name) && upn::is_plain(name) {
            return true;
        }
        let escaped = upn::escaped(name);
        fits(&escaped) && upn::read(&escaped, &mut checks).as_deref() == Some(name)
    });
    let serial = record.serial.as_deref().is_none_or(|serial| {
        fits(serial) && (serial::is_plain(serial) || serial::read(serial, &mut checks).as_deref() == Some(serial))
    });
    [
        (Field::Upn, upn),
        (Field::SerialNumber, serial),
        (Field::Manufacturer, fits(&record.manufacturer)),
        (Field::Model, fits(&record.model)),
    ]
    .into_iter()
    .filter_map(|(field, good)| (!good).then_some(field))
    .collect()
}
