//! `cxf-json`: FIDO's Credential Exchange Format 1.0, one account with one item a token, secrets in Base32. There is no clock
//! here: the time of the export is 0. The identifiers of the items count from 1.

use super::Encoder;
use super::json::{Items, fits, member};
use crate::buffer::Buffer;
use crate::obstacle::{account, account_field};
use crate::{Field, Moving, Record};
use core::fmt::Write as _;

#[derive(Default)]
pub(super) struct CxfJson(Items);

impl Encoder for CxfJson {
    fn head(&mut self, out: &mut Buffer) {
        out.push(
            "{\"version\":{\"major\":1,\"minor\":0},\"exporterRpId\":\"oath-totp.invalid\",\"exporterDisplayName\":\"oath-totp\",\
             \"timestamp\":0,\"accounts\":[{\"id\":\"AAAAAAAAAAAA\",\"username\":\"\",\"email\":\"\",\"collections\":[],\
             \"items\":[\n",
        );
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        let number = self.0.next(out);
        let account = account(record);
        let issuer = record.details().issuer.as_deref();
        // Identifiers are Base64 for URLs; twelve digits are that of nine bytes.
        let _ = write!(out, "{{\"id\":\"{number:012}\",");
        member(out, "title", issuer.or(account).unwrap_or_default());
        out.push("\"credentials\":[{\"type\":\"totp\",");
        if let Some(account) = account {
            member(out, "username", account);
        }
        if let Some(issuer) = issuer {
            member(out, "issuer", issuer);
        }
        out.push("\"secret\":\"");
        out.push(&record.secret.expose_base32_leaving_traces());
        let period = match record.moving {
            Moving::Time { step } => step.x(),
            Moving::Counter { .. } => 30,
        };
        let algorithm = record.algorithm.name().to_ascii_lowercase();
        let _ = write!(out, "\",\"period\":{period},\"digits\":{},\"algorithm\":\"{algorithm}\"}}]}}", record.digits);
    }

    fn tail(&mut self, out: &mut Buffer) {
        out.push("\n]}]}\n");
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let mut fields: Vec<Field> =
        account_field(record).filter(|_| !account(record).is_some_and(fits)).into_iter().collect();
    fields.extend(record.details().issuer.as_deref().filter(|issuer| !fits(issuer)).map(|_| Field::Issuer));
    fields
}
