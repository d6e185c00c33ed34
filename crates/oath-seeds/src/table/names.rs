//! The columns of a table by their names.

use crate::Field;

/// The fields that a column can hold: those of Entra ID's upload, in its order, then the parameters.
pub(super) const COLUMNS: [Field; 11] = [
    Field::Upn,
    Field::SerialNumber,
    Field::SecretKey,
    Field::TimeInterval,
    Field::Manufacturer,
    Field::Model,
    Field::Type,
    Field::Algorithm,
    Field::Digits,
    Field::Counter,
    Field::T0,
];

/// Names without blanks, dashes and underscores, in lower case.
const NAMES: &[(&str, Field)] = &[
    ("upn", Field::Upn),
    ("userprincipalname", Field::Upn),
    ("serialnumber", Field::SerialNumber),
    ("secretkey", Field::SecretKey),
    ("timeinterval", Field::TimeInterval),
    ("manufacturer", Field::Manufacturer),
    ("model", Field::Model),
    ("type", Field::Type),
    ("tokentype", Field::Type),
    ("otptype", Field::Type),
    ("oathtype", Field::Type),
    ("hash", Field::Algorithm),
    ("hashfunction", Field::Algorithm),
    ("hashalgorithm", Field::Algorithm),
    ("algorithm", Field::Algorithm),
    ("digits", Field::Digits),
    ("otpdigits", Field::Digits),
    ("otplength", Field::Digits),
    ("codelength", Field::Digits),
    ("counter", Field::Counter),
    ("movingfactor", Field::Counter),
    ("t0", Field::T0),
    ("epoch", Field::T0),
];

/// The field of a column's name, in any case, with or without blanks, dashes and underscores in it.
pub(super) fn field(name: &str) -> Option<Field> {
    // Longer than any name: not looked through.
    if name.len() > 64 {
        return None;
    }
    let plain = || name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase());
    NAMES.iter().find(|(known, _)| plain().eq(known.chars())).map(|(_, field)| *field)
}

/// Whether a field is one of Entra ID's six.
pub(super) fn is_entra(field: Field) -> bool {
    Field::ENTRA.contains(&field)
}

/// Whether a line names the columns of a seed file, whatever stands between them.
pub(super) fn are_in(line: &str) -> bool {
    let plain: String =
        line.chars().take(512).filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    plain.contains("serialnumber") && plain.contains("secretkey")
}
