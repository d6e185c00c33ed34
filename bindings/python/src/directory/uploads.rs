use super::Directory;
use crate::arguments::{self, time};
use crate::dicts::{failure_dict, preview_dict, upload_dict};
use crate::errors::upload_error;
use crate::seeds::options;
use crate::source::Source;
use crate::wait::wait;
use oath_directory::UploadOptions;
use oath_directory::rights::Operation;
use oath_seeds::{Assume, Options};
use pyo3::prelude::*;
use pyo3::types::PyDict;

impl Directory {
    /// How an upload reads its file, and what it lets in.
    fn upload_options(
        &self,
        format: Option<&str>,
        target: Option<&str>,
        repairs: &str,
        assign: bool,
    ) -> PyResult<(Options, UploadOptions)> {
        let reading = options(format, target, repairs, Assume::default())?;
        Ok((reading, UploadOptions { assign_known: assign, legacy_secrets: self.legacy }))
    }
}

#[pymethods]
impl Directory {
    /// Imports a seed file: a path, bytes, or an open file. Rows that fail are counted; `failures(upload)` says why.
    ///
    /// A file for Entra ID is checked by Entra ID's rules: rows without a user fail, unless `target` is 'inventory'.
    /// `repairs="apply"` makes the repairs that are safe. `assign=True` gives a token that is in the directory already, and that
    /// no user holds, to the user of its row; without it the row fails.
    ///
    /// A file that cannot be read to its end changes nothing. A path is read twice, in bounded memory. `resume` is the number of
    /// an upload of the same file that was broken off.
    #[pyo3(signature = (source, *, format = None, target = None, repairs = "offer", assign = false, resume = None,
        at = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn upload<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        format: Option<&str>,
        target: Option<&str>,
        repairs: &str,
        assign: bool,
        #[pyo3(from_py_with = arguments::resume)] resume: Option<u64>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (options, assigns) = self.upload_options(format, target, repairs, assign)?;
        let (source, now) = (Source::of(source)?, time(at)?);
        let upload = source.whole(py, &options, |rows| {
            let (inner, actor) = (self.inner(py)?, self.asks(at));
            let taken = wait(py, async {
                match resume {
                    Some(id) => inner.resume_upload(&actor, now, id, assigns, rows).await,
                    None => inner.upload_with(&actor, now, &source.name, assigns, rows).await,
                }
            });
            taken?.map_err(|error| upload_error(py, &error))
        })?;
        upload_dict(py, &upload)
    }

    /// Returns what `upload` would come to, and writes nothing.
    #[pyo3(signature = (source, *, format = None, target = None, repairs = "offer", assign = false, at = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn preview_upload<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        format: Option<&str>,
        target: Option<&str>,
        repairs: &str,
        assign: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (options, assigns) = self.upload_options(format, target, repairs, assign)?;
        let (source, now) = (Source::of(source)?, time(at)?);
        let preview = source.whole(py, &options, |rows| {
            let (inner, actor) = (self.inner(py)?, self.asks(at));
            let found = wait(py, inner.preview_upload(&actor, now, assigns, rows));
            found?.map_err(|error| upload_error(py, &error))
        })?;
        preview_dict(py, &preview)
    }

    /// Returns the uploads whose status is still kept.
    #[pyo3(signature = (*, at = None))]
    fn uploads<'py>(&self, py: Python<'py>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let now = time(at)?;
        self.wait(py, self.reader(py, at, Operation::List, None)?.uploads(now))?
            .iter()
            .map(|upload| upload_dict(py, upload))
            .collect()
    }

    /// Returns an upload by its number.
    #[pyo3(signature = (upload, *, at = None))]
    fn upload_status<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let now = time(at)?;
        upload_dict(py, &self.wait(py, self.reader(py, at, Operation::List, None)?.upload_status(now, upload))?)
    }

    /// Takes back the tokens that an upload brought and that nothing has changed since. Returns how many, and the serial numbers
    /// of those that stay, as they were assigned or activated since. `dry_run=True` changes nothing.
    #[pyo3(signature = (upload, *, dry_run = false, at = None))]
    fn undo_upload(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(u64, Vec<String>)> {
        let now = time(at)?;
        let undone = self.wait(py, self.inner(py)?.undo_upload(&self.asks(at), now, upload, dry_run))?;
        Ok((undone.taken_back, undone.kept))
    }

    /// Deletes the status and the failures of an upload. The tokens stay.
    #[pyo3(signature = (upload, *, at = None))]
    fn delete_upload(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.delete_upload(&self.asks(at), now, upload))
    }

    /// Returns the rows of an upload that failed: which line, why, and what to do.
    ///
    /// `limit` and `skip`, how many were on the pages before, read them page by page.
    #[pyo3(signature = (upload, *, skip = 0, limit = None, at = None))]
    fn failures<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = arguments::upload)] upload: u64,
        #[pyo3(from_py_with = arguments::skip)] skip: usize,
        #[pyo3(from_py_with = arguments::page)] limit: Option<usize>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let (inner, now) = (self.reader(py, at, Operation::List, None)?, time(at)?);
        let page = inner.failures_page(now, upload, skip, limit.unwrap_or(usize::MAX));
        self.wait(py, page)?.iter().map(|failure| failure_dict(py, failure)).collect()
    }
}
