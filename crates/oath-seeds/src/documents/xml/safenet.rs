//! `safenet-xml`: `SafeNet` (Aladdin). A token is a serial number and, for each application, a seed in hex and a counter: HOTP,
//! whose hash follows from the length of the seed.

use super::{Element, Pull, Tree, wrong_root};
use crate::check::Checks;
use crate::source::Context;
use crate::text::reportable_serial;
use crate::values::{parameters, secret, serial};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Unlock};
use oath_totp::Algorithm;
use std::collections::VecDeque;

/// Reads the file.
pub(crate) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let mut pull = Pull::new(text, context.limits.depth);
    let root = pull.root()?;
    if root.name != "Tokens" {
        return Err(wrong_root(root.name, "Tokens"));
    }
    let mut tree = Tree::default();
    let mut number = 0u64;
    while let Some(start) = pull.child()? {
        if start.name != "Token" {
            pull.skip()?;
            continue;
        }
        pull.tree(start, &mut tree)?;
        number = number.saturating_add(1);
        let place = Place::Item { of: "Token", number };
        let token = tree.root();
        let mut applications = token.descendants().filter(|element| element.name() == "Application").peekable();
        if applications.peek().is_none() {
            let mut checks = context.checks(place);
            let action = "Ask the vendor for the file again; without its seed a token cannot be used.";
            checks.error(Kind::SecretEmpty, Field::SecretKey, "The Token holds no Application with a Seed.", action);
            rows.push_back(Row::failed(checks, None, token.attribute("serial").and_then(reportable_serial)));
        }
        for application in applications {
            rows.push_back(row(token, application, place, context));
        }
    }
    pull.finish()
}

fn row(token: Element<'_>, application: Element<'_>, place: Place, context: &mut Context) -> Row {
    let mut checks = context.checks(place);
    let record = record(token, application, context, &mut checks);
    Row::new(record, checks, || (None, token.attribute("serial").and_then(reportable_serial)))
}

fn record(token: Element<'_>, application: Element<'_>, context: &mut Context, checks: &mut Checks) -> Option<Record> {
    let serial = serial::read(token.attribute("serial").unwrap_or_default(), checks);
    let secret = secret::read_hex(application.text_of("Seed").unwrap_or_default(), checks, &mut context.tallies);
    let counter = match application.text_of("MovingFactor") {
        Some(text) => parameters::read_counter(text, checks),
        None => Some(0),
    };
    if context.assume.digits.is_none() {
        let action = "Count the digits on the token's display, and say the digits of the tokens.";
        checks.error(Kind::ParameterUnknown, Field::Digits, "The format does not say how long a code is.", action);
    }
    let mut record = Record::new(serial?, secret?);
    record.place = checks.place();
    record.algorithm = match record.secret.byte_len() {
        32 => Algorithm::Sha256,
        _ => Algorithm::Sha1,
    };
    record.digits = context.assume.digits?;
    record.moving = Moving::Counter { counter: counter? };
    record.model = context.texts.model.of(token.text_of("ProductName").unwrap_or_default());
    Some(record)
}
