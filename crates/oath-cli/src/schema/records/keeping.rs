//! The directory itself: how it is made, kept and restored, its rules and its keys.

use super::super::Kind::{Count, Flag, Object, Objects, Text, Texts, Time};
use super::super::{Field, Record};
use super::{DRY_RUN, f, record};

const KEYS_FILE: Field = f("keys", Text, "The file of the key ring.");

pub(in crate::schema) const CREATED: Record = record(
    "directory",
    "A directory that was made.",
    &[&[f("database", Text, "The file of the database, or the server."), KEYS_FILE]],
);

pub(in crate::schema) const MIGRATED: Record = record(
    "migration",
    "A directory that was brought forward.",
    &[&[
        f("database", Text, "The file of the database, or the server."),
        f("from", Count, "The format that it had; `null` where there was nothing to do.").or_null(),
        f("format", Count, "The format that it has now. Files and servers count theirs apart."),
        f("former", Text, "The name under which the former file is kept.").or_null(),
        f("left", Texts, "Serial numbers of damaged tokens that were left out."),
    ]],
);

pub(in crate::schema) const BACKUP: Record = record(
    "backup",
    "A copy of the database.",
    &[&[f("backup", Text, "The file that was written."), f("keys", Text, "The key ring, which is not part of it.")]],
);

pub(in crate::schema) const RESTORED: Record = record(
    "restored directory",
    "A database that a backup has replaced.",
    &[&[
        f("database", Text, "The file of the database."),
        f("former", Text, "The name under which the database is kept that was there.").or_null(),
        REFUSED_UNTIL,
    ]],
);
const REFUSED_UNTIL: Field = f("refused_until", Time, "Codes up to this moment are refused.");

const CONTENTS: Record = record(
    "contents",
    "What a database holds.",
    &[&[
        f("users", Count, "Users."),
        f("tokens", Count, "Tokens."),
        f("events", Count, "Events of the audit log, pruned ones among them."),
        f("last_event", Time, "When the last event was written; `null` where all were pruned.").or_null(),
    ]],
);

pub(in crate::schema) const RESTORE_TRIED: Record = record(
    "preview of a restore",
    "What a restore would put in the place of what; nothing was changed.",
    &[&[
        DRY_RUN,
        f("database", Text, "The file of the database."),
        f("backup", Object(&CONTENTS), "What the backup holds."),
        f("replaced", Object(&CONTENTS), "What the database holds that would be replaced.").or_null(),
        f("refused_until", Time, "Codes up to this moment would be refused."),
    ]],
);

pub(in crate::schema) const MIGRATION_TRIED: Record = record(
    "preview of a migration",
    "What a migration would come to; nothing was changed.",
    &[&[
        DRY_RUN,
        f("database", Text, "The file of the database, or the server."),
        f("from", Count, "The format of the file; `null` where there is nothing to do.").or_null(),
        f("left", Texts, "Serial numbers of damaged tokens that would be left out."),
        f("contents", Object(&CONTENTS), "What the migrated database would hold."),
    ]],
);

pub(in crate::schema) const FLOOR: Record =
    record("floor", "A directory that refuses codes of the past.", &[&[REFUSED_UNTIL]]);

pub(in crate::schema) const FLOOR_LOWERED: Record = record(
    "lowered floor",
    "A directory that no longer refuses the codes of times that have not come.",
    &[&[REFUSED_UNTIL, f("former", Time, "Up to when codes were refused before.")]],
);

const KEY_NAME: &str = "The name of the key.";
const SEALS: Field = f("seals", Flag, "Whether new secrets are sealed under it.");

const RECORD_VERSION: Field = f("record_version", Count, "The version of the record that holds the policy.");
const RULE: Field = f("name", Text, "The name of the rule.");

pub(in crate::schema) const POLICY: Record = record(
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

pub(in crate::schema) const POLICY_CHANGED: Record = record(
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

pub(in crate::schema) const KEYS: Record = record(
    "keys",
    "The sealing keys of the ring.",
    &[&[
        f("keys", Objects(&KEY_OF_RING), "In the order of the ring."),
        f("retired", Texts, "Names of removed keys by which secrets of deleted tokens are recognised."),
    ]],
);
const KEY_OF_RING: Record = record("key of the ring", "A sealing key.", &[&[f("name", Text, KEY_NAME), SEALS]]);

pub(in crate::schema) const KEY: Record =
    record("key", "A sealing key that was added or activated.", &[&[f("key", Text, KEY_NAME), SEALS]]);

pub(in crate::schema) const KEY_REMOVED: Record = record(
    "removed key",
    "A key that is no longer in the ring.",
    &[&[f("key", Text, KEY_NAME), f("removed", Flag, "`true`."), RECOGNISED]],
);

const DAMAGED: Field = f("damaged", Texts, "The serial numbers of tokens whose secret does not open.");

pub(in crate::schema) const ROTATED: Record = record(
    "rotation",
    "What a rotation has done.",
    &[&[
        f("key", Text, "The key that seals."),
        DRY_RUN,
        f("sealed", Count, "Tokens whose secret was sealed again, or would be."),
        DAMAGED,
    ]],
);

pub(in crate::schema) const KEYS_CHECKED: Record = record(
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
