//! `usersfile`, of liboath and `pam_oath`: `HOTP[/E|/T30|/T60][/6-8] user pin key [counter [last-code [time]]]`, blanks or
//! tabs between them, the key in hex.

use super::line;
use crate::check::Checks;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::text::{is_hidden, is_unreadable};
use crate::values::{parameters, secret, time};
use crate::{Field, Finding, Kind, Moving, Record, Row};
use oath_totp::{Digits, TimeStep};
use std::collections::VecDeque;

/// Reads line by line; every line that is no comment is a token.
pub(super) struct UsersFile;

impl Rows for UsersFile {
    fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        context: &mut Context,
        rows: &mut VecDeque<Row>,
    ) -> Result<(), Finding> {
        let bare = text.trim_ascii();
        // Both are part of the format.
        if !line.too_long && (bare.is_empty() || bare.starts_with('#')) {
            return Ok(());
        }
        if let Some((mut checks, text)) = line::begun(line, text, windows_1252, context, rows) {
            let record = token(text, &mut checks, context);
            rows.push_back(line::row(record, checks));
        }
        Ok(())
    }
}

/// Reads one line. The pin and the last code are never shown and not kept; a note says so of the pin.
///
/// liboath writes the counter of the code that was accepted, and beside it that code: the next code has the counter after
/// it. Without a last code, the counter is the next code's. For a time-based token the column means nothing.
///
/// The time has no zone, for liboath writes the clock on the wall: it is taken as UTC, which is some hours off elsewhere.
fn token(text: &str, checks: &mut Checks, context: &mut Context) -> Option<Record> {
    let mut words = text.split_ascii_whitespace();
    let (Some(kind), Some(user), Some(pin), Some(key)) = (words.next(), words.next(), words.next(), words.next())
    else {
        checks.error(
            Kind::TooFewColumns,
            None,
            format!("The line has {} words; expected type, user, pin and key.", text.split_ascii_whitespace().count()),
            "Write - for a pin that is not there.",
        );
        return None;
    };
    let (counter, code, last) = (words.next(), words.next(), words.next());
    if words.next().is_some() {
        checks.error(
            Kind::TooManyColumns,
            None,
            "The line has more than seven words: type, user, pin, key, counter, last code, time.",
            "Take out what does not belong there; neither a user nor a pin can hold a blank.",
        );
    }
    let parsed = token_type(kind);
    if parsed.is_none() {
        checks.error(
            Kind::TypeUnsupported,
            Field::Type,
            format!(
                "The type is {}; expected HOTP/E, HOTP/T30 or HOTP/T60, with /6, /7 or /8 after it or not.",
                parameters::shown(kind)
            ),
            "Write the type as liboath does; it skips a line with another.",
        );
    }
    if user.contains(|c| is_hidden(c) || is_unreadable(c)) {
        checks.error(
            Kind::UnreadableCharacter,
            Field::Account,
            "The user name holds characters that cannot be seen.",
            "Type the name again, and save the file as UTF-8.",
        );
    }
    if !matches!(pin, "-" | "+") {
        context.tallies.add(Kind::PinDropped, checks);
    }
    let secret = secret::read_hex(key, checks, &mut context.tallies);
    let counter = counter.map_or(Some(0), |text| parameters::read_counter(text, checks));
    if code.is_some_and(|code| !(6..=8).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit())) {
        checks.error(
            Kind::ValueMalformed,
            None,
            "The sixth word is not a code of 6 to 8 digits.",
            "It is the code that was last accepted. Take it and the time after it out if it is damaged, and add 1 to the counter.",
        );
    }
    let last_used = last.map(|text| text.strip_suffix('L').and_then(time::read));
    if last_used == Some(None) {
        checks.error(
            Kind::ValueMalformed,
            Field::LastUsed,
            "The time of the last use is not of the form 2026-11-27T18:05:09L.",
            "Write it so, or take it out.",
        );
    }
    let (step, digits) = parsed?;
    let moving = match step {
        Some(step) => Moving::Time { step },
        None => {
            let next = counter?.checked_add(u64::from(code.is_some()));
            if next.is_none() {
                checks.error(
                    Kind::CounterUnsupported,
                    Field::Counter,
                    "The counter has no next.",
                    "Replace the token.",
                );
            }
            Moving::Counter { counter: next? }
        }
    };
    let mut record = Record::unnumbered(secret?);
    record.place = checks.place();
    record.digits = digits;
    record.moving = moving;
    let details = record.details_mut();
    details.account = Some(user.to_owned());
    details.last_used = last_used.flatten();
    Some(record)
}

/// `HOTP`, `HOTP/E/8`, `HOTP/T30`: the time step of a time-based token, and the number of digits.
fn token_type(text: &str) -> Option<(Option<TimeStep>, Digits)> {
    let mut parts = text.split('/').skip(1).peekable();
    if !text.starts_with("HOTP") || text.split('/').next() != Some("HOTP") {
        return None;
    }
    let step = match parts.peek() {
        Some(&"E") => None,
        Some(&"T30") => Some(TimeStep::SECONDS_30),
        Some(&"T60") => Some(TimeStep::SECONDS_60),
        Some(_) => return None,
        None => return Some((None, Digits::Six)),
    };
    let digits = match parts.nth(1) {
        None | Some("6") => Digits::Six,
        Some("7") => Digits::Seven,
        Some("8") => Digits::Eight,
        Some(_) => return None,
    };
    parts.next().is_none().then_some((step, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type() {
        let (thirty, sixty) = (Some(TimeStep::SECONDS_30), Some(TimeStep::SECONDS_60));
        for (text, expected) in [
            ("HOTP", Some((None, Digits::Six))),
            ("HOTP/E", Some((None, Digits::Six))),
            ("HOTP/E/6", Some((None, Digits::Six))),
            ("HOTP/E/8", Some((None, Digits::Eight))),
            ("HOTP/T30", Some((thirty, Digits::Six))),
            ("HOTP/T30/7", Some((thirty, Digits::Seven))),
            ("HOTP/T60/8", Some((sixty, Digits::Eight))),
            ("HOTP/8", None),
            ("HOTP/T45", None),
            ("HOTP/E/9", None),
            ("HOTP/E/6/6", None),
            ("HOTP/", None),
            ("MOTP", None),
            ("HOTPS/E", None),
            ("", None),
        ] {
            assert_eq!(token_type(text), expected, "{text}");
        }
    }
}
