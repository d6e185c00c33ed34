//! The objects that the commands print, field by field.

use super::Kind::{
    Count, Flag, Integer, Is, NamedCounts, NamedTexts, Number, Object, Objects, OneOf, Text, Texts, Time,
};
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

const KEYS_FILE: Field = f("keys", Text, "The file of the key ring.");

pub(super) const CREATED: Record = record(
    "directory",
    "A directory that was made.",
    &[&[f("database", Text, "The file of the database, or the server."), KEYS_FILE]],
);

pub(super) const MIGRATED: Record = record(
    "migration",
    "A directory that was brought forward.",
    &[&[
        f("database", Text, "The file of the database, or the server."),
        f("from", Count, "The format that the file had; `null` where there was nothing to do.").or_null(),
        f("former", Text, "The name under which the former file is kept.").or_null(),
        f("left", Texts, "Serial numbers of damaged tokens that were left out."),
    ]],
);

const USER_FIELDS: &[Field] = &[
    UPN,
    f("kind", OneOf(&["member", "guest"]), "Whether the user belongs to the organisation (userType)."),
    f("display_name", Text, "The display name.").or_null(),
    f("enabled", Flag, "Whether the user may sign in (accountEnabled)."),
    f("object_id", Text, "The object ID in the system that the users come from.").or_null(),
    ROLES,
];

const ROLES: Field = f(
    "roles",
    Texts,
    "What the user may do for others, by the names of `oath roles`; a user with one is an administrator.",
);

pub(super) const USER: Record = record("user", "A user.", &[USER_FIELDS]);

const USER_FAILURES: Field =
    f("failed_attempts", Count, "Wrong codes from all sources, of each since its last right one.");
const USER_LOCKED: Field =
    f("locked_until", Time, "Until when codes from one source or another are refused unread.").or_null();

pub(super) const USER_LISTED: Record = record(
    "user of the list",
    "A user, and whether the user has to wait.",
    &[USER_FIELDS, &[USER_FAILURES, USER_LOCKED]],
);

pub(super) const USER_ROLES: Record = record("roles", "The roles of a user.", &[&[UPN, ROLES]]);

const CELL: Kind = OneOf(&["-", "own", "users", "all"]);

pub(super) const RIGHTS: Record = record(
    "rights",
    "Who may do an operation: `own` for oneself, `users` for users without a role, `all` for everyone, `-` not at all.",
    &[&[
        f("operation", Text, "The operation."),
        f("user", CELL, "Every user."),
        f("helpdesk", CELL, "What helpdesk-administrator adds."),
        f("auditor", CELL, "What auditor adds."),
        f("authentication", CELL, "What authentication-administrator adds."),
        f("privileged", CELL, "What privileged-authentication-administrator adds."),
        f("policy", CELL, "What authentication-policy-administrator adds."),
        f("global", CELL, "What global-administrator adds."),
    ]],
);

pub(super) const USER_DETAILS: Record = record(
    "user with tokens",
    "A user with what a help desk asks about one.",
    &[
        USER_FIELDS,
        &[
            USER_FAILURES,
            f("retry_after", Count, "Seconds until the next code from a source that is not known is read.").or_null(),
            USER_LOCKED,
            f("known_sources", Count, "Sources that the user has signed in from of late."),
            f("tokens", Objects(&TOKEN), "The tokens that the user holds."),
        ],
    ],
);

pub(super) const USER_REMOVED: Record = record(
    "removed user",
    "A user who is no longer in the directory.",
    &[&[
        UPN,
        f("removed", Flag, "`true`."),
        f("available", Texts, "The serial numbers of the tokens that are available again."),
    ]],
);

pub(super) const USER_UNLOCKED: Record =
    record("unlocked user", "A user whose wait has ended.", &[&[UPN, f("unlocked", Flag, "`true`.")]]);

pub(super) const SYNCHRONIZED: Record = record(
    "users of a file",
    "What the rows of a users file came to.",
    &[&[
        f("added", Count, "Users who are new."),
        f("changed", Count, "Users of whom something has changed."),
        f("unchanged", Count, "Users who were like that already."),
        f("failed", Objects(&USER_ROW_FAILED), "The rows that failed."),
        f("left", Texts, "`sync`: the users who were disabled or removed, since they are not in the file.").at_times(),
        f("available", Texts, "`sync`: the serial numbers of the tokens that are available again.").at_times(),
        f("not_removed", Objects(&USER_STUCK), "`sync`: the users who could not be disabled or removed.").at_times(),
        DRY_RUN,
    ]],
);

const USER_ROW_FAILED: Record = record(
    "failed row of a users file",
    "A row that was refused.",
    &[&[f("line", Count, "Its line, from 1.")], REFUSAL],
);
const USER_STUCK: Record = record("user who stays", "A user who could not leave.", &[&[UPN], REFUSAL]);
const REFUSAL: &[Field] = &[
    f("code", Text, "A stable name of the reason, in kebab case."),
    f("message", Text, "The reason."),
    f("action", Text, "What to do."),
];

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
    f("drift", Integer, "Steps that its clock is ahead of the server's; negative: behind."),
    f("last_used", Time, "When a code of it was accepted last.").or_null(),
    f("failed_attempts", Count, "Wrong codes at its activation or resynchronization since the last right one."),
    f("locked_until", Time, "Until when no code is read for these.").or_null(),
];

pub(super) const TOKEN: Record = record("token", "A token, never with its secret.", &[TOKEN_FIELDS]);

pub(super) const TOKEN_DETAILS: Record = record(
    "token with details",
    "A token with everything that is known about it.",
    &[
        TOKEN_FIELDS,
        &[
            f("kind", OneOf(&["hardware", "software"]), "A device, or an app."),
            f("created", Time, "When it came into the directory."),
            f("replacement", Flag, "Whether it takes the place of another app once it is confirmed."),
        ],
    ],
);

pub(super) const TOKEN_DELETED: Record =
    record("deleted token", "A token that is gone.", &[&[SERIAL, f("deleted", Flag, "`true`.")]]);

pub(super) const ROW: Record = record(
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

pub(super) const SUMMARY: Record = record(
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

const COUNTS: &[Field] = &[
    f("rows", Count, "Rows of the file."),
    f("imported", Count, "Rows that made or assigned a token."),
    f("unchanged", Count, "Rows that say what was so already."),
    f("failed", Count, "Rows that were refused."),
];
const UPLOAD_NUMBER: Field = f("upload", Count, "The number of the upload, from 1.");

pub(super) const UPLOADED: Record =
    record("result of an upload", "What an upload came to.", &[&[UPLOAD_NUMBER, FILE], COUNTS]);

pub(super) const PREVIEW: Record = record(
    "preview of an upload",
    "What an upload would come to; nothing was written.",
    &[&[DRY_RUN, FILE], COUNTS, &[f("failures", Objects(&FAILURE), "The rows that would be refused.")]],
);

const PREVIEWED: Record = record(
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

pub(super) const UPLOAD_UNDONE: Record = record(
    "undone upload",
    "What `uploads undo` took back.",
    &[&[
        f("upload", Count, "The number of the upload."),
        f("dry_run", Flag, "`true` where nothing was changed."),
        f("taken_back", Count, "Tokens that left the directory, or would."),
        f("kept", Texts, "Serial numbers of tokens that stay: they were assigned or activated since."),
    ]],
);

pub(super) const UPLOAD: Record = record("upload", "An upload.", &[UPLOAD_FIELDS, COUNTS, &[FINISHED, TAKEN_BACK]]);

pub(super) const UPLOAD_DETAILS: Record = record(
    "upload with failures",
    "An upload and its rows that failed.",
    &[UPLOAD_FIELDS, COUNTS, &[FINISHED, TAKEN_BACK, f("failures", Objects(&FAILURE), "The rows that failed.")]],
);

pub(super) const UPLOAD_DELETED: Record =
    record("deleted upload", "An upload whose status is gone.", &[&[UPLOAD_NUMBER, f("deleted", Flag, "`true`.")]]);

pub(super) const FAILURE: Record = record(
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

pub(super) const FAILURES_FILE: Record = record(
    "failures file",
    "A file of the failed rows that was written (`-o`).",
    &[&[UPLOAD_NUMBER, FILE, f("failures", Count, "The rows in it.")]],
);

pub(super) const ENROLMENT: Record = record(
    "enrolment",
    "A new software token. Secret: it is printed this once.",
    &[&[
        SERIAL,
        f("secret", Text, "The secret in Base32. Secret."),
        f("uri", Text, "The otpauth URI for a QR code. Secret."),
        f("qr", Text, "The file with the QR code. Secret.").at_times(),
    ]],
);

pub(super) const CANCELLED: Record = record(
    "cancelled enrolment",
    "A secret that was given up before its first code.",
    &[&[SERIAL, UPN, f("cancelled", Flag, "`true`.")]],
);

pub(super) const VERDICT: Record = record(
    "verdict",
    "The answer to a sign-in. Why a code was rejected stands in the audit log alone.",
    &[&[
        f("accepted", Flag, "Whether the user signs in."),
        f("serial", Text, "Where accepted: the token that showed the code.").at_times(),
        f("recovery_codes_left", Count, "Where a recovery code was accepted: how many the user has left.").at_times(),
        f("reason", OneOf(&["rejected", "locked"]), "Where not accepted.").at_times(),
        f("retry_after", Count, "Where locked: seconds until the next code is read.").at_times(),
    ]],
);

pub(super) const REPORT: Record = record(
    "report",
    "The fleet in numbers.",
    &[&[
        f("at", Time, "When."),
        f("tokens", Count, "All tokens."),
        f("users", Count, "All users."),
        f("models", Objects(&MODEL), "What there is of each model, at most 200 of them."),
        f("other_models", Count, "Tokens of further models."),
        f("unused", Object(&FEW), "Activated tokens without a code for 90 days."),
        f("tokens_near_lock", Object(&FEW), "Tokens that are locked at activation, or have two tries left or fewer."),
        f("users_near_lock", Object(&FEW), "Users who are locked at sign-in, or have two tries left or fewer."),
        f("activations", Count, "Activations within the period of the policy."),
        f("activations_allowed", Count, "How many the policy allows in it; `null`: any number.").or_null(),
        f("svg", Text, "`--svg`: the file of the picture.").at_times(),
    ]],
);
const MODEL: Record = record(
    "stock of a model",
    "The tokens of a model by their status, and how far their clocks are off.",
    &[&[
        f("manufacturer", Text, "The manufacturer; may be empty."),
        f("model", Text, "The model; may be empty."),
        f("available", Count, "Tokens that no user holds."),
        f("assigned", Count, "Tokens that wait for their first code."),
        f("activated", Count, "Tokens that sign in."),
        f("failed_activation", Count, "Tokens whose last code for activation was wrong."),
        f("deactivated", Count, "Tokens that were stopped."),
        f("clocks", Objects(&CLOCKS), "By the time in the directory, of tokens that have shown a code."),
    ]],
);
const CLOCKS: Record = record(
    "clocks",
    "How far clocks are off.",
    &[&[
        f(
            "age",
            OneOf(&["under 1 year", "1 to 2 years", "2 to 4 years", "4 years and more"]),
            "Time in the directory.",
        ),
        f("tokens", Count, "How many tokens."),
        f("mean_drift", Count, "The mean drift in seconds, before or after the time."),
        f("most_drift", Count, "The greatest drift in seconds."),
    ]],
);
const FEW: Record = record(
    "some of many",
    "How many, and which the first of them are.",
    &[&[f("count", Count, "How many."), f("first", Texts, "The first 50 serial numbers or user names.")]],
);

pub(super) const RECOVERY_CODES: Record = record(
    "recovery codes",
    "New recovery codes of a user. Secret: they are printed this once.",
    &[&[UPN, f("codes", Texts, "The codes, each good once. Secret.")]],
);

pub(super) const RECOVERY: Record = record(
    "state of recovery codes",
    "How many recovery codes a user has.",
    &[&[UPN, f("left", Count, "Codes that are not used yet."), f("issued", Time, "When they were issued.").or_null()]],
);

pub(super) const RECOVERY_RESET: Record = record(
    "reset recovery codes",
    "A user whose recovery codes were taken away.",
    &[&[UPN, f("reset", Flag, "`true`."), f("had", Count, "How many codes there were.")]],
);

pub(super) const BACKUP: Record = record(
    "backup",
    "A copy of the database.",
    &[&[f("backup", Text, "The file that was written."), f("keys", Text, "The key ring, which is not part of it.")]],
);

pub(super) const RESTORED: Record = record(
    "restored directory",
    "A database that a backup has replaced.",
    &[&[
        f("database", Text, "The file of the database."),
        f("former", Text, "The name under which the database is kept that was there.").or_null(),
        REFUSED_UNTIL,
    ]],
);
const REFUSED_UNTIL: Field = f("refused_until", Time, "Codes up to this moment are refused.");

pub(super) const FLOOR: Record = record("floor", "A directory that refuses codes of the past.", &[&[REFUSED_UNTIL]]);

const KEY_NAME: &str = "The name of the key.";
const SEALS: Field = f("seals", Flag, "Whether new secrets are sealed under it.");

const RECORD_VERSION: Field = f("record_version", Count, "The version of the record that holds the policy.");
const RULE: Field = f("name", Text, "The name of the rule.");

pub(super) const POLICY: Record = record(
    "policy",
    "The rules of the directory.",
    &[&[RECORD_VERSION, f("policy", Objects(&POLICY_FIELD), "Each rule, in an order that stays.")]],
);
const POLICY_FIELD: Record = record(
    "rule",
    "A rule, with texts as `oath policy set` takes them.",
    &[&[
        RULE,
        f("value", Text, "Its value."),
        f("default", Text, "Its value in a directory whose policy was never changed."),
        f("unit", Text, "What the value counts; empty where it counts nothing."),
        f("takes", Text, "Which values it takes."),
        f("meaning", Text, "What it says."),
    ]],
);

pub(super) const POLICY_CHANGED: Record = record(
    "changed policy",
    "A change of the rules, or what would change.",
    &[&[
        f("dry_run", Flag, "Whether nothing was changed."),
        RECORD_VERSION,
        f("changed", Objects(&RULE_CHANGED), "The rules that have another value now."),
    ]],
);
const RULE_CHANGED: Record = record(
    "changed rule",
    "A rule, before and after.",
    &[&[RULE, f("from", Text, "Its former value."), f("to", Text, "Its new value.")]],
);

const RECOGNISED: Field =
    f("recognised", Count, "Secrets that are recognised by it, those of deleted tokens among them.");

pub(super) const KEYS: Record = record(
    "keys",
    "The sealing keys of the ring.",
    &[&[
        f("keys", Objects(&KEY_OF_RING), "In the order of the ring."),
        f("retired", Texts, "Names of removed keys by which secrets of deleted tokens are recognised."),
    ]],
);
const KEY_OF_RING: Record = record("key of the ring", "A sealing key.", &[&[f("name", Text, KEY_NAME), SEALS]]);

pub(super) const KEY: Record =
    record("key", "A sealing key that was added or activated.", &[&[f("key", Text, KEY_NAME), SEALS]]);

pub(super) const KEY_REMOVED: Record = record(
    "removed key",
    "A key that is no longer in the ring.",
    &[&[f("key", Text, KEY_NAME), f("removed", Flag, "`true`."), RECOGNISED]],
);

const DAMAGED: Field = f("damaged", Texts, "The serial numbers of tokens whose secret does not open.");

pub(super) const ROTATED: Record = record(
    "rotation",
    "What a rotation has done.",
    &[&[f("key", Text, "The key that seals."), f("sealed", Count, "Tokens whose secret was sealed again."), DAMAGED]],
);

pub(super) const KEYS_CHECKED: Record = record(
    "checked keys",
    "The keys that tokens are sealed under.",
    &[&[f("keys", Objects(&KEY_USE), "The keys of the ring, then those that it lacks."), DAMAGED]],
);
const KEY_USE: Record = record(
    "use of a key",
    "A key and its tokens.",
    &[&[
        f("name", Text, KEY_NAME),
        f("tokens", Count, "Tokens that are sealed under it."),
        RECOGNISED,
        f("in_ring", Flag, "Whether the ring holds it."),
        SEALS,
    ]],
);

pub(super) const EVENT: Record = record(
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

pub(super) const LOG_SOUND: Record = record(
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

pub(super) const EXPORT_SOUND: Record = record(
    "sound export",
    "Exported files in which nothing is missing or changed.",
    &[&[f("verified", Flag, "`true`."), f("events", Count, "Events in them."), SEGMENTS]],
);

pub(super) const LOG_EXPORTED: Record = record(
    "exported log",
    "What `audit export` wrote.",
    &[&[
        f("file", Text, "The file; `null` where there were no events.").or_null(),
        f("events", Count, "Events in it."),
        SEGMENTS,
    ]],
);

pub(super) const LOG_PRUNED: Record = record(
    "pruned log",
    "What `audit prune` deleted.",
    &[&[
        f("dry_run", Flag, "`true` where nothing was deleted."),
        f("events", Count, "Events that were deleted, or would be."),
        f("pruned", Texts, "The last of them in each chain as `NUMBER:HASH`."),
    ]],
);

pub(super) const LOG_TAMPERED: Record = record(
    "damaged log",
    "A log in which an event is missing or changed.",
    &[&[
        f("verified", Flag, "`false`."),
        f("reason", OneOf(&["missing", "changed"]), "What is wrong with the event."),
        f("event", Count, "The number of the event."),
        f("message", Text, "The same in words."),
    ]],
);

const FINDING: Record = record(
    "finding",
    "What is to be said about a row or a file.",
    &[&[
        f("code", Text, "A stable name; `docs/findings.md` lists all."),
        f("severity", OneOf(&["error", "warning", "note"]), "An error keeps the row out."),
        f("place", Text, "Where: `line 7`, `KeyPackage 3`, `file`."),
        f("line", Count, "The line, from 1, where the place is one.").or_null(),
        f("field", Text, "The column or field.").or_null(),
        f("message", Text, "What was found and what was expected; never the secret."),
        f("action", Text, "What to do."),
        f("repair", Text, "How it can be repaired safely, where it can.").at_times(),
        f("repaired", Flag, "`true` where that was done.").at_times(),
    ]],
);
const FINDINGS: Field = f("findings", Objects(&FINDING), "What is wrong with the rows.");

pub(super) const CHECKED: Record = record(
    "checked file",
    "A seed file and what is wrong in it.",
    &[&[
        FILE,
        f("format", Text, "Its format.").or_null(),
        f("target", Text, "The system that it was checked for.").or_null(),
        FINDINGS,
        f("rows", Count, "Rows of the file."),
        f("records", Count, "Rows that are good."),
        f("directory", Text, "`--against`: the directory.").at_times(),
        f("upload", Object(&PREVIEWED), "`--against`: what an upload into it would come to.").at_times(),
    ]],
);

const OUTPUT: Field = f("output", Text, "The file that was written.").or_null();

pub(super) const CONVERTED: Record = record(
    "conversion",
    "A seed file in another format. Where the file goes to standard output, this stands on standard error.",
    &[&[
        FILE,
        f("from", Text, "The format that was read."),
        f("to", Text, "The format that was written."),
        OUTPUT,
        f("encrypted", Flag, "Whether the secrets in it are encrypted."),
        f("records", Count, "Tokens that were read."),
        f("written", Count, "Tokens that were written."),
        f("refused", Count, "Tokens that the format does not hold."),
        f("first_refused", Objects(&REFUSED_TOKEN), "Some of these."),
        f("lost", NamedCounts, "By field, how many tokens lose it."),
        f("errors", Count, "Errors in the file that was read."),
        FINDINGS,
    ]],
);
const REFUSED_TOKEN: Record = record(
    "refused token",
    "A token that a format does not hold.",
    &[&[f("token", Text, "Its serial number or name."), f("obstacles", Texts, "Why.")]],
);

pub(super) const REPAIRED: Record = record(
    "repair",
    "A seed file that was mended.",
    &[&[
        FILE,
        f("output", Text, "The file that was written."),
        f("to", Text, "Its format."),
        f("written", Count, "Tokens that were written."),
        f("mended", Count, "Of these, those that were mended."),
        f("left", Count, "Rows that could not be mended."),
        f("remainder", Text, "The file with these as they were.").or_null(),
        f("repairs", Objects(&FINDING), "What was mended."),
        FINDINGS,
    ]],
);

pub(super) const FILLED_IN: Record = record(
    "seed file with users",
    "A seed file whose tokens were given to users.",
    &[&[
        FILE,
        f("users", Text, "The file of users."),
        f("to", Text, "The format that was written."),
        OUTPUT,
        f("written", Count, "Tokens that were written."),
        f("filled", Count, "Tokens that got a user."),
        f("changed", Count, "Tokens that got another user."),
        f("unchanged", Count, "Tokens that keep their user."),
        f("without_user", Texts, "The serial numbers of tokens without a user, which were not written."),
        f("errors", Count, "Errors in the seed file."),
        FINDINGS,
    ]],
);

const CHANCE: Field = f("chance", Number, "How many are expected to fit by chance.");
const WINDOW: Field = f("window", Count, "Steps that were searched for each.");

pub(super) const PROBED: Record = record(
    "probe",
    "How a seed text can be read so that it gives the codes.",
    &[&[
        f("readings", Objects(&READING), "The readings that fit."),
        f("tried", Count, "Readings that were tried."),
        WINDOW,
        CHANCE,
    ]],
);
const READING: Record = record(
    "reading",
    "A way to read a seed text.",
    &[&[
        f("text", Text, "The encoding: hex, base32 …"),
        f("separators_taken_out", Flag, "Whether separators were left out."),
        f("algorithm", OneOf(&["SHA1", "SHA256", "SHA512"]), "The hash."),
        f("digits", Count, "The digits of a code."),
        f("interval", Count, "TOTP: the time step in seconds.").or_null(),
        f("counter", Count, "HOTP: the next counter.").or_null(),
        f("steps_ahead", Integer, "Steps that the clock of the token is ahead."),
    ]],
);

pub(super) const MATCHED: Record = record(
    "match",
    "The tokens of a seed file that show the codes.",
    &[&[
        f("tokens", Objects(&SHOWN), "The tokens."),
        f("searched", Count, "Tokens that were searched."),
        f("unread", Count, "Rows that could not be read and were not searched."),
        WINDOW,
        CHANCE,
    ]],
);
const SHOWN: Record = record(
    "token of a seed file",
    "A token that shows the codes.",
    &[&[
        f("token", Text, "Its serial number or name."),
        f("serial", Text, "Its serial number.").or_null(),
        f("place", Text, "Where it stands in the file."),
        f("upn", Text, "The user of its row.").or_null(),
        f("steps_ahead", Integer, "Steps that its clock is ahead."),
    ]],
);

pub(super) const FORMATS: Record = record(
    "formats",
    "The formats and the targets.",
    &[&[
        f("formats", Objects(&FORMAT), "The formats; all of them are read."),
        f("targets", Objects(&TARGET), "The systems that `--for` names."),
    ]],
);
const FORMAT: Record = record(
    "format",
    "A format of seed files.",
    &[&[
        f("format", Text, "Its name for `--from` and `--to`."),
        f("title", Text, "What it is."),
        f("written", Flag, "Whether it is written too."),
        f("cannot_carry", Texts, "What it does not hold, in words.").or_null(),
    ]],
);
const TARGET: Record = record(
    "target",
    "A system that seed files are for.",
    &[&[
        f("target", Text, "Its name for `--for`."),
        f("title", Text, "What it is."),
        f("cannot_carry", Texts, "What it does not take, in words."),
    ]],
);

const A_CODE: Field = f("code", Text, "The code, with its leading zeros. Secret until it is used.");

pub(super) const CODE: Record =
    record("code", "The code of now.", &[&[A_CODE, f("valid_for", Count, "Seconds until the next one.")]]);

pub(super) const CODE_OF_STEP: Record = record(
    "code of a step",
    "A code of the window around now.",
    &[&[
        A_CODE,
        f("step", Count, "The number of its step."),
        f("from", Time, "When its step begins."),
        f("now", Flag, "Whether it is the code of now."),
    ]],
);

pub(super) const CODE_OF_COUNTER: Record =
    record("code of a counter", "A code of HOTP.", &[&[A_CODE, f("counter", Count, "Its counter.")]]);
