//! Rows by hash, in few cache lines.

/// Rows of the log by the upper half of a hash, the tag.
///
/// In segments that grow one by one, so that growing never holds all of it twice.
#[derive(Debug)]
pub(crate) struct Table {
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

/// What stands where a tag belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look<T> {
    /// What is known of it.
    Found(T),
    /// Room for it.
    Free(Place),
}

/// A free slot: good until the next insertion.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    bucket: usize,
    slot: usize,
}

impl Table {
    const SEGMENTS: usize = 256;

    pub(crate) fn new() -> Self {
        let segment = || Segment { buckets: vec![Bucket::EMPTY; 3], used: 0 };
        Self { segments: core::iter::repeat_with(segment).take(Self::SEGMENTS).collect() }
    }

    fn buckets(&self, tag: u32) -> &[Bucket] {
        self.segments.get(segment(tag)).map(|segment| segment.buckets.as_slice()).unwrap_or_default()
    }

    /// The first word of the bucket where a tag belongs.
    pub(crate) fn peek(&self, tag: u32) -> u32 {
        let buckets = self.buckets(tag);
        buckets.get(home(tag, buckets.len())).and_then(|bucket| bucket.tags.first()).copied().unwrap_or_default()
    }

    /// `known` says what is known of a row of this tag, where its hash is the same.
    pub(crate) fn look<T>(&self, tag: u32, known: impl Fn(u32) -> Option<T>) -> Look<T> {
        let buckets = self.buckets(tag);
        let mut at = home(tag, buckets.len());
        // A segment is never full, so that this ends at a free slot.
        while let Some(bucket) = buckets.get(at) {
            if bucket.has(tag) {
                let rows = bucket.tags.iter().zip(bucket.rows).filter(|(t, row)| **t == tag && *row != 0);
                if let Some(found) = rows.filter_map(|(_, row)| known(row.wrapping_sub(1))).next() {
                    return Look::Found(found);
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

    pub(crate) fn insert(&mut self, place: Place, tag: u32, row: u32) {
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

    /// Puts in a row that is known to be new.
    pub(crate) fn add(&mut self, tag: u32, row: u32) {
        if let Look::Free(place) = self.look(tag, |_| None::<()>) {
            self.insert(place, tag, row);
        }
    }

    /// How much memory it takes.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.buckets.len() * size_of::<Bucket>()).sum()
    }
}

/// The top 8 bits of the tag choose the segment.
fn segment(tag: u32) -> usize {
    let [.., top] = tag.to_le_bytes();
    usize::from(top)
}

/// Where a tag belongs among `length` buckets: its bits after the segment's, as a fraction of them.
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

    /// To grow as a whole would take three times its memory for a moment.
    #[test]
    fn it_grows_by_one_segment_at_a_time() {
        let mut buckets = Table::new();
        let mut before = buckets.bytes();
        for row in 0..100_000u32 {
            // Spread evenly, as the tags are.
            buckets.add(row.wrapping_mul(0x9e37_79b1), row);
            let now = buckets.bytes();
            assert!(row < 20_000 || now - before <= now / 100, "{row}: {before}, then {now}");
            before = now;
        }
    }
}
