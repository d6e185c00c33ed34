//! Sign-ins of the same moment that may share one statement.

use super::{Pass, Write};
use crate::model::Fingerprint;
use std::collections::{HashSet, VecDeque};

/// Takes from a queue what may be written by one statement: at most `most` passes, at most one for each gate and for each
/// secret, in the order of the names of their gates. What is left keeps its order, and is for the next batch.
///
/// Of two entries for one row in one statement, both would find the version that they compare. And transactions that lock
/// their rows in the same order do not deadlock.
///
/// ```
/// # use oath_directory::store::{Pass, Write, batch};
/// # use oath_directory::model::Gate;
/// let pass = |name: &str| Pass {
///     gate: Write::Insert(Gate { name: name.to_owned(), ..Gate::default() }),
///     states: Vec::new(),
///     events: Vec::new(),
/// };
/// let mut queue = ["b@x", "a@x", "b@x", "c@x"].map(pass).into();
/// let batch = batch::take(&mut queue, 2, |pass| pass);
/// assert_eq!(batch.iter().map(batch::name).collect::<Vec<_>>(), ["a@x", "b@x"]);
/// assert_eq!(queue.iter().map(batch::name).collect::<Vec<_>>(), ["b@x", "c@x"]);
/// ```
pub fn take<T>(queue: &mut VecDeque<T>, most: usize, pass: impl Fn(&T) -> &Pass) -> Vec<T> {
    let (mut names, mut prints) = (HashSet::new(), HashSet::new());
    let (mut batch, mut left) = (Vec::new(), VecDeque::new());
    for entry in queue.drain(..) {
        let (name, mine) = (name(pass(&entry)).to_owned(), fingerprints(pass(&entry)).collect::<Vec<_>>());
        let fits = batch.len() < most && !names.contains(&name) && mine.iter().all(|print| !prints.contains(print));
        // Those that wait keep the ones of their name and secrets waiting: who came first is decided first.
        names.insert(name);
        prints.extend(mine);
        if fits {
            batch.push(entry);
        } else {
            left.push_back(entry);
        }
    }
    batch.sort_by(|one, other| name(pass(one)).cmp(name(pass(other))));
    *queue = left;
    batch
}

/// The name of the gate that a pass writes.
#[must_use]
pub fn name(pass: &Pass) -> &str {
    match &pass.gate {
        Write::Insert(gate) | Write::Update(_, gate) => &gate.name,
        Write::Delete(_, name) | Write::Unchanged(_, name) => name,
    }
}

fn fingerprints(pass: &Pass) -> impl Iterator<Item = Fingerprint> {
    pass.states.iter().map(|write| match write {
        Write::Insert(state) | Write::Update(_, state) => state.fingerprint,
        Write::Delete(_, print) | Write::Unchanged(_, print) => *print,
    })
}

#[cfg(test)]
mod tests {
    use super::super::conformance::samples::{TALLY, gate, print, version};
    use super::*;
    use crate::model::State;

    fn pass(name: &str, prints: &[u8]) -> Pass {
        let state = |of: &u8| Write::Update(version(1), State::fresh(print(*of)));
        Pass { gate: Write::Insert(gate(name, TALLY)), states: prints.iter().map(state).collect(), events: Vec::new() }
    }

    #[test]
    fn a_batch_has_each_gate_and_each_secret_once_and_the_rest_keeps_its_order() {
        let mut queue = VecDeque::from([
            pass("c", &[1]),
            pass("a", &[2]),
            pass("c", &[3]),
            pass("b", &[2, 4]),
            pass("d", &[4]),
            pass("e", &[5]),
            pass("f", &[]),
        ]);
        let mut batches = Vec::new();
        while !queue.is_empty() {
            let batch = take(&mut queue, 3, |pass| pass);
            batches.push(batch.iter().map(|pass| name(pass).to_owned()).collect::<Vec<_>>().concat());
        }
        assert_eq!(batches, ["ace", "bcf", "d"]);
        assert!(take(&mut queue, 3, |pass| pass).is_empty());
    }
}
