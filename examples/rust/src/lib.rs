//! What the examples share: users with a sealed secret and the state of their token, in one SQLite table.

pub mod users;
