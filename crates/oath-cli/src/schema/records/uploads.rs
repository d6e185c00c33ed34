//! Uploads, and the rows that failed.

use super::super::Kind::{Count, Flag, Objects, Text, Texts, Time};
use super::super::{Field, Record};
use super::{DRY_RUN, FILE, f, record};

const COUNTS: &[Field] = &[
    f("rows", Count, "Rows of the file."),
    f("imported", Count, "Rows that made or assigned a token."),
    f("unchanged", Count, "Rows that say what was so already."),
    f("failed", Count, "Rows that were refused."),
];
const UPLOAD_NUMBER: Field = f("upload", Count, "The number of the upload, from 1.");

pub(in crate::schema) const UPLOADED: Record =
    record("result of an upload", "What an upload came to.", &[&[UPLOAD_NUMBER, FILE], COUNTS]);

pub(in crate::schema) const PREVIEW: Record = record(
    "preview of an upload",
    "What an upload would come to; nothing was written.",
    &[&[DRY_RUN, FILE], COUNTS, &[f("failures", Objects(&FAILURE), "The rows that would be refused.")]],
);

pub(super) const PREVIEWED: Record = record(
    "counts of an upload",
    "What an upload would come to.",
    &[COUNTS, &[f("failures", Objects(&FAILURE), "The rows that would be refused.")]],
);

const UPLOAD_FIELDS: &[Field] = &[
    UPLOAD_NUMBER,
    FILE,
    f("at", Time, "When it was uploaded."),
    f("expires", Time, "Until when its status is kept."),
];
const FINISHED: Field = f("finished", Flag, "Whether the file was taken to its end, or the upload was undone.");
const TAKEN_BACK: Field = f("taken_back", Count, "Tokens that left the directory when the upload was undone.");

pub(in crate::schema) const UPLOAD_UNDONE: Record = record(
    "undone upload",
    "What `uploads undo` took back.",
    &[&[
        f("upload", Count, "The number of the upload."),
        f("dry_run", Flag, "`true` where nothing was changed."),
        f("taken_back", Count, "Tokens that left the directory, or would."),
        f("kept", Texts, "Serial numbers of tokens that stay: they were assigned or activated since."),
    ]],
);

pub(in crate::schema) const UPLOAD: Record =
    record("upload", "An upload.", &[UPLOAD_FIELDS, COUNTS, &[FINISHED, TAKEN_BACK]]);

pub(in crate::schema) const UPLOAD_DETAILS: Record = record(
    "upload with failures",
    "An upload and its rows that failed.",
    &[UPLOAD_FIELDS, COUNTS, &[FINISHED, TAKEN_BACK, f("failures", Objects(&FAILURE), "The rows that failed.")]],
);

pub(in crate::schema) const UPLOAD_DELETED: Record =
    record("deleted upload", "An upload whose status is gone.", &[&[UPLOAD_NUMBER, f("deleted", Flag, "`true`.")]]);

pub(in crate::schema) const FAILURE: Record = record(
    "failure",
    "A row of a seed file that was refused; never with its secret.",
    &[&[
        f("place", Text, "Where it stands: `line 7`, `KeyPackage 3`."),
        f("line", Count, "Its line, from 1, where the place is one.").or_null(),
        f("upn", Text, "The user name, as far as it could be read."),
        f("serial", Text, "The serial number, as far as it could be read."),
        f("field", Text, "The column that is wrong; empty where it is the row."),
        f("code", Text, "A stable name of the mistake; `docs/findings.md` lists most."),
        f("message", Text, "What was found and what was expected."),
        f("action", Text, "What to do."),
    ]],
);

pub(in crate::schema) const FAILURES_FILE: Record = record(
    "failures file",
    "A file of the failed rows that was written (`-o`).",
    &[&[UPLOAD_NUMBER, FILE, f("failures", Count, "The rows in it.")]],
);
