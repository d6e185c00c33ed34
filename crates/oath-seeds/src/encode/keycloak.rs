//! `keycloak-json`: an array of credentials as the Admin API takes them, their data as JSON in a text, secrets in Base32.

use super::Encoder;
use super::json::{Items, fits, member};
use crate::buffer::Buffer;
use crate::obstacle::{account, account_field};
use crate::{Field, Moving, Record};
use core::fmt::Write as _;

#[derive(Default)]
pub(super) struct KeycloakJson(Items);

impl Encoder for KeycloakJson {
    fn head(&mut self, out: &mut Buffer) {
        out.push("[\n");
    }

    fn record(&mut self, record: &Record, out: &mut Buffer) {
        self.0.next(out);
        out.push("{\"type\":\"otp\",");
        if let Some(account) = account(record) {
            member(out, "userLabel", account);
        }
        out.push("\"secretData\":\"{\\\"value\\\":\\\"");
        out.push(&record.secret.expose_base32_leaving_traces());
        let (kind, counter, period) = match record.moving {
            Moving::Time { step } => ("totp", 0, step.x()),
            Moving::Counter { counter } => ("hotp", counter, 30),
        };
        let _ = write!(
            out,
            "\\\"}}\",\"credentialData\":\"{{\\\"subType\\\":\\\"{kind}\\\",\\\"digits\\\":{},\\\"counter\\\":{counter},\
             \\\"period\\\":{period},\\\"algorithm\\\":\\\"Hmac{}\\\",\\\"secretEncoding\\\":\\\"BASE32\\\"}}\"}}",
            record.digits, record.algorithm,
        );
    }

    fn tail(&mut self, out: &mut Buffer) {
        out.push("\n]\n");
    }
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    account_field(record).filter(|_| !account(record).is_some_and(fits)).into_iter().collect()
}
