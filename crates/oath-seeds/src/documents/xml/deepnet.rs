//! `deepnet-xml`: Deepnet `DualShield`. A header says once what all tokens have; a token is a serial number and a seed.

use super::{Element, Pull, Tree, wrong_root};
use crate::check::Checks;
use crate::source::Context;
use crate::text::reportable_serial;
use crate::values::{base64, interval, parameters, secret, serial};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Severity, TokenType, Unlock};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use std::collections::VecDeque;

/// What the header says.
#[derive(Default)]
struct Header {
    manufacturer: String,
    model: String,
    base64: bool,
    digits: Option<Digits>,
    interval: Option<u32>,
    algorithm: Option<Algorithm>,
}

/// Reads the file.
pub(crate) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    let mut pull = Pull::new(text, context.limits.depth);
    let root = pull.root()?;
    if root.name != "data" {
        return Err(wrong_root(root.name, "data"));
    }
    let mut tree = Tree::default();
    let mut header = None;
    let mut number = 0u64;
    while let Some(start) = pull.child()? {
        match start.name {
            "header" => {
                pull.tree(start, &mut tree)?;
                header = Some(Header::of(tree.root())?);
            }
            "tokens" => {
                let Some(header) = &header else { return Err(pull.malformed("the tokens come before the header")) };
                while let Some(start) = pull.child()? {
                    if start.name != "token" {
                        pull.skip()?;
                        continue;
                    }
                    pull.tree(start, &mut tree)?;
                    number = number.saturating_add(1);
                    let place = Place::Item { of: "token", number };
                    rows.push_back(token(tree.root(), header, place, context));
                }
            }
            _ => pull.skip()?,
        }
    }
    pull.finish()
}

fn refusal(kind: Kind, field: Option<Field>, message: String, action: &'static str) -> Finding {
    Finding { field, ..Finding::new(kind, Severity::Error, message, action) }
}

impl Header {
    /// The error refuses the file: what the header says wrong is wrong for every token.
    fn of(element: Element<'_>) -> Result<Self, Finding> {
        const SHEET: &str = "Look it up in the vendor's data sheet; a token with another cannot be used.";
        let text = |name| element.text_of(name);
        match text("encrypt") {
            None | Some("NONE" | "none") => {}
            Some(found) => {
                return Err(refusal(
                    Kind::EncryptionUnsupported,
                    None,
                    format!(
                        "The seeds of the file are encrypted ({}) in a way that is not public.",
                        parameters::shown(found)
                    ),
                    "Export the file from DualShield without encryption, and keep it as short as you can.",
                ));
            }
        }
        let base64 = match text("encode").unwrap_or("HEX") {
            encode if encode.eq_ignore_ascii_case("HEX") => false,
            encode if encode.eq_ignore_ascii_case("BASE64") => true,
            found => {
                let message = format!("The seeds are written as {}; expected HEX or BASE64.", parameters::shown(found));
                return Err(refusal(Kind::ValueMalformed, Some(Field::SecretKey), message, SHEET));
            }
        };
        // The same checks as those of a row, here once for the file.
        let mut checks = Checks::new(Place::File, crate::Repairs::Offer);
        let digits = text("digits").map(|text| parameters::read_digits(text, &mut checks));
        let algorithm = text("crypto").map(|text| parameters::read_algorithm(text, &mut checks));
        if let Some(finding) = checks.findings.into_iter().next() {
            return Err(finding);
        }
        let interval =
            match text("timeWindow").map(|text| text.parse::<u32>().ok().filter(|x| (1..=interval::MAX).contains(x))) {
                Some(None) => {
                    let most = interval::MAX;
                    let message = format!("The time interval (timeWindow) is no number of seconds from 1 to {most}.");
                    return Err(refusal(Kind::IntervalUnsupported, Some(Field::TimeInterval), message, SHEET));
                }
                interval => interval.flatten(),
            };
        Ok(Self {
            manufacturer: text("manufacturerCode").unwrap_or_default().to_owned(),
            model: text("productCode").unwrap_or_default().to_owned(),
            base64,
            digits: digits.flatten(),
            interval,
            algorithm: algorithm.flatten(),
        })
    }
}

fn token(token: Element<'_>, header: &Header, place: Place, context: &mut Context) -> Row {
    let mut checks = context.checks(place);
    let text = |name: &str| token.text_of(name).or_else(|| token.attribute(name)).unwrap_or_default();
    let record = record(text("serial"), text("seed"), header, context, &mut checks);
    Row::new(record, checks, || (None, reportable_serial(text("serial"))))
}

fn record(number: &str, seed: &str, header: &Header, context: &mut Context, checks: &mut Checks) -> Option<Record> {
    let serial = serial::read(number, checks);
    let secret = if header.base64 && !seed.is_empty() {
        match base64::decode_spaced(seed).and_then(|bytes| Secret::from_bytes(&bytes).ok()) {
            Some(secret) => secret::judge(secret, checks),
            None => {
                let action = "Ask the vendor for the file again; it was damaged on its way, or changed by hand.";
                checks.error(Kind::SecretIllegalCharacter, Field::SecretKey, "The secret key is not Base64.", action);
                None
            }
        }
    } else {
        secret::read_hex(seed, checks, &mut context.tallies)
    };
    let digits = header.digits.or(context.assume.digits);
    if digits.is_none() {
        let action = "Count the digits on the token's display, and say the digits of the tokens.";
        checks.error(
            Kind::ParameterUnknown,
            Field::Digits,
            "The file does not say how long a code is (digits).",
            action,
        );
    }
    // A file with a time window holds TOTP; one without says nothing of the type.
    let kind = if header.interval.is_some() { Some(TokenType::Totp) } else { context.assume.kind };
    let moving = match (kind, header.interval.or(context.assume.interval)) {
        (Some(TokenType::Hotp), _) => Some(Moving::Counter { counter: 0 }),
        (Some(TokenType::Totp), Some(x)) => TimeStep::new(x, 0).ok().map(|step| Moving::Time { step }),
        (None, _) | (Some(TokenType::Totp), None) => {
            let action = "Say what the tokens are: HOTP, or TOTP with an interval of 30 or 60 seconds.";
            let message = "The file does not say a time interval (timeWindow), nor whether its tokens are TOTP.";
            checks.error(Kind::ParameterUnknown, Field::Type, message, action);
            None
        }
    };
    let mut record = Record::new(serial?, secret?);
    record.place = checks.place();
    record.algorithm = header.algorithm.or(context.assume.algorithm).unwrap_or(Algorithm::Sha1);
    record.digits = digits?;
    record.moving = moving?;
    record.manufacturer = context.texts.manufacturer.of(&header.manufacturer);
    record.model = context.texts.model.of(&header.model);
    Some(record)
}
