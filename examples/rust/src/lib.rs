//! The examples of the README at the top, run as tests.
#![doc = include_str!("../../../README.md")]
