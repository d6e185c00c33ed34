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
    serials: Table,
    secrets: Table,
}

/// The halves of the hashes that the tables do not hold, and what is told when they match.
#[derive(Clone, Copy, Debug)]
struct Entry {
    serial: u32,
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
        Self { state: RandomState::new(), log: Vec::new(), serials: Table::new(), secrets: Table::new() }
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
        let words = prints.iter().map(|p| self.serials.peek(p.serial) ^ self.secrets.peek(p.secret));
        black_box(words.fold(0, |all, word| all ^ word));
    }

    /// What is known of a token; if nothing, it is remembered.
    pub(crate) fn look(&mut self, prints: Prints, line: u64) -> Seen {
        let Prints { serial, secret, user } = prints;
        let Self { log, serials, secrets, .. } = self;
        let (serial_rest, _) = halves(serial);
        let (secret_rest, _) = halves(secret);
        let known = |row: u32, rest: u32, half: fn(&Entry) -> u32| {
            let entry = usize::try_from(row).ok().and_then(|row| log.get(row));
            entry.copied().filter(|entry| half(entry) == rest)
        };
        let by_serial = serials.look(serial, |row| known(row, serial_rest, |entry| entry.serial));
        let by_secret = secrets.look(secret, |row| known(row, secret_rest, |entry| entry.secret));
        match (by_serial, by_secret) {
            (Look::Free(by_serial), Look::Free(by_secret)) => {
                // Beyond 2^32 rows nothing more is remembered: the tables would take 100 GB.
                let Some(row) = u32::try_from(log.len()).ok().filter(|row| *row < u32::MAX) else { return Seen::New };
                if log.len() == log.capacity() {
                    log.reserve_exact((log.len() >> 2).max(1 << 10));
                }
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                log.push(Entry { serial: serial_rest, secret: secret_rest, user, line });
                serials.insert(by_serial, serial, row);
                secrets.insert(by_secret, secret, row);
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

/// Rows of the log by the upper half of a hash, the tag.
///
/// In segments that grow one by one, so that growing never holds all of it twice.
#[derive(Debug)]
struct Table {
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    buckets: Vec<Bucket>,
    used: usize,
}

/// A cache line: to look at all its slots takes one access to memory. They fill in order.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket {
    tags: [u32; 8],
    /// Rows from 1; 0: free.
    rows: [u32; 8],
}

impl Bucket {
    const EMPTY: Self = Self { tags: [0; 8], rows: [0; 8] };

    fn used(&self) -> usize {
        // In 32 bits: one vector instruction each for comparing and adding.
        let used: u32 = self.rows.iter().map(|row| u32::from(*row != 0)).sum();
        usize::try_from(used).unwrap_or_default()
    }

    fn has(&self, tag: u32) -> bool {
        self.tags.iter().fold(false, |has, t| has | (*t == tag))
    }

    fn set(&mut self, slot: usize, tag: u32, row: u32) {
        if let (Some(to), Some(number)) = (self.tags.get_mut(slot), self.rows.get_mut(slot)) {
            (*to, *number) = (tag, row);
        }
    }
}

/// What stands where a hash belongs.
#[derive(Clone, Copy, Debug)]
enum Look {
    Found(Entry),
    Free(Place),
}

/// A free slot: good until the next insertion.
#[derive(Clone, Copy, Debug)]
struct Place {
    bucket: usize,
    slot: usize,
}

impl Table {
    const SEGMENTS: usize = 256;

    fn new() -> Self {
        let segment = || Segment { buckets: vec![Bucket::EMPTY; 3], used: 0 };
        Self { segments: core::iter::repeat_with(segment).take(Self::SEGMENTS).collect() }
    }

    fn buckets(&self, tag: u32) -> &[Bucket] {
        self.segments.get(segment(tag)).map(|segment| segment.buckets.as_slice()).unwrap_or_default()
    }

    /// The first word of the bucket where a hash belongs.
    fn peek(&self, hash: u64) -> u32 {
        let (_, tag) = halves(hash);
        let buckets = self.buckets(tag);
        buckets.get(home(tag, buckets.len())).and_then(|bucket| bucket.tags.first()).copied().unwrap_or_default()
    }

    /// `known` says whether the row of a tag is of the same hash.
    fn look(&self, hash: u64, known: impl Fn(u32) -> Option<Entry>) -> Look {
        let (_, tag) = halves(hash);
        let buckets = self.buckets(tag);
        let mut at = home(tag, buckets.len());
        // A segment is never full, so that this ends at a free slot.
        while let Some(bucket) = buckets.get(at) {
            if bucket.has(tag) {
                let rows = bucket.tags.iter().zip(bucket.rows).filter(|(t, row)| **t == tag && *row != 0);
                if let Some(entry) = rows.filter_map(|(_, row)| known(row.wrapping_sub(1))).next() {
                    return Look::Found(entry);
                }
            }
            let slot = bucket.used();
            if slot < bucket.rows.len() {
                return Look::Free(Place { bucket: at, slot });
            }
            at = at.wrapping_add(1);
            if at == buckets.len() {
                at = 0;
            }
        }
        Look::Free(Place { bucket: 0, slot: 0 })
    }

    fn insert(&mut self, place: Place, hash: u64, row: u32) {
        let (_, tag) = halves(hash);
        let Some(Segment { buckets, used }) = self.segments.get_mut(segment(tag)) else { return };
        if let Some(bucket) = buckets.get_mut(place.bucket) {
            bucket.set(place.slot, tag, row.wrapping_add(1));
        }
        *used = used.saturating_add(1);
        // At most five sixths full, then twice as long.
        if used.saturating_mul(6) >= buckets.len().saturating_mul(8 * 5) {
            let length = buckets.len().saturating_mul(2);
            let old = core::mem::replace(buckets, vec![Bucket::EMPTY; length]);
            for bucket in old {
                for (tag, row) in bucket.tags.into_iter().zip(bucket.rows).take_while(|(_, row)| *row != 0) {
                    put(buckets, tag, row);
                }
            }
        }
    }
}

/// The top 8 bits of the tag choose the segment.
fn segment(tag: u32) -> usize {
    let [.., top] = tag.to_le_bytes();
    usize::from(top)
}

/// Where a tag belongs among `length` buckets: its bits behind the segment's, as a fraction of them.
fn home(tag: u32, length: usize) -> usize {
    let length = u64::try_from(length).unwrap_or_default();
    usize::try_from(u64::from(tag << 8).wrapping_mul(length) >> 32).unwrap_or_default()
}

/// Puts a row into the first free slot from its home on, all round.
fn put(buckets: &mut [Bucket], tag: u32, row: u32) {
    let (before, behind) = buckets.split_at_mut(home(tag, buckets.len()));
    for bucket in behind.iter_mut().chain(before) {
        let slot = bucket.used();
        if slot < bucket.rows.len() {
            bucket.set(slot, tag, row);
            return;
        }
    }
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
            seen.look(prints, line)
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
            assert_eq!(seen.look(prints, line.into()), Seen::New, "{line}");
            map.insert(serial, (prints, line));
        }
        for (prints, line) in map.into_values() {
            assert_eq!(seen.look(prints, 1), Seen::Same { line: line.into(), same_user: true });
            let other = Prints { secret: !prints.secret, ..prints };
            assert_eq!(seen.look(other, 1), Seen::Serial { line: line.into() });
            let other = Prints { serial: !prints.serial, ..prints };
            assert_eq!(seen.look(other, 1), Seen::Secret { line: line.into() });
        }
        let table = |table: &Table| table.segments.iter().map(|segment| segment.buckets.len() * 64).sum::<usize>();
        let bytes = seen.log.capacity() * 16 + table(&seen.serials) + table(&seen.secrets);
        assert!(bytes < 300_000 * 60, "{bytes}");
    }
}
