//! The fleet in numbers.

use super::super::Kind::{Count, Object, Objects, OneOf, Text, Texts, Time};
use super::super::Record;
use super::{f, record};

pub(in crate::schema) const REPORT: Record = record(
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
        f(
            "activations_allowed",
            Count,
            "How many the policy allows in it; `null`: any number, and they are not counted.",
        )
        .or_null(),
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
