//! What the examples share: users with a sealed secret and the state of their token, in one SQLite table.

pub mod users;

// The Rust of the top README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
