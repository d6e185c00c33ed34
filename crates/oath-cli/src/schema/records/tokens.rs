//! Tokens, and the rows of a file with many of them.

use super::super::Kind::{Count, Flag, Integer, Is, OneOf, Text, Time};
use super::super::{Field, Kind, Record};
use super::{ALL_REFUSED, DRY_RUN, FILE, SERIAL, f, record};

const STATUS: Kind = OneOf(&["available", "assigned", "activated", "failedActivation", "deactivated"]);

const TOKEN_FIELDS: &[Field] = &[
    SERIAL,
    f("upn", Text, "The user who holds it.").or_null(),
    f("status", STATUS, "Where it is in its life."),
    f("manufacturer", Text, "The manufacturer; may be empty."),
    f("model", Text, "The model; may be empty."),
    f("algorithm", OneOf(&["SHA1", "SHA256", "SHA512"]), "The hash of its codes."),
    f("digits", Count, "The digits of a code: 6, 7 or 8."),
    f("step", Count, "The time step X in seconds."),
    f("drift", Integer, "Steps that its clock is ahead of the server's; negative where it is late."),
    f("last_used", Time, "When a code of it was accepted last.").or_null(),
    f("failed_attempts", Count, "Wrong codes at its activation or resynchronization since the last right one."),
    f("locked_until", Time, "Until when no code is read for these.").or_null(),
];

pub(in crate::schema) const TOKEN: Record = record("token", "A token, never with its secret.", &[TOKEN_FIELDS]);

pub(in crate::schema) const TOKEN_DETAILS: Record = record(
    "token with details",
    "A token with everything that is known about it.",
    &[
        TOKEN_FIELDS,
        &[
            f("kind", OneOf(&["hardware", "software"]), "A device, or an app."),
            f("created", Time, "When it came into the directory."),
            f("replacement", Flag, "Whether it takes the place of another app once it is confirmed."),
            ALL_REFUSED,
        ],
    ],
);

pub(in crate::schema) const TOKEN_DELETED: Record =
    record("deleted token", "A token that is gone.", &[&[SERIAL, f("deleted", Flag, "`true`.")]]);

pub(in crate::schema) const ROW: Record = record(
    "row",
    "What became of a row of a file with many tokens.",
    &[&[
        f("type", Is("row"), "`row`."),
        f("line", Count, "Its line, from 1."),
        f("serial", Text, "The serial number as it stands there."),
        f("result", OneOf(&["done", "unchanged", "failed"]), "`unchanged`: it was like that already."),
        f("code", Text, "Where it failed: a stable name of the reason.").at_times(),
        f("message", Text, "Where it failed: the reason.").at_times(),
        f("action", Text, "Where it failed: what to do.").at_times(),
    ]],
);

pub(in crate::schema) const SUMMARY: Record = record(
    "summary",
    "The last line after the rows.",
    &[&[
        f("type", Is("summary"), "`summary`."),
        f("operation", OneOf(&["assign", "activate", "unassign", "delete"]), "What was done to each token."),
        FILE,
        DRY_RUN,
        f("done", Count, "Rows that changed their token."),
        f("unchanged", Count, "Rows whose token was like that already."),
        f("failed", Count, "Rows that failed."),
        f("left", Count, "Rows that were not tried, since the policy allows no more activations at the time."),
        f("retry_after", Count, "Seconds until these may be tried.").or_null(),
    ]],
);
