//! oath-seeds
