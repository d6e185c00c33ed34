//! `okta-json`: an array of bodies for Okta's Factors API, one a user, secrets in hex. The identifier of the factor profile, which
//! holds the parameters, is empty: the administrator copies it from Okta.

use super::Encoder;
use super::json::Items;
use crate::Record;
use crate::buffer::Buffer;

#[derive(Default)]
pub(super) struct OktaJson(Items);

impl Encoder for OktaJson {
    fn head(&mut self, out: &mut Buffer) {
        out.push("[\n");
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        self.0.next(out);
        out.push("{\"factorType\":\"token:hotp\",\"provider\":\"CUSTOM\",\"factorProfileId\":\"\",\"profile\":{\"sharedSecret\":\"");
        out.push(&record.secret.expose_hex_leaving_traces());
        out.push("\"}}");
    }

    fn tail(&mut self, out: &mut Buffer) {
        out.push("\n]\n");
    }
}
