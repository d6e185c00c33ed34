//! The examples of the README at the top, run as tests.
// For the tests alone: its links are a repository's.
#![cfg_attr(doctest, doc = include_str!("../../../README.md"))]
