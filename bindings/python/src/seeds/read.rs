use super::file::SeedFile;
use super::secrets::unlock;
use crate::errors::{read_error, value_error};
use crate::source::Source;
use oath_seeds::{Assume, Format, Options, Repairs, Target};
use pyo3::prelude::*;

pub(super) fn format(name: &str) -> PyResult<Format> {
    name.parse().map_err(value_error)
}

pub(super) fn target(name: Option<&str>) -> PyResult<Option<Target>> {
    name.map(|name| name.parse().map_err(value_error)).transpose()
}

/// Converts the arguments of a caller to the options of a reader.
pub(crate) fn options(format: Option<&str>, target: Option<&str>, repairs: &str, assume: Assume) -> PyResult<Options> {
    let repairs = match repairs {
        "offer" => Repairs::Offer,
        "apply" => Repairs::Apply,
        _ => return Err(value_error("repairs is 'offer' or 'apply'")),
    };
    let mut options = Options::default().repairs(repairs).assume(assume);
    options.format = format.map(self::format).transpose()?;
    options.target = self::target(target)?;
    Ok(options)
}

/// Returns the names of the formats that are read and written.
#[pyfunction]
pub(crate) fn formats() -> Vec<&'static str> {
    Format::ALL.iter().map(|format| format.name()).collect()
}

/// The keyword arguments of `read` that `convert` has too.
pub(super) struct Reading<'a, 'py> {
    pub(super) format: Option<&'a str>,
    pub(super) target: Option<&'a str>,
    pub(super) password: Option<&'a Bound<'py, PyAny>>,
    pub(super) key: Option<&'a Bound<'py, PyAny>>,
    pub(super) openpgp_key: Option<&'a Bound<'py, PyAny>>,
    pub(super) token_type: Option<&'a str>,
    pub(super) algorithm: Option<&'a str>,
    pub(super) digits: Option<u8>,
    pub(super) interval: Option<u32>,
    pub(super) lenient: bool,
    pub(super) refuse_weak: bool,
    pub(super) repairs: &'a str,
}

impl<'py> Reading<'_, 'py> {
    pub(super) fn file(&self, source: &Bound<'py, PyAny>) -> PyResult<oath_seeds::SeedFile> {
        let py = source.py();
        let assume = Assume {
            kind: self.token_type.map(|name| name.parse().map_err(value_error)).transpose()?,
            algorithm: self.algorithm.map(|name| name.parse().map_err(value_error)).transpose()?,
            digits: self.digits.map(|count| count.try_into().map_err(value_error)).transpose()?,
            interval: self.interval,
        };
        let options = options(self.format, self.target, self.repairs, assume)?
            .lenient(self.lenient)
            .refuse_weak(self.refuse_weak);
        let unlock = unlock(self.password, self.key, self.openpgp_key)?;
        let file = Source::of(source)?.read(py, |input| oath_seeds::read_from(input, &options, &unlock))?;
        file.map_err(|error| read_error(py, &error))
    }
}

/// Reads a path, bytes or an open file. The format is recognised where none is named.
///
/// `target` is the system that the tokens are for, by whose rules they are checked: 'entra' for a file with the header of
/// Entra ID's upload, else 'any'. `password`, `key` (bytes, or hex) and `openpgp_key` open an encrypted file.
/// `token_type`, `algorithm`, `digits` and `interval` are what a file means that leaves them out. `lenient` accepts what drafts
/// of PSKC did differently, with a warning. `refuse_weak` refuses secrets of 80 to 127 bits for 'entra', 'graph' and 'inventory',
/// instead of warning of them: with 'inventory' and it, the verdict is that of `Directory.upload`.
///
/// A row without a record is among `failed`, and an error among the findings says why; a file that is not a seed file raises
/// SeedFileError. The content of a file is passed as bytes: a str is a path, and one with a line end is refused. Ctrl-C ends the
/// call.
///
/// >>> from oath_totp import seeds
/// >>> text = b"0950380269,3930323334353637383930313233343536373839"
/// >>> seeds.read(text, "duo-csv", token_type="totp", digits=6, interval=60).records[0].step
/// 60
#[pyfunction]
#[pyo3(signature = (source, format = None, *, target = None, password = None, key = None, openpgp_key = None,
    token_type = None, algorithm = None, digits = None, interval = None, lenient = false, refuse_weak = false,
    repairs = "offer"))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn read(
    source: &Bound<'_, PyAny>,
    format: Option<&str>,
    target: Option<&str>,
    password: Option<&Bound<'_, PyAny>>,
    key: Option<&Bound<'_, PyAny>>,
    openpgp_key: Option<&Bound<'_, PyAny>>,
    token_type: Option<&str>,
    algorithm: Option<&str>,
    digits: Option<u8>,
    interval: Option<u32>,
    lenient: bool,
    refuse_weak: bool,
    repairs: &str,
) -> PyResult<SeedFile> {
    let reading = Reading {
        format,
        target,
        password,
        key,
        openpgp_key,
        token_type,
        algorithm,
        digits,
        interval,
        lenient,
        refuse_weak,
        repairs,
    };
    reading.file(source).map(SeedFile::from)
}
