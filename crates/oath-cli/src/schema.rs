//! What each command prints with `--json`: one table, of which `docs/json.md` is made and against which a test holds the answers of
//! every command.
//!
//! A new command gets an [`Output`] in [`COMMANDS`], a new kind of answer a [`Record`] in `schema/records.rs`, and the test
//! (`tests/json.rs`) a line that runs it.

mod records;

pub use self::records::ERROR;

use self::records as r;

/// What a command prints with `--json`.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Its words: `tokens list`.
    pub command: &'static str,
    /// How often.
    pub shape: Shape,
    /// Each line is one of these.
    pub records: &'static [&'static Record],
}

/// How many objects a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One, on one line.
    One,
    /// None, one or any number, one a line, as they come (JSON lines).
    Lines,
    /// One, or with some options any number, one a line.
    OneOrLines,
}

/// An object.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Its name in the documentation.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Its fields besides `version`, which every line begins with. In parts, so that records may share some.
    pub fields: &'static [&'static [Field]],
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
    /// Whether it is always there.
    pub presence: Presence,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

/// What stands in a field.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// This text, by which a line is told from others.
    Is(&'static str),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A time as RFC 3339, UTC: `2026-01-05T08:00:00Z`.
    Time,
    /// A whole number, 0 or more.
    Count,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// An array of texts.
    Texts,
    /// An object.
    Object(&'static Record),
    /// An array of objects.
    Objects(&'static Record),
    /// An object of texts with names of their own.
    NamedTexts,
    /// An object of whole numbers with names of their own.
    NamedCounts,
}

/// Whether a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always, with a value.
    Always,
    /// Always; `null` where there is no value.
    OrNull,
    /// Only where there is a value.
    AtTimes,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, kind, presence: Presence::Always, meaning }
    }

    const fn or_null(self) -> Self {
        Self { presence: Presence::OrNull, ..self }
    }

    const fn at_times(self) -> Self {
        Self { presence: Presence::AtTimes, ..self }
    }
}

const fn one(command: &'static str, records: &'static [&'static Record]) -> Output {
    Output { command, shape: Shape::One, records }
}

const fn lines(command: &'static str, records: &'static [&'static Record]) -> Output {
    Output { command, shape: Shape::Lines, records }
}

/// A command for one token, or with `--file` for those of a file.
const fn bulk(command: &'static str, records: &'static [&'static Record]) -> Output {
    Output { command, shape: Shape::OneOrLines, records }
}

/// Every command that prints JSON. `completions` and `man` print scripts and pages whatever `--json` says.
pub const COMMANDS: &[Output] = &[
    lines("tour", &[&r::STEP]),
    one("init", &[&r::CREATED]),
    one("migrate", &[&r::MIGRATED, &r::MIGRATION_TRIED]),
    one("users add", &[&r::USER]),
    one("users import", &[&r::SYNCHRONIZED]),
    one("users sync", &[&r::SYNCHRONIZED]),
    lines("users list", &[&r::USER_LISTED]),
    one("users show", &[&r::USER_DETAILS]),
    one("users rename", &[&r::USER]),
    one("users disable", &[&r::USER]),
    one("users enable", &[&r::USER]),
    one("users remove", &[&r::USER_REMOVED]),
    one("users unlock", &[&r::USER_UNLOCKED]),
    one("users roles", &[&r::USER_ROLES]),
    lines("roles", &[&r::RIGHTS]),
    one("tokens upload", &[&r::UPLOADED, &r::PREVIEW]),
    lines("tokens list", &[&r::TOKEN]),
    one("tokens show", &[&r::TOKEN_DETAILS]),
    bulk("tokens assign", &[&r::TOKEN, &r::ROW, &r::SUMMARY]),
    bulk("tokens activate", &[&r::TOKEN, &r::ROW, &r::SUMMARY]),
    one("tokens resync", &[&r::TOKEN]),
    one("tokens deactivate", &[&r::TOKEN]),
    bulk("tokens unassign", &[&r::TOKEN, &r::ROW, &r::SUMMARY]),
    one("tokens unlock", &[&r::TOKEN]),
    one("tokens reset", &[&r::TOKEN]),
    bulk("tokens delete", &[&r::TOKEN_DELETED, &r::ROW, &r::SUMMARY]),
    lines("uploads list", &[&r::UPLOAD]),
    one("uploads show", &[&r::UPLOAD_DETAILS]),
    bulk("uploads failures", &[&r::FAILURE, &r::FAILURES_FILE]),
    one("uploads undo", &[&r::UPLOAD_UNDONE]),
    one("uploads delete", &[&r::UPLOAD_DELETED]),
    one("software enroll", &[&r::ENROLMENT]),
    one("software reenroll", &[&r::ENROLMENT]),
    one("software confirm", &[&r::TOKEN]),
    one("software cancel", &[&r::CANCELLED]),
    one("verify", &[&r::VERDICT]),
    one("report", &[&r::REPORT]),
    one("recovery issue", &[&r::RECOVERY_CODES]),
    one("recovery show", &[&r::RECOVERY]),
    one("recovery reset", &[&r::RECOVERY_RESET]),
    one("backup", &[&r::BACKUP]),
    one("restore", &[&r::RESTORED, &r::RESTORE_TRIED]),
    one("restored", &[&r::FLOOR, &r::FLOOR_LOWERED]),
    one("policy show", &[&r::POLICY]),
    one("policy set", &[&r::POLICY_CHANGED]),
    one("policy reset", &[&r::POLICY_CHANGED]),
    one("policy use", &[&r::POLICY_CHANGED]),
    one("keys list", &[&r::KEYS]),
    one("keys add", &[&r::KEY]),
    one("keys activate", &[&r::KEY]),
    one("keys rotate", &[&r::ROTATED]),
    one("keys check", &[&r::KEYS_CHECKED]),
    one("keys remove", &[&r::KEY_REMOVED]),
    lines("audit list", &[&r::EVENT]),
    one("audit verify", &[&r::LOG_SOUND, &r::LOG_TAMPERED, &r::EXPORT_SOUND]),
    one("audit checkpoint", &[&r::LOG_CHECKPOINT]),
    one("audit export", &[&r::LOG_EXPORTED]),
    one("audit prune", &[&r::LOG_PRUNED]),
    lines("seeds check", &[&r::CHECKED]),
    one("seeds convert", &[&r::CONVERTED]),
    one("seeds repair", &[&r::REPAIRED]),
    one("seeds assign", &[&r::FILLED_IN]),
    one("seeds probe", &[&r::PROBED]),
    one("seeds match", &[&r::MATCHED]),
    one("seeds formats", &[&r::FORMATS]),
    bulk("code", &[&r::CODE, &r::CODE_OF_STEP, &r::CODE_OF_COUNTER]),
];
