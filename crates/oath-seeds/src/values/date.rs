//! Dates of XML files: `xs:dateTime`.

use oath_totp::UnixTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The last second of the year 9999, which is as far as a date can be written.
const LAST: u64 = 253_402_300_799;

/// Reads a date and time from 1970 on. Without a zone it is UTC, as RFC 6030 (section 4.3.2) asks of files.
pub(crate) fn read(text: &str) -> Option<UnixTime> {
    let time = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| {
        let mut utc = text.get(..32.min(text.len())).unwrap_or_default().to_owned();
        utc.push('Z');
        OffsetDateTime::parse(&utc, &Rfc3339)
    });
    u64::try_from(time.ok()?.unix_timestamp()).ok().map(UnixTime::from_secs)
}

/// Whether a time can be written.
pub(crate) const fn fits(time: UnixTime) -> bool {
    time.as_secs() <= LAST
}

/// Writes a time as UTC (RFC 3339); `None` after the year 9999.
pub(crate) fn write(time: UnixTime) -> Option<String> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_files_write_them() {
        for (text, seconds) in [
            ("2006-05-01T00:00:00Z", 1_146_441_600),
            ("2006-05-01T00:00:00", 1_146_441_600),
            ("2006-05-01T02:00:00+02:00", 1_146_441_600),
            ("2006-05-01T00:00:00.999Z", 1_146_441_600),
            ("1970-01-01T00:00:00Z", 0),
            ("9999-12-31T23:59:59Z", LAST),
        ] {
            assert_eq!(read(text), Some(UnixTime::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "2006-05-01", "2006-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "tomorrow", "2006-02-30T00:00:00Z"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(write(UnixTime::from_secs(1_146_441_600)).as_deref(), Some("2006-05-01T00:00:00Z"));
        let last = UnixTime::from_secs(LAST);
        assert_eq!((write(last).and_then(|text| read(&text)), fits(last)), (Some(last), true));
        let after = UnixTime::from_secs(LAST + 1);
        assert_eq!((write(after), fits(after)), (None, false));
    }
}
