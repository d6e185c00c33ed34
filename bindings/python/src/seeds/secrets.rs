//! Passwords and keys as arguments. A key as text is hex. What is copied here is wiped.

use crate::arguments::{Bytes, bytes, text};
use crate::errors::{type_error, value_error};
use oath_seeds::{Protection, Unlock};
use pyo3::prelude::*;
use pyo3::types::PyString;
use zeroize::Zeroizing;

/// What opens a file.
pub(super) fn unlock(
    password: Option<&Bound<'_, PyAny>>,
    key: Option<&Bound<'_, PyAny>>,
    openpgp: Option<&Bound<'_, PyAny>>,
) -> PyResult<Unlock> {
    let mut unlock = Unlock::default();
    if let Some(password) = password {
        unlock.password(text_of(&raw(password, PASSWORD)?)?);
    }
    if let Some(key) = key {
        unlock.key(&key_bytes(key)?);
    }
    if let Some(secret_key) = openpgp {
        unlock.openpgp(&raw(secret_key, "openpgp_key is a str or bytes")?);
    }
    Ok(unlock)
}

/// What a file is encrypted with, if it is.
pub(super) fn protection(
    password: Option<&Bound<'_, PyAny>>,
    key: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<Protection>> {
    match (password, key) {
        (None, None) => Ok(None),
        (Some(password), None) => {
            Protection::password(text_of(&raw(password, PASSWORD)?)?).map(Some).map_err(value_error)
        }
        (None, Some(key)) => Protection::key(&key_bytes(key)?).map(Some).map_err(value_error),
        (Some(_), Some(_)) => Err(value_error("a file is encrypted with a password or with a key, not with both")),
    }
}

const PASSWORD: &str = "a password is a str or bytes";
const KEY: &str = "a key is bytes, or a str in hex";

fn key_bytes<'a>(key: &'a Bound<'_, PyAny>) -> PyResult<Bytes<'a>> {
    if !key.is_instance_of::<PyString>() {
        return raw(key, KEY);
    }
    let secret = oath_totp::Secret::from_hex(text(key, KEY)?).map_err(|_| value_error(KEY))?;
    Ok(Bytes::Copied(Zeroizing::new(secret.expose_bytes().to_vec())))
}

fn raw<'a>(value: &'a Bound<'_, PyAny>, expected: &'static str) -> PyResult<Bytes<'a>> {
    if value.is_instance_of::<PyString>() {
        return Ok(Bytes::Here(text(value, expected)?.as_bytes()));
    }
    bytes(value)?.ok_or_else(|| type_error(expected))
}

fn text_of(bytes: &[u8]) -> PyResult<&str> {
    core::str::from_utf8(bytes).map_err(|_| value_error("the password is not UTF-8"))
}
