//! Dates and times as texts.

use core::fmt::Write as _;
use oath_totp::UnixTime;

const DAY: u64 = 86_400;
/// 9999-12-31T23:59:59, the last time with a year of four digits.
const LAST: u64 = 253_402_300_799;

/// Reads `2026-11-27T18:05:09`, from 1970 to 9999. What stands after it (an `L`, a `Z`) is the format's own, and so is the
/// time zone.
pub(crate) fn read(text: &str) -> Option<UnixTime> {
    let (date, time) = text.split_once('T')?;
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(number);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let marks = text.bytes().enumerate().filter(|(_, b)| !b.is_ascii_digit()).map(|(place, _)| place);
    let valid = text.len() == 19
        && marks.eq([4, 7, 10, 13, 16])
        && (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && day >= 1
        && day <= days_of(year, month)
        && hour < 24
        && minute < 60
        && second < 60;
    let days = days_before(year, month).checked_add(day.checked_sub(1)?)?;
    let seconds = hour.checked_mul(60)?.checked_add(minute)?.checked_mul(60)?.checked_add(second)?;
    let all = days.checked_mul(DAY)?.checked_add(seconds)?;
    valid.then(|| UnixTime::from_secs(all))
}

/// The same the other way round; `None` after the year 9999.
pub(crate) fn written(time: UnixTime) -> Option<String> {
    let seconds = time.as_secs();
    if seconds > LAST {
        return None;
    }
    let mut days = seconds.checked_div(DAY)?;
    let rest = seconds.checked_rem(DAY)?;
    // At most one year too early: no year has more than 366 days.
    let mut year = days.checked_div(366)?.checked_add(1970)?;
    while days_before(year.checked_add(1)?, 1) <= days {
        year = year.checked_add(1)?;
    }
    days = days.checked_sub(days_before(year, 1))?;
    let mut month = 1;
    while days >= days_of(year, month) {
        days = days.checked_sub(days_of(year, month))?;
        month = month.checked_add(1)?;
    }
    let day = days.checked_add(1)?;
    let (minutes, second) = (rest.checked_div(60)?, rest.checked_rem(60)?);
    let (hour, minute) = (minutes.checked_div(60)?, minutes.checked_rem(60)?);
    let mut text = String::new();
    write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}").ok()?;
    Some(text)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of a month.
fn days_before(year: u64, month: u64) -> u64 {
    let past = year.saturating_sub(1);
    let leaps = |year: u64| (year >> 2).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
    let years = year.saturating_sub(1970).saturating_mul(365);
    let leaps = leaps(past).saturating_sub(leaps(1969));
    (1..month).fold(years.saturating_add(leaps), |days, month| days.saturating_add(days_of(year, month)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_times() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00", 0),
            ("2000-01-01T00:00:00", 946_684_800),
            ("2000-02-29T23:59:59", 951_868_799),
            ("2009-12-07T17:25:42", 1_260_206_742),
            ("2026-11-27T18:05:09", 1_795_802_709),
            ("9999-12-31T23:59:59", LAST),
        ] {
            assert_eq!(read(text), Some(UnixTime::from_secs(seconds)), "{text}");
            assert_eq!(written(UnixTime::from_secs(seconds)).as_deref(), Some(text));
        }
        assert_eq!(written(UnixTime::from_secs(LAST + 1)), None);
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2009-12-07",
            "2009-12-07 17:25:42",
            "2009-12-07T17:25",
            "2009-13-07T17:25:42",
            "2009-02-29T17:25:42",
            "2009-00-07T17:25:42",
            "2009-12-00T17:25:42",
            "2009-12-07T24:00:00",
            "2009-12-07T17:60:42",
            "2009-12-07T17:25:60",
            "1969-12-31T23:59:59",
            "+009-12-07T17:25:42",
            "2009-12-07T17:25:42L",
            "2009-12-7T17:025:42",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 0..=LAST) {
            let time = UnixTime::from_secs(seconds);
            prop_assert_eq!(written(time).and_then(|text| read(&text)), Some(time));
        }
    }
}
