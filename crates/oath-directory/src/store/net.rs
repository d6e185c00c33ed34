//! What several writes of the same records come to.

use super::Write;
use crate::model::Version;
use core::hash::Hash;
use std::collections::{BTreeMap, HashMap};

/// Makes one write of each record of the writes that followed each other on a copy of a store. `versions` are those that the
/// copied records have in the store; a record that is not among them is not there.
pub(crate) fn net<K: Ord + Hash + Clone, T>(
    writes: Vec<Write<K, T>>,
    versions: &HashMap<K, Version>,
    key: impl Fn(&T) -> K,
) -> Vec<Write<K, T>> {
    let mut last: BTreeMap<K, Step<T>> = BTreeMap::new();
    for write in writes {
        match write {
            Write::Insert(record) | Write::Update(_, record) => {
                last.insert(key(&record), Step::Written(record));
            }
            Write::Delete(_, key) => {
                last.insert(key, Step::Deleted);
            }
            Write::Unchanged(_, key) => {
                last.entry(key).or_insert(Step::Compared);
            }
        }
    }
    let net = last.into_iter().filter_map(|(key, step)| match (versions.get(&key), step) {
        (Some(found), Step::Written(record)) => Some(Write::Update(*found, record)),
        (None, Step::Written(record)) => Some(Write::Insert(record)),
        (Some(found), Step::Deleted) => Some(Write::Delete(*found, key)),
        (Some(found), Step::Compared) => Some(Write::Unchanged(*found, key)),
        // It came and went on the copy.
        (None, Step::Deleted | Step::Compared) => None,
    });
    net.collect()
}

enum Step<T> {
    Written(T),
    Deleted,
    Compared,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_writes_that_follow_each_other_the_last_is_left_on_the_version_that_was_read() {
        let (first, second) = (Version::FIRST, Version::FIRST.next());
        let versions = HashMap::from([(1, second), (2, second), (3, second), (4, second)]);
        let writes = vec![
            Write::Unchanged(first, 1),
            Write::Update(first, (1, "a")),
            Write::Update(second, (1, "b")),
            Write::Unchanged(second.next(), 1),
            Write::Update(first, (2, "a")),
            Write::Delete(second, 2),
            Write::Unchanged(first, 3),
            Write::Insert((5, "a")),
            Write::Unchanged(first, 5),
            Write::Update(first, (5, "b")),
            Write::Insert((6, "a")),
            Write::Delete(first, 6),
            Write::Delete(first, 4),
            Write::Insert((4, "again")),
        ];
        let net = net(writes, &versions, |(key, _)| *key);
        let shown: Vec<_> = net.iter().map(|write| format!("{write:?}")).collect();
        let expected = [
            format!("{:?}", Write::<i32, _>::Update(second, (1, "b"))),
            format!("{:?}", Write::<i32, (i32, &str)>::Delete(second, 2)),
            format!("{:?}", Write::<i32, (i32, &str)>::Unchanged(second, 3)),
            format!("{:?}", Write::<i32, _>::Update(second, (4, "again"))),
            format!("{:?}", Write::<i32, _>::Insert((5, "b"))),
        ];
        assert_eq!(shown, expected);
    }
}
