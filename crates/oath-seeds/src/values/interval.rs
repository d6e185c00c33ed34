use crate::check::Checks;
use crate::text::quoted;
use crate::values::model::Said;
use crate::{Field, Kind, Repair};
use oath_totp::TimeStep;
use zeroize::Zeroizing;

const FIELD: Field = Field::TimeInterval;
/// The longest interval that is believed, in seconds: a day.
pub(crate) const MAX: u32 = 86_400;

/// Reads the interval of a row; `model` is what the name of its model says. Without one no default is taken: a 60 s token read as 30 s gives wrong codes for ever.
pub(crate) fn read(text: &str, model: Said, checks: &mut Checks) -> Option<TimeStep> {
    let Said { interval: named, c200, .. } = model;
    let step = match text {
        "30" => TimeStep::SECONDS_30,
        "60" => TimeStep::SECONDS_60,
        "" => {
            let hint = if c200 { " A Feitian c200 is 60 s from the factory." } else { "" };
            checks.error(
                Kind::IntervalEmpty,
                FIELD,
                format!("The time interval is empty; expected 30 or 60.{hint}"),
                "Write how many seconds the token shows a code for, as the vendor's data sheet says.",
            );
            return None;
        }
        _ => spelled(text, c200, checks)?,
    };
    if let Some(named) = named.filter(|x| *x != step.x()) {
        checks.warning(
            Kind::IntervalModel,
            FIELD,
            format!("The time interval is {}, but the model's name says {named} s.", step.x()),
            format!("Watch how long the token shows one code; if it is {named} seconds, write {named}."),
        );
    } else if c200 && named.is_none() && step == TimeStep::SECONDS_30 {
        checks.warning(
            Kind::IntervalModel,
            FIELD,
            "The time interval is 30, but a Feitian c200 is 60 s from the factory.",
            "Watch how long the token shows one code; if it is a minute, write 60.",
        );
    }
    Some(step)
}

/// A number of seconds; with something around it, it can be repaired.
fn spelled(text: &str, c200: bool, checks: &mut Checks) -> Option<TimeStep> {
    let found = quoted(text).unwrap_or_else(|| format!("a text of {} characters", text.chars().count()));
    // Where the columns are shifted, this may be a secret.
    let lower = Zeroizing::new(text.to_ascii_lowercase());
    let number = lower.trim_start_matches('0').trim_end_matches(|c: char| c.is_ascii_alphabetic() || c.is_whitespace());
    // `60.0` and `60,00`, as spreadsheets write it.
    let decimals = number.split_once(['.', ',']);
    // Three zeros may be thousands.
    let decimals = decimals.filter(|(_, zeros)| matches!(*zeros, "0" | "00"));
    let number = decimals.map_or(number, |(whole, _)| whole);
    let unit = lower.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')).trim();
    let seconds = matches!(unit, "" | "s" | "sec" | "secs" | "second" | "seconds");
    let x = number.parse::<u32>().ok().filter(|_| seconds && number.bytes().all(|b| b.is_ascii_digit()));
    let Some((x, step)) = x.filter(|x| (1..=MAX).contains(x)).and_then(|x| Some((x, TimeStep::new(x, 0).ok()?))) else {
        let hint = if c200 { " A Feitian c200 is 60 s from the factory." } else { "" };
        checks.error(
            Kind::IntervalUnsupported,
            FIELD,
            format!("The time interval is {found}; expected 30 or 60.{hint}"),
            "Write how many seconds the token shows a code for; a token with another interval cannot be used here. If \
             something else stands there, the columns are shifted.",
        );
        return None;
    };
    if number.len() == text.len() {
        return Some(step);
    }
    let message = format!("The time interval is {found}; expected the number {x} alone.");
    checks.repairable(Kind::IntervalSpelling, FIELD, message, "Write the number alone.", Repair::Interval(x));
    Some(step)
}
