use super::{Directory, SignedIn, Synchronized};
use crate::arguments::{self, code, time};
use crate::dicts::token_dict;
use crate::errors::{rejected, value_error};
use crate::uri::KeyUri;
use oath_directory::rights::Operation;
use oath_directory::{Status, TokenQuery, Upn};
use oath_totp::{Code, CodeRun, Rejected};
use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pymethods]
impl Directory {
    /// Returns all tokens, those of a status, or those of a user, in the order of their serial numbers.
    ///
    /// `limit` and `after`, the last serial number of the page before, read them page by page.
    #[pyo3(signature = (*, status = None, upn = None, after = None, limit = None))]
    fn tokens<'py>(
        &self,
        py: Python<'py>,
        status: Option<&str>,
        upn: Option<&str>,
        after: Option<&str>,
        #[pyo3(from_py_with = arguments::page)] limit: Option<usize>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let status = status.map(str::parse::<Status>).transpose().map_err(value_error)?;
        let query = TokenQuery { status, upn: upn.map(|upn| super::upn(py, upn)).transpose()?, serial: None };
        let (operation, about) = match &query.upn {
            Some(upn) => (Operation::ShowUser, Some(upn)),
            None => (Operation::List, None),
        };
        let inner = self.reader(py, None, operation, about)?;
        let tokens = self.wait(py, async {
            match (after, limit) {
                (None, None) => inner.tokens(&query).await,
                (after, limit) => inner.tokens_after(&query, after, limit.unwrap_or(usize::MAX)).await,
            }
        })?;
        tokens.iter().map(|listed| token_dict(py, listed)).collect()
    }

    /// Returns serial numbers of tokens that may be meant by this one, which no token has: at most three.
    fn similar_serials(&self, py: Python<'_>, serial: &str) -> PyResult<Vec<String>> {
        self.wait(py, self.reader(py, None, Operation::List, None)?.similar_serials(serial))
    }

    /// Returns a token by its serial number.
    fn token<'py>(&self, py: Python<'py>, serial: &str) -> PyResult<Bound<'py, PyDict>> {
        token_dict(py, &self.wait(py, self.reader(py, None, Operation::List, None)?.token(serial))?)
    }

    /// Assigns an available token to a user.
    #[pyo3(signature = (serial, upn, *, at = None))]
    fn assign(&self, py: Python<'_>, serial: &str, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.assign(&self.asks(at), now, serial, &upn)).map(drop)
    }

    /// Takes a token from its user, back into the inventory.
    #[pyo3(signature = (serial, *, at = None))]
    fn unassign(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.unassign(&self.asks(at), now, serial)).map(drop)
    }

    /// Activates a token by the code on its display.
    ///
    /// One code is enough within 30 minutes of the expected time. After NextCodeNeeded or Ambiguous, give the next code as
    /// well: two codes find a clock that is off by up to a day.
    #[pyo3(signature = (serial, code, next_code = None, *, at = None))]
    fn activate(
        &self,
        py: Python<'_>,
        serial: &str,
        code: &Bound<'_, PyAny>,
        next_code: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Synchronized> {
        let (codes, now) = (both(code, next_code)?, time(at)?);
        self.wait(py, self.inner(py)?.activate(&self.asks(at), now, serial, &codes)).map(Synchronized::from)
    }

    /// Finds an activated token again whose clock has drifted away, by two consecutive codes.
    #[pyo3(signature = (serial, code, next_code, *, at = None))]
    fn resync(
        &self,
        py: Python<'_>,
        serial: &str,
        code: &Bound<'_, PyAny>,
        next_code: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Synchronized> {
        let (codes, now) = ([arguments::code(code)?, arguments::code(next_code)?].into(), time(at)?);
        self.wait(py, self.inner(py)?.resync(&self.asks(at), now, serial, &codes)).map(Synchronized::from)
    }

    /// Ends the sign-ins of a token. Its user keeps it.
    #[pyo3(signature = (serial, *, at = None))]
    fn deactivate(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.deactivate(&self.asks(at), now, serial)).map(drop)
    }

    /// Deletes a token. Its used codes stay used.
    #[pyo3(signature = (serial, *, at = None))]
    fn delete(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.delete(&self.asks(at), now, serial))
    }

    /// Signs a user in.
    ///
    /// Raises Mismatch for a wrong code, a used code and an unknown user alike, Locked after too many wrong codes, and
    /// MalformedCode. `except Rejected` catches all of them.
    ///
    /// `source` names where the sign-in comes from, as an identifier of the device that a stranger cannot know: a source that the
    /// user has signed in from has attempts of its own, so that guesses of strangers do not lock it.
    #[pyo3(signature = (upn, code, *, source = None, at = None))]
    fn verify(
        &self,
        py: Python<'_>,
        upn: &str,
        code: &Bound<'_, PyAny>,
        source: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<SignedIn> {
        let (code, now, source) = (arguments::code(code)?, time(at)?, super::life::source(source));
        // A text that is not a user name gets the same answer as a wrong code.
        let upn = upn.parse::<Upn>().map_err(|_| rejected(py, Rejected::Mismatch))?;
        let found = self.wait(py, self.inner(py)?.verify_from(&self.asks(at), now, &upn, &code, source.as_ref()))?;
        Ok(found.into())
    }

    /// Makes a software token. Returns its serial number and its URI for the user's app, which cannot be read again.
    ///
    /// `issuer` is the name that the app shows.
    #[pyo3(signature = (upn, *, issuer = None, at = None))]
    fn enroll(
        &self,
        py: Python<'_>,
        upn: &str,
        issuer: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(String, KeyUri)> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        let enrolment = self.wait(py, self.inner(py)?.enroll(&self.asks(at), now, &upn))?;
        Ok((enrolment.serial, KeyUri(enrolment.uri).with_issuer(issuer)))
    }

    /// Makes a new software token that takes the place of one of the user's when it is confirmed; until then the old one signs in.
    ///
    /// `serial` names the one to replace; without it the user must have just one that signs in. Returns what `enroll` returns.
    #[pyo3(signature = (upn, serial = None, *, issuer = None, at = None))]
    fn reenroll(
        &self,
        py: Python<'_>,
        upn: &str,
        serial: Option<&str>,
        issuer: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(String, KeyUri)> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        let enrolment = self.wait(py, self.inner(py)?.reenroll(&self.asks(at), now, &upn, serial))?;
        Ok((enrolment.serial, KeyUri(enrolment.uri).with_issuer(issuer)))
    }

    /// Gives up the software token that waits for its first code, and returns its serial number.
    #[pyo3(signature = (upn, *, at = None))]
    fn cancel_enrolment(&self, py: Python<'_>, upn: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
        let (upn, now) = (super::upn(py, upn)?, time(at)?);
        self.wait(py, self.inner(py)?.cancel_enrolment(&self.asks(at), now, &upn))
    }

    /// Activates the software token by the first code that the app shows. The one that it replaces is deleted.
    #[pyo3(signature = (upn, code, next_code = None, *, at = None))]
    fn confirm(
        &self,
        py: Python<'_>,
        upn: &str,
        code: &Bound<'_, PyAny>,
        next_code: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Synchronized> {
        let (upn, codes, now) = (super::upn(py, upn)?, both(code, next_code)?, time(at)?);
        self.wait(py, self.inner(py)?.confirm(&self.asks(at), now, &upn, &codes)).map(Synchronized::from)
    }

    /// Ends the wait of a token after wrong codes at activation and resynchronization.
    #[pyo3(signature = (serial, *, at = None))]
    fn unlock_token(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.unlock_token(&self.asks(at), now, serial))
    }

    /// Accepts codes of now again from a token that a clock set ahead has used up. No code that was used up to now is good again.
    #[pyo3(signature = (serial, *, at = None))]
    fn reset_token(&self, py: Python<'_>, serial: &str, at: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let now = time(at)?;
        self.wait(py, self.inner(py)?.reset_token(&self.asks(at), now, serial))
    }
}

/// Reads a code, and the next one where the first matches several places.
fn both(first: &Bound<'_, PyAny>, next: Option<&Bound<'_, PyAny>>) -> PyResult<CodeRun> {
    let first: Code = code(first)?;
    Ok(match next {
        Some(next) => [first, code(next)?].into(),
        None => first.into(),
    })
}
