//! What each format writes: one encoder a format, chosen by [`encoder`].

mod cxf;
mod entra;
mod graph;
mod json;
mod keycloak;
mod linotp;
mod migration;
mod multiotp;
mod okta;
mod otpauth;
mod plain;
mod privacyidea;
mod pskc;
mod uniform;
mod usersfile;

use crate::buffer::Buffer;
use crate::{Field, Format, Record, WriteOptions};

/// Writes the records of one file. What a record holds that the format does not has been refused or accepted before.
pub(crate) trait Encoder {
    /// What stands before the records.
    fn head(&mut self, _out: &mut Buffer) {}

    /// One record.
    fn record(&mut self, record: &Record, out: &mut Buffer);

    /// What stands after the records.
    fn tail(&mut self, _out: &mut Buffer) {}

    /// What went wrong while it wrote: asked after each of the above, before anything is handed on.
    fn fault(&mut self) -> Option<std::io::Error> {
        None
    }
}

/// The encoder of a format that is written.
pub(crate) fn encoder(format: Format, options: &WriteOptions) -> Option<Box<dyn Encoder + '_>> {
    Some(match format {
        Format::EntraCsv => Box::new(entra::EntraCsv),
        Format::LinOtpCsv => Box::new(linotp::LinOtpCsv),
        Format::OtpauthLines => Box::new(otpauth::OtpauthLines),
        Format::OtpauthMigration => Box::new(migration::Migration::default()),
        Format::GraphJson => Box::new(graph::GraphJson::default()),
        Format::CxfJson => Box::new(cxf::CxfJson::default()),
        Format::KeycloakJson => Box::new(keycloak::KeycloakJson::default()),
        Format::OktaJson => Box::new(okta::OktaJson::default()),
        Format::PrivacyIdeaCsv => Box::new(privacyidea::PrivacyIdeaCsv),
        Format::MultiOtpCsv => Box::new(multiotp::MultiOtpCsv),
        Format::PingIdCsv => Box::new(uniform::Uniform { counters: true }),
        Format::DuoCsv => Box::new(uniform::Uniform { counters: false }),
        Format::UsersFile => Box::new(usersfile::UsersFile),
        Format::Pskc => Box::new(pskc::Pskc::new(options.protection.as_ref())),
        _ => return None,
    })
}

/// The fields of a record that the format would not give back as they are.
pub(crate) fn unreadable_fields(record: &Record, format: Format) -> Vec<Field> {
    match format {
        Format::EntraCsv => entra::unreadable_fields(record),
        Format::OtpauthLines => otpauth::unreadable_fields(record),
        Format::OtpauthMigration => migration::unreadable_fields(record),
        Format::GraphJson => graph::unreadable_fields(record),
        Format::CxfJson => cxf::unreadable_fields(record),
        Format::KeycloakJson => keycloak::unreadable_fields(record),
        Format::LinOtpCsv | Format::PingIdCsv | Format::DuoCsv => plain::unreadable_fields(record),
        Format::PrivacyIdeaCsv => privacyidea::unreadable_fields(record),
        Format::MultiOtpCsv => multiotp::unreadable_fields(record),
        Format::UsersFile => usersfile::unreadable_fields(record),
        Format::Pskc => pskc::unreadable_fields(record),
        _ => Vec::new(),
    }
}
