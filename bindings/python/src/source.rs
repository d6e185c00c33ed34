//! Reads files as Python programmers pass them (a path, bytes, an open file), and collects output.

use crate::arguments::{bytes, text};
use crate::errors::{os_error, read_error, type_error, value_error};
use crate::opened::refuse_if_held;
use crate::wait::{Raised, Watched};
use oath_directory::spool::Spool;
use oath_seeds::{Options, ReadError, Reader, WholeFile};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A file to read.
pub(crate) struct Source<'py> {
    /// The name of the file in reports, without its folders.
    pub(crate) name: String,
    content: Content<'py>,
}

enum Content<'py> {
    Path(PathBuf),
    /// `bytes`, a bytearray, a memoryview, or a `str`.
    Object(Bound<'py, PyAny>),
}

impl<'py> Source<'py> {
    /// Accepts a path, bytes, or an open file.
    pub(crate) fn of(given: &Bound<'py, PyAny>) -> PyResult<Self> {
        const EXPECTED: &str = "a file is a path (str or os.PathLike), bytes, or an open file";
        let file_name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let py = given.py();
        if bytes(given)?.is_some() {
            return Ok(Self { name: "(bytes)".to_owned(), content: Content::Object(given.clone()) });
        }
        if let Ok(read) = given.getattr(intern!(py, "read")) {
            let content = read.call0()?;
            if bytes(&content)?.is_none() && !content.is_instance_of::<PyString>() {
                return Err(type_error(EXPECTED));
            }
            let name = given.getattr(intern!(py, "name")).and_then(|name| name.extract::<PathBuf>());
            let name = name.map_or_else(|_| "(file)".to_owned(), |path| file_name(&path));
            return Ok(Self { name, content: Content::Object(content) });
        }
        let FilePath(path) = given.extract().map_err(|error: PyErr| {
            if error.is_instance_of::<PyTypeError>(py) { type_error(EXPECTED) } else { error }
        })?;
        Ok(Self { name: file_name(&path), content: Content::Path(path) })
    }

    /// Reads the file while Python's other threads run.
    pub(crate) fn read<T: Send>(
        &self,
        py: Python<'py>,
        with: impl FnOnce(&mut (dyn Read + Send)) -> T + Send,
    ) -> PyResult<T> {
        self.open(py, |input| {
            let raised = Raised::default();
            let read = py.detach(|| input.reader().map(|reader| with(&mut Watched::new(reader, &raised))));
            raised.ended()?;
            read.map_err(|error| self.failed(&error))
        })
    }

    /// Reads a seed file that is taken as a whole or not at all to its end, and gives `with` its rows.
    pub(crate) fn whole<T>(
        &self,
        py: Python<'py>,
        options: &Options,
        with: impl FnOnce(Rows<'_>) -> PyResult<T>,
    ) -> PyResult<T> {
        self.open(py, |input| {
            let raised = Raised::default();
            let spool = match input {
                Input::Path(path) if is_pipe(path) => {
                    Some(py.detach(|| Spool::new(Watched::new(File::open(path)?, &raised))))
                }
                _ => None,
            };
            raised.ended()?;
            let spool = spool.transpose().map_err(|error| self.failed(&error))?;
            let input = spool.as_ref().map_or(input, Input::Spool);
            let whole = py.detach(|| {
                let watched: Stream<'_> = Box::new(Watched::new(input.reader()?, &raised));
                Reader::new(watched, options)?.whole(|| Reader::new(input.reader()?, options))
            });
            raised.ended()?;
            with(whole.map_err(|error| match error {
                ReadError::Io(error) => self.failed(&error),
                error => read_error(py, &error),
            })?)
        })
    }

    /// Gives `with` what can be read without Python's lock.
    fn open<T>(&self, py: Python<'py>, with: impl FnOnce(Input<'_>) -> PyResult<T>) -> PyResult<T> {
        match &self.content {
            Content::Path(path) => {
                refuse_if_held(py, path)?;
                with(Input::Path(path))
            }
            Content::Object(content) => {
                let copied = bytes(content)?;
                with(Input::Bytes(match &copied {
                    Some(bytes) => bytes,
                    None => text(content, "an open file gives bytes or str")?.as_bytes(),
                }))
            }
        }
    }

    fn failed(&self, error: &io::Error) -> PyErr {
        let path = match &self.content {
            Content::Path(path) => Some(path.as_path()),
            Content::Object(_) => None,
        };
        os_error(error, path)
    }
}

/// The rows of a seed file that was read to its end once.
pub(crate) type Rows<'a> = WholeFile<Stream<'a>>;

type Stream<'a> = Box<dyn Read + Send + 'a>;

/// What can be read as often as needed, but for a pipe.
#[derive(Clone, Copy)]
enum Input<'a> {
    Path(&'a Path),
    Bytes(&'a [u8]),
    Spool(&'a Spool),
}

impl<'a> Input<'a> {
    fn reader(self) -> io::Result<Stream<'a>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(bytes),
            Self::Spool(spool) => Box::new(spool.reader()?),
        })
    }
}

/// Whether a file can be read only once.
fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// A path, as a `str` or an `os.PathLike`.
///
/// An error names its path, so the text of a file that was passed by mistake would be shown. Such a text has a line end or is
/// longer than any path: it is refused, and no error shows it.
pub(crate) struct FilePath(pub(crate) PathBuf);

/// The longest path of Linux, with its end.
const LONGEST: usize = 4096;

impl FromPyObject<'_, '_> for FilePath {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let path: PathBuf = given.extract().map_err(|error: PyErr| {
            // Other errors carry the text, such as the one for a str that is not valid Unicode.
            if error.is_instance_of::<PyTypeError>(given.py()) { error } else { no_path() }
        })?;
        let bytes = path.as_os_str().as_encoded_bytes();
        let no_name = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'\0');
        let is_uri = bytes.windows(8).any(|part| part.eq_ignore_ascii_case(b"otpauth:"));
        let is_text = bytes.len() >= LONGEST || bytes.iter().any(no_name) || is_uri;
        if is_text { Err(no_path()) } else { Ok(Self(path)) }
    }
}

fn no_path() -> PyErr {
    value_error("a str is taken as a path, and this one is none: pass the content of a file as bytes")
}

/// Output in pieces that do not move before they are wiped. A vector that grows leaves copies.
#[derive(Default)]
pub(crate) struct Pieces(Vec<Zeroizing<Vec<u8>>>);

impl Pieces {
    const SIZE: usize = 1 << 16;

    /// Returns the whole output.
    pub(crate) fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        PyBytes::new_with(py, self.0.iter().map(|piece| piece.len()).sum(), |mut all| {
            self.0.iter().try_for_each(|piece| all.write_all(piece)).map_err(PyErr::from)
        })
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = match self.0.pop().filter(|piece| piece.len() < Self::SIZE) {
            Some(piece) => piece,
            None => Zeroizing::new(Vec::with_capacity(Self::SIZE)),
        };
        self.0.push(piece);
        let Some(piece) = self.0.last_mut() else { return Ok(0) };
        let count = bytes.len().min(Self::SIZE.saturating_sub(piece.len()));
        piece.extend(bytes.iter().take(count));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
