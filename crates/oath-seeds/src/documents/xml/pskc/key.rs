//! One key of a key container.

use super::super::Element;
use super::container::{Container, Value};
use crate::check::Checks;
use crate::source::Context;
use crate::text::{number, reportable_serial, reportable_upn};
use crate::values::{base64, date, interval, parameters, secret, serial};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, TokenType};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, UnixTime};
use zeroize::Zeroizing;

const ASK: &str = "Ask the vendor for the file again; it was damaged on its way, or changed by hand.";
const OTHER_SYSTEM: &str = "Take this token out of the file, and use it in a system that has this.";

/// The serial number: that of the device, else the identifier of the key.
pub(super) fn serial_of<'t>(package: Element<'t>, key: Option<Element<'t>>) -> Option<&'t str> {
    device(package).and_then(|info| info.text_of("SerialNo")).or_else(|| id(key?))
}

fn device(package: Element<'_>) -> Option<Element<'_>> {
    package.child("DeviceInfo").or_else(|| package.child("DeviceId"))
}

fn id(key: Element<'_>) -> Option<&str> {
    key.attribute("Id").or_else(|| key.attribute("KeyId")).filter(|id| !id.is_empty())
}

/// Reads a key. The error refuses the file.
pub(super) fn read(
    package: Element<'_>,
    key: Element<'_>,
    place: Place,
    container: &mut Container<'_>,
    context: &mut Context,
) -> Result<Row, Finding> {
    let mut checks = context.checks(place);
    let record = record(package, key, container, context, &mut checks)?;
    Ok(Row::new(record, checks, || {
        let users = [Some(key), device(package)].into_iter().flatten();
        let upn = users.filter_map(|element| element.text_of("UserId")).find_map(reportable_upn);
        (upn, serial_of(package, Some(key)).and_then(reportable_serial))
    }))
}

fn record(
    package: Element<'_>,
    key: Element<'_>,
    container: &mut Container<'_>,
    context: &mut Context,
    checks: &mut Checks,
) -> Result<Option<Record>, Finding> {
    let kind = token_type(key, context, checks);
    let algorithm = suite(key, context, checks, kind.is_some());
    let digits = response(key, context, checks, kind.is_some());
    policy(key, checks);
    let serial = match serial_of(package, Some(key)) {
        Some(text) => serial::read(text, checks).map(|serial| context.texts.own(&serial)),
        None => serial::read("", checks),
    };
    let data = Data::of(key, context.lenient);
    // A key of another type may have anything; that it has the wrong type is enough to know.
    let Some(kind) = kind else { return Ok(None) };
    let secret = data.secret(container, context, checks)?;
    let counter = data.number("Counter", Field::Counter, container, context, checks)?;
    let time = data.number("Time", Field::T0, container, context, checks)?;
    let interval = data.number("TimeInterval", Field::TimeInterval, container, context, checks)?;
    let drift = data.number("TimeDrift", Field::Drift, container, context, checks)?;
    let moving = match kind {
        TokenType::Hotp => counted(counter, checks),
        TokenType::Totp => timed(interval, time, context, checks),
    };
    let info = device(package);
    let (start, expiry) = (dates(key, info, START, checks), dates(key, info, EXPIRY, checks));
    if let Some(info) = info
        && info.text_of("IssueNo").is_some()
    {
        checks.warning(
            Kind::SerialAmbiguous,
            Field::SerialNumber,
            "The token has an issue number (IssueNo) besides its serial number; it is not kept.",
            "Compare with the numbers on the backs: where two tokens have one serial number, change that of one.",
        );
    }
    if let Some(profile) = key.text_of("KeyProfileId") {
        checks.warning(
            Kind::PolicyUnsupported,
            None,
            format!(
                "The key belongs to a profile ({}), whose settings are not in the file.",
                parameters::shown(profile)
            ),
            "Ask the vendor what the profile says: hash, digits and interval may be among it.",
        );
    }
    let (Some(serial), Some(secret), Some(moving), Some(algorithm), Some(digits)) =
        (serial, secret, moving, algorithm, digits)
    else {
        return Ok(None);
    };
    let mut record = Record::new(serial, secret);
    record.place = checks.place();
    record.algorithm = algorithm;
    record.digits = digits;
    record.moving = moving;
    if let Some(info) = info {
        record.manufacturer = context.texts.manufacturer.of(info.text_of("Manufacturer").unwrap_or_default());
        record.model = context.texts.model.of(info.text_of("Model").unwrap_or_default());
    }
    users(key, info, &mut record);
    if let Some(issuer) = key.text_of("Issuer") {
        record.details_mut().issuer = Some(issuer.to_owned());
    }
    if let Some(id) = id(key).filter(|id| record.serial.as_deref() != Some(*id)) {
        record.details_mut().key_id = Some(id.to_owned());
    }
    if let Some(start) = start {
        record.details_mut().start = Some(start);
    }
    if let Some(expiry) = expiry {
        record.details_mut().expiry = Some(expiry);
    }
    if let Some(drift) = drift.filter(|drift| *drift != 0) {
        record.details_mut().drift = Some(drift);
    }
    Ok(Some(record))
}

/// The names before the last part of an algorithm's.
const PREFIXES: [&str; 3] = [
    "urn:ietf:params:xml:ns:keyprov:pskc:",
    "urn:ietf:params:xml:ns:keyprov:pskc#",
    "http://www.ietf.org/keyprov/pskc#",
];

fn token_type(key: Element<'_>, context: &Context, checks: &mut Checks) -> Option<TokenType> {
    let draft = || key.attribute("KeyAlgorithm").filter(|_| context.lenient);
    let Some(name) = key.attribute("Algorithm").or_else(draft).filter(|name| !name.is_empty()) else {
        if context.assume.kind.is_none() {
            checks.error(
                Kind::ParameterUnknown,
                Field::Type,
                "The key does not say its algorithm: TOTP or HOTP.",
                "Look it up in the vendor's data sheet, and say the type of the tokens: TOTP or HOTP.",
            );
        }
        return context.assume.kind;
    };
    let known = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
    let found = parameters::token_type(known.unwrap_or(if context.lenient { name } else { "" }));
    if found.is_none() {
        let what = match known.unwrap_or(name) {
            ocra if ocra.to_ascii_lowercase().contains("ocra") => {
                "OCRA (RFC 6287), which answers a challenge".to_owned()
            }
            "pin" => "a PIN, which makes no codes".to_owned(),
            other => parameters::shown(other),
        };
        checks.error(
            Kind::TypeUnsupported,
            Field::Type,
            format!("The algorithm of the key is {what}; expected TOTP or HOTP."),
            OTHER_SYSTEM,
        );
    }
    found
}

/// The hash. One that is not known is never taken for SHA-1.
fn suite(key: Element<'_>, context: &Context, checks: &mut Checks, judged: bool) -> Option<Algorithm> {
    let suite = key.at(&["AlgorithmParameters", "Suite"]);
    let attribute = suite.and_then(|suite| suite.attribute("hashalgo"));
    let text = attribute.or(suite.map(Element::text)).filter(|text| !text.is_empty());
    match text {
        None => Some(context.assume.algorithm.unwrap_or(Algorithm::Sha1)),
        Some(text) if judged => parameters::read_algorithm(text, checks),
        Some(_) => None,
    }
}

/// The form of the codes.
fn response(key: Element<'_>, context: &Context, checks: &mut Checks, judged: bool) -> Option<Digits> {
    if !judged {
        return None;
    }
    let given =
        ["AlgorithmParameters", "Usage"].map(|name| key.child(name).filter(|_| name != "Usage" || context.lenient));
    if given.iter().flatten().any(|given| given.child("ChallengeFormat").is_some()) {
        let message = "The key is for codes that answer a challenge (ChallengeFormat).";
        checks.error(Kind::PolicyUnsupported, None, message, OTHER_SYSTEM);
    }
    let format = given.into_iter().flatten().find_map(|given| given.child("ResponseFormat"));
    let attribute = |names: [&str; 2]| format.and_then(|format| names.iter().find_map(|name| format.attribute(name)));
    if let Some(encoding) =
        attribute(["Encoding", "Format"]).filter(|encoding| !encoding.eq_ignore_ascii_case("DECIMAL"))
    {
        let message = format!("The codes are written as {}; expected DECIMAL.", parameters::shown(encoding));
        checks.error(Kind::DigitsUnsupported, Field::Digits, message, OTHER_SYSTEM);
    }
    if attribute(["CheckDigits", "CheckDigit"]).is_some_and(|check| !matches!(check, "false" | "0" | "")) {
        let message = "The codes end with a check digit (CheckDigits), which is not known here.";
        checks.error(Kind::DigitsUnsupported, Field::Digits, message, OTHER_SYSTEM);
    }
    match attribute(["Length", "length"]) {
        Some(text) => parameters::read_digits(text, checks),
        None => {
            if context.assume.digits.is_none() {
                checks.error(
                    Kind::ParameterUnknown,
                    Field::Digits,
                    "The key does not say how long a code is (ResponseFormat, Length).",
                    "Count the digits on the token's display, and say the digits of the tokens.",
                );
            }
            context.assume.digits
        }
    }
}

/// What the key asks for besides. What is not known here must not be passed over (RFC 6030, section 5).
fn policy(key: Element<'_>, checks: &mut Checks) {
    let Some(policy) = key.child("Policy") else { return };
    let mut usages = policy.children().filter(|child| child.name() == "KeyUsage").peekable();
    if usages.peek().is_some() && !usages.any(|usage| usage.text() == "OTP") {
        let message = "The key is for other uses than one-time passwords (KeyUsage without OTP).";
        checks.error(Kind::PolicyUnsupported, None, message, OTHER_SYSTEM);
    }
    for child in policy.children() {
        let message = match child.name() {
            "StartDate" | "ExpiryDate" | "KeyUsage" => continue,
            "PINPolicy" => "The key asks for a PIN (PINPolicy), which is not kept here.".to_owned(),
            "NumberOfTransactions" => {
                "The key may be used a number of times only (NumberOfTransactions), which is not kept here.".to_owned()
            }
            other => format!("The key has a policy that is not known here: {}.", parameters::shown(other)),
        };
        checks.error(Kind::PolicyUnsupported, None, message, OTHER_SYSTEM);
    }
}

/// The values of a key.
struct Data<'t> {
    key: Element<'t>,
    data: Option<Element<'t>>,
    lenient: bool,
}

impl<'t> Data<'t> {
    fn of(key: Element<'t>, lenient: bool) -> Self {
        Self { key, data: key.child("Data"), lenient }
    }

    /// The value of a name; in drafts a `Data` of its own.
    fn element(&self, name: &str) -> Option<Element<'t>> {
        let draft = || {
            let mut all = self.key.children().filter(|child| self.lenient && child.name() == "Data");
            all.find(|data| {
                data.attribute("Name").is_some_and(|given| given.replace('_', "").eq_ignore_ascii_case(name))
            })
        };
        self.data.and_then(|data| data.child(name)).or_else(draft)
    }

    fn secret(
        &self,
        container: &mut Container<'_>,
        context: &Context,
        checks: &mut Checks,
    ) -> Result<Option<Secret>, Finding> {
        let Some(element) = self.element("Secret") else {
            let (message, action) = if self.key.child("KeyReference").is_some() {
                (
                    "The key is not in the file, which names it only (KeyReference).",
                    "Ask the vendor for the keys themselves; a reference serves only where the key is already.",
                )
            } else {
                (
                    "The key has no Secret.",
                    "Ask the vendor for the token's secret; without it the token cannot be used.",
                )
            };
            checks.error(Kind::SecretEmpty, Field::SecretKey, message, action);
            return Ok(None);
        };
        let bytes = match container.value(element, Field::SecretKey, context.lenient, checks)? {
            None => return Ok(None),
            Some(Value::Bytes(bytes)) => Some(bytes),
            Some(Value::Plain(text)) => base64::decode_spaced(text),
        };
        let Some(bytes) = bytes else {
            let message = "The secret key is not Base64 (A to Z, a to z, 0 to 9, + and /).";
            checks.error(Kind::SecretIllegalCharacter, Field::SecretKey, message, ASK);
            return Ok(None);
        };
        let Ok(secret) = Secret::from_bytes(&bytes) else {
            let action = "Ask the vendor for the token's secret; without it the token cannot be used.";
            checks.error(Kind::SecretEmpty, Field::SecretKey, "The secret key is empty.", action);
            return Ok(None);
        };
        Ok(secret::judge(secret, checks))
    }

    /// A whole number; `None` too where there is none, or where an error says why it cannot be read.
    fn number(
        &self,
        name: &str,
        field: Field,
        container: &mut Container<'_>,
        context: &Context,
        checks: &mut Checks,
    ) -> Result<Option<i64>, Finding> {
        let Some(element) = self.element(name) else { return Ok(None) };
        let number = match container.value(element, field, context.lenient, checks)? {
            None => return Ok(None),
            Some(Value::Plain(text)) => decimal(text).or_else(|| {
                // A draft's counter: eight bytes in Base64.
                base64::decode_spaced(text).filter(|_| self.lenient).and_then(|bytes| big_endian(&bytes))
            }),
            Some(Value::Bytes(bytes)) => {
                core::str::from_utf8(&bytes).ok().and_then(decimal).or_else(|| big_endian(&bytes))
            }
        };
        if number.is_none() {
            let message = format!("The {field} ({name}) is no whole number.");
            checks.error(Kind::ValueMalformed, field, message, ASK);
        }
        Ok(number)
    }
}

/// A number in decimal, perhaps with a sign. No white space and no plus: `i64` reads that too.
fn decimal(text: &str) -> Option<i64> {
    text.trim_ascii().strip_prefix('+').is_none().then(|| text.trim_ascii().parse().ok()).flatten()
}

/// A number in bytes, the highest first: as many as are needed, or eight.
fn big_endian(bytes: &[u8]) -> Option<i64> {
    let mut all = Zeroizing::new([0; 8]);
    let from = all.len().checked_sub(bytes.len()).filter(|_| !bytes.is_empty())?;
    all.get_mut(from..)?.copy_from_slice(bytes);
    i64::try_from(u64::from_be_bytes(*all)).ok()
}

fn counted(counter: Option<i64>, checks: &mut Checks) -> Option<Moving> {
    match u64::try_from(counter.unwrap_or(0)) {
        Ok(counter) => Some(Moving::Counter { counter }),
        Err(_) => {
            let message = "The counter is negative; expected a number from 0.";
            checks.error(Kind::CounterUnsupported, Field::Counter, message, ASK);
            None
        }
    }
}

fn timed(interval: Option<i64>, time: Option<i64>, context: &Context, checks: &mut Checks) -> Option<Moving> {
    let Some(x) = interval.or(context.assume.interval.map(i64::from)) else {
        // An interval that is there and cannot be read has its error.
        if !checks.has(Field::TimeInterval) {
            checks.error(
                Kind::ParameterUnknown,
                Field::TimeInterval,
                "The key does not say its time interval (TimeInterval).",
                "Watch how long the token shows one code, and say the interval of the tokens: 30 or 60.",
            );
        }
        return None;
    };
    let t0 = time.unwrap_or(0);
    let step = u32::try_from(x).ok().filter(|x| *x <= interval::MAX).zip(u64::try_from(t0).ok());
    let Some(step) = step.and_then(|(x, t0)| TimeStep::new(x, t0).ok()) else {
        let message = format!(
            "The time interval is {} and the start of counting (Time) {}; expected 1 to {}, and 0 or more.",
            number(x),
            number(t0),
            interval::MAX
        );
        checks.error(Kind::IntervalUnsupported, Field::TimeInterval, message, ASK);
        return None;
    };
    if t0 != 0 {
        checks.warning(
            Kind::ParameterUnknown,
            Field::T0,
            format!("Time is {}; it is read as T0, the second at which the steps begin to count.", number(t0)),
            "RFC 6030 leaves open what it means: try a code of the token before you hand it out.",
        );
    }
    Some(Moving::Time { step })
}

const START: (&str, Field) = ("StartDate", Field::Start);
const EXPIRY: (&str, Field) = ("ExpiryDate", Field::Expiry);

/// A date of the key, or of the device that it is in; where both have one, the one that allows less.
fn dates(
    key: Element<'_>,
    info: Option<Element<'_>>,
    (name, field): (&'static str, Field),
    checks: &mut Checks,
) -> Option<UnixTime> {
    let mut found: Option<UnixTime> = None;
    for text in [key.child("Policy"), Some(key), info].into_iter().flatten().filter_map(|element| element.text_of(name))
    {
        let Some(date) = date::read(text) else {
            let message =
                format!("The {field} is {}; expected a date such as 2030-12-31T00:00:00Z.", parameters::shown(text));
            checks.error(Kind::ValueMalformed, field, message, "Correct it, or ask the vendor for the file again.");
            return None;
        };
        found = Some(match found {
            None => date,
            Some(other) if field == Field::Start => other.max(date),
            Some(other) => other.min(date),
        });
    }
    found
}

/// The users of the key and of the device: what looks like a user principal name is one, anything else (RFC 6030 has
/// distinguished names in mind) is an account.
fn users(key: Element<'_>, info: Option<Element<'_>>, record: &mut Record) {
    for text in [Some(key), info].into_iter().flatten().filter_map(|element| element.text_of("UserId")) {
        if is_upn(text) && record.upn.is_none() {
            record.upn = Some(text.to_owned());
        } else if record.upn.as_deref() != Some(text) && record.details().account.is_none() {
            record.details_mut().account = Some(text.to_owned());
        }
    }
}

/// Whether a user is read as a user principal name.
pub(crate) fn is_upn(text: &str) -> bool {
    text.contains('@') && !text.contains(['=', ' '])
}
