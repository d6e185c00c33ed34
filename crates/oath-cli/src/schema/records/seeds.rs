//! Seed files.

use super::super::Kind::{Count, Flag, Integer, NamedCounts, Number, Object, Objects, OneOf, Text, Texts};
use super::super::{Field, Record};
use super::uploads::PREVIEWED;
use super::{FILE, f, record};

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

pub(in crate::schema) const CHECKED: Record = record(
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

pub(in crate::schema) const CONVERTED: Record = record(
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

pub(in crate::schema) const REPAIRED: Record = record(
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

pub(in crate::schema) const FILLED_IN: Record = record(
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

pub(in crate::schema) const PROBED: Record = record(
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

pub(in crate::schema) const MATCHED: Record = record(
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

pub(in crate::schema) const FORMATS: Record = record(
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
