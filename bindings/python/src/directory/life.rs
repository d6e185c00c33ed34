//! Who acts, roles, recovery codes, and the report of the fleet.

use super::Directory;
use crate::arguments::time;
use crate::dicts::{few_dict, model_dict, user_dict};
use crate::errors::{MALFORMED_CODE, rejected, value_error};
use crate::opened::Call;
use oath_directory::rights::{Operation, Role, Roles};
use oath_directory::{RecoveryCode, Source, Upn};
use oath_totp::Rejected;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

impl Directory {
    /// The directory for a call that reads, which the actor must be allowed to. Where the call gives a time, the event of a
    /// denied call has that time and the clock's.
    pub(super) fn reader(
        &self,
        py: Python<'_>,
        at: Option<&Bound<'_, PyAny>>,
        operation: Operation,
        about: Option<&Upn>,
    ) -> PyResult<Call> {
        let (inner, now) = (self.inner(py)?, time(at)?);
        self.wait(py, inner.allow(&self.asks(at), now, operation, about))?;
        Ok(inner)
    }
}

/// A source of the caller's own; an empty text and None are an unknown one.
pub(super) fn source(text: Option<&str>) -> Option<Source> {
    text.and_then(Source::new)
}

fn roles(names: Vec<String>) -> PyResult<Roles> {
    names.iter().map(|name| name.parse::<Role>().map_err(|error| value_error(format!("a role: {error}")))).collect()
}

#[pymethods]
impl Directory {
    /// Returns the same directory for a user of it, who may do what the user's roles allow: what they do not raises
    /// DirectoryError with the code 'denied', and the audit log has an event of it.
    ///
    /// Who it is, the caller knows, by a sign-in for example. To close either of the two closes both.
    fn acting_as(&self, py: Python<'_>, upn: &str) -> PyResult<Self> {
        let actor = oath_directory::Actor::user(super::upn(py, upn)?);
        Ok(Self { opened: self.opened.clone(), shown: self.shown.clone(), actor, legacy: self.legacy })
    }

    /// Gives a user roles and takes others away; a role in both is taken away. Returns the user.
    ///
    /// The roles are helpdesk-administrator, auditor, authentication-administrator, privileged-authentication-administrator,
    /// authentication-policy-administrator and global-administrator.
    #[pyo3(signature = (upn, *, add = Vec::new(), remove = Vec::new(), at = None))]
    fn change_roles<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        add: Vec<String>,
        remove: Vec<String>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (upn, now, add, remove) = (super::upn(py, upn)?, time(at)?, roles(add)?, roles(remove)?);
        user_dict(py, &self.wait(py, self.inner(py)?.change_roles(&self.asks(at), now, &upn, add, remove))?)
    }

    /// Gives a user ten new recovery codes, each good for one sign-in, in the place of all former ones. They cannot be read
    /// again.
    #[pyo3(signature = (upn, *, at = None))]
    fn issue_recovery<'py>(
        &self,
        py: Python<'py>,
        upn: &str,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        let codes = self.wait(py, self.inner(py)?.issue_recovery(&self.asks(at), now, &upn))?;
        let texts: Vec<_> = codes.iter().map(RecoveryCode::expose_text).collect();
        PyTuple::new(py, texts.iter().map(|text| text.as_str()))
    }

    /// Returns how many recovery codes a user has left.
    fn recovery_left(&self, py: Python<'_>, upn: &str) -> PyResult<usize> {
        let upn = super::upn(py, upn)?;
        let inner = self.reader(py, None, Operation::ShowUser, Some(&upn))?;
        Ok(self.wait(py, inner.recovery(&upn))?.left)
    }

    /// Takes all recovery codes from a user. Returns how many there were.
    #[pyo3(signature = (upn, *, at = None))]
    fn reset_recovery(&self, py: Python<'_>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.reset_recovery(&self.asks(at), now, &upn))
    }

    /// Signs a user in by a recovery code, which is used up with it. Returns how many are left.
    ///
    /// Raises what `verify` raises; both share their attempts.
    #[pyo3(signature = (upn, code, *, source = None, at = None))]
    fn verify_recovery(
        &self,
        py: Python<'_>,
        upn: &str,
        code: &str,
        source: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<usize> {
        let code = RecoveryCode::from_typed(code).map_err(|error| MALFORMED_CODE.error(py, (error.to_string(),)))?;
        let (now, source) = (time(at)?, self::source(source));
        // A text that is not a user name gets the same answer as a wrong code.
        let upn = upn.parse::<Upn>().map_err(|_| rejected(py, Rejected::Mismatch))?;
        let inner = self.inner(py)?;
        let actor = self.asks(at);
        Ok(self.wait(py, inner.verify_recovery(&actor, now, &upn, &code, source.as_ref()))?.left)
    }

    /// Returns the fleet in numbers: stock by model, clocks, tokens without a code for 90 days, users and tokens near a lock.
    #[pyo3(signature = (*, at = None))]
    fn report<'py>(&self, py: Python<'py>, at: Option<&Bound<'_, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
        let now = time(at)?;
        let inner = self.reader(py, at, Operation::List, None)?;
        let report = self.wait(py, inner.report(now))?;
        let dict = PyDict::new(py);
        dict.set_item("at", report.at.as_secs())?;
        dict.set_item("tokens", report.tokens)?;
        dict.set_item("users", report.users)?;
        let models = report.models.iter().map(|model| model_dict(py, model));
        dict.set_item("models", models.collect::<PyResult<Vec<_>>>()?)?;
        dict.set_item("other_models", report.other_models)?;
        dict.set_item("unused", few_dict(py, &report.unused)?)?;
        dict.set_item("tokens_near_lock", few_dict(py, &report.tokens_near_lock)?)?;
        dict.set_item("users_near_lock", few_dict(py, &report.users_near_lock)?)?;
        dict.set_item("activations", report.activations)?;
        dict.set_item("activations_allowed", report.activations_allowed)?;
        Ok(dict)
    }
}
