//! One token of a JSON document in the making: its members, each read with every mistake that is known of it.

use super::tree::{Json, Object};
use crate::check::Checks;
use crate::source::Context;
use crate::text::{quoted, reportable_serial};
use crate::values::model::Said;
use crate::values::{interval, parameters, secret, serial};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Severity, TokenType};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Makes a record of an item, or leaves errors among its checks.
pub(super) type Read = fn(item: &mut Item<'_, '_>) -> Option<Record>;

/// Names that change the codes wherever they stand, in lower case. One that a format does not read is an error: to ignore it
/// would give wrong codes.
const CHANGES_CODES: &[&str] = &[
    "algo",
    "algorithm",
    "alg",
    "hash",
    "hashfunction",
    "hashalgorithm",
    "digest",
    "crypto",
    "digits",
    "digit",
    "codelength",
    "otplength",
    "period",
    "interval",
    "step",
    "timestep",
    "timeinterval",
    "timeintervalinseconds",
    "counter",
    "initialcounter",
    "movingfactor",
    "t0",
    "epoch",
    "encoding",
    "secretencoding",
    "secretformat",
];

/// An object that describes a token.
pub(super) struct Item<'d, 'c> {
    object: &'d Object,
    /// The members that were asked for.
    used: Vec<&'static str>,
    pub(super) checks: Checks,
    pub(super) context: &'c mut Context,
    /// What a report may show of the serial number.
    serial: Option<String>,
}

/// A member that is a text or a whole number.
enum Scalar<'d> {
    Absent,
    /// An error has been said.
    Bad,
    Text(Cow<'d, str>),
}

/// Reads each item of an array.
pub(super) fn each(items: &[Json], of: &'static str, context: &mut Context, rows: &mut VecDeque<Row>, read: Read) {
    for (item, number) in items.iter().zip(1..) {
        one(item, Place::Item { of, number }, context, rows, read);
    }
}

/// Reads one item: a record, or a row that says why it is none.
pub(super) fn one(value: &Json, place: Place, context: &mut Context, rows: &mut VecDeque<Row>, read: Read) {
    let mut checks = context.checks(place);
    let Some(object) = value.object() else {
        let message = format!("It is {}; expected an object that describes a token.", value.what());
        checks.error(Kind::ValueMalformed, None, message, "Export the file again.");
        rows.push_back(Row::failed(checks, None, None));
        return;
    };
    let mut item = Item { object, used: Vec::new(), checks, context, serial: None };
    let record = read(&mut item);
    let serial = item.serial.take();
    let checks = item.finish();
    rows.push_back(Row::new(record, checks, || (None, serial)));
}

/// The array that a document has under a name.
pub(super) fn array<'d>(root: &'d Json, name: &'static str) -> Result<&'d [Json], Finding> {
    let found = root.object().map_or(Ok(None), |object| object.sole(name)).map_err(|()| twice_in_file(name))?;
    found.and_then(Json::array).ok_or_else(|| misses(name))
}

/// Refuses a document that has no such array.
pub(super) fn misses(name: &'static str) -> Finding {
    Finding::new(
        Kind::OtherFormat,
        Severity::Error,
        format!("The file has no array \"{name}\", which holds the tokens in this format."),
        "Check that the file is of the format that was named; export it again if it is.",
    )
}

fn twice_in_file(name: &'static str) -> Finding {
    let message = format!("The file has \"{name}\" twice.");
    Finding::new(
        Kind::ValueMalformed,
        Severity::Error,
        message,
        "Delete the one that is wrong, or export the file again.",
    )
}

impl<'d> Item<'d, '_> {
    /// The value of a member; null counts as none. A member given twice is an error, and the first is taken so that one look
    /// shows every mistake.
    pub(super) fn value(&mut self, name: &'static str, field: Option<Field>) -> Option<&'d Json> {
        self.used.push(name);
        if self.object.sole(name).is_err() {
            let message = format!("The member \"{name}\" is given twice.");
            self.checks.error(
                Kind::ValueMalformed,
                field,
                message,
                "Delete the one that is wrong, or export the file again.",
            );
        }
        self.object.first(name)
    }

    /// Whether there is a member of that name, null left out.
    pub(super) fn has(&self, name: &str) -> bool {
        self.object.has(name)
    }

    /// Goes on with the object under a name.
    pub(super) fn enter(&mut self, name: &'static str) -> Option<()> {
        let found = self.value(name, None);
        match found.and_then(Json::object) {
            Some(object) => {
                self.close();
                self.object = object;
                Some(())
            }
            None => {
                let message = match found {
                    Some(other) => format!("The member \"{name}\" is {}; expected an object.", other.what()),
                    None => format!("The member \"{name}\" is missing; it holds the secret and its parameters."),
                };
                self.checks.error(Kind::ValueMissing, None, message, "Export the file again.");
                None
            }
        }
    }

    /// The same item with an object that was the text of a member, and checks of its own: see [`finish`](Self::finish).
    pub(super) fn inner<'o>(&'o mut self, object: &'o Object) -> Item<'o, 'o> {
        let checks = self.context.checks(self.checks.place());
        Item { object, used: Vec::new(), checks, context: &mut *self.context, serial: None }
    }

    /// What was found. Where an error ended the reading, members were not asked for: they are no mistake.
    pub(super) fn finish(mut self) -> Checks {
        if !self.checks.failed() {
            self.close();
        }
        self.checks
    }

    /// Says which members change the codes and were not asked for.
    fn close(&mut self) {
        for name in self.object.names() {
            let changes = CHANGES_CODES.iter().any(|other| name.eq_ignore_ascii_case(other));
            if changes && !self.used.contains(&name) {
                // One of a list of harmless names.
                let message =
                    format!("The member \"{name}\" changes the codes in other formats; this one does not have it.");
                let action = "Take it out if it is a mistake; else name the format that the file really has.";
                self.checks.error(Kind::ValueMalformed, None, message, action);
            }
        }
        self.used.clear();
    }

    /// A text or a whole number, which stands in the file as either.
    fn scalar(&mut self, name: &'static str, field: Field) -> Scalar<'d> {
        match self.value(name, Some(field)) {
            None => Scalar::Absent,
            Some(Json::Text(text)) => Scalar::Text(Cow::Borrowed(text.trim())),
            Some(Json::Unsigned(number)) => Scalar::Text(Cow::Owned(number.to_string())),
            Some(Json::Negative(number)) => Scalar::Text(Cow::Owned(number.to_string())),
            Some(Json::Fraction) => {
                let message = format!(
                    "The {field} is a number with a fraction, or larger than 64 bits; expected a whole number."
                );
                self.checks.error(Kind::ValueMalformed, field, message, "Write a whole number.");
                Scalar::Bad
            }
            Some(other) => {
                self.wrong(name, field, other, "a text or a number");
                Scalar::Bad
            }
        }
    }

    fn wrong(&mut self, name: &str, field: Field, found: &Json, expected: &str) {
        let message = format!("The member \"{name}\" is {}; expected {expected}.", found.what());
        self.checks.error(Kind::ValueMalformed, field, message, "Export the file again.");
    }

    /// A parameter that the file leaves out and that has no default.
    pub(super) fn missing(&mut self, field: Field) {
        let message = format!("The file does not say the {field}.");
        let action = format!("Look it up where the token was set up, and say the {field} of the tokens.");
        self.checks.error(Kind::ParameterUnknown, field, message, action);
    }

    /// A public text; none where it is empty.
    pub(super) fn text(&mut self, name: &'static str, field: Field) -> Option<&'d str> {
        match self.value(name, Some(field))? {
            Json::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            other => {
                self.wrong(name, field, other, "a text");
                None
            }
        }
    }

    /// The text of the secret, empty where there is none; `None` with an error where it is no text.
    pub(super) fn secret_text(&mut self, name: &'static str) -> Option<&'d str> {
        match self.value(name, Some(Field::SecretKey)) {
            None => Some(""),
            Some(Json::Text(text)) => Some(text.trim()),
            Some(other) => {
                self.wrong(name, Field::SecretKey, other, "a text");
                None
            }
        }
    }

    /// A secret in Base32, with or without padding.
    ///
    /// Leakage: as [`secret::read`].
    pub(super) fn base32(&mut self, name: &'static str) -> Option<Secret> {
        let text = self.secret_text(name)?;
        secret::read(text.trim_end_matches('='), &mut self.checks, &mut self.context.tallies)
    }

    /// The serial number: a text or a number.
    pub(super) fn serial(&mut self, name: &'static str) -> Option<String> {
        let text = match self.scalar(name, Field::SerialNumber) {
            Scalar::Absent => Cow::Borrowed(""),
            Scalar::Bad => return None,
            Scalar::Text(text) => text,
        };
        self.serial = reportable_serial(&text);
        serial::read(&text, &mut self.checks)
    }

    /// Time or counter.
    pub(super) fn kind(&mut self, name: &'static str, default: Option<TokenType>) -> Option<TokenType> {
        match self.scalar(name, Field::Type) {
            Scalar::Bad => None,
            Scalar::Text(text) => parameters::read_type(&text, &mut self.checks),
            Scalar::Absent => self.assumed_kind(default),
        }
    }

    /// The type of a token whose file does not say it.
    pub(super) fn assumed_kind(&mut self, default: Option<TokenType>) -> Option<TokenType> {
        let kind = self.context.assume.kind.or(default);
        if kind.is_none() {
            self.missing(Field::Type);
        }
        kind
    }

    /// The hash.
    pub(super) fn algorithm(&mut self, name: &'static str, default: Option<Algorithm>) -> Option<Algorithm> {
        match self.scalar(name, Field::Algorithm) {
            Scalar::Bad => None,
            Scalar::Text(text) => parameters::read_algorithm(&text, &mut self.checks),
            Scalar::Absent => self.assumed_algorithm(default),
        }
    }

    /// The hash of a token whose file does not say it.
    pub(super) fn assumed_algorithm(&mut self, default: Option<Algorithm>) -> Option<Algorithm> {
        let algorithm = self.context.assume.algorithm.or(default);
        if algorithm.is_none() {
            self.missing(Field::Algorithm);
        }
        algorithm
    }

    /// The number of digits.
    pub(super) fn digits(&mut self, name: &'static str, default: Option<Digits>) -> Option<Digits> {
        match self.scalar(name, Field::Digits) {
            Scalar::Bad => None,
            Scalar::Text(text) => parameters::read_digits(&text, &mut self.checks),
            Scalar::Absent => self.assumed_digits(default),
        }
    }

    /// The number of digits of a token whose file does not say it.
    pub(super) fn assumed_digits(&mut self, default: Option<Digits>) -> Option<Digits> {
        let digits = self.context.assume.digits.or(default);
        if digits.is_none() {
            self.missing(Field::Digits);
        }
        digits
    }

    /// The interval in seconds.
    pub(super) fn interval(&mut self, name: &'static str, model: &str, default: Option<u32>) -> Option<TimeStep> {
        match self.scalar(name, Field::TimeInterval) {
            Scalar::Bad => None,
            Scalar::Text(text) => interval::read(&text, Said::by(model), &mut self.checks),
            Scalar::Absent => self.assumed_interval(default),
        }
    }

    /// The interval of a token whose file does not say it.
    pub(super) fn assumed_interval(&mut self, default: Option<u32>) -> Option<TimeStep> {
        let x = self.context.assume.interval.or(default);
        if x.is_none() {
            self.missing(Field::TimeInterval);
        }
        TimeStep::new(x?, 0).ok()
    }

    /// The counter. There is no default: a wrong one gives wrong codes.
    pub(super) fn counter(&mut self, name: &'static str) -> Option<u64> {
        match self.scalar(name, Field::Counter) {
            Scalar::Bad => None,
            Scalar::Text(text) => parameters::read_counter(&text, &mut self.checks),
            Scalar::Absent => {
                let action = "Look the counter up in the app, and write it into the file.";
                self.checks.error(
                    Kind::ValueMissing,
                    Field::Counter,
                    "The token counts events, and its counter is missing.",
                    action,
                );
                None
            }
        }
    }

    /// The interval of a TOTP token or the counter of a HOTP token; the other one is of no effect.
    pub(super) fn moving(
        &mut self,
        kind: TokenType,
        period: &'static str,
        default: Option<u32>,
        counter: &'static str,
    ) -> Option<Moving> {
        self.used.extend([period, counter]);
        match kind {
            TokenType::Totp => Some(Moving::Time { step: self.interval(period, "", default)? }),
            TokenType::Hotp => Some(Moving::Counter { counter: self.counter(counter)? }),
        }
    }

    /// Refuses a token by the name or the number of its type.
    pub(super) fn other_type(&mut self, what: &str) {
        let action = "Keep this token in its own app; its codes do not follow RFC 4226 or RFC 6238.";
        let message = format!("The token is of the type {what}; expected TOTP or HOTP.");
        self.checks.error(Kind::TypeUnsupported, Field::Type, message, action);
    }

    /// A value for a message, or what it is where it could be a secret.
    pub(super) fn shown(value: &Json) -> String {
        match value {
            Json::Unsigned(number) if *number < 1000 => number.to_string(),
            Json::Text(text) => quoted(text).unwrap_or_else(|| value.what().to_owned()),
            other => other.what().to_owned(),
        }
    }

    /// A token without a serial number.
    pub(super) fn token(
        &self,
        secret: Option<Secret>,
        algorithm: Option<Algorithm>,
        digits: Option<Digits>,
        moving: Option<Moving>,
    ) -> Option<Record> {
        let mut record = Record::unnumbered(secret?);
        record.place = self.checks.place();
        record.algorithm = algorithm?;
        record.digits = digits?;
        record.moving = moving?;
        Some(record)
    }
}

/// Gives a record its issuer and its account.
pub(super) fn named(record: Option<Record>, issuer: Option<&str>, account: Option<&str>) -> Option<Record> {
    let mut record = record?;
    if issuer.is_some() || account.is_some() {
        let details = record.details_mut();
        details.issuer = issuer.map(str::to_owned);
        details.account = account.map(str::to_owned);
    }
    Some(record)
}
