//! Sets the fields of a record from keyword arguments, for `Record(…)` and `Record.replace(…)`.

use crate::arguments::{algorithm, counter, digits, drift, step, t0, text, time};
use crate::errors::{type_error, value_error};
use crate::secret::Secret;
use oath_seeds::{MovingFields, Record};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Sets these fields. None sets a field to the value that it has in a new record.
pub(super) fn change(record: &mut Record, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    let mut moving = MovingFields::default();
    for (name, value) in fields.into_iter().flatten() {
        let name = name.extract::<String>()?;
        set(record, &mut moving, &name, &value)?;
    }
    record.set_moving(moving).map_err(value_error)
}

fn set(record: &mut Record, moving: &mut MovingFields, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match name {
        "secret" => record.secret = given_secret(value)?,
        "serial" => {
            record.serial = optional_text(value, "serial is a str or None: a number would lose its leading zeros")?;
        }
        "upn" => record.upn = optional_text(value, "upn is a str or None")?,
        "algorithm" => record.algorithm = algorithm(text(value, "algorithm is 'SHA1', 'SHA256' or 'SHA512'")?)?,
        "digits" => record.digits = digits(value)?,
        "step" => moving.step = Some(optional(value, step)?),
        "t0" => moving.t0 = Some(optional(value, t0)?),
        "counter" => moving.counter = Some(optional(value, counter)?),
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
    Ok(given.get().0.copied())
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
