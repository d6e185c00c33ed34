//! Converts the arguments of Python programmers to the types of the library.

use crate::errors::{MALFORMED_CODE, type_error, value_error};
use core::ops::Deref;
use oath_totp::{Algorithm, Code, CodeRun, Consecutive, Digits, UnixTime, Window};
use pyo3::conversion::FromPyObjectOwned;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyFloat, PyInt, PyMemoryView, PySlice, PyString};
use zeroize::Zeroizing;

/// Reads a time: Unix seconds as an int or a float, an aware datetime, or None for now.
pub(crate) fn time(at: Option<&Bound<'_, PyAny>>) -> PyResult<UnixTime> {
    let Some(at) = at else { return Ok(UnixTime::now()) };
    const EXPECTED: &str = "a time is Unix seconds (int or float), an aware datetime, or None for now";
    if at.is_instance_of::<PyBool>() {
        return Err(type_error(EXPECTED));
    }
    if at.is_instance_of::<PyInt>() {
        // Signed first, because Python converts to a signed integer at once and to an unsigned one byte by byte.
        let seconds = at.extract::<i64>().ok().and_then(|seconds| u64::try_from(seconds).ok());
        return match seconds.map_or_else(|| at.extract::<u64>(), Ok) {
            Ok(seconds) => Ok(UnixTime::from_secs(seconds)),
            Err(_) => Err(value_error("a time is 0 or more seconds since 1970, below 2**64")),
        };
    }
    if let Ok(seconds) = at.cast::<PyFloat>() {
        return whole(seconds.value());
    }
    // A datetime, of Python or of a library that imitates it. A naive one means another time in each time zone, and two
    // times in the night that summer time ends.
    let py = at.py();
    let (Ok(offset), Ok(timestamp)) = (at.getattr(intern!(py, "utcoffset")), at.getattr(intern!(py, "timestamp")))
    else {
        // An integer of another library.
        return at.extract::<u64>().map(UnixTime::from_secs).map_err(|_| type_error(EXPECTED));
    };
    if offset.call0()?.is_none() {
        return Err(value_error(
            "a naive datetime is not a definite time: give it a time zone, like datetime.now(timezone.utc), or pass Unix seconds",
        ));
    }
    whole(timestamp.call0()?.extract()?)
}

fn whole(seconds: f64) -> PyResult<UnixTime> {
    // From 2^53 on, a float does not represent every second.
    if !(0.0..9_007_199_254_740_992.0).contains(&seconds) {
        return Err(value_error("a time is 0 or more seconds since 1970, as a float below 2**53"));
    }
    #[expect(clippy::as_conversions, reason = "in range, and rounded down on purpose")]
    Ok(UnixTime::from_secs(seconds as u64))
}

/// The bytes of an argument. A `bytes` cannot change and is borrowed; others are copied, and the copy is wiped.
pub(crate) enum Bytes<'a> {
    Here(&'a [u8]),
    Copied(Zeroizing<Vec<u8>>),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Here(bytes) => bytes,
            Self::Copied(bytes) => bytes,
        }
    }
}

/// Returns the bytes of a `bytes`, a bytearray or a memoryview; None for other objects.
pub(crate) fn bytes<'a>(given: &'a Bound<'_, PyAny>) -> PyResult<Option<Bytes<'a>>> {
    if let Ok(bytes) = given.cast::<PyBytes>() {
        return Ok(Some(Bytes::Here(bytes.as_bytes())));
    }
    if let Ok(bytes) = given.cast::<PyByteArray>() {
        return Ok(Some(Bytes::Copied(Zeroizing::new(bytes.to_vec()))));
    }
    if !given.is_instance_of::<PyMemoryView>() {
        return Ok(None);
    }
    let copy = PyByteArray::from(given)?;
    let bytes = Zeroizing::new(copy.to_vec());
    // Assigning a slice of the same length overwrites the bytes in place.
    copy.as_any().set_item(PySlice::full(given.py()), PyBytes::new_with(given.py(), bytes.len(), |_| Ok(()))?)?;
    Ok(Some(Bytes::Copied(bytes)))
}

/// Returns the text of a `str` that may be secret. Python's own error for a lone surrogate carries the whole text; this one
/// does not.
pub(crate) fn text<'a>(given: &'a Bound<'_, PyAny>, expected: &'static str) -> PyResult<&'a str> {
    let text = given.cast::<PyString>().map_err(|_| type_error(expected))?.to_str();
    text.map_err(|_| value_error("the text is not valid Unicode: it has a lone surrogate"))
}

/// Reads a code as a user typed it.
pub(crate) fn code(code: &Bound<'_, PyAny>) -> PyResult<Code> {
    let text = text(code, "a code is a str: as a number it would lose its leading zeros")?;
    Code::parse(text)
        .or_else(|_| Code::from_typed(text))
        .map_err(|error| MALFORMED_CODE.error(code.py(), (error.to_string(),)))
}

/// Reads one code, or a sequence of one to three.
pub(crate) fn codes(codes: &Bound<'_, PyAny>) -> PyResult<CodeRun> {
    if codes.is_instance_of::<PyString>() {
        return Ok(code(codes)?.into());
    }
    let Ok(each) = codes.try_iter() else {
        return Err(type_error("codes are a str, or a sequence of one to three str, the older one first"));
    };
    // The fourth code is an error, so that an endless iterator ends too.
    let all = each.take(4).map(|one| code(&one?)).collect::<PyResult<Vec<Code>>>()?;
    CodeRun::try_from(all.as_slice()).map_err(value_error)
}

/// Reads a sequence of two or three codes.
pub(crate) fn consecutive(given: &Bound<'_, PyAny>) -> PyResult<Consecutive> {
    const EXPECTED: &str = "resync takes a sequence of two or three consecutive codes; activate takes one code";
    if given.is_instance_of::<PyString>() {
        return Err(type_error(EXPECTED));
    }
    match codes(given)? {
        CodeRun::Several(codes) => Ok(codes),
        CodeRun::One(_) => Err(value_error(EXPECTED)),
    }
}

/// A window, given as steps before and after, or as a pair (back, ahead).
pub(crate) struct Around(pub(crate) Window);

impl Around {
    pub(crate) const ONE: Self = Self(Window::ONE);
}

impl FromPyObject<'_, '_> for Around {
    type Error = PyErr;

    fn extract(window: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        const EXPECTED: &str =
            "a window is steps, or a pair (back, ahead) of steps, each 0 to 255; use resync to search further";
        if window.is_instance_of::<PyBool>() {
            return Err(type_error(EXPECTED));
        }
        if window.is_instance_of::<PyInt>() {
            return window.extract::<u8>().map(|steps| Self(Window::around(steps))).map_err(|_| value_error(EXPECTED));
        }
        match window.extract::<(Bound<'_, PyInt>, Bound<'_, PyInt>)>() {
            Ok((back, ahead)) => match (back.extract::<u8>(), ahead.extract::<u8>()) {
                (Ok(back), Ok(ahead)) => Ok(Self(Window::new(back, ahead))),
                _ => Err(value_error(EXPECTED)),
            },
            Err(_) => Err(type_error(EXPECTED)),
        }
    }
}

pub(crate) fn algorithm(name: &str) -> PyResult<Algorithm> {
    name.parse().map_err(value_error)
}

pub(crate) fn digits(given: &Bound<'_, PyAny>) -> PyResult<Digits> {
    const EXPECTED: &str = "digits is 6, 7 or 8";
    Digits::try_from(integer::<u8>(given, EXPECTED)?).map_err(|_| value_error(EXPECTED))
}

/// Reads an integer. `expected` names the argument and its range in errors.
fn integer<T: for<'py> FromPyObjectOwned<'py>>(given: &Bound<'_, PyAny>, expected: &'static str) -> PyResult<T> {
    if given.is_instance_of::<PyBool>() {
        return Err(type_error(expected));
    }
    given.extract::<T>().map_err(Into::<PyErr>::into).map_err(|error| {
        if error.is_instance_of::<PyTypeError>(given.py()) { type_error(expected) } else { value_error(expected) }
    })
}

macro_rules! integers {
    ($($name:ident: $type:ty = $expected:literal;)*) => {$(
        pub(crate) fn $name(given: &Bound<'_, PyAny>) -> PyResult<$type> {
            integer(given, $expected)
        }
    )*};
}

integers! {
    step: u32 = "step is the seconds of a time step, 1 to 4294967295";
    t0: u64 = "t0 is Unix seconds, 0 to 2**64 - 1";
    radius: u16 = "radius is steps, 0 to 65535";
    max_drift: u16 = "max_drift is steps, 0 to 65535";
    counter: u64 = "a counter is 0 to 2**64 - 1";
    look_ahead: u8 = "look_ahead of verify is 0 to 255 counters; use resync to search further";
    wide_look_ahead: u16 = "look_ahead is 0 to 65535 counters";
    last_step: Option<u64> = "last_step is None or 0 to 2**64 - 1";
    a_step: u64 = "step is the number of a time step, 0 to 2**64 - 1";
    drift: i64 = "drift is steps, -2**63 to 2**63 - 1";
    upload: u64 = "upload is the number of an upload, 0 to 2**64 - 1";
    resume: Option<u64> = "resume is None or the number of an upload, 0 to 2**64 - 1";
    after: u64 = "after is the number of an event, 0 to 2**64 - 1";
    limit: usize = "limit is the number of events, 0 or more";
    skip: usize = "skip is the number of records before, 0 or more";
    page: Option<usize> = "limit is None or the number of records, 0 or more";
    chain: Option<u64> = "chain is None or 0 to 2**64 - 1";
}

pub(crate) fn scale(given: &Bound<'_, PyAny>) -> PyResult<u8> {
    const EXPECTED: &str = "scale is the pixels of a module each way, 1 to 64";
    let scale = integer(given, EXPECTED)?;
    if matches!(scale, 1..=64) { Ok(scale) } else { Err(value_error(EXPECTED)) }
}
