//! One line of separated values: split and joined, in buffers that are wiped.

use crate::buffer::Buffer;
use core::fmt;
use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use memchr::memchr2;
use zeroize::Zeroizing;

/// What separates values: the first is the format's own.
pub(crate) const SEPARATORS: [char; 3] = [',', ';', '\t'];
/// More columns than any seed file has.
const MAX_CELLS: usize = 256;

/// Splits lines into cells.
pub(crate) struct Splitter {
    machines: [csv_core::Reader; 3],
    text: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
    split: Split,
}

/// What the last split found.
#[derive(Clone, Copy, Default)]
struct Split {
    count: usize,
    /// Nothing had to be unquoted: the cells are those of the line itself.
    plain: bool,
    closed: bool,
    complete: bool,
}

impl Splitter {
    pub(crate) fn new() -> Self {
        Self {
            machines: SEPARATORS.map(|separator| {
                let delimiter = u8::try_from(separator).unwrap_or(b',');
                // A CR within a line is a mistake to report, not a line end.
                let mut machine = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
                begun(&mut machine);
                machine
            }),
            text: Zeroizing::new(Vec::new()),
            ends: vec![0; MAX_CELLS],
            split: Split::default(),
        }
    }

    /// The cells of a line that has no line end.
    pub(crate) fn split<'a>(&'a mut self, line: &'a str, separator: char) -> Cells<'a> {
        self.find(line, separator);
        self.cells(line)
    }

    /// Finds the cells of a line, for [`cells`](Self::cells).
    pub(crate) fn find(&mut self, line: &str, separator: char) {
        if memchr2(b'"', b'\n', line.as_bytes()).is_some() {
            self.unquote(line, separator);
            return;
        }
        // Nearly every line: no quote, so that nothing needs to be copied.
        let Self { ends, split, .. } = self;
        let separator = u8::try_from(separator).unwrap_or(b',');
        let mut all = ends.iter_mut();
        let mut count = 0usize;
        let mut complete = true;
        let mut end = |place| match all.next() {
            Some(end) => {
                *end = place;
                count = count.saturating_add(1);
            }
            None => complete = false,
        };
        let (words, rest) = line.as_bytes().as_chunks::<8>();
        let mut start = 0usize;
        for word in words {
            let mut found = equal_bytes(*word, separator);
            while found != 0 {
                end(start.wrapping_add(usize::try_from(found.trailing_zeros() >> 3).unwrap_or_default()));
                found &= found.wrapping_sub(1);
            }
            start = start.wrapping_add(8);
        }
        for byte in rest {
            if *byte == separator {
                end(start);
            }
            start = start.wrapping_add(1);
        }
        end(line.len());
        *split = Split { count, plain: true, closed: true, complete };
    }

    fn unquote(&mut self, line: &str, separator: char) {
        let Self { machines, text, ends, split } = self;
        // What comes out is no longer than the line. Few files have quotes, and the text is wiped as a whole.
        if text.len() <= line.len() {
            *text = Zeroizing::new(vec![0; line.len().saturating_add(1).next_power_of_two()]);
        }
        let [comma, semicolon, tab] = machines;
        let machine = match separator {
            ';' => semicolon,
            '\t' => tab,
            _ => comma,
        };
        let (mut result, read, used, mut count) = machine.read_record(line.as_bytes(), text, ends);
        if matches!(result, ReadRecordResult::InputEmpty) {
            let rest = text.get_mut(used..).unwrap_or_default();
            let (last, _, _, more) = machine.read_record(b"\n", rest, ends.get_mut(count..).unwrap_or_default());
            result = last;
            count = count.saturating_add(more);
        }
        // The line end is data only within quotes.
        let closed = !matches!(result, ReadRecordResult::InputEmpty);
        let complete = matches!(result, ReadRecordResult::Record) && read == line.len();
        if !complete {
            machine.reset();
            begun(machine);
        }
        *split = Split { count, plain: false, closed, complete };
    }

    /// The cells that were found in this line.
    pub(crate) fn cells<'a>(&'a self, line: &'a str) -> Cells<'a> {
        let Split { count, plain, closed, complete } = self.split;
        let ends = self.ends.get(..count).unwrap_or_default();
        let text = if plain {
            line
        } else {
            let used = ends.last().copied().unwrap_or_default();
            self.text.get(..used).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
        };
        Cells { text, ends, gap: usize::from(plain), closed, complete }
    }
}

/// The top bit of every byte that is this one, the first byte lowest (Hacker's Delight, §6-1): lines are short, and a
/// search in them begins more often than it runs.
const fn equal_bytes(word: [u8; 8], byte: u8) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let differing = u64::from_le_bytes(word) ^ u64::from_le_bytes([byte; 8]);
    !(((differing & LOW).wrapping_add(LOW)) | differing | LOW)
}

/// Takes a machine past the place where it would drop a byte-order mark: that is dealt with where the file begins.
fn begun(machine: &mut csv_core::Reader) {
    machine.read_record(b"\n", &mut [0; 8], &mut [0; 1]);
}

/// The buffer holds secrets.
impl fmt::Debug for Splitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Splitter").finish_non_exhaustive()
    }
}

/// The cells of a line.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// How many bytes lie between two cells.
    gap: usize,
    /// Every quote that opens is closed.
    pub(crate) closed: bool,
    /// All of the line is in them: there were no more than can be.
    pub(crate) complete: bool,
}

impl<'a> Cells<'a> {
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell as it stands; empty where there is none.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> &'a str {
        let before = |index| self.ends.get(index).map(|end: &usize| end.saturating_add(self.gap));
        let start = index.checked_sub(1).map_or(Some(0), before);
        let end = self.ends.get(index).copied();
        start.zip(end).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// The line from a later cell than the first on; `None` where cells had to be unquoted, or there is none.
    pub(crate) fn from(&self, index: usize) -> Option<&'a str> {
        let before = self.ends.get(index.checked_sub(1)?)?;
        // Where the last cell ends, no separator stands, and nothing begins after one.
        self.text.get(before.checked_add(self.gap)?..).filter(|_| self.gap > 0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |index| self.get(index))
    }

    /// The only cell with something in it.
    pub(crate) fn only(&self) -> Option<&'a str> {
        let mut filled = self.iter().filter(|cell| !trimmed(cell).is_empty());
        filled.next().filter(|_| filled.next().is_none())
    }
}

/// Without the blanks, tabs and line ends around it.
pub(crate) const fn trimmed(cell: &str) -> &str {
    cell.trim_ascii()
}

/// Appends a value, in quotes where it needs them. A `#` at the start needs them too: it would begin a comment.
pub(crate) fn push(out: &mut Buffer, value: &str) {
    // Compared all with all, which is faster than to search for the first.
    let asks_for_quotes = |byte: u8| {
        (byte == b',') | (byte == b';') | (byte == b'\t') | (byte == b'"') | (byte == b'\r') | (byte == b'\n')
    };
    let plain = !value.bytes().fold(false, |found, byte| found | asks_for_quotes(byte))
        && !value.starts_with(['#', ' '])
        && !value.ends_with(' ');
    if plain {
        out.push(value);
        return;
    }
    out.push("\"");
    for part in value.split_inclusive('"') {
        out.push(part);
        if part.ends_with('"') {
            out.push("\"");
        }
    }
    out.push("\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(line: &str, separator: char) -> Vec<String> {
        Splitter::new().split(line, separator).iter().map(str::to_owned).collect()
    }

    #[test]
    fn plain_and_quoted_cells() {
        assert_eq!(cells("a,b,,c", ','), ["a", "b", "", "c"]);
        assert_eq!(cells("a;b,c;", ';'), ["a", "b,c", ""]);
        assert_eq!(cells("a\tb", '\t'), ["a", "b"]);
        assert_eq!(cells(r#""a,b","c""d""#, ','), ["a,b", "c\"d"]);
        assert_eq!(cells(r#""a,b,c",,"#, ','), ["a,b,c", "", ""]);
        assert_eq!(cells(r#""a;b";c,d"#, ';'), ["a;b", "c,d"]);
        assert_eq!(cells("\"a\tb\"\tc", '\t'), ["a\tb", "c"]);
        assert_eq!(cells("a\rb,c\r", ','), ["a\rb", "c\r"]);
    }

    #[test]
    fn a_value_is_quoted_where_it_needs_it_however_often() {
        for value in ["a,b", "a,b,c", "a;b;", "\t\t", "\"\"", "\r\n", "#a", " a", "a "] {
            let mut line = Buffer::with_room(64);
            push(&mut line, value);
            let expected = format!("\"{}\"", value.replace('"', "\"\""));
            assert_eq!(core::str::from_utf8(line.bytes()), Ok(expected.as_str()));
        }
    }

    #[test]
    fn the_rest_of_a_line_from_a_cell_on() {
        let mut splitter = Splitter::new();
        let cells = splitter.split("a,b,,c", ',');
        let rests = [None, Some("b,,c"), Some(",c"), Some("c"), None];
        assert_eq!([0, 1, 2, 3, 5].map(|index| cells.from(index)), rests);
        assert_eq!(splitter.split("a,\"b\",c", ',').from(1), None, "the line is not its cells");
    }

    #[test]
    fn an_open_quote_is_seen_and_does_not_spread() {
        let mut splitter = Splitter::new();
        assert!(!splitter.split("a,\"b,c", ',').closed);
        assert!(splitter.split("a,b", ',').closed);
        assert!(splitter.split("a,\"b\"", ',').closed);
        assert!(!splitter.split(&",".repeat(MAX_CELLS), ',').complete);
    }

    #[test]
    fn equal_bytes_at_every_place() {
        for byte in 0..=255u8 {
            for (place, other) in
                (0..8).flat_map(|place| [0, 1, byte ^ 1, byte ^ 0x80, 255].map(|other| (place, other)))
            {
                let mut word = [other; 8];
                word[place] = byte;
                let mask: u64 = if other == byte { 0x8080_8080_8080_8080 } else { 0x80 << (8 * place) };
                assert_eq!(equal_bytes(word, byte), mask, "{byte} at {place} among {other}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_pushed_is_split_back(values in proptest::collection::vec("[^\r\n]{0,12}", 2..8)) {
            let mut line = Buffer::new();
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    line.push(",");
                }
                push(&mut line, value);
            }
            prop_assert_eq!(cells(core::str::from_utf8(line.bytes()).unwrap(), ','), values);
        }
    }
}
