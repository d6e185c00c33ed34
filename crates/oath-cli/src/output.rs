//! What people and scripts read: tables, numbers, times, JSON.

mod table;

pub(crate) use self::table::{Cell, Table, table};

use anstyle::{AnsiColor, Style};
use core::fmt::Write as _;
use oath_totp::UnixTime;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const PLAIN: Style = Style::new();

/// The version of everything that `--json` prints, the first field of every object. It grows where a field goes or changes its
/// meaning; a new field does not change it.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    value: &'a T,
}

/// One object on a line of its own, its first field the version.
pub(crate) fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Versioned { version: VERSION, value })?;
    writeln!(out)
}

/// Text from a file or a database as a terminal may show it: control characters, which could move the cursor or recolour
/// the screen, and marks that reverse the direction of writing are spelled out.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let unsafe_character = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(unsafe_character) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if unsafe_character(c) { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// `2026-01-05T08:00:00Z`.
pub(crate) fn time(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let time_stamp = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time_stamp.map_or_else(|| time.as_secs().to_string(), |time_stamp| time_stamp.to_string())
}

/// `12,345`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `4 min 10 s`: the two largest units.
pub(crate) fn duration(seconds: u64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let mut text = String::new();
    for (amount, unit) in parts.into_iter().skip_while(|(amount, _)| *amount == 0).take(2) {
        if amount > 0 {
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{amount} {unit}");
        }
    }
    if text.is_empty() { "0 s".to_owned() } else { text }
}

/// `8 steps ahead (4 min)`.
pub(crate) fn drift(steps: i64, step: u32) -> String {
    let seconds = duration(steps.unsigned_abs().saturating_mul(step.into()));
    let steps_text = count(steps.unsigned_abs(), "step", "steps");
    match steps {
        0 => "on time".to_owned(),
        1.. => format!("{steps_text} ahead ({seconds})"),
        _ => format!("{steps_text} behind ({seconds})"),
    }
}

/// A word of a command, in quotes where a shell needs them.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "@%+=:,./-_#^~".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with(['#', '~']) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

/// The next command to type.
pub(crate) fn next(out: &mut dyn Write, what: &str, command: &str) -> io::Result<()> {
    writeln!(out, "{DIM}{what}{DIM:#}")?;
    writeln!(out, "  {STRONG}{}{STRONG:#}", shown(command))
}

/// The last line of a dry run.
pub(crate) fn nothing_changed(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{DIM}Nothing was changed. To do it, leave --dry-run out.{DIM:#}")
}

/// Names and values below each other.
pub(crate) fn pairs(out: &mut dyn Write, pairs: &[(&str, String)]) -> io::Result<()> {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, value) in pairs {
        writeln!(out, "  {DIM}{name:<width$}{DIM:#}  {}", shown(value))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_durations_and_drifts_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 59, 60, 250, 3600, 90_061].map(duration),
            ["0 s", "59 s", "1 min", "4 min 10 s", "1 h", "1 d 1 h"]
        );
        assert_eq!(
            [0, 1, 8, -3].map(|steps| drift(steps, 30)),
            ["on time", "1 step ahead (30 s)", "8 steps ahead (4 min)", "3 steps behind (1 min 30 s)"]
        );
        assert_eq!(time(UnixTime::from_secs(1_767_600_000)), "2026-01-05T08:00:00Z");
    }

    #[test]
    fn a_file_cannot_paint_on_the_terminal() {
        assert_eq!(shown("0950380269"), "0950380269");
        assert_eq!(shown("\u{1b}[2J1\u{202e}2"), "\\u{1b}[2J1\\u{202e}2");
    }

    #[test]
    fn words_of_a_command_are_quoted_where_a_shell_needs_it() {
        assert_eq!(word("Failures_fobs.csv"), "Failures_fobs.csv");
        assert_eq!(word("my fobs.csv"), "'my fobs.csv'");
        assert_eq!(word("o'brien@example.com"), r"'o'\''brien@example.com'");
        assert_eq!(word("a_x#EXT#@b.c"), "a_x#EXT#@b.c");
        assert_eq!(word("$(reboot)"), "'$(reboot)'");
    }
}
