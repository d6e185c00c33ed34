//! oath-directory
