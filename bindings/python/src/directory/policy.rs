//! The rules of a directory, as texts by name.

use super::Directory;
use crate::arguments::time;
use oath_directory::Policy;
use oath_directory::rights::Operation;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;

#[pymethods]
impl Directory {
    /// Returns the rules of the directory: the value of each by its name, as `oath policy show` prints it.
    fn policy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let inner = self.reader(py, None, Operation::List, None)?;
        policy_dict(py, &self.wait(py, inner.policy())?.value)
    }

    /// Changes rules: a value for each name, as `oath policy set` takes it. All of them or none.
    ///
    /// The next decision of every process goes by them. Returns the rules as they are then; with `dry_run=True` nothing is
    /// changed. `DirectoryError` with the code 'policy-changed' where another caller changed them at the same moment.
    #[pyo3(signature = (changes, *, dry_run = false, at = None))]
    fn set_policy<'py>(
        &self,
        py: Python<'py>,
        changes: BTreeMap<String, String>,
        dry_run: bool,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (now, actor) = (time(at)?, self.asks(at));
        let inner = if dry_run { self.reader(py, at, Operation::ChangePolicy, None)? } else { self.inner(py)? };
        let policy = self.wait(py, async {
            let set = |policy: &mut Policy| changes.iter().try_for_each(|(name, value)| policy.set(name, value));
            inner.edit_policy(&actor, now, dry_run, set).await.map(|edited| edited.after)
        })?;
        policy_dict(py, &policy)
    }
}

fn policy_dict<'py>(py: Python<'py>, policy: &Policy) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for field in Policy::FIELDS {
        dict.set_item(field.name, field.shown(policy))?;
    }
    Ok(dict)
}
