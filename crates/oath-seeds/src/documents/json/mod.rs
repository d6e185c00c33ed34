//! The formats that are JSON: one tree of values for all, one file a format that walks it.

mod aegis;
mod andotp;
mod bitwarden;
mod cxf;
mod encrypted;
mod freeotp;
mod graph;
mod item;
mod keycloak;
mod okta;
mod proton;
mod stratum;
mod tree;
mod two_fas;

use self::tree::Json;
use crate::source::{Context, Document};
use crate::{Finding, Format};

/// The reader of a JSON format.
pub(super) fn reader(format: Format) -> Option<Document> {
    Some(match format {
        Format::GraphJson => graph::read,
        Format::AegisJson => aegis::read,
        Format::TwoFasJson => two_fas::read,
        Format::AndOtpJson => andotp::read,
        Format::BitwardenJson => bitwarden::read,
        Format::ProtonJson => proton::read,
        Format::StratumJson => stratum::read,
        Format::FreeOtpJson => freeotp::read,
        Format::CxfJson => cxf::read,
        Format::KeycloakJson => keycloak::read,
        Format::OktaJson => okta::read,
        _ => return None,
    })
}

/// The tree of a document that is not encrypted.
fn open(text: &str, context: &Context) -> Result<Json, Finding> {
    let root = tree::parse(text, context.limits)?;
    match root.object().and_then(encrypted::refusal) {
        Some(refusal) => Err(refusal),
        None => Ok(root),
    }
}
