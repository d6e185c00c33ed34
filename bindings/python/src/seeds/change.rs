//! Sets the fields of a record from keyword arguments, for `Record(…)` and `Record.replace(…)`.

use crate::arguments::{algorithm, counter, digits, drift, step, t0, text, time};
use crate::errors::{type_error, value_error};
use crate::secret::Secret;
use oath_seeds::{Moving, Record};
use oath_totp::TimeStep;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Copies a record. The secret is copied once and wiped with the copy.
pub(super) fn copied(record: &Record) -> PyResult<Record> {
    let mut copy = Record::unnumbered(secret(&record.secret)?);
    copy.place = record.place;
    copy.upn.clone_from(&record.upn);
    copy.serial.clone_from(&record.serial);
    copy.algorithm = record.algorithm;
    copy.digits = record.digits;
    copy.moving = record.moving;
    copy.manufacturer = record.manufacturer.clone();
    copy.model = record.model.clone();
    copy.details.clone_from(&record.details);
    Ok(copy)
}

/// Copies a secret.
pub(super) fn secret(secret: &oath_totp::Secret) -> PyResult<oath_totp::Secret> {
    oath_totp::Secret::from_bytes(secret.expose_bytes()).map_err(value_error)
}

/// Sets these fields. None sets a field to the value that it has in a new record.
pub(super) fn change(record: &mut Record, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    let mut given = Given::default();
    for (name, value) in fields.into_iter().flatten() {
        let name = name.extract::<String>()?;
        set(record, &mut given, &name, &value)?;
    }
    given.apply(record)
}

/// What moves the codes on, as far as it is among the arguments; `Some(None)` is a None.
#[derive(Default)]
struct Given {
    step: Option<Option<u32>>,
    t0: Option<Option<u64>>,
    counter: Option<Option<u64>>,
}

impl Given {
    /// A counter replaces step and t0, and they replace a counter.
    fn apply(self, record: &mut Record) -> PyResult<()> {
        let by_time = self.step.flatten().is_some() || self.t0.flatten().is_some();
        if let Some(counter) = self.counter.flatten() {
            if by_time {
                return Err(value_error("a record has step and t0, or a counter, not both"));
            }
            record.moving = Moving::Counter { counter };
            return Ok(());
        }
        let now = match record.moving {
            Moving::Time { step } => step,
            Moving::Counter { .. } if by_time || self.counter.is_some() => TimeStep::SECONDS_30,
            Moving::Counter { .. } => return Ok(()),
        };
        let x = self.step.map_or(now.x(), |step| step.unwrap_or(TimeStep::SECONDS_30.x()));
        let t0 = self.t0.map_or(now.t0(), Option::unwrap_or_default);
        record.moving = Moving::Time { step: TimeStep::new(x, t0).map_err(value_error)? };
        Ok(())
    }
}

fn set(record: &mut Record, given: &mut Given, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match name {
        "secret" => record.secret = given_secret(value)?,
        "serial" => {
            record.serial = optional_text(value, "serial is a str or None: a number would lose its leading zeros")?;
        }
        "upn" => record.upn = optional_text(value, "upn is a str or None")?,
        "algorithm" => record.algorithm = algorithm(text(value, "algorithm is 'SHA1', 'SHA256' or 'SHA512'")?)?,
        "digits" => record.digits = digits(value)?,
        "step" => given.step = Some(optional(value, step)?),
        "t0" => given.t0 = Some(optional(value, t0)?),
        "counter" => given.counter = Some(optional(value, counter)?),
        "manufacturer" => record.manufacturer = text(value, "manufacturer is a str")?.into(),
        "model" => record.model = text(value, "model is a str")?.into(),
        "issuer" => record.details_mut().issuer = optional_text(value, "issuer is a str or None")?,
        "account" => record.details_mut().account = optional_text(value, "account is a str or None")?,
        "key_id" => record.details_mut().key_id = optional_text(value, "key_id is a str or None")?,
        "start" => record.details_mut().start = optional(value, |value| time(Some(value)))?,
        "expiry" => record.details_mut().expiry = optional(value, |value| time(Some(value)))?,
        "drift" => record.details_mut().drift = optional(value, drift)?,
        "last_used" => record.details_mut().last_used = optional(value, |value| time(Some(value)))?,
        other => return Err(PyTypeError::new_err(format!("a record has no field {other:?} that can be set"))),
    }
    Ok(())
}

/// Copies the secret of an argument.
pub(super) fn given_secret(value: &Bound<'_, PyAny>) -> PyResult<oath_totp::Secret> {
    let given = value.cast::<Secret>().map_err(|_| type_error("secret is a Secret: see Secret.from_base32"))?;
    secret(&given.get().0)
}

fn optional_text(value: &Bound<'_, PyAny>, expected: &'static str) -> PyResult<Option<String>> {
    optional(value, |value| text(value, expected).map(str::to_owned))
}

fn optional<'a, 'py, T>(
    value: &'a Bound<'py, PyAny>,
    read: impl FnOnce(&'a Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    if value.is_none() { Ok(None) } else { read(value).map(Some) }
}
