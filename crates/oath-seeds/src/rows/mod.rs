//! The formats of lines.

mod fields;
mod line;
mod linotp;
mod migration;
mod multiotp;
mod netiq;
mod otpauth;
mod privacyidea;
mod safeword;
mod separated;
mod uniform;
mod usersfile;

use self::separated::Separated;
use crate::source::Rows;
use crate::table::Table;
use crate::{Format, Options};

/// The reader of a format of lines; `None` for documents.
pub(crate) fn source(format: Format, _options: &Options) -> Option<Box<dyn Rows>> {
    Some(match format {
        Format::EntraCsv | Format::DeepnetCsv | Format::ThalesCsv => Box::new(Table::new(format)),
        Format::OtpauthLines => Box::new(otpauth::OtpauthLines),
        Format::OtpauthMigration => Box::new(migration::Migration::default()),
        Format::PrivacyIdeaCsv => Box::new(Separated::new(&privacyidea::LAYOUT)),
        Format::LinOtpCsv => Box::new(Separated::new(&linotp::LAYOUT)),
        Format::NetIqCsv => Box::new(Separated::new(&netiq::LAYOUT)),
        Format::MultiOtpCsv => Box::new(Separated::new(&multiotp::LAYOUT)),
        Format::PingIdCsv | Format::DuoCsv => Box::new(Separated::new(&uniform::LAYOUT)),
        Format::UsersFile => Box::new(usersfile::UsersFile),
        Format::SafeWord => Box::new(safeword::SafeWord::default()),
        _ => return None,
    })
}
