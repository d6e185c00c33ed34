//! Rests between the tries of an operation, without the timer of a runtime.

use core::time::Duration;
use futures_channel::oneshot;
use std::hash::{BuildHasher, RandomState};
use std::thread;

/// Rests before a try: not before the first two, then twice as long each time, up to 64 ms, and not as long as others do.
pub(super) async fn rest(tried: u32) {
    let Some(doublings) = tried.checked_sub(2) else { return };
    let longest = 1000_u64 << doublings.min(6);
    let wait = Duration::from_micros(longest.midpoint(RandomState::new().hash_one(tried).min(longest)));
    let (done, rested) = oneshot::channel();
    // Where no thread can be started, as in a browser, the next try comes at once.
    let timer = thread::Builder::new().name("oath-rest".to_owned()).spawn(move || {
        thread::sleep(wait);
        // The caller may have gone away.
        let _ = done.send(());
    });
    if timer.is_ok() {
        let _ = rested.await;
    }
}
