use super::Directory;
use crate::arguments::{self, time};
use crate::dicts::{removed_dict, report_dict, sync_dict, user_details_dict, user_dict, user_status_dict};
use crate::errors::{directory_value_error, value_error};
use crate::source::Source;
use oath_directory::rights::Operation;
use oath_directory::user_file::UserRow;
use oath_directory::{Leavers, SyncOptions, UserKind, UserQuery, user_file};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::io::{self, Read};

/// The rows of a file of users.
fn user_rows(py: Python<'_>, source: &Bound<'_, PyAny>) -> PyResult<Vec<UserRow>> {
    let read = |input: &mut (dyn Read + Send)| {
        let mut content = Vec::new();
        input.read_to_end(&mut content)?;
        Ok::<_, io::Error>(user_file::read(&content))
    };
    let rows = Source::of(source)?.read(py, read)??;
    rows.map_err(|error| directory_value_error(py, &error, error.code(), error.action()))
}

#[pymethods]
impl Directory {
    /// Adds a user. `kind` is 'member' or 'guest'; guests hold no hardware token. Without it the name says: a guest's holds
    /// `#EXT#`.
    #[pyo3(signature = (upn, *, kind = None, display_name = None, at = None))]
    fn add_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        kind: Option<&str>,
        display_name: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        let kind = kind.map_or_else(|| Some(UserKind::of_name(upn.as_str())), UserKind::from_name);
        let kind = kind.ok_or_else(|| value_error("kind is 'member' or 'guest'"))?;
        let user = self.wait(py, self.inner(py)?.add_user(&self.asks(at), now, &upn, kind, display_name))?;
        user_dict(py, &user)
    }

    /// Adds the users of a CSV file, or makes them like its rows: the column userPrincipalName and, optional, userType,
    /// displayName, accountEnabled and id. `dry_run=True` reports and changes nothing.
    #[pyo3(signature = (source, *, dry_run = false, at = None))]
    fn import_users<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let now = time(at)?;
        let rows = user_rows(py, source)?;
        // An import is a synchronization that no user leaves by.
        let options = SyncOptions { leavers: Leavers::Keep, dry_run, ..SyncOptions::default() };
        let (inner, actor) = (self.inner(py)?, self.asks(at));
        let report = self.wait(py, inner.sync_users(&actor, now, rows, options))?;
        report_dict(py, &report.rows)
    }

    /// Makes the users like a CSV file that lists all of them: as `import_users`, and users who are not in it are disabled,
    /// removed or kept.
    ///
    /// More than a quarter of the users, and at least 5, leave only with `many_leavers=True`. `dry_run=True` reports and changes nothing.
    #[pyo3(signature = (source, *, leavers = "disable", many_leavers = false, dry_run = false, at = None))]
    fn sync_users<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        leavers: &str,
        many_leavers: bool,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let leavers = leavers.parse::<Leavers>().map_err(|error| value_error(format!("leavers: {error}")))?;
        let now = time(at)?;
        let rows = user_rows(py, source)?;
        let options = SyncOptions { leavers, many_leavers, dry_run };
        let (inner, actor) = (self.inner(py)?, self.asks(at));
        let report = self.wait(py, inner.sync_users(&actor, now, rows, options))?;
        sync_dict(py, &report)
    }

    /// Returns a user by name, with the user's tokens and the wait after wrong codes in seconds.
    #[pyo3(signature = (upn, *, at = None))]
    fn user<'py>(&self, py: Python<'py>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        let inner = self.reader(py, at, Operation::ShowUser, Some(&upn))?;
        user_details_dict(py, &self.wait(py, inner.user(now, &upn))?)
    }

    /// Gives a user another user name. The tokens stay.
    #[pyo3(signature = (upn, new, *, at = None))]
    fn rename_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        new: &str,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, new, now) = (super::upn(py, upn)?, super::upn(py, new)?, time(at)?);
        user_dict(py, &self.wait(py, self.inner(py)?.rename_user(&self.asks(at), now, &upn, &new))?)
    }

    /// Lets a user sign in, or with `enabled=False` no longer. The tokens stay.
    #[pyo3(signature = (upn, enabled = true, *, at = None))]
    fn enable_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        enabled: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        user_dict(py, &self.wait(py, self.inner(py)?.enable_user(&self.asks(at), now, &upn, enabled))?)
    }

    /// Takes a user out of the directory. Hardware tokens are available again, software tokens are deleted.
    ///
    /// Returns the serial numbers of both. `dry_run=True` says what would become of them, and changes nothing.
    #[pyo3(signature = (upn, *, dry_run = false, at = None))]
    fn remove_user<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now, actor) = (super::upn(py, upn)?, time(at)?, self.asks(at));
        let inner = self.inner(py)?;
        let removed = if dry_run {
            self.wait(py, inner.preview_removal(&actor, now, &upn))?
        } else {
            self.wait(py, inner.remove_user(&actor, now, &upn))?
        };
        removed_dict(py, &removed)
    }

    /// Returns the names of users that may be meant by this one, which no user has: at most three.
    #[pyo3(signature = (upn, *, at = None))]
    fn similar_users(&self, py: Python<'_>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.similar_users(&self.asks(at), now, &upn))
    }

    /// Returns all users, in the order of their names.
    ///
    /// `limit` and `after`, the last user name of the page before, read them page by page. `locked=True` returns those who have
    /// to wait after wrong codes.
    #[pyo3(signature = (*, after = None, limit = None, locked = false, at = None))]
    fn users<'py>(
        &self,
        py: Python<'py>,
        after: Option<&str>,
        #[pyo3(from_py_with = arguments::page)] limit: Option<usize>,
        locked: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let (after, now) = (after.map(|upn| super::upn(py, upn)).transpose()?, time(at)?);
        let inner = self.reader(py, at, Operation::List, None)?;
        let limit = limit.unwrap_or(usize::MAX);
        let users = self.wait(py, inner.users_after(now, UserQuery { locked }, after.as_ref(), limit))?;
        users.iter().map(|user| user_status_dict(py, user)).collect()
    }

    /// Ends the wait of a user after wrong codes.
    #[pyo3(signature = (upn, *, at = None))]
    fn unlock_user(&self, py: Python<'_>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.unlock_user(&self.asks(at), now, &upn))
    }
}
