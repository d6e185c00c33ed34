//! Users, their roles, and the rows of a users file.

use super::super::Kind::{Count, Flag, NamedTexts, Objects, OneOf, Text, Texts, Time};
use super::super::{Field, Kind, Record};
use super::tokens::TOKEN;
use super::{ALL_REFUSED, DRY_RUN, UPN, f, record};

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

pub(in crate::schema) const USER: Record = record("user", "A user.", &[USER_FIELDS]);

const USER_FAILURES: Field =
    f("failed_attempts", Count, "Wrong codes from all sources, of each since its last right one.");
const USER_LOCKED: Field =
    f("locked_until", Time, "Until when codes from one source or another are refused unread.").or_null();

pub(in crate::schema) const USER_LISTED: Record = record(
    "user of the list",
    "A user, and whether the user has to wait.",
    &[USER_FIELDS, &[USER_FAILURES, USER_LOCKED]],
);

pub(in crate::schema) const USER_ROLES: Record = record("roles", "The roles of a user.", &[&[UPN, ROLES]]);

const CELL: Kind = OneOf(&["-", "own", "users", "all"]);

pub(in crate::schema) const RIGHTS: Record = record(
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

pub(in crate::schema) const USER_DETAILS: Record = record(
    "user with tokens",
    "A user with what a help desk asks about one.",
    &[
        USER_FIELDS,
        &[
            USER_FAILURES,
            f("retry_after", Count, "Seconds until the next code from a source that is not known is read.").or_null(),
            USER_LOCKED,
            ALL_REFUSED,
            f("known_sources", Count, "Sources that the user has signed in from of late."),
            f("tokens", Objects(&TOKEN), "The tokens that the user holds."),
        ],
    ],
);

pub(in crate::schema) const USER_REMOVED: Record = record(
    "removed user",
    "A user who is no longer in the directory.",
    &[&[
        UPN,
        DRY_RUN,
        f("removed", Flag, "Whether the user is gone: `false` after a dry run."),
        f("available", Texts, "The serial numbers of hardware tokens that are available again, or would be."),
        f("deleted", Texts, "The serial numbers of apps that are deleted, or would be."),
    ]],
);

pub(in crate::schema) const USER_UNLOCKED: Record =
    record("unlocked user", "A user whose wait has ended.", &[&[UPN, f("unlocked", Flag, "`true`.")]]);

pub(in crate::schema) const SYNCHRONIZED: Record = record(
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
        f("columns", NamedTexts, "The columns that were read: by the name of the property, the name in the header."),
        f("passed_over", Texts, "The names of the other columns."),
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
