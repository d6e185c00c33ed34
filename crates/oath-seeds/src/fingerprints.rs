use crate::buckets::{Look, Place, Table};
use core::hash::{BuildHasher as _, Hasher as _};
use core::hint::black_box;
use std::collections::hash_map::RandomState;

/// Remembers which serial numbers and secrets came by, as 64-bit hashes under a random key: about 50 bytes a row, from
/// which nothing can be read back. Two of a million rows collide once in 37 million files.
#[derive(Debug)]
pub(crate) struct Fingerprints {
    state: RandomState,
    /// What is known, in the order of the file.
    log: Vec<Entry>,
    serials: Serials,
    secrets: Table,
}

/// The halves of the hashes that the tables do not hold, and what is told when they match.
#[derive(Clone, Copy, Debug)]
struct Entry {
    serial: u32,
    /// The other half, for when the [`Serials`] need a table.
    serial_tag: u32,
    secret: u32,
    user: u32,
    line: u32,
}

/// The hashes of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prints {
    serial: u64,
    secret: u64,
    user: u32,
}

/// What is known of a token that came by before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing: it is remembered now.
    New,
    /// The same serial number and secret.
    Same { line: u64, same_user: bool },
    /// The serial number with another secret.
    Serial { line: u64 },
    /// The secret under another serial number.
    Secret { line: u64 },
}

impl Fingerprints {
    pub(crate) fn new() -> Self {
        Self { state: RandomState::new(), log: Vec::new(), serials: Serials::new(), secrets: Table::new() }
    }

    /// The hashes of a token.
    pub(crate) fn prints(&self, serial: &str, secret: &[u8], upn: Option<&str>) -> Prints {
        let hash = |bytes: &[u8]| {
            let mut hasher = self.state.build_hasher();
            hasher.write(bytes);
            hasher.finish()
        };
        Prints { serial: hash(serial.as_bytes()), secret: hash(secret), user: user(upn.unwrap_or_default()) }
    }

    /// Brings what is known of some tokens from memory all at once, which takes hardly longer than for one.
    pub(crate) fn fetch(&self, prints: &[Prints]) {
        let words =
            prints.iter().map(|p| self.serials.peek(halves(p.serial).1) ^ self.secrets.peek(halves(p.secret).1));
        black_box(words.fold(0, |all, word| all ^ word));
    }

    /// What is known of a token; if nothing, it is remembered. `serial` is the one that `prints` were made of.
    pub(crate) fn look(&mut self, serial: &str, prints: Prints, line: u64) -> Seen {
        let Self { log, serials, secrets, .. } = self;
        let (serial_rest, serial_tag) = halves(prints.serial);
        let (secret_rest, secret_tag) = halves(prints.secret);
        let user = prints.user;
        let known = |row: u32, rest: u32, half: fn(&Entry) -> u32| {
            let entry = usize::try_from(row).ok().and_then(|row| log.get(row));
            entry.copied().filter(|entry| half(entry) == rest)
        };
        let by_serial = match serials.table(serial, log) {
            Some(table) => table.look(serial_tag, |row| known(row, serial_rest, |entry| entry.serial)),
            None => Look::Free(Place::default()),
        };
        let by_secret = secrets.look(secret_tag, |row| known(row, secret_rest, |entry| entry.secret));
        match (by_serial, by_secret) {
            (Look::Free(by_serial), Look::Free(by_secret)) => {
                // Beyond 2^32 rows nothing more is remembered: the tables would take 100 GB.
                let Some(row) = u32::try_from(log.len()).ok().filter(|row| *row < u32::MAX) else { return Seen::New };
                if log.len() == log.capacity() {
                    log.reserve_exact((log.len() >> 2).max(1 << 10));
                }
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                log.push(Entry { serial: serial_rest, serial_tag, secret: secret_rest, user, line });
                serials.insert(by_serial, serial, serial_tag, row);
                secrets.insert(by_secret, secret_tag, row);
                Seen::New
            }
            (Look::Found(one), Look::Found(other)) if one.line == other.line => {
                Seen::Same { line: one.line.into(), same_user: one.user == user }
            }
            (Look::Found(one), _) => Seen::Serial { line: one.line.into() },
            (Look::Free(_), Look::Found(one)) => Seen::Secret { line: one.line.into() },
        }
    }
}

/// The serial numbers that came by.
#[derive(Debug)]
enum Serials {
    /// Each above the one before, as vendors nearly always write them: a number above the last one cannot have come by.
    /// So they need no table, whose memory would be far away for every row.
    Ascending { last: String },
    /// In any order.
    Any(Table),
}

impl Serials {
    const fn new() -> Self {
        // Nothing came by, and everything that can be a serial number is above nothing.
        Self::Ascending { last: String::new() }
    }

    /// The table to look `serial` up in; `None` where it is above all others. The first number that is not puts all that
    /// came by into a table, from where there is no way back: one such number is often followed by more.
    fn table(&mut self, serial: &str, log: &[Entry]) -> Option<&Table> {
        if let Self::Ascending { last } = self {
            if is_above(serial, last) {
                return None;
            }
            let mut table = Table::new();
            log.iter().zip(0..).for_each(|(entry, row)| table.add(entry.serial_tag, row));
            *self = Self::Any(table);
        }
        match self {
            Self::Ascending { .. } => None,
            Self::Any(table) => Some(table),
        }
    }

    fn insert(&mut self, place: Place, serial: &str, tag: u32, row: u32) {
        match self {
            Self::Ascending { last } => {
                last.clear();
                last.push_str(serial);
            }
            Self::Any(table) => table.insert(place, tag, row),
        }
    }

    fn peek(&self, tag: u32) -> u32 {
        match self {
            Self::Ascending { .. } => 0,
            Self::Any(table) => table.peek(tag),
        }
    }
}

/// An order in which numbers stand as numbers do, 99 before 100, and which tells any two texts apart.
fn is_above(serial: &str, last: &str) -> bool {
    (serial.len(), serial) > (last.len(), last)
}

/// A hash of a user name in any case. It is only compared where serial number and secret are the same, so that a quick
/// one without a key will do: who forges a collision gets a warning in place of an error.
fn user(name: &str) -> u32 {
    let (words, rest) = name.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let mut hash = 0u64;
    for word in words.iter().chain([&last]) {
        // The bit that tells lower case from upper.
        let word = u64::from_le_bytes(*word) | 0x2020_2020_2020_2020;
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    halves(hash).1
}

const fn halves(hash: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = hash.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn duplicates_and_conflicts() {
        let mut seen = Fingerprints::new();
        let mut look = |serial: &str, secret: &[u8], upn, line| {
            let prints = seen.prints(serial, secret, upn);
            seen.fetch(&[prints]);
            seen.look(serial, prints, line)
        };
        assert_eq!(look("1", b"a", Some("User.Name@x"), 2), Seen::New);
        assert_eq!(look("2", b"b", Some("v@x"), 3), Seen::New);
        assert_eq!(look("1", b"a", Some("user.name@X"), 4), Seen::Same { line: 2, same_user: true });
        assert_eq!(look("1", b"a", Some("user.mane@x"), 5), Seen::Same { line: 2, same_user: false });
        assert_eq!(look("1", b"c", None, 6), Seen::Serial { line: 2 });
        assert_eq!(look("1", b"b", None, 7), Seen::Serial { line: 2 });
        assert_eq!(look("3", b"b", None, 8), Seen::Secret { line: 3 });
        assert_eq!(look("3", b"c", None, 9), Seen::New, "what was refused is not remembered");
    }

    #[test]
    fn many_rows_agree_with_a_map_and_take_few_bytes_each() {
        let mut seen = Fingerprints::new();
        let mut map = HashMap::new();
        let mut state = 1u64;
        for line in 1..=300_000u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Some tags twice, so that only the log tells the rows apart.
            let serial = state & !0x0000_ffff_0000_0000;
            let prints = Prints { serial, secret: state, user: 7 };
            assert_eq!(seen.look("", prints, line.into()), Seen::New, "{line}");
            map.insert(serial, (prints, line));
        }
        for (prints, line) in map.into_values() {
            assert_eq!(seen.look("", prints, 1), Seen::Same { line: line.into(), same_user: true });
            let other = Prints { secret: !prints.secret, ..prints };
            assert_eq!(seen.look("", other, 1), Seen::Serial { line: line.into() });
            let other = Prints { serial: !prints.serial, ..prints };
            assert_eq!(seen.look("", other, 1), Seen::Secret { line: line.into() });
        }
        let Serials::Any(serials) = &seen.serials else { panic!("in any order") };
        let bytes = seen.log.capacity() * size_of::<Entry>() + serials.bytes() + seen.secrets.bytes();
        assert!(bytes < 300_000 * 60, "{bytes}");
    }
    /// Looks at tokens whose secrets differ, with one line for each from 1; the findings are checked against a map.
    fn compare(serials: &[u32]) -> Fingerprints {
        let mut seen = Fingerprints::new();
        let mut first = HashMap::new();
        for (serial, line) in serials.iter().zip(1..) {
            let text = serial.to_string();
            let prints = seen.prints(&text, &u64::to_be_bytes(line), None);
            let expected = match first.get(serial) {
                Some(line) => Seen::Serial { line: *line },
                None => Seen::New,
            };
            assert_eq!(seen.look(&text, prints, line), expected, "{serials:?} at {line}");
            first.entry(serial).or_insert(line);
        }
        seen
    }

    #[test]
    fn serial_numbers_in_every_order() {
        let ascending: Vec<u32> = (0..3000).map(|n| 8000 + n).collect();
        assert!(matches!(compare(&ascending).serials, Serials::Ascending { .. }));

        let descending: Vec<u32> = ascending.iter().rev().copied().collect();
        // 1009 is prime, so that every number comes once.
        let shuffled: Vec<u32> = (0..1009).map(|n| n * 500 % 1009).collect();
        let at_once = [7, 7, 7];
        let mut then_repeated = ascending.clone();
        then_repeated.extend([10_999, 8000, 11_000, 9_500, 7_999, 7_999, 11_000, 12_000]);
        let mut one_astray = ascending.clone();
        one_astray.insert(2000, 8500);
        for serials in [&descending[..], &shuffled, &at_once, &then_repeated, &one_astray] {
            assert!(matches!(compare(serials).serials, Serials::Any(_)));
            compare(&[serials, serials].concat());
        }
    }

    #[test]
    fn what_is_refused_does_not_count_as_the_last_serial_number() {
        let mut seen = Fingerprints::new();
        let mut look = |serial: &str, secret: &[u8], line| {
            let prints = seen.prints(serial, secret, None);
            seen.look(serial, prints, line)
        };
        assert_eq!(look("10", b"a", 2), Seen::New);
        assert_eq!(look("20", b"a", 3), Seen::Secret { line: 2 });
        assert_eq!(look("15", b"b", 4), Seen::New);
        assert_eq!(look("20", b"c", 5), Seen::New);
        assert_eq!(look("20", b"c", 6), Seen::Same { line: 5, same_user: true });
        assert_eq!(look("15", b"d", 7), Seen::Serial { line: 4 });
        assert_eq!(look("10", b"a", 8), Seen::Same { line: 2, same_user: true });
    }

    #[test]
    fn the_order_of_serial_numbers() {
        for (one, other) in
            [("", "1"), ("99", "100"), ("099", "100"), ("99", "099"), ("TK-1", "TK-2"), ("TK-9", "TK-10")]
        {
            assert!(is_above(other, one) && !is_above(one, other), "{one} {other}");
        }
        assert!(!is_above("7", "7"));
    }
}
