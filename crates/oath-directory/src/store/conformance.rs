//! What every [`Store`] has to do, as a test of any of them.
//!
//! ```
//! use oath_directory::store::{MemoryStore, conformance};
//!
//! pollster::block_on(conformance::all(MemoryStore::new));
//! conformance::race(&MemoryStore::new(), |work| pollster::block_on(work));
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_macros,
    reason = "test support: a store that does not conform shall panic"
)]

#[cfg(all(test, feature = "sqlite"))]
mod history;
mod lists;
mod records;
pub(super) mod samples;
mod views;

use self::samples::{commit, everything};
use super::{Changes, CommitError, Store, Wanted, Write};
use crate::audit::{Action, Actor, Chain, Event, Head, Verifier};
use crate::model::{Fingerprint, State};
use core::pin::Pin;
use oath_totp::UnixTime;
use std::thread;

/// Runs the whole suite but the [race](race()). `fresh` gives an empty store of its own for each part.
///
/// # Panics
/// Where the store does something else than [`Store`] says.
pub async fn all<S: Store>(fresh: impl Fn() -> S) {
    records::users(&fresh()).await;
    records::gates(&fresh()).await;
    records::bumps(&fresh()).await;
    records::passes(&fresh()).await;
    records::settings(&fresh()).await;
    records::tokens(&fresh()).await;
    records::states(&fresh()).await;
    records::activations(&fresh()).await;
    records::uploads(&fresh()).await;
    records::too_many_changes_are_refused(&fresh()).await;
    records::what_is_unique_stays_unique(&fresh()).await;
    records::versions_grow_by_one_also_within_one_set(&fresh()).await;
    a_set_of_changes_is_applied_whole_or_not_at_all(&fresh()).await;
    the_log_is_one_chain(&fresh()).await;
    pruned_events_go_and_the_log_goes_on(&fresh()).await;
    views::hold_what_was_asked_for_and_nothing_else(&fresh()).await;
    views::of_an_empty_directory_are_empty(&fresh()).await;
    lists::go_on_after_the_last_one(&fresh()).await;
    lists::are_filtered(&fresh()).await;
    lists::tokens_are_listed_by_their_upload(&fresh()).await;
    lists::states_come_in_the_order_of_their_fingerprints(&fresh()).await;
    lists::refused_rows_go_with_their_upload(&fresh()).await;
    lists::numbers_of_uploads_are_not_given_again(&fresh()).await;
}

/// Lets eight threads count one record up: no step is lost, and each has its event. Wants an empty store.
///
/// `block_on` runs one future to its end on the thread that calls it.
///
/// # Panics
/// Where a step was lost or done twice, or the audit log is not one chain.
pub fn race<S: Store>(store: &S, block_on: impl Fn(Pin<Box<dyn Future<Output = ()> + Send + '_>>) + Sync) {
    const THREADS: u64 = 8;
    const STEPS: u64 = 25;
    let print = Fingerprint([7; 32]);
    let block_on = &block_on;
    block_on(Box::pin(async move {
        let states = vec![Write::Insert(State::fresh(print))];
        commit(store, Changes { states, ..Changes::default() }).await.unwrap();
    }));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(move || {
                block_on(Box::pin(async move {
                    for _ in 0..STEPS {
                        count_up(store, print).await;
                    }
                }));
            });
        }
    });
    block_on(Box::pin(async move {
        let view = store.view(Wanted { fingerprints: vec![print], ..Wanted::default() }).await.unwrap();
        assert_eq!(view.states[0].value.totp.last_step, Some(THREADS * STEPS));
        assert_eq!(view.states[0].version.get(), THREADS * STEPS + 1);
        assert_eq!(verify(store).await.events, THREADS * STEPS);
    }));
}

async fn count_up(store: &impl Store, print: Fingerprint) {
    loop {
        let view = store.view(Wanted { fingerprints: vec![print], ..Wanted::default() }).await.unwrap();
        let mut state = view.states[0].clone();
        let step = state.value.totp.last_step.unwrap_or_default() + 1;
        state.value.totp.last_step = Some(step);
        let event = Event::new(UnixTime::from_secs(step), &Actor::local_operator(), Action::SignedIn);
        let states = vec![Write::Update(state.version, state.value)];
        match commit(store, Changes { states, events: vec![event], ..Changes::default() }).await {
            Ok(()) => return,
            Err(CommitError::Conflict) => {}
            Err(CommitError::Store(error)) => panic!("{error}"),
        }
    }
}

/// The end of the one chain that one handle writes.
pub(super) async fn end(store: &impl Store) -> Head {
    let heads = store.heads().await.unwrap();
    assert!(heads.len() <= 1, "one handle writes one chain: {heads:?}");
    heads.first().copied().unwrap_or(Head::empty(Chain::FIRST))
}

/// Reads the whole log in small pieces and checks it.
pub(super) async fn verify(store: &impl Store) -> Head {
    let chain = end(store).await.chain;
    let (mut verifier, mut after) = (Verifier::new(&samples::key(), chain), 0);
    loop {
        let events = store.events(chain, after, 7).await.unwrap();
        let Some(last) = events.last() else { break };
        assert!(events.len() <= 7);
        after = last.sequence;
        events.iter().try_for_each(|event| verifier.take(event)).unwrap();
    }
    verifier.finish(end(store).await).unwrap()
}

async fn a_set_of_changes_is_applied_whole_or_not_at_all(store: &impl Store) {
    let full = samples::full();
    commit(store, full.clone()).await.unwrap();
    let before = everything(store).await;
    // All that can be written is written once more under other names, and at the end stands one thing that cannot be.
    for last in [
        Write::Unchanged(samples::version(9), 1),
        Write::Insert(samples::upload(1)),
        Write::Delete(samples::version(1), 77),
    ] {
        let mut other = samples::full_again();
        other.uploads.push(last);
        other.pruned = Some(end(store).await);
        assert!(matches!(commit(store, other).await, Err(CommitError::Conflict)));
        assert!(everything(store).await == before, "something of a refused set of changes is left");
    }
    // Refused rows of no upload are a mistake of the caller. They are not kept, nor is anything else.
    let mut lost = samples::full_again();
    lost.failures.push((4711, vec![samples::failure(1, "")]));
    assert!(matches!(commit(store, lost).await, Err(CommitError::Store(_))));
    assert!(everything(store).await == before, "something of a refused set of changes is left");
    commit(store, samples::full_again()).await.unwrap();
    assert!(everything(store).await != before);
    commit(store, Changes::default()).await.unwrap();
}

async fn the_log_is_one_chain(store: &impl Store) {
    assert_eq!(verify(store).await.events, 0);
    let actor = Actor::local_operator();
    let mut written = Vec::new();
    for (index, text) in samples::ODD_TEXTS.into_iter().enumerate() {
        let at = UnixTime::from_secs(if index == 0 { u64::MAX } else { 0 });
        let action = Action::ALL[index % Action::ALL.len()];
        let event = Event::new(at, &actor, action).of_user(text).of_token(text).with(text, text).with("more", index);
        let events = vec![event.clone(), Event::new(at, &actor, action)];
        written.extend(events.iter().cloned());
        commit(store, Changes { events, ..Changes::default() }).await.unwrap();
        // One that is refused leaves no gap.
        let uploads = vec![Write::Unchanged(samples::version(1), 1)];
        let refused = Changes { uploads, events: vec![event], ..Changes::default() };
        assert!(matches!(commit(store, refused).await, Err(CommitError::Conflict)));
    }
    let head = verify(store).await;
    assert_eq!(head.events, u64::try_from(written.len()).unwrap());
    let events = store.events(head.chain, 0, usize::MAX).await.unwrap();
    assert_eq!(events.last().unwrap().hash, head.hash);
    assert!(events.iter().map(|event| &event.event).eq(&written));
    assert_eq!(store.events(head.chain, 3, 2).await.unwrap(), events[3..5]);
    assert_eq!(store.events(head.chain, 0, 0).await.unwrap(), []);
    assert_eq!(store.events(head.chain, head.events, 9).await.unwrap(), []);
    assert_eq!(store.events(head.chain, u64::MAX, 9).await.unwrap(), []);
    assert_eq!(store.events(Chain(!head.chain.0), 0, 9).await.unwrap(), [], "of a chain that no writer has");
}

async fn pruned_events_go_and_the_log_goes_on(store: &impl Store) {
    let event = Event::new(UnixTime::from_secs(1), &Actor::local_operator(), Action::SignedIn);
    let append = |count| Changes { events: vec![event.clone(); count], ..Changes::default() };
    commit(store, append(5)).await.unwrap();
    let chain = end(store).await.chain;
    let log = store.events(chain, 0, usize::MAX).await.unwrap();
    let up_to = |count: usize| {
        let last = &log[count - 1];
        Head { chain, events: last.sequence, hash: last.hash }
    };
    assert_eq!(store.beginnings().await.unwrap(), []);
    commit(store, Changes { pruned: Some(up_to(2)), ..append(1) }).await.unwrap();
    assert_eq!(store.beginnings().await.unwrap(), [up_to(2)]);
    assert_eq!(store.events(chain, 0, 2).await.unwrap(), log[2..4], "from the first that is left");
    assert_eq!(store.events(chain, 4, 1).await.unwrap(), log[4..5]);
    let before = end(store).await;
    assert_eq!(before.events, 6);
    for back in [up_to(1), up_to(2)] {
        let refused = commit(store, Changes { pruned: Some(back), ..append(1) }).await;
        assert!(matches!(refused, Err(CommitError::Conflict)), "{back:?}");
    }
    assert_eq!((end(store).await, store.beginnings().await.unwrap()), (before, vec![up_to(2)]));
    // Nothing is left but the end, and the log goes on after it.
    let all = end(store).await;
    commit(store, Changes { pruned: Some(all), ..Changes::default() }).await.unwrap();
    assert_eq!(store.events(chain, 0, 9).await.unwrap(), []);
    assert_eq!((end(store).await, store.beginnings().await.unwrap()), (all, vec![all]));
    commit(store, append(3)).await.unwrap();
    let mut verifier = Verifier::from(&samples::key(), all);
    let left = store.events(chain, 0, 9).await.unwrap();
    assert_eq!(left.len(), 3);
    left.iter().try_for_each(|event| verifier.take(event)).unwrap();
    verifier.finish(end(store).await).unwrap();
}

#[cfg(test)]
mod tests {
    use super::super::MemoryStore;
    use super::*;

    #[test]
    fn the_memory_store_conforms() {
        pollster::block_on(all(MemoryStore::new));
    }

    #[test]
    fn the_memory_store_loses_no_update() {
        race(&MemoryStore::new(), |work| pollster::block_on(work));
    }
}
