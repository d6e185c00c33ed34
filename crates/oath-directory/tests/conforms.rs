//! The suite for stores, run on the store in memory and on `AnyStore`. SQLite's tests stand beside its source, PostgreSQL's in
//! `postgres.rs`.

use oath_directory::store::{AnyStore, MemoryStore, conformance};
use pollster::block_on;

#[test]
fn the_store_in_memory_conforms() {
    block_on(conformance::all(MemoryStore::new));
    conformance::race(&MemoryStore::new(), |work| block_on(work));
}

#[test]
fn any_store_conforms() {
    let fresh = || AnyStore::new(MemoryStore::new());
    block_on(conformance::all(fresh));
    conformance::race(&fresh(), |work| block_on(work));
}
