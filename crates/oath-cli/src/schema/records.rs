//! The objects that the commands print, field by field.

mod audit;
mod codes;
mod fleet;
mod keeping;
mod seeds;
mod tokens;
mod uploads;
mod users;

pub(super) use self::audit::{EVENT, EXPORT_SOUND, LOG_CHECKPOINT, LOG_EXPORTED, LOG_PRUNED, LOG_SOUND, LOG_TAMPERED};
pub(super) use self::codes::{
    CANCELLED, CODE, CODE_OF_COUNTER, CODE_OF_STEP, ENROLMENT, RECOVERY, RECOVERY_CODES, RECOVERY_RESET, VERDICT,
};
pub(super) use self::fleet::REPORT;
pub(super) use self::keeping::{
    BACKUP, CREATED, FLOOR, FLOOR_LOWERED, KEY, KEY_REMOVED, KEYS, KEYS_CHECKED, MIGRATED, MIGRATION_TRIED, POLICY,
    POLICY_CHANGED, RESTORE_TRIED, RESTORED, ROTATED,
};
pub(super) use self::seeds::{CHECKED, CONVERTED, FILLED_IN, FORMATS, MATCHED, PROBED, REPAIRED};
pub(super) use self::tokens::{ROW, SUMMARY, TOKEN, TOKEN_DELETED, TOKEN_DETAILS};
pub(super) use self::uploads::{
    FAILURE, FAILURES_FILE, PREVIEW, UPLOAD, UPLOAD_DELETED, UPLOAD_DETAILS, UPLOAD_UNDONE, UPLOADED,
};
pub(super) use self::users::{
    RIGHTS, SYNCHRONIZED, USER, USER_DETAILS, USER_LISTED, USER_REMOVED, USER_ROLES, USER_UNLOCKED,
};

use super::Kind::{Count, Flag, Object, Text, Time};
use super::{Field, Kind, Record};

const fn f(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field::new(name, kind, meaning)
}

const fn record(name: &'static str, about: &'static str, fields: &'static [&'static [Field]]) -> Record {
    Record { name, about, fields }
}

/// What stands on standard error where a command fails; its exit status is then 1 or 2.
pub const ERROR: Record = record(
    "error",
    "What stands on standard error where a command fails.",
    &[&[f("error", Object(&ERROR_PARTS), "Why the command failed.")]],
);
const ERROR_PARTS: Record = record(
    "error's parts",
    "An error in three parts.",
    &[&[
        f("code", Text, "A stable name of the kind of error, in kebab case."),
        f("message", Text, "What is wrong, and where."),
        f("action", Text, "What to do."),
    ]],
);

const SERIAL: Field = f("serial", Text, "The serial number on the back of the token.");
const UPN: Field = f("upn", Text, "The user name (userPrincipalName).");
const FILE: Field = f("file", Text, "The name of the file, as it was given.");
const DRY_RUN: Field = f("dry_run", Flag, "Whether it was only tried, and nothing has changed.");
const ALL_REFUSED: Field =
    f("refused_until", Time, "Up to when all codes of all users are refused, where that is in the future.").or_null();

pub(super) const STEP: Record = record(
    "step",
    "A command of the tour.",
    &[&[
        f("narration", Text, "What is told before it.").or_null(),
        f("command", Text, "The command line."),
        f("status", Count, "Its exit status."),
        f("output", Text, "What it said."),
    ]],
);
