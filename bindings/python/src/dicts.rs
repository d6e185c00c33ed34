//! What a directory returns, as the dicts that `oath_totp.types` describes.

use core::fmt::Display;
use oath_directory::audit::{AuditEvent, Head};
use oath_directory::bulk::{BulkReport, Done, RowError};
use oath_directory::model::{Preview, Upload, UploadFailure};
use oath_directory::report::{Age, Few, ModelReport};
use oath_directory::rights::Role;
use oath_directory::store::Listed;
use oath_directory::{
    AuditReport, Contents, ImportReport, Migrated, MigrationPreview, Removed, RestorePreview, SealReport, Status,
    SyncReport, User, UserDetails, UserStatus,
};
use oath_totp::UnixTime;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

pub(crate) fn user_dict<'py>(py: Python<'py>, user: &User) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("upn", user.upn.as_str())?;
    dict.set_item("kind", user.kind.name())?;
    dict.set_item("display_name", user.display_name.as_deref())?;
    dict.set_item("enabled", user.enabled)?;
    dict.set_item("object_id", user.object_id.as_deref())?;
    dict.set_item("roles", user.roles.iter().map(Role::name).collect::<Vec<_>>())?;
    Ok(dict)
}

pub(crate) fn user_status_dict<'py>(py: Python<'py>, status: &UserStatus) -> PyResult<Bound<'py, PyDict>> {
    let dict = user_dict(py, &status.user)?;
    dict.set_item("failed_attempts", status.failures)?;
    dict.set_item("locked_until", status.locked_until.map(UnixTime::as_secs))?;
    Ok(dict)
}

pub(crate) fn few_dict<'py>(py: Python<'py>, few: &Few) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("count", few.count)?;
    dict.set_item("first", &few.first)?;
    Ok(dict)
}

pub(crate) fn model_dict<'py>(py: Python<'py>, model: &ModelReport) -> PyResult<Bound<'py, PyDict>> {
    let (dict, statuses) = (PyDict::new(py), PyDict::new(py));
    dict.set_item("manufacturer", &model.manufacturer)?;
    dict.set_item("model", &model.model)?;
    for (status, count) in Status::ALL.into_iter().zip(model.by_status) {
        statuses.set_item(status.name(), count)?;
    }
    dict.set_item("by_status", statuses)?;
    let clocks = Age::ALL.into_iter().zip(model.clocks).filter(|(_, clocks)| clocks.tokens > 0).map(|(age, clocks)| {
        let dict = PyDict::new(py);
        dict.set_item("age", age.name())?;
        dict.set_item("tokens", clocks.tokens)?;
        dict.set_item("mean_drift", clocks.mean())?;
        dict.set_item("most_drift", clocks.most)?;
        Ok(dict)
    });
    dict.set_item("clocks", clocks.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

pub(crate) fn user_details_dict<'py>(py: Python<'py>, details: &UserDetails) -> PyResult<Bound<'py, PyDict>> {
    let dict = user_dict(py, &details.user)?;
    dict.set_item("failed_attempts", details.failures)?;
    dict.set_item("retry_after", details.wait)?;
    dict.set_item("locked_until", details.locked_until.map(UnixTime::as_secs))?;
    dict.set_item("refused_until", details.refused_until.map(UnixTime::as_secs))?;
    dict.set_item("known_sources", details.known_sources)?;
    let tokens = details.tokens.iter().map(|listed| token_dict(py, listed));
    dict.set_item("tokens", tokens.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

pub(crate) fn token_dict<'py>(py: Python<'py>, listed: &Listed) -> PyResult<Bound<'py, PyDict>> {
    let Listed { token, state, holder } = listed;
    let dict = PyDict::new(py);
    let seconds = |time: Option<UnixTime>| time.map(UnixTime::as_secs);
    dict.set_item("serial", &token.serial)?;
    dict.set_item("upn", holder.as_ref().map(|user| user.upn.as_str()))?;
    dict.set_item("status", token.status.name())?;
    dict.set_item("manufacturer", &token.manufacturer)?;
    dict.set_item("model", &token.model)?;
    dict.set_item("algorithm", token.parameters.algorithm.name())?;
    dict.set_item("digits", token.parameters.digits.count())?;
    dict.set_item("step", token.parameters.time_step.x())?;
    dict.set_item("drift", state.totp.drift)?;
    dict.set_item("last_used", seconds(state.last_used))?;
    dict.set_item("failed_attempts", state.attempts.failures)?;
    dict.set_item("locked_until", seconds(state.attempts.locked_until))?;
    dict.set_item("created", token.created.as_secs())?;
    Ok(dict)
}

pub(crate) fn upload_dict<'py>(py: Python<'py>, upload: &Upload) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("upload", upload.id)?;
    dict.set_item("file", &upload.file)?;
    dict.set_item("at", upload.at.as_secs())?;
    dict.set_item("expires", upload.expires.as_secs())?;
    dict.set_item("rows", upload.rows)?;
    dict.set_item("imported", upload.imported)?;
    dict.set_item("unchanged", upload.unchanged)?;
    dict.set_item("failed", upload.failed)?;
    dict.set_item("finished", upload.finished)?;
    dict.set_item("taken_back", upload.taken_back)?;
    Ok(dict)
}

pub(crate) fn preview_dict<'py>(py: Python<'py>, preview: &Preview) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("rows", preview.rows)?;
    dict.set_item("imported", preview.imported)?;
    dict.set_item("unchanged", preview.unchanged)?;
    dict.set_item("failed", preview.failed)?;
    let failures = preview.failures.iter().map(|failure| failure_dict(py, failure));
    dict.set_item("failures", failures.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

pub(crate) fn failure_dict<'py>(py: Python<'py>, failure: &UploadFailure) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("place", &failure.place)?;
    dict.set_item("line", failure.line)?;
    dict.set_item("upn", &failure.upn)?;
    dict.set_item("serial", PyString::new(py, &failure.serial))?;
    dict.set_item("field", &failure.field)?;
    set_error(&dict, &failure.code, &failure.message, &failure.action)?;
    Ok(dict)
}

/// The three parts of an error, as entries of a dict.
fn set_error(dict: &Bound<'_, PyDict>, code: &str, message: impl Display, action: &str) -> PyResult<()> {
    dict.set_item("code", code)?;
    dict.set_item("message", message.to_string())?;
    dict.set_item("action", action)
}

pub(crate) fn report_dict<'py>(py: Python<'py>, report: &ImportReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("added", report.added)?;
    dict.set_item("changed", report.changed)?;
    dict.set_item("unchanged", report.unchanged)?;
    let failed = report.failed.iter().map(|(line, refusal)| {
        let row = PyDict::new(py);
        row.set_item("line", line)?;
        set_error(&row, refusal.code(), refusal, refusal.action())?;
        Ok(row)
    });
    dict.set_item("failed", failed.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

pub(crate) fn sync_dict<'py>(py: Python<'py>, report: &SyncReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = report_dict(py, &report.rows)?;
    dict.set_item("left", &report.left)?;
    dict.set_item("available", &report.freed)?;
    let stuck = report.stuck.iter().map(|(upn, refusal)| {
        let user = PyDict::new(py);
        user.set_item("upn", upn)?;
        set_error(&user, refusal.code(), refusal, refusal.action())?;
        Ok(user)
    });
    dict.set_item("not_removed", stuck.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

/// A row of a file of tokens: its line, its serial number and its result.
pub(crate) type BulkResult = (u64, String, Result<Done, RowError>);

pub(crate) fn bulk_dict<'py>(
    py: Python<'py>,
    report: &BulkReport,
    results: &[BulkResult],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("done", report.done)?;
    dict.set_item("unchanged", report.unchanged)?;
    dict.set_item("failed", report.failed)?;
    dict.set_item("left", report.left)?;
    dict.set_item("retry_after", report.retry_after)?;
    let rows = results.iter().map(|(line, serial, result)| {
        let row = PyDict::new(py);
        row.set_item("line", line)?;
        row.set_item("serial", serial)?;
        match result {
            Ok(Done::Now) => row.set_item("result", "done")?,
            Ok(Done::Before) => row.set_item("result", "unchanged")?,
            Err(error) => {
                row.set_item("result", "failed")?;
                set_error(&row, error.code(), error, error.action())?;
            }
        }
        Ok(row)
    });
    dict.set_item("rows", rows.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

pub(crate) fn removed_dict<'py>(py: Python<'py>, removed: &Removed) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("available", &removed.available)?;
    dict.set_item("deleted", &removed.deleted)?;
    Ok(dict)
}

fn contents_dict<'py>(py: Python<'py>, contents: &Contents) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("users", contents.users)?;
    dict.set_item("tokens", contents.tokens)?;
    dict.set_item("events", contents.events)?;
    dict.set_item("last_event", contents.last_event.map(UnixTime::as_secs))?;
    Ok(dict)
}

pub(crate) fn restore_preview_dict<'py>(py: Python<'py>, preview: &RestorePreview) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("backup", contents_dict(py, &preview.backup)?)?;
    dict.set_item("replaced", preview.replaced.as_ref().map(|replaced| contents_dict(py, replaced)).transpose()?)?;
    dict.set_item("refused_until", preview.refused_until.as_secs())?;
    Ok(dict)
}

pub(crate) fn migrated_dict<'py>(py: Python<'py>, migrated: &Migrated) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("from_format", migrated.from)?;
    dict.set_item("format", migrated.format)?;
    dict.set_item("former", &migrated.former)?;
    dict.set_item("left", &migrated.left)?;
    Ok(dict)
}

pub(crate) fn migration_preview_dict<'py>(py: Python<'py>, preview: &MigrationPreview) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("from_format", preview.from)?;
    dict.set_item("left", &preview.left)?;
    dict.set_item("contents", contents_dict(py, &preview.contents)?)?;
    Ok(dict)
}

pub(crate) fn sealing_key_dict<'py>(py: Python<'py>, name: &str, seals: bool) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("name", name)?;
    dict.set_item("seals", seals)?;
    Ok(dict)
}

pub(crate) fn seals_dict<'py>(py: Python<'py>, report: &SealReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let keys = report.keys.iter().map(|key| {
        let dict = sealing_key_dict(py, &key.name, key.seals)?;
        dict.set_item("tokens", key.tokens)?;
        dict.set_item("recognised", key.recognised)?;
        dict.set_item("in_ring", key.held)?;
        Ok(dict)
    });
    dict.set_item("keys", keys.collect::<PyResult<Vec<_>>>()?)?;
    dict.set_item("damaged", &report.damaged)?;
    Ok(dict)
}

pub(crate) fn event_dict<'py>(py: Python<'py>, audit: &AuditEvent) -> PyResult<Bound<'py, PyDict>> {
    let (dict, event) = (PyDict::new(py), &audit.event);
    dict.set_item("chain", audit.chain.0)?;
    dict.set_item("sequence", audit.sequence)?;
    dict.set_item("at", event.at.as_secs())?;
    dict.set_item("actor", &event.actor)?;
    dict.set_item("action", event.action.name())?;
    dict.set_item("upn", Some(&event.upn).filter(|upn| !upn.is_empty()))?;
    dict.set_item("serial", Some(&event.serial).filter(|serial| !serial.is_empty()))?;
    dict.set_item("detail", &event.detail)?;
    dict.set_item("hash", audit.hash.to_string())?;
    Ok(dict)
}

pub(crate) fn audit_dict<'py>(py: Python<'py>, report: &AuditReport) -> PyResult<Bound<'py, PyDict>> {
    let ends = report.heads.iter().filter(|head| head.events > 0).map(Head::to_string);
    let pruned = report.beginnings.iter().map(Head::to_string);
    let dict = PyDict::new(py);
    dict.set_item("events", report.events)?;
    dict.set_item("head", report.head())?;
    dict.set_item("ends", ends.collect::<Vec<_>>())?;
    dict.set_item("pruned", pruned.collect::<Vec<_>>())?;
    Ok(dict)
}
