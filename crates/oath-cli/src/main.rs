//! `oath`.
fn main() {}
