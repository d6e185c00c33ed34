//! Segments of the audit log in files.

use crate::errors::{os_error, segments_error};
use crate::opened::{Call, refuse_if_held};
use crate::wait::wait;
use oath_directory::{Actor, SegmentsError, audit::Segment};
use oath_totp::UnixTime;
use pyo3::prelude::*;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

pub(crate) fn export(py: Python<'_>, inner: &Call, until: UnixTime, path: &Path) -> PyResult<u64> {
    let found = wait(py, inner.export_audit_to(until, path))?;
    Ok(events(&found.map_err(|error| segments_error(py, &error, path))?))
}

pub(crate) fn verify(py: Python<'_>, inner: &Call, path: &Path) -> PyResult<u64> {
    let file = open(py, path)?;
    let found = wait(py, inner.verify_segments(file, &[]))?;
    Ok(events(&found.map_err(|error| segments_error(py, &error, path))?))
}

pub(crate) fn prune(
    py: Python<'_>,
    inner: &Call,
    actor: &Actor,
    now: UnixTime,
    path: &Path,
    dry_run: bool,
) -> PyResult<u64> {
    let file = open(py, path)?;
    let pruned = wait(py, async {
        if dry_run { inner.preview_pruning(file).await } else { inner.prune_audit(actor, now, file).await }
    });
    Ok(pruned?.map_err(|error: SegmentsError| segments_error(py, &error, path))?.events)
}

fn open(py: Python<'_>, path: &Path) -> PyResult<BufReader<File>> {
    refuse_if_held(py, path)?;
    File::open(path).map(BufReader::new).map_err(|error| os_error(&error, Some(path)))
}

fn events(segments: &[Segment]) -> u64 {
    segments.iter().map(Segment::events).fold(0, u64::saturating_add)
}
