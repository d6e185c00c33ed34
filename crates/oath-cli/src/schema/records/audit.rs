//! The audit log and its exported files.

use super::super::Kind::{Count, Flag, NamedTexts, Objects, OneOf, Text, Texts, Time};
use super::super::{Field, Record};
use super::{f, record};

pub(in crate::schema) const EVENT: Record = record(
    "event",
    "An event of the audit log. No secret and no code stands in it.",
    &[&[
        f("chain", Count, "The chain of its writer; 0 in a file."),
        f("sequence", Count, "Its number in the chain, from 1."),
        f("at", Time, "When."),
        f("actor", Text, "Who did it."),
        f("action", Text, "What; `oath help audit list` lists all."),
        f("upn", Text, "The user whom it concerns.").or_null(),
        f("serial", Text, "The token that it concerns.").or_null(),
        f("detail", NamedTexts, "More, by name: reason, drift, from, to …"),
        f("hash", Text, "The hash over it and all before it."),
    ]],
);

pub(in crate::schema) const LOG_SOUND: Record = record(
    "sound log",
    "A log in which nothing is missing, changed or out of order.",
    &[&[
        f("verified", Flag, "`true`."),
        f("events", Count, "Events in it."),
        f("head", Text, "The hash of the last one; of several chains all, separated by blanks."),
        f("ends", Texts, "The end of each chain as `NUMBER:HASH`, to note down for `--contains`."),
        f("pruned", Texts, "The last event that was exported and pruned, of each chain that has no longer all."),
    ]],
);

pub(in crate::schema) const LOG_CHECKPOINT: Record = record(
    "checkpoint",
    "What `audit checkpoint` wrote into the log.",
    &[&[f("ends", Texts, "The end of each chain then, as `NUMBER:HASH`.")]],
);

const SEGMENT: Record = record(
    "segment",
    "A range of one chain of the log in an exported file.",
    &[&[
        f("chain", Count, "The chain; 0 in a SQLite file."),
        f("first", Count, "The number of its first event."),
        f("last", Count, "The number of its last event."),
        f("end", Text, "That event as `NUMBER:HASH`."),
    ]],
);
const SEGMENTS: Field = f("segments", Objects(&SEGMENT), "What the file holds.");

pub(in crate::schema) const EXPORT_SOUND: Record = record(
    "sound export",
    "Exported files in which nothing is missing or changed.",
    &[&[f("verified", Flag, "`true`."), f("events", Count, "Events in them."), SEGMENTS]],
);

pub(in crate::schema) const LOG_EXPORTED: Record = record(
    "exported log",
    "What `audit export` wrote.",
    &[&[
        f("file", Text, "The file; `null` where there were no events.").or_null(),
        f("events", Count, "Events in it."),
        SEGMENTS,
    ]],
);

pub(in crate::schema) const LOG_PRUNED: Record = record(
    "pruned log",
    "What `audit prune` deleted.",
    &[&[
        f("dry_run", Flag, "`true` where nothing was deleted."),
        f("events", Count, "Events that were deleted, or would be."),
        f("pruned", Texts, "The last of them in each chain as `NUMBER:HASH`."),
    ]],
);

pub(in crate::schema) const LOG_TAMPERED: Record = record(
    "damaged log",
    "A log in which an event is missing or changed.",
    &[&[
        f("verified", Flag, "`false`."),
        f("reason", OneOf(&["missing", "changed"]), "What is wrong with the event."),
        f("event", Count, "The number of the event."),
        f("message", Text, "The same in words."),
    ]],
);
