//! Tables that take a set of changes back.

use crate::model::{Version, Versioned};
use crate::store::{CommitError, Write};
use core::mem;
use core::ops::Bound;
use std::collections::BTreeMap;

/// A sorted map that remembers what it held before the set of changes that is being applied.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    pub(super) rows: BTreeMap<K, V>,
    before: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), before: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(super) fn behind(&self, key: Option<K>) -> impl Iterator<Item = (&K, &V)> {
        self.rows.range((key.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
    }

    pub(super) fn put(&mut self, key: K, value: Option<V>) -> Option<V> {
        let before = match value {
            Some(value) => self.rows.insert(key.clone(), value),
            None => self.rows.remove(&key),
        };
        self.before.push((key, before.clone()));
        before
    }

    /// As an index: what was found under one key is found under another from now on.
    pub(super) fn rename(&mut self, from: Option<K>, to: Option<K>, value: V) -> Result<(), CommitError> {
        if from == to {
            return Ok(());
        }
        if let Some(from) = from {
            self.put(from, None);
        }
        match to.and_then(|to| self.put(to, Some(value))) {
            Some(_) => Err(CommitError::Conflict),
            None => Ok(()),
        }
    }

    pub(super) fn settle(&mut self, stay: bool) {
        let before = mem::take(&mut self.before);
        if !stay {
            for (key, value) in before.into_iter().rev() {
                match value {
                    Some(value) => self.rows.insert(key, value),
                    None => self.rows.remove(&key),
                };
            }
        }
    }
}

impl<K: Ord + Clone, T: Clone> Table<K, Versioned<T>> {
    /// Compares and sets; gives back what was there before, where that changes.
    pub(super) fn apply(&mut self, (key, step): (K, Step<T>)) -> Result<Option<Versioned<T>>, CommitError> {
        let found = self.get(&key).map(|record| record.version);
        match (step, found) {
            (Step::Insert(value), None) => Ok(self.put(key, Some(Versioned { version: Version::FIRST, value }))),
            (Step::Update(version, value), Some(found)) if version == found => {
                Ok(self.put(key, Some(Versioned { version: version.next(), value })))
            }
            (Step::Delete(version), Some(found)) if version == found => Ok(self.put(key, None)),
            (Step::Unchanged(version), Some(found)) if version == found => Ok(None),
            _ => Err(CommitError::Conflict),
        }
    }
}

/// A [`Write`] without its key.
pub(super) enum Step<T> {
    Insert(T),
    Update(Version, T),
    Delete(Version),
    Unchanged(Version),
}

impl<T> Step<T> {
    pub(super) fn record(&self) -> Option<&T> {
        match self {
            Self::Insert(record) | Self::Update(_, record) => Some(record),
            Self::Delete(_) | Self::Unchanged(_) => None,
        }
    }
}

impl<K, T> Write<K, T> {
    pub(super) fn split<V>(self, keyed: impl FnOnce(T) -> (K, V)) -> (K, Step<V>) {
        match self {
            Self::Insert(record) => {
                let (key, record) = keyed(record);
                (key, Step::Insert(record))
            }
            Self::Update(version, record) => {
                let (key, record) = keyed(record);
                (key, Step::Update(version, record))
            }
            Self::Delete(version, key) => (key, Step::Delete(version)),
            Self::Unchanged(version, key) => (key, Step::Unchanged(version)),
        }
    }
}
