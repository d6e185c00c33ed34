//! The formats of lines.

mod line;
mod linotp;
mod migration;
mod otpauth;
mod separated;

use crate::source::Rows;
use crate::table::Table;
use crate::{Format, Options};

/// The reader of a format of lines; `None` for documents.
pub(crate) fn source(format: Format, _options: &Options) -> Option<Box<dyn Rows>> {
    Some(match format {
        Format::EntraCsv | Format::DeepnetCsv | Format::ThalesCsv => Box::new(Table::new(format)),
        Format::LinOtpCsv => Box::new(separated::Separated::new(linotp::row)),
        Format::OtpauthLines => Box::new(otpauth::OtpauthLines),
        Format::OtpauthMigration => Box::new(migration::Migration::default()),
        _ => return None,
    })
}
