//! What the tables without a header share. The systems that read them split a line at each separator and know no quotes, so
//! that a value that would need some is not written.

use crate::cells::SEPARATORS;
use crate::check::Checks;
use crate::table::fits;
use crate::values::serial;
use crate::{Field, Place, Record, Repairs};

/// Whether a value can stand in such a table.
pub(super) fn is_plain(text: &str) -> bool {
    fits(text) && !text.contains(SEPARATORS) && !text.contains('"')
}

/// Whether it can stand in the first column, where `#` begins a comment.
pub(super) fn is_first(text: &str) -> bool {
    is_plain(text) && !text.is_empty() && !text.starts_with('#')
}

/// Whether the serial number, where there is one, is read back as it is.
pub(super) fn serial_is_plain(record: &Record) -> bool {
    let mut checks = Checks::new(Place::File, Repairs::Offer);
    record
        .serial
        .as_deref()
        .is_none_or(|text| is_first(text) && serial::read(text, &mut checks).as_deref() == Some(text))
}

/// The fields of a record that would not be read back as they are, where the format has no text but the serial number.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    if serial_is_plain(record) { Vec::new() } else { vec![Field::SerialNumber] }
}
