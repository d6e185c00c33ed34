//! What a person types or scans: enrolments, verdicts, recovery codes and codes.

use super::super::Kind::{Count, Flag, OneOf, Text, Texts, Time};
use super::super::{Field, Record};
use super::{SERIAL, UPN, f, record};

pub(in crate::schema) const ENROLMENT: Record = record(
    "enrolment",
    "A new software token. Secret: it is printed this once.",
    &[&[
        SERIAL,
        f("secret", Text, "The secret in Base32. Secret."),
        f("uri", Text, "The otpauth URI for a QR code. Secret."),
        f("qr", Text, "The file with the QR code. Secret.").at_times(),
    ]],
);

pub(in crate::schema) const CANCELLED: Record = record(
    "cancelled enrolment",
    "A secret that was given up before its first code.",
    &[&[SERIAL, UPN, f("cancelled", Flag, "`true`.")]],
);

pub(in crate::schema) const VERDICT: Record = record(
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

pub(in crate::schema) const RECOVERY_CODES: Record = record(
    "recovery codes",
    "New recovery codes of a user. Secret: they are printed this once.",
    &[&[UPN, f("codes", Texts, "The codes, each good once. Secret.")]],
);

pub(in crate::schema) const RECOVERY: Record = record(
    "state of recovery codes",
    "How many recovery codes a user has.",
    &[&[UPN, f("left", Count, "Codes that are not used yet."), f("issued", Time, "When they were issued.").or_null()]],
);

pub(in crate::schema) const RECOVERY_RESET: Record = record(
    "reset recovery codes",
    "A user whose recovery codes were taken away.",
    &[&[UPN, f("reset", Flag, "`true`."), f("had", Count, "How many codes there were.")]],
);

const A_CODE: Field = f("code", Text, "The code, with its leading zeros. Secret until it is used.");

pub(in crate::schema) const CODE: Record =
    record("code", "The code of now.", &[&[A_CODE, f("valid_for", Count, "Seconds until the next one.")]]);

pub(in crate::schema) const CODE_OF_STEP: Record = record(
    "code of a step",
    "A code of the window around now.",
    &[&[
        A_CODE,
        f("step", Count, "The number of its step."),
        f("from", Time, "When its step begins."),
        f("now", Flag, "Whether it is the code of now."),
    ]],
);

pub(in crate::schema) const CODE_OF_COUNTER: Record =
    record("code of a counter", "A code of HOTP.", &[&[A_CODE, f("counter", Count, "Its counter.")]]);
